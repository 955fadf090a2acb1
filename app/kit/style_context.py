"""The context of an element in a body, and what its style asks for or undoes there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from app.kit.allowlist import ALIGNMENTS
from app.kit.html_tree import Node
from app.kit.inline_style import BOLD, ITALIC, InlineStyle
from app.kit.markup import split_names

HEADINGS: Final = split_names("h2 h3 h4 h5 h6")


@dataclass(frozen=True, slots=True)
class StyleContext:
    """The context of an element."""

    bold: bool = False
    italic: bool = False
    phrasing: bool = False
    literal: bool = False
    link: bool = False
    office: bool = False
    listed: bool = False
    marked: bool = False
    """An item of a list whose bullet or number Word wrote as text."""
    align: str = ""
    wraps: tuple[str, ...] = ()
    """Elements to wrap lines in, because a block around them asks for it by its style."""


def enter_block(node: Node, name: str, style: InlineStyle, around: StyleContext) -> StyleContext:
    """The context inside a block."""
    return _enter_block(node.attributes.get("align", ""), name, style, around)


# A body has few kinds of places, and each paragraph enters one.
@lru_cache(maxsize=1_000)
def _enter_block(
    alignment: str, name: str, style: InlineStyle, around: StyleContext
) -> StyleContext:
    own_bold = name in HEADINGS or name == "th"
    wishes = (("strong", style.bold, around.bold), ("em", style.italic, around.italic))
    wraps = tuple(name for name in around.wraps if not (own_bold and name == "strong"))
    for wrap, is_asked, is_so in wishes:
        if is_asked is False:
            wraps = tuple(name for name in wraps if name != wrap)
        elif is_asked and not is_so and not (own_bold and wrap == "strong"):
            wraps = (*wraps, wrap)
    message = alignment.strip().lower()
    align = style.align or (message if message in ALIGNMENTS else "")
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


@lru_cache(maxsize=1_000)
def enter_inline(
    name: str, wrap_names: tuple[str, ...], style: InlineStyle, around: StyleContext
) -> StyleContext:
    """The context inside an element of a line; `wrap_names` express its style."""
    bold = around.bold or name in BOLD or "strong" in wrap_names
    italic = around.italic or name in ITALIC or "em" in wrap_names
    return replace(
        around,
        bold=bold and style.bold is not False,
        italic=italic and style.italic is not False,
        link=around.link or name == "a",
        literal=around.literal or name == "code",
    )


def style_wrappers(name: str, style: InlineStyle, around: StyleContext) -> Iterator[str]:
    """The elements that express a style, the innermost first."""
    if style.fixed and name == "span" and not around.literal:
        yield "code"
    if style.script and name not in ("sup", "sub"):
        yield style.script
    if style.underlined and name not in ("u", "a", "ins") and not around.link:
        yield "u"
    if style.struck and name not in ("s", "del"):
        yield "s"
    if style.italic and name not in ITALIC and not around.italic:
        yield "em"
    if style.bold and name not in BOLD and not around.bold:
        yield "strong"


def undone_wrappers(style: InlineStyle, around: StyleContext) -> str:
    """The elements around that a style undoes."""
    bold = ["b", "strong"] if style.bold is False and around.bold else []
    return " ".join([*bold, *(["i", "em"] if style.italic is False and around.italic else [])])
