"""Sitemaps: an index, a month's articles in all their languages, the news of two days."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from app.feeds.channel import Page
from app.feeds.dates import partial_date
from app.kit.clock import rfc3339
from app.kit.languages import base_language
from app.public.articles import ArticleItem
from app.published.site_pages import SitePage

MEDIA_TYPE: Final = "application/xml"
_MAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_NEWS: Final = "http://www.google.com/schemas/sitemap-news/0.9"


def index(parts: Iterable[tuple[str, datetime | None]]) -> bytes:
    """The index of sitemaps: the address and the last change of each."""
    root = Element("sitemapindex", {"xmlns": _MAPS})
    for address, changed in parts:
        part = SubElement(root, "sitemap")
        SubElement(part, "loc").text = address
        if changed is not None:
            SubElement(part, "lastmod").text = rfc3339(changed)
    return _to_bytes(root)


def pages(articles: Iterable[SitePage], page: Page, default: str) -> bytes:
    """The pages of articles. Each names itself, its translations, and the page for readers of other
    languages: the one in the `default` language, else the article's own."""
    root = Element("urlset", {"xmlns": _MAPS, "xmlns:xhtml": _XHTML})
    for article in articles:
        entry = _entry(root, article, page)
        SubElement(entry, "lastmod").text = rfc3339(article.updated_at)
        own = (article.lang, page(article.kind, article.slug, article.lang))
        others = [(lang, page(article.kind, slug, lang)) for lang, slug in article.translations]
        by_language = dict([own, *others])
        fallback = ("x-default", by_language.get(default, own[1]))
        for lang, address in [own, *others, fallback] if others else ():
            link = {"rel": "alternate", "hreflang": lang, "href": address}
            SubElement(entry, "xhtml:link", link)
    return _to_bytes(root)


_SPELT = {"zh-Hans": "zh-cn", "zh-CN": "zh-cn", "zh-Hant": "zh-tw", "zh-TW": "zh-tw"}
"""News search engines know languages without regions, except these."""


def news(articles: Iterable[ArticleItem], publisher: str, page: Page) -> bytes:
    """The newest articles for news search engines."""
    root = Element("urlset", {"xmlns": _MAPS, "xmlns:news": _NEWS})
    for article in articles:
        about = SubElement(_entry(root, article, page), "news:news")
        publication = SubElement(about, "news:publication")
        SubElement(publication, "news:name").text = publisher
        SubElement(publication, "news:language").text = _SPELT.get(
            article.lang, base_language(article.lang)
        )
        SubElement(about, "news:publication_date").text = partial_date(article)
        SubElement(about, "news:title").text = article.title
    return _to_bytes(root)


def _entry(root: Element, article: ArticleItem | SitePage, page: Page) -> Element:
    entry = SubElement(root, "url")
    SubElement(entry, "loc").text = page(article.kind, article.slug, article.lang)
    return entry


def _to_bytes(root: Element) -> bytes:
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
