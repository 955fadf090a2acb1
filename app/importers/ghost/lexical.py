"""Lexical, the editor of Ghost since 5.0, as HTML."""

import html
from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import from_json

from app.importers.ghost.cards import render_card
from app.importers.source_report import Note

_DEEPEST: Final = 60
_FORMATS: Final = (
    *((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup")),
    (128, "mark"),
)
_BLOCKS: Final = {
    "paragraph": "p",
    "quote": "blockquote",
    "extended-quote": "blockquote",
    "aside": "blockquote",
    "listitem": "li",
    "code": "pre",
}
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")


def render_lexical(source: str, note: Note) -> str | None:
    """The HTML of a document; None when it is no Lexical."""
    try:
        document = from_json(source)
        root = document["root"]["children"]
    except (ValueError, TypeError, KeyError):
        return None
    return "\n".join(_node(child, note, 0) for child in root) if isinstance(root, list) else None


def _node(node: Any, note: Note, depth: int) -> str:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        note("part of a text that is nested too deeply or broken; it is dropped", "")
        return ""
    kind = str(node.get("type", ""))
    children = node.get("children")
    if not isinstance(children, list):
        return _leaf(kind, node, note)
    inside = "".join(_node(child, note, depth + 1) for child in children)
    if kind in ("link", "autolink"):
        return f'<a href="{html.escape(str(node.get("url", "")))}">{inside}</a>'
    tag = _tag_of(kind, node)
    if tag is None:
        note("part of a text that is not known; its words are kept", kind)
        return inside
    return f"<{tag}>{inside}</{tag}>"


def _leaf(kind: str, node: Mapping[str, Any], note: Note) -> str:
    match kind:
        case "text" | "extended-text" | "code-highlight":
            return _format_text(str(node.get("text", "")), node.get("format"))
        case "linebreak":
            return "<br>"
        case "tab":
            return "\t"
        case _:
            return render_card(kind, node, note)


def _tag_of(kind: str, node: Mapping[str, Any]) -> str | None:
    """The element of a block; None for one that is not known."""
    if kind in ("heading", "extended-heading"):
        tag = str(node.get("tag"))
        return tag if tag in _HEADINGS else "h2"
    if kind == "list":
        return "ol" if node.get("listType") == "number" else "ul"
    return _BLOCKS.get(kind)


def _format_text(text: str, bits: Any) -> str:
    shown = html.escape(text, quote=False)
    for bit, tag in _FORMATS:
        if isinstance(bits, int) and bits & bit:
            shown = f"<{tag}>{shown}</{tag}>"
    return shown
