"""Articles as the world sees them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Final

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypeAliasType

from app.kit.outline import OutlinedBody
from app.public.images import OptionalImage
from app.public.jsonld import NewsArticle
from app.public.named_types import (
    ArticleKind,
    BodyHtml,
    CanonicalUrl,
    DatePrecision,
    Id,
    IsExcerpt,
    OptionalText,
    ParentSlug,
    Paths,
    Position,
    PublishedAt,
    ReadingMinutes,
    Summary,
    TagType,
    Title,
    UpdatedAt,
    WordCount,
)
from app.public.vocabulary import GivenAddress, Lang, Slug


class Author(BaseModel):
    """A name under an article."""

    name: Annotated[str, Field(description="As the article signs it")]
    slug: Annotated[Slug, Field(description="What `author=` takes")]


Authors = TypeAliasType(
    "Authors", Annotated[list[Author], Field(description="In the order of the byline")]
)


class Source(BaseModel):
    """Where the story was first published, when it was elsewhere."""

    name: Annotated[str, Field(description="The publication there")]
    url: Annotated[GivenAddress | None, Field(description="The story there, if it is online")]


OriginalSource = TypeAliasType(
    "OriginalSource",
    Annotated[Source | None, Field(description="Null when first published here")],
)


class Rights(BaseModel):
    """What a reader may do with the text."""

    licence: Annotated[GivenAddress, Field(description="The URI of the licence")]
    credit: Annotated[OptionalText, Field(description="Whom to name")]
    syndicatable: Annotated[bool, Field(description="Whether others may publish it")]


class Correction(BaseModel):
    """A note to readers about what was wrong."""

    at: Annotated[datetime, Field(description="When readers were told")]
    note: Annotated[str, Field(description="Plain text")]


Corrections = TypeAliasType(
    "Corrections", Annotated[list[Correction], Field(description="To be shown with the text")]
)


class TagReference(BaseModel):
    """A tag by its name."""

    slug: Annotated[Slug, Field(description="What `tag=` takes")]
    type: TagType
    name: Annotated[
        str,
        Field(
            description="On an article in its language, elsewhere in the one asked for; else in "
            "the site's first that has it"
        ),
    ]


TagReferences = TypeAliasType(
    "TagReferences", Annotated[list[TagReference], Field(description="What it is about")]
)


class Translation(BaseModel):
    """The same story in another language, visible now."""

    lang: Lang
    slug: Slug
    title: Annotated[Title, Field(description="As it is in that language")]


Translations = TypeAliasType(
    "Translations",
    Annotated[list[Translation], Field(description="The same story in other languages")],
)


PublishedOn = TypeAliasType(
    "PublishedOn",
    Annotated[
        date | None,
        Field(
            description="The date of `published_at` without a time zone, where `date_precision` is "
            "`day`, `month` or `year`: of a month or a year its first day. Null for `time`, whose "
            "day depends on the time zone, and for `unknown`"
        ),
    ],
)


class ArticleCard(BaseModel):
    """What a link to another article shows."""

    id: Id
    kind: ArticleKind
    slug: Slug
    lang: Lang
    title: Title
    summary: Summary
    published_at: PublishedAt
    date_precision: DatePrecision
    published_on: PublishedOn
    image: OptionalImage
    tags: TagReferences


RelatedArticles = TypeAliasType(
    "RelatedArticles",
    Annotated[
        list[ArticleCard], Field(description="The editors' choice, then others by their tags")
    ],
)


class Neighbours(BaseModel):
    """The articles beside one in the list of its language; of a page there are none."""

    older: Annotated[ArticleCard | None, Field(description="Null for the oldest")]
    newer: Annotated[ArticleCard | None, Field(description="Null for the newest")]


class Seo(BaseModel):
    """For search engines and for links in social networks."""

    title: Annotated[Title, Field(description="The editors' own, else the article's")]
    description: Annotated[str, Field(description="The editors' own, else the summary")]
    image: Annotated[OptionalImage, Field(description="The editors' own, else the article's")]


class ContentsEntry(BaseModel):
    """A heading of the body."""

    id: Annotated[str, Field(description="The one that it has in `body_html`")]
    level: Annotated[int, Field(ge=2, le=6, description="2 for `h2`")]
    text: Annotated[str, Field(description="Without markup")]


TableOfContents = TypeAliasType(
    "TableOfContents",
    Annotated[list[ContentsEntry], Field(description="The headings, in their order")],
)


class FrozenArticle(BaseModel):
    """The article's own fields, made once at publication and served as they are."""

    id: Id
    kind: ArticleKind
    slug: Slug
    lang: Lang
    title: Title
    summary: Summary
    published_at: PublishedAt
    date_precision: DatePrecision
    updated_at: UpdatedAt
    authors: Authors
    source: OriginalSource
    image: OptionalImage
    rights: Rights
    corrections: Corrections
    is_excerpt: IsExcerpt
    canonical_url: CanonicalUrl
    position: Position


LATER: Final[Mapping[str, str]] = {"canonical_url": "null", "position": "0"}
"""Members of `FrozenArticle` that were added since articles were first frozen, the last of its
members, with the JSON that stands for each where an older article lacks it. Any other change of a
frozen article needs a migration that rewrites all of them."""


def complete_item(item_json: str) -> str:
    """A frozen article's JSON with the members that it was frozen without.

    A quote inside a JSON string is escaped, so a name with its quotes and colon is a member's.
    """
    for name, value in LATER.items():
        if item_json.rfind(f'"{name}":') < 0:
            item_json = f'{item_json[:-1]},"{name}":{value}}}'
    return item_json


def text_member(item_json: str, name: str) -> str:
    """The JSON of a member of a frozen article that is a text, found as `complete_item` finds
    members: to parse a whole article for each of them would slow lists down.

    The article's own members come before those of its parts, so the first one is meant.
    """
    match = _text_pattern(name).search(item_json)
    if match is None:
        raise ValueError(f"a frozen article has no text {name}")
    return match[1]


@cache
def _text_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf'"{name}":("[^"\\]*(?:\\.[^"\\]*)*")')


class ArticleItem(FrozenArticle):
    """An article with its plain date, and with what belongs to others: its tags' names, its
    translations, and of a page the page above it, as long as that one is visible."""

    published_on: PublishedOn
    tags: TagReferences
    translations: Translations
    parent: ParentSlug


class ListedArticle(ArticleItem):
    """An article in a list; `paths` and `related` are there when `include=` names them."""

    paths: Paths | SkipJsonSchema[None] = None
    related: RelatedArticles | SkipJsonSchema[None] = None


class Outline(BaseModel):
    """The contents and the length of a body."""

    toc: TableOfContents
    reading_minutes: ReadingMinutes
    words: WordCount


def to_outline(body: OutlinedBody) -> Outline:
    """The public outline of a body."""
    return Outline(
        toc=[ContentsEntry(id=it.id, level=it.level, text=it.text) for it in body.headings],
        reading_minutes=body.reading_minutes,
        words=body.words,
    )


class ArticleDetail(ArticleItem, Outline):
    """One article whole; `jsonld` is there when `include=` names it."""

    body_html: BodyHtml
    seo: Seo
    paths: Paths
    related: RelatedArticles
    neighbours: Neighbours
    jsonld: NewsArticle | SkipJsonSchema[None] = Field(None, exclude_if=lambda value: value is None)
