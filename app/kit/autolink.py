"""Turns web addresses in plain text into links."""

import html
import re
from typing import Final

from app.kit.html_tree import Content, Node

_ADDRESS: Final = re.compile(
    r"(?<![\w/@.:-])(?P<address>(?:https?://|www\.(?=[^\s.]+\.))[^\s<>\"`«»“”‘’\\^{|}]+)", re.I
)
_LINE: Final = re.compile(r"^[^\S\n]*(?P<address>https?://[^\s<>\"`\\^{|}]+)[^\S\n]*$", re.I | re.M)
_TRAILING: Final = "?!.,:;*_~'…"


def link_addresses(text: str) -> Content:
    """Escaped text, with each address in it as a link."""
    if "://" not in text and "www." not in text.lower():
        return [text]
    return _link_matches(text, _ADDRESS)


def link_address_lines(text: str) -> Content:
    """Escaped text, with each line that is only an address as a link."""
    return _link_matches(text, _LINE) if "://" in text else [text]


def _link_matches(text: str, pattern: re.Pattern[str]) -> Content:
    plain, out, end = html.unescape(text), Content(), 0
    for match in pattern.finditer(plain):
        address = _trim_address(match["address"])
        if re.match(r"(?:https?://|www\.)\w", address, re.IGNORECASE):
            out += [_escape(plain[end : match.start("address")]), _to_link(address)]
            end = match.start("address") + len(address)
    return [*out, _escape(plain[end:])] if out else [text]


def _to_link(address: str) -> Node:
    href = address if "://" in address[:8] else f"http://{address}"
    return Node("a", {"href": href}, [_escape(address)])


def _trim_address(address: str) -> str:
    """An address without the punctuation of the sentence around it."""
    open_at = {")": "(", "]": "["}
    balance = {end: address.count(end) - address.count(begin) for end, begin in open_at.items()}
    end = len(address)
    while end and (address[end - 1] in _TRAILING or balance.get(address[end - 1], 0) > 0):
        end -= 1
        if address[end] in balance:
            balance[address[end]] -= 1
    return address[:end]


def _escape(text: str) -> str:
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")
