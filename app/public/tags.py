"""Tags as the world sees them."""

from uuid import UUID

from pydantic import BaseModel

from app.public.articles import TagReference
from app.public.vocabulary import Count, Lang, Slug, TagType


class Tag(BaseModel):
    """A tag; `articles_count` is what `/v1/articles?tag={slug}` would count, descendants too, and
    with `lang` in that language alone.

    `ancestors` lead from the root to the parent; `subtags` are the tags right below.
    """

    id: UUID
    slug: Slug
    type: TagType
    name: str
    description: str | None
    parent: Slug | None
    ancestors: list[TagReference]
    subtags: list[TagReference]
    articles_count: Count


class TagDetail(Tag):
    """One tag with its names in every language, its synonyms and its children's slugs."""

    names: dict[Lang, str]
    synonyms: dict[Lang, list[str]]
    children: list[Slug]
