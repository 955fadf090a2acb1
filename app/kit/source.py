"""What is done to HTML as it was written, before a parser reads it.

A parser drops some tags without a trace that stands in the way of words (a table's cell outside
of a table), and lets others swallow all that comes after them. Nothing here decides what is safe.
"""

import re
from typing import Final

from app.kit.markup import MARKUP, names

PREFIX: Final = "x-"
"""Of elements whose content a parser would not read as markup; here it is read."""

_READ: Final = {"iframe": "x-iframe", "noscript": "x-noscript", "plaintext": "pre"}
_SWALLOWS: Final = names(
    "applet audio button canvas datalist iframe map math meter noembed noframes noscript object"
    " progress select svg template textarea title video xml"
)
_PLAYS: Final = names("applet audio iframe object video")
_CELLS: Final = names("caption tbody td tfoot th thead tr")
_OFFICE: Final = re.compile(r"[owx]:")
_CLOSED: Final = re.compile(r"(?:^|(?<=[\s\"']))/$")
_END: Final = re.compile(r"</([a-zA-Z][^\s/>]*)")


def readable(source: str) -> str:
    """HTML that a parser reads without gluing words or losing what follows an element."""
    last_end = {found[1].lower(): found.start() for found in _END.finditer(source)}
    tables = 0

    def rewritten(found: re.Match[str]) -> str:
        nonlocal tables
        name, is_end = (found["name"] or "").lower(), bool(found["end"])
        if not name or not found[0].endswith(">"):
            return found[0]
        if name == "table":
            tables = max(0, tables - 1) if is_end else tables + 1
        is_loose = name in _CELLS and not tables
        named = "div" if is_loose else _READ.get(name, found["name"])
        if name == "xmp":
            return "</xmp></pre>" if is_end else "<pre><xmp>"
        if is_end:
            return f"</{named}>"
        return _start(name, named, found["rest"], last_end.get(name, -1) > found.start())

    return MARKUP.sub(rewritten, source)


def _start(name: str, named: str, rest: str, has_end: bool) -> str:
    attributes = _CLOSED.sub("", rest)
    is_whole = has_end and attributes == rest
    if name in _PLAYS:
        return f"<{named}{attributes}>" + ("" if is_whole else f"</{named}>")
    if name in _SWALLOWS:
        return f" <{named}{attributes}>" if is_whole else " "
    is_nothing = attributes != rest and _OFFICE.match(name)
    return "" if is_nothing else f"<{named}{rest}>"
