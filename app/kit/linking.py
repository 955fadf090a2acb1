"""Web addresses in plain text made links."""

import html
import re
from typing import Final

from app.kit.tree import Content, Node

_ADDRESS: Final = re.compile(
    r"(?<![\w/@.:-])(?P<address>(?:https?://|www\.(?=[^\s.]+\.))[^\s<>\"`«»“”‘’\\^{|}]+)", re.I
)
_LINE: Final = re.compile(r"^[^\S\n]*(?P<address>https?://[^\s<>\"`\\^{|}]+)[^\S\n]*$", re.I | re.M)
_TRAILING: Final = "?!.,:;*_~'…"


def everywhere(text: str) -> Content:
    """Text (escaped) with each address in it as a link."""
    if "://" not in text and "www." not in text.lower():
        return [text]
    return _linked(text, _ADDRESS)


def lines(text: str) -> Content:
    """Text (escaped) with each line that is an address and nothing else as a link."""
    return _linked(text, _LINE) if "://" in text else [text]


def _linked(text: str, pattern: re.Pattern[str]) -> Content:
    plain, out, end = html.unescape(text), Content(), 0
    for found in pattern.finditer(plain):
        address = _trimmed(found["address"])
        if re.match(r"(?:https?://|www\.)\w", address, re.IGNORECASE):
            out += [_escaped(plain[end : found.start("address")]), _link(address)]
            end = found.start("address") + len(address)
    return [*out, _escaped(plain[end:])] if out else [text]


def _link(address: str) -> Node:
    href = address if "://" in address[:8] else f"http://{address}"
    return Node("a", {"href": href}, [_escaped(address)])


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it."""
    open_at = {")": "(", "]": "["}
    balance = {end: address.count(end) - address.count(begin) for end, begin in open_at.items()}
    end = len(address)
    while end and (address[end - 1] in _TRAILING or balance.get(address[end - 1], 0) > 0):
        end -= 1
        if address[end] in balance:
            balance[address[end]] -= 1
    return address[:end]


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")
