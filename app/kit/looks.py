"""What an element looks like by its `style`, where that is what it means."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.kit.allowed import ALIGNMENTS
from app.kit.markup import names

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

BOLD: Final = names("b strong")
ITALIC: Final = names("i em")


@dataclass(frozen=True, slots=True)
class Look:
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
        """An element with that name and this style is not what it is called."""
        return (
            (name in BOLD and self.bold is False)
            or (name in ITALIC and self.italic is False)
            or (name == "u" and self.underlined is False)
        )


_PLAIN: Final = Look()


@lru_cache(maxsize=1_000)
def look(style: str) -> Look:
    """What a `style` says."""
    if not style:
        return _PLAIN
    said = {key: value.strip() for key, value in _PROPERTY.findall(style[:2_000].lower())}
    font = said.get("font", "").split()
    weight = said.get("font-weight") or next(filter(_HEAVY.fullmatch, font), "")
    slant = said.get("font-style") or next(filter(_SLANTED.fullmatch, font), "")
    lines = said.get("text-decoration-line") or said.get("text-decoration", "")
    script, align = said.get("vertical-align", ""), said.get("text-align", "")
    return Look(
        bold=True if _HEAVY.fullmatch(weight) else False if _LIGHT.fullmatch(weight) else None,
        italic=True if _SLANTED.fullmatch(slant) else False if slant == "normal" else None,
        underlined=True if "underline" in lines else False if lines == "none" else None,
        struck="line-through" in lines,
        script={"super": "sup", "sub": "sub"}.get(script, ""),
        fixed=_FIXED_WIDTH.search(said.get("font-family", "")) is not None,
        rtl=said.get("direction") == "rtl",
        align=align if align in ALIGNMENTS else "",
        list_type=_LIST_TYPES.get(said.get("list-style-type", ""), ""),
    )
