"""RSS 2.0 with whole texts (`content:encoded`) and authors (`dc:creator`)."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from io import StringIO
from typing import Any

from feedgenerator.django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from typing_extensions import override

from app.feeds.channel import Channel, FeedArticle, credit, media_type, urn
from app.feeds.links import HISTORY, add_article_links, add_links
from app.kit.clock import rfc3339
from app.public.images import Image

MEDIA_TYPE = "application/rss+xml"


def render(channel: Channel, articles: Iterable[FeedArticle]) -> bytes:
    """The feed in UTF-8."""
    feed = _RssFeed(channel)
    for article in articles:
        image = article.image
        feed.add_item(
            title=article.title,
            link=channel.page(article.kind, article.slug, article.lang),
            description=escape(article.summary, quote=False),  # a summary is text, this field HTML
            pubdate=article.published_at,
            unique_id=urn(article.id),
            unique_id_is_permalink=False,
            enclosures=[_enclosure(article, image)] if image else (),
            article=article,
        )
    written = StringIO()
    feed.write(written, "utf-8")
    return written.getvalue().encode()


def _enclosure(article: FeedArticle, image: Image) -> Any:
    """The enclosure of a picture. The RSS profile asks for 0 where its length is not known."""
    return Enclosure(image.url, str(article.image_bytes or 0), media_type(image.url))


class _RssFeed(Rss201rev2Feed):  # type: ignore[misc]  # the library has no types
    """Django's feed with the elements that it lacks."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        super().__init__(
            title=channel.title,
            link=channel.home,
            description=channel.description,
            language=channel.language,
            feed_url=channel.links["self"],
            feed_copyright=channel.licence,
        )

    @override
    def latest_post_date(self) -> datetime:
        return self._channel.updated

    @override
    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
            **HISTORY,
        }

    @override
    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        add_links(handler, "atom:link", self._channel)

    @override
    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        article: FeedArticle = item["article"]
        for tag in article.tags:
            domain = f"{self._channel.api}/v1/tags/{tag.slug}"
            handler.addQuickElement("category", tag.name, {"domain": domain})
        for author in article.authors:
            handler.addQuickElement("dc:creator", author.name)
        handler.addQuickElement("dc:language", article.lang)
        handler.addQuickElement("dc:rights", credit(article))
        if article.source is not None:
            handler.addQuickElement("dc:source", article.source.url or article.source.name)
        if article.image is not None:
            _add_picture(handler, article.image)
        add_article_links(handler, "atom:link", self._channel, article)
        handler.addQuickElement("atom:updated", rfc3339(article.updated_at))
        handler.addQuickElement("content:encoded", article.body_html)


def _add_picture(handler: Any, image: Image) -> None:
    """Add the picture as Media RSS, with its description and its credit."""
    about = {"url": image.url, "type": media_type(image.url), "medium": "image"}
    for name, pixels in (("width", image.width), ("height", image.height)):
        if pixels is not None:
            about[name] = str(pixels)
    handler.startElement("media:content", about)
    if image.alt:
        handler.addQuickElement("media:description", image.alt, {"type": "plain"})
    if image.credit:
        handler.addQuickElement("media:credit", image.credit)
    handler.endElement("media:content")
