"""Tags as the world sees them."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.public.articles import TagReference
from app.public.named_types import (
    Id,
    NamesByLang,
    OptionalText,
    ParentSlug,
    SynonymsByLang,
    TagType,
)
from app.public.vocabulary import Count, Slug


class Tag(BaseModel):
    """A tag and its place among the others."""

    id: Id
    slug: Annotated[Slug, Field(description="What `tag=` takes")]
    type: TagType
    name: Annotated[str, Field(description="In the language asked for, if there")]
    description: OptionalText
    parent: ParentSlug
    ancestors: Annotated[list[TagReference], Field(description="From the root to the parent")]
    subtags: Annotated[list[TagReference], Field(description="The tags right below")]
    articles_count: Annotated[
        Count, Field(description="What `/v1/articles?tag={slug}` counts, with the same `lang`")
    ]


class TagDetail(Tag):
    """One tag with its names in every language, its synonyms and its children's slugs."""

    names: NamesByLang
    synonyms: SynonymsByLang
    children: Annotated[list[Slug], Field(description="Slugs of the tags right below")]
