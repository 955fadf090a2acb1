"""Prepares HTML as it was written for a parser.

A parser drops some tags that separate words (a table's cell outside of a table) without a trace,
and lets others swallow everything after them. Nothing here decides what is safe.
"""

import re
from typing import Final

from app.kit.markup import MARKUP, split_names

PREFIX: Final = "x-"
"""Prefix of elements whose content a parser would not read as markup, so that it is read."""

_READ: Final = {"iframe": "x-iframe", "noscript": "x-noscript", "plaintext": "pre"}
_SWALLOWS: Final = split_names(
    "applet audio button canvas datalist iframe map math meter noembed noframes noscript object"
    " progress select svg template textarea title video xml"
)
_PLAYS: Final = split_names("applet audio iframe object video")
_CELLS: Final = split_names("caption tbody td tfoot th thead tr")
_OFFICE: Final = re.compile(r"[owx]:")
_CLOSED: Final = re.compile(r"(?:^|(?<=[\s\"']))/$")
_END: Final = re.compile(r"</([a-zA-Z][^\s/>]*)")


def make_readable(source: str) -> str:
    """HTML that a parser reads without joining words or losing the text after an element."""
    last_end = {match[1].lower(): match.start() for match in _END.finditer(source)}
    tables = 0

    def rewrite_match(match: re.Match[str]) -> str:
        nonlocal tables
        name, is_end = (match["name"] or "").lower(), bool(match["end"])
        if not name or not match[0].endswith(">"):
            return match[0]
        if name == "table":
            tables = max(0, tables - 1) if is_end else tables + 1
        is_loose = name in _CELLS and not tables
        read_as = "div" if is_loose else _READ.get(name, match["name"])
        if name == "xmp":
            return "</xmp></pre>" if is_end else "<pre><xmp>"
        if is_end:
            return f"</{read_as}>"
        return _start(name, read_as, match["rest"], last_end.get(name, -1) > match.start())

    return MARKUP.sub(rewrite_match, source)


def _start(name: str, read_as: str, rest: str, has_end: bool) -> str:
    attributes = _CLOSED.sub("", rest)
    is_whole = has_end and attributes == rest
    if name in _PLAYS:
        return f"<{read_as}{attributes}>" + ("" if is_whole else f"</{read_as}>")
    if name in _SWALLOWS:
        return f" <{read_as}{attributes}>" if is_whole else " "
    is_nothing = attributes != rest and _OFFICE.match(name)
    return "" if is_nothing else f"<{read_as}{rest}>"
