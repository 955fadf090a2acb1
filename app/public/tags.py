"""Tags as the world sees them."""

from uuid import UUID

from pydantic import BaseModel

from app.public.vocabulary import TagType


class Tag(BaseModel):
    """A tag; `articles_count` is what `/v1/articles?tag={slug}` would count, descendants too."""

    id: UUID
    slug: str
    type: TagType
    name: str
    description: str | None
    parent: str | None
    articles_count: int


class TagDetail(Tag):
    """One tag with its names in every language, its synonyms and its children's slugs."""

    names: dict[str, str]
    synonyms: dict[str, list[str]]
    children: list[str]
