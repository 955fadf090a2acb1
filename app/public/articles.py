"""Articles as the world sees them."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypeAliasType

from app.kit.outline import OutlinedBody
from app.public.jsonld import NewsArticle
from app.public.vocabulary import Count, DatePrecision, GivenAddress, Kind, Lang, Slug, TagType

Pixels = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Author(BaseModel):
    """A name under an article; `slug` is what `author=` takes."""

    name: str
    slug: Slug


class Source(BaseModel):
    """Where the story was first published, when it was elsewhere."""

    name: str
    url: GivenAddress | None


class FocalPoint(BaseModel):
    """What must stay in sight when a picture is cropped: shares of its width and its height."""

    x: Share
    y: Share


class ImageSize(BaseModel):
    """One file of a picture."""

    width: Pixels
    url: GivenAddress
    type: Literal["image/webp", "image/jpeg"]


class Image(BaseModel):
    """The article's main picture; what is not known of one that is kept elsewhere is null.

    `width` and `height` are those of `url`, which any browser shows; `sizes` are all files there
    are, for `srcset`; `colour` is the picture's average, to fill its place meanwhile.
    """

    url: GivenAddress
    alt: str
    caption: str | None
    credit: str | None
    width: Pixels | None
    height: Pixels | None
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] | None
    focal_point: FocalPoint | None
    sizes: list[ImageSize] | None


class Rights(BaseModel):
    """What a reader may do with the text. `licence` is a URI."""

    licence: GivenAddress
    credit: str | None
    syndicatable: bool


class Correction(BaseModel):
    """A dated note to readers about what was wrong."""

    at: datetime
    note: str


class TagReference(BaseModel):
    """A tag by its name: on an article in the article's language where it has such a name, beside
    another tag in the language that was asked for."""

    slug: Slug
    type: TagType
    name: str


class Translation(BaseModel):
    """The same story in another language, visible now, with the title that it has there."""

    lang: Lang
    slug: Slug
    title: str


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

    id: UUID
    kind: Kind
    slug: Slug
    lang: Lang
    title: str
    summary: str
    published_at: datetime
    date_precision: DatePrecision
    published_on: PublishedOn
    image: Image | None
    tags: list[TagReference]


class Neighbours(BaseModel):
    """The articles before and after one in the list of its language; null at the ends of the list,
    and for pages, which no list of articles shows."""

    older: ArticleCard | None
    newer: ArticleCard | None


class Seo(BaseModel):
    """The texts and the picture for search engines and for links in social networks: the editors'
    own, else the article's title, summary and image."""

    title: str
    description: str
    image: Image | None


class ContentsEntry(BaseModel):
    """A heading of the body; `id` is the one that it has in `body_html`."""

    id: str
    level: Annotated[int, Field(ge=2, le=6)]
    text: str


class FrozenArticle(BaseModel):
    """The article's own fields, made once at publication and served as they are.

    `canonical_url` is the address of the original when that is at another site. `position` orders
    pages among each other; an article has 0.
    """

    id: UUID
    kind: Kind
    slug: Slug
    lang: Lang
    title: str
    summary: str
    published_at: datetime
    date_precision: DatePrecision
    updated_at: datetime
    authors: list[Author]
    source: Source | None
    image: Image | None
    rights: Rights
    corrections: list[Correction]
    is_excerpt: bool
    canonical_url: GivenAddress | None
    position: int


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
    translations, and of a page the slug of the page above it, as long as that one is visible."""

    published_on: PublishedOn
    tags: list[TagReference]
    translations: list[Translation]
    parent: Slug | None


Paths = Annotated[list[str], Field(description="Addresses that used to lead here")]


class ListedArticle(ArticleItem):
    """An article in a list; `paths` and `related` are there when `include=` names them."""

    paths: Paths | SkipJsonSchema[None] = None
    related: list[ArticleCard] | SkipJsonSchema[None] = None


class Outline(BaseModel):
    """The contents and the length of a body; reading takes a minute for 200 words, at least one."""

    toc: list[ContentsEntry]
    reading_minutes: Annotated[int, Field(ge=1)]
    words: Count


def to_outline(body: OutlinedBody) -> Outline:
    """The public outline of a body."""
    return Outline(
        toc=[ContentsEntry(id=it.id, level=it.level, text=it.text) for it in body.headings],
        reading_minutes=body.reading_minutes,
        words=body.words,
    )


class ArticleDetail(ArticleItem, Outline):
    """One article whole; `body_html` is sanitised, `jsonld` is there when `include=` names it.

    Each heading of the body has an `id`, which `toc` names. Pictures of this service come in
    several sizes and load when they are near.
    """

    body_html: str
    seo: Seo
    paths: Paths
    related: list[ArticleCard]
    neighbours: Neighbours
    jsonld: NewsArticle | SkipJsonSchema[None] = Field(None, exclude_if=lambda value: value is None)
