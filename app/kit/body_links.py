"""The links of a sanitised body. Attributes are in double quotes, which values never contain."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(
    r'<a(?: [a-z-]+(?:="[^"]*")?)*? href="([^"]*)"(?: [a-z-]+(?:="[^"]*")?)*>(.*?)</a>', re.DOTALL
)
_TAG: Final = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_TEXT_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class BodyLink:
    """A link to another page, with its words as it stands there first."""

    url: str
    text: str


def list_links(body_html: str) -> Sequence[BodyLink]:
    """The links that lead out of a body, each address once, in order."""
    links: dict[str, BodyLink] = {}
    for match in _LINK.finditer(body_html):
        url = html.unescape(match[1])
        if url and not url.startswith("#") and url not in links:
            words = " ".join(html.unescape(_TAG.sub(" ", match[2])).split())
            links[url] = BodyLink(url, words[:_TEXT_AT_MOST])
    return list(links.values())
