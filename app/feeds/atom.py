"""Atom (RFC 4287) with archives (RFC 5005) and takedowns (RFC 6721)."""

from collections.abc import Iterable
from datetime import datetime
from io import StringIO
from typing import Any

from feedgenerator.django.utils.feedgenerator import Atom1Feed
from typing_extensions import override

from app.feeds.channel import Channel, FeedArticle, credit, media_type, urn
from app.feeds.links import HISTORY, add_alternate, add_article_links, add_links
from app.kit.clock import rfc3339

MEDIA_TYPE = "application/atom+xml"


def render(channel: Channel, articles: Iterable[FeedArticle]) -> bytes:
    """The feed in UTF-8."""
    feed = _AtomFeed(channel)
    for article in articles:
        feed.add_item(
            title=article.title,
            link=channel.page(article.kind, article.slug, article.lang),
            description=None,
            pubdate=article.published_at,
            updateddate=article.updated_at,
            unique_id=urn(article.id),
            content=article.body_html,
            item_copyright=credit(article),
            article=article,
        )
    written = StringIO()
    feed.write(written, "utf-8")
    return written.getvalue().encode()


class _AtomFeed(Atom1Feed):  # type: ignore[misc]  # the library has no types
    """Django's feed with the elements that it lacks."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        super().__init__(
            title=channel.title,
            link=channel.home,
            description=channel.description,
            language=channel.language,
            feed_url=channel.links["self"],
            feed_guid=channel.identity,
            author_name=channel.publisher,
            author_link=channel.home,
            feed_copyright=channel.licence,
        )

    @override
    def latest_post_date(self) -> datetime:
        return self._channel.updated

    @override
    def root_attributes(self) -> dict[str, str]:
        return {
            **super().root_attributes(),
            "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
            **HISTORY,
        }

    @override
    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        add_links(handler, "link", self._channel)
        for deleted in self._channel.deleted:
            about = {"ref": urn(deleted.id), "when": rfc3339(deleted.at)}
            handler.startElement("at:deleted-entry", about)
            handler.addQuickElement("at:comment", deleted.comment)
            handler.endElement("at:deleted-entry")

    @override
    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["article"].lang}

    @override
    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        article: FeedArticle = item["article"]
        # A summary is plain text; Django's would call it HTML.
        handler.addQuickElement("summary", article.summary, {"type": "text"})
        for author in article.authors:
            handler.startElement("author", {})
            handler.addQuickElement("name", author.name)
            handler.endElement("author")
        for tag in article.tags:
            scheme = f"{self._channel.api}/v1/tags"
            category = {"term": tag.slug, "scheme": scheme, "label": tag.name}
            handler.addQuickElement("category", None, category)
        if (image := article.image) is not None:
            enclosure = {"rel": "enclosure", "href": image.url, "type": media_type(image.url)}
            if article.image_bytes is not None:
                enclosure["length"] = str(article.image_bytes)
            handler.addQuickElement("link", None, enclosure)
        add_article_links(handler, "link", self._channel, article)
        if article.translations:
            # Some readers take the first page of several, some the last: both are its own.
            add_alternate(handler, "link", article.lang, item["link"])
