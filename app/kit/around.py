"""What an element of a body stands in, and what its style asks for or undoes there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.kit.allowed import ALIGNMENTS
from app.kit.looks import BOLD, ITALIC, Look
from app.kit.markup import names
from app.kit.tree import Node

HEADINGS: Final = names("h2 h3 h4 h5 h6")


@dataclass(frozen=True, slots=True)
class Around:
    """What an element stands in."""

    bold: bool = False
    italic: bool = False
    phrasing: bool = False
    literal: bool = False
    link: bool = False
    office: bool = False
    listed: bool = False
    marked: bool = False
    """An item of a list, whose bullet or number Word wrote before it."""
    align: str = ""
    wraps: tuple[str, ...] = ()
    """What lines take on, since a block around them asks for it by its style."""


def inside(node: Node, name: str, seen: Look, around: Around) -> Around:
    """What stands in a block."""
    own_bold = name in HEADINGS or name == "th"
    asked = (("strong", seen.bold, around.bold), ("em", seen.italic, around.italic))
    wraps = tuple(one for one in around.wraps if not (own_bold and one == "strong"))
    for wrap, is_asked, is_so in asked:
        if is_asked is False:
            wraps = tuple(one for one in wraps if one != wrap)
        elif is_asked and not is_so and not (own_bold and wrap == "strong"):
            wraps = (*wraps, wrap)
    said = node.attributes.get("align", "").strip().lower()
    align = seen.align or (said if said in ALIGNMENTS else "")
    return replace(
        around,
        bold=own_bold or "strong" in wraps or (around.bold and "strong" not in around.wraps),
        italic="em" in wraps or (around.italic and "em" not in around.wraps),
        phrasing=around.phrasing or name in HEADINGS or name in ("p", "pre"),
        literal=around.literal or name == "pre",
        listed=name in ("ul", "ol"),
        align=(align or around.align) if name in ("tr", "td", "th") else "",
        wraps=wraps,
    )


def wraps(name: str, seen: Look, around: Around) -> Iterator[str]:
    """The elements that say what a style says, the innermost first."""
    if seen.fixed and name == "span" and not around.literal:
        yield "code"
    if seen.script and name not in ("sup", "sub"):
        yield seen.script
    if seen.underlined and name not in ("u", "a", "ins") and not around.link:
        yield "u"
    if seen.struck and name not in ("s", "del"):
        yield "s"
    if seen.italic and name not in ITALIC and not around.italic:
        yield "em"
    if seen.bold and name not in BOLD and not around.bold:
        yield "strong"


def undone(seen: Look, around: Around) -> str:
    """The elements around which a style undoes."""
    bold = ["b", "strong"] if seen.bold is False and around.bold else []
    return " ".join([*bold, *(["i", "em"] if seen.italic is False and around.italic else [])])
