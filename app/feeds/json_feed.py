"""JSON Feed 1.1."""

from collections.abc import Iterable
from typing import Any

from app.feeds.channel import Channel, FeedArticle, media_type, translations, urn
from app.public.json_feed import (
    Attachment,
    FeedAuthor,
    FeedExtension,
    FeedHub,
    FeedTranslation,
    ItemExtension,
    JsonFeed,
    JsonFeedItem,
)

MEDIA_TYPE = "application/feed+json"


def render(channel: Channel, articles: Iterable[FeedArticle]) -> bytes:
    """The feed in UTF-8."""
    members: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.links["self"],
        "description": channel.description,
        "authors": [FeedAuthor(name=channel.publisher, url=channel.home)],
        "items": [_item(channel, article) for article in articles],
        "_willay": FeedExtension(licence=channel.licence, about=f"{channel.api}/v1"),
    }
    if "next" in channel.links:
        members["next_url"] = channel.links["next"]
    if "hub" in channel.links:
        members["hubs"] = [FeedHub(type="WebSub", url=channel.links["hub"])]
    if channel.language is not None:
        members["language"] = channel.language
    feed = JsonFeed.model_validate(members)
    return feed.model_dump_json(by_alias=True, exclude_unset=True).encode()


def _item(channel: Channel, article: FeedArticle) -> JsonFeedItem:
    image, source = article.image, article.source
    members: dict[str, Any] = {
        "id": urn(article.id),
        "url": channel.page(article.kind, article.slug, article.lang),
        "title": article.title,
        "content_html": article.body_html,
        "summary": article.summary,
        "date_published": article.published_at,
        "date_modified": article.updated_at,
        "authors": [FeedAuthor(name=author.name) for author in article.authors],
        "tags": [tag.name for tag in article.tags],
        "language": article.lang,
        "attachments": [],
        "_willay": ItemExtension(
            kind=article.kind,
            rights=article.rights,
            source=source,
            corrections=article.corrections,
            translations=[
                FeedTranslation(lang=lang, url=address)
                for lang, address in translations(channel, article)
            ],
        ),
    }
    if source is not None and source.url is not None:
        members["external_url"] = source.url
    if image is not None:
        members["image"] = image.url
        kind = media_type(image.url)
        attachment = Attachment(url=image.url, mime_type=kind, title=image.alt)
        if article.image_bytes is not None:
            attachment.size_in_bytes = article.image_bytes
        members["attachments"] = [attachment]
    return JsonFeedItem.model_validate(members)
