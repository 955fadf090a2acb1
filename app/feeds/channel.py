"""A feed's own description, and helpers that its formats share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from app.public.articles import ArticleItem


class FeedArticle(ArticleItem):
    """An article with its text; how many bytes its picture has is known of one that is kept
    here. Its dates are instants that every reader understands (see `dates.instant`)."""

    body_html: str
    image_bytes: int | None


Page = Callable[[str, str, str], str]
"""The address of an article's page, by kind, slug and language."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """An article that was public and no longer is."""

    id: UUID
    at: datetime
    comment: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed: the one that subscribers follow, or (`is_archive`) one kept month of it.

    `identity` is the same for all documents of one feed, however much of it each holds. `links` are
    addresses by relation (`self`, `prev-archive`, `hub`, …). `is_complete` says that this document
    holds every article of the feed.
    """

    identity: str
    title: str
    publisher: str
    description: str
    home: str
    api: str
    updated: datetime
    licence: str
    page: Page
    links: dict[str, str]
    language: str | None = None
    is_archive: bool = False
    is_complete: bool = False
    deleted: Sequence[Deleted] = field(default=())


def urn(article_id: UUID) -> str:
    """The identity of an article, independent of its address."""
    return f"urn:uuid:{article_id}"


def translations(channel: Channel, article: ArticleItem) -> list[tuple[str, str]]:
    """Each other language of an article with the address of its page."""
    return [
        (other.lang, channel.page(article.kind, other.slug, other.lang))
        for other in article.translations
    ]


_TYPES: Final = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}


def media_type(address: str) -> str:
    """The media type of an image, by the end of its address."""
    ending = urlsplit(address).path.rsplit(".", 1)[-1].lower()
    return _TYPES.get(ending, "application/octet-stream")


def credit(article: ArticleItem) -> str:
    """The credit and the licence on one line."""
    rights = article.rights
    return f"{rights.credit}. {rights.licence}" if rights.credit else rights.licence
