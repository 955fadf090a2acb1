"""Keeps the attributes of an element by their meaning, under the names that they have here."""

import re
from typing import Final

from app.kit.allowlist import ALIGNMENTS, ATTRIBUTES, EVERYWHERE, allowed_classes
from app.kit.anchors import Anchors
from app.kit.html_tree import Node
from app.kit.inline_style import InlineStyle
from app.kit.players import allowed_features

READ: Final = frozenset(EVERYWHERE).union(
    *ATTRIBUTES.values(),
    ("style", "name", "align", "role", "xml:lang", "aria-level", "data-aria-level", "data-listid"),
    ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-srcset", "data-lazy-srcset"),
    ("srcset", "data"),
)
"""All attributes that are read."""

_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_NUMBER: Final = re.compile(r"-?\d{1,6}")


def allowed_attributes(
    node: Node, name: str, style: InlineStyle, align: str, anchors: Anchors
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The attributes of an element under a new name, and the old attributes that continue in them
    under another name or value. `align` is the alignment of the table row."""
    clean: dict[str, str] = {}
    carried: list[tuple[str, str]] = []
    if not node.attributes and not align:
        return clean, carried
    for key, value in node.attributes.items():
        attribute = _attribute(node, name, key, value, style, anchors)
        if attribute is not None and attribute[0] not in clean:
            clean[attribute[0]] = attribute[1]
        elif not (key == "name" and "id" in clean):
            continue
        if name != node.name or attribute != (key, value):
            carried.append((key, value))
    if name in ("td", "th") and align and "style" not in clean:
        clean["style"] = f"text-align:{align}"
    return clean, carried


def _attribute(
    node: Node, name: str, key: str, value: str, style: InlineStyle, anchors: Anchors
) -> tuple[str, str] | None:
    message = value.strip()
    is_known = key in ATTRIBUTES.get(name, ())
    clean: str | None = value if is_known else None
    match key:
        case "id" | "name" if key == "id" or node.name == "a":
            key, clean = "id", _anchor(name, value, anchors)
        case "style":
            return _of_style(name, style)
        case "align" if name in ("td", "th"):
            key, clean = "style", f"text-align:{message.lower()}" * (message.lower() in ALIGNMENTS)
        case "lang" | "xml:lang":
            key, clean = "lang", message if _LANGUAGE.fullmatch(message) else None
        case "dir":
            clean = message.lower() if message.lower() in ("ltr", "rtl", "auto") else None
        case "class" if is_known:
            clean = allowed_classes(value) or None
        case "href" if is_known:
            clean = anchors.target(value)
        case "allow" if is_known:
            clean = allowed_features(value) or None
        case "start" | "value" if is_known:
            clean = message if _NUMBER.fullmatch(message) else None
        case "type" if is_known:
            clean = message if message in ("1", "a", "A", "i", "I") else None
        case _:
            pass
    return None if clean is None or (key == "style" and not clean) else (key, clean)


def _anchor(name: str, value: str, anchors: Anchors) -> str | None:
    return None if name == "span" and not anchors.is_wanted(value) else anchors.claim(value)


def _of_style(name: str, style: InlineStyle) -> tuple[str, str] | None:
    if name in ("td", "th") and style.align:
        return "style", f"text-align:{style.align}"
    if name == "ol" and style.list_type:
        return "type", style.list_type
    return ("dir", "rtl") if style.rtl else None
