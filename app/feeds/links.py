"""Elements of Atom and of RFC 5005 that RSS and Atom share."""

from typing import Any, Final

from feedgenerator.django.utils.encoding import iri_to_uri

from app.feeds.channel import Channel, FeedArticle, translations

HISTORY: Final = {"xmlns:fh": "http://purl.org/syndication/history/1.0"}


def add_links(handler: Any, element: str, channel: Channel) -> None:
    """Add a feed's links, except the one to itself, and mark an archive or complete document."""
    for relation, address in channel.links.items():
        if relation != "self":
            handler.addQuickElement(element, None, {"rel": relation, "href": address})
    handler.addQuickElement(element, None, {"rel": "license", "href": channel.licence})
    if channel.is_archive:
        handler.addQuickElement("fh:archive")
    if channel.is_complete:
        handler.addQuickElement("fh:complete")


def add_alternate(handler: Any, element: str, lang: str, address: str) -> None:
    """Add a link to an article's page in one language."""
    link = {"rel": "alternate", "hreflang": lang, "href": iri_to_uri(address)}
    handler.addQuickElement(element, None, link)


def add_article_links(handler: Any, element: str, channel: Channel, article: FeedArticle) -> None:
    """Add links to an article's translations, its source and its licence."""
    for lang, address in translations(channel, article):
        add_alternate(handler, element, lang, address)
    source = article.source
    if source is not None and source.url is not None:
        via = {"rel": "via", "href": iri_to_uri(source.url), "title": source.name}
        handler.addQuickElement(element, None, via)
    handler.addQuickElement(element, None, {"rel": "license", "href": article.rights.licence})
