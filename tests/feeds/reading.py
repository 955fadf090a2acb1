"""Feeds as two independent parsers of XML read them, each as plain facts about its articles."""

from dataclasses import dataclass, field
from typing import Any

import feedparser
from lxml import etree

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@dataclass
class Document:
    """A document of a feed: ids of its articles in order, its links, what it says is gone."""

    ids: list[str]
    links: dict[str, str]
    deleted: list[str] = field(default_factory=list)
    is_archive: bool = False
    is_complete: bool = False


def parsed(body: bytes) -> Any:
    """What feedparser makes of it; it must have nothing to complain about."""
    found = feedparser.parse(body)
    assert not found.bozo, found.bozo_exception
    return found


def tree(body: bytes) -> etree._Element:
    """Without entities, network or mercy."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
    return etree.fromstring(body, parser)


def texts(element: etree._Element, path: str) -> list[str]:
    """Texts or attribute values that a path finds."""
    found = element.xpath(path, namespaces=NAMES)
    return [str(one) if isinstance(one, str) else (one.text or "") for one in found]


def document(body: bytes) -> Document:
    """An RSS or Atom document."""
    root = tree(body)
    parsed(body)
    atom = root.tag == f"{{{NAMES['atom']}}}feed"
    channel = root if atom else root[0]
    links = channel.xpath("atom:link", namespaces=NAMES)
    return Document(
        ids=texts(channel, "atom:entry/atom:id" if atom else "item/guid"),
        links={link.get("rel"): link.get("href") for link in links},
        deleted=texts(channel, "at:deleted-entry/@ref"),
        is_archive=bool(channel.xpath("fh:archive", namespaces=NAMES)),
        is_complete=bool(channel.xpath("fh:complete", namespaces=NAMES)),
    )
