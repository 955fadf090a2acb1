"""The attributes of an element as they are kept: what they mean, under the name it has here."""

import re
from typing import Final

from app.kit.allowed import ALIGNMENTS, ATTRIBUTES, EVERYWHERE, classes
from app.kit.anchors import Anchors
from app.kit.looks import Look
from app.kit.players import features
from app.kit.tree import Node

READ: Final = frozenset(EVERYWHERE).union(
    *ATTRIBUTES.values(),
    ("style", "name", "align", "role", "xml:lang", "aria-level", "data-aria-level", "data-listid"),
    ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-srcset", "data-lazy-srcset"),
    ("srcset", "data"),
)
"""All that is looked at."""

_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_NUMBER: Final = re.compile(r"-?\d{1,6}")


def attributes(
    node: Node, name: str, seen: Look, align: str, anchors: Anchors
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The attributes that an element with that name takes over, and which of the old ones live on
    in them under another name or value. `align` is what its row says."""
    kept: dict[str, str] = {}
    carried: list[tuple[str, str]] = []
    for key, value in node.attributes.items():
        said = _attribute(node, name, key, value, seen, anchors)
        if said is not None and said[0] not in kept:
            kept[said[0]] = said[1]
        elif not (key == "name" and "id" in kept):
            continue
        if name != node.name or said != (key, value):
            carried.append((key, value))
    if name in ("td", "th") and align and "style" not in kept:
        kept["style"] = f"text-align:{align}"
    return kept, carried


def _attribute(
    node: Node, name: str, key: str, value: str, seen: Look, anchors: Anchors
) -> tuple[str, str] | None:
    said = value.strip()
    is_known = key in ATTRIBUTES.get(name, ())
    kept: str | None = value if is_known else None
    match key:
        case "id" | "name" if key == "id" or node.name == "a":
            key, kept = "id", _anchor(name, value, anchors)
        case "style":
            return _of_style(name, seen)
        case "align" if name in ("td", "th"):
            key, kept = "style", f"text-align:{said.lower()}" * (said.lower() in ALIGNMENTS)
        case "lang" | "xml:lang":
            key, kept = "lang", said if _LANGUAGE.fullmatch(said) else None
        case "dir":
            kept = said.lower() if said.lower() in ("ltr", "rtl", "auto") else None
        case "class" if is_known:
            kept = classes(value) or None
        case "href" if is_known:
            kept = anchors.target(value)
        case "allow" if is_known:
            kept = features(value) or None
        case "start" | "value" if is_known:
            kept = said if _NUMBER.fullmatch(said) else None
        case "type" if is_known:
            kept = said if said in ("1", "a", "A", "i", "I") else None
        case _:
            pass
    return None if kept is None or (key == "style" and not kept) else (key, kept)


def _anchor(name: str, value: str, anchors: Anchors) -> str | None:
    return None if name == "span" and not anchors.is_wanted(value) else anchors.claim(value)


def _of_style(name: str, seen: Look) -> tuple[str, str] | None:
    if name in ("td", "th") and seen.align:
        return "style", f"text-align:{seen.align}"
    if name == "ol" and seen.list_type:
        return "type", seen.list_type
    return ("dir", "rtl") if seen.rtl else None
