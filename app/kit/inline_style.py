"""Reads the meaning of an element's `style`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.kit.allowlist import ALIGNMENTS
from app.kit.markup import split_names

_PROPERTY: Final = re.compile(r"([a-z-]+)\s*:\s*([^;]*)")
_FIXED_WIDTH: Final = re.compile(r"courier|consolas|menlo|monaco|\bmono(?:space)?\b")
_HEAVY: Final = re.compile(r"bold|bolder|[6-9]\d\d|1000")
_LIGHT: Final = re.compile(r"normal|lighter|[1-5]\d\d")
_SLANTED: Final = re.compile(r"italic|oblique.*")
_LIST_TYPES: Final = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}

BOLD: Final = split_names("b strong")
ITALIC: Final = split_names("i em")


@dataclass(frozen=True, slots=True)
class InlineStyle:
    """True for what the style asks for, False for what it undoes, None where it says nothing."""

    bold: bool | None = None
    italic: bool | None = None
    underlined: bool | None = None
    struck: bool = False
    script: str = ""
    fixed: bool = False
    rtl: bool = False
    align: str = ""
    list_type: str = ""

    def undoes(self, name: str) -> bool:
        """Whether this style cancels the effect of an element with that name."""
        return (
            (name in BOLD and self.bold is False)
            or (name in ITALIC and self.italic is False)
            or (name == "u" and self.underlined is False)
        )


_PLAIN: Final = InlineStyle()


@lru_cache(maxsize=1_000)
def parse_style(style: str) -> InlineStyle:
    """The meaning of a `style` attribute."""
    if not style:
        return _PLAIN
    properties = {key: value.strip() for key, value in _PROPERTY.findall(style[:2_000].lower())}
    font = properties.get("font", "").split()
    weight = properties.get("font-weight") or next(filter(_HEAVY.fullmatch, font), "")
    slant = properties.get("font-style") or next(filter(_SLANTED.fullmatch, font), "")
    lines = properties.get("text-decoration-line") or properties.get("text-decoration", "")
    script, align = properties.get("vertical-align", ""), properties.get("text-align", "")
    return InlineStyle(
        bold=True if _HEAVY.fullmatch(weight) else False if _LIGHT.fullmatch(weight) else None,
        italic=True if _SLANTED.fullmatch(slant) else False if slant == "normal" else None,
        underlined=True if "underline" in lines else False if lines == "none" else None,
        struck="line-through" in lines,
        script={"super": "sup", "sub": "sub"}.get(script, ""),
        fixed=_FIXED_WIDTH.search(properties.get("font-family", "")) is not None,
        rtl=properties.get("direction") == "rtl",
        align=align if align in ALIGNMENTS else "",
        list_type=_LIST_TYPES.get(properties.get("list-style-type", ""), ""),
    )
