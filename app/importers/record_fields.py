"""Values of other systems in the forms that records have: slugs, lines, languages, addresses."""

from collections.abc import Sequence
from html import unescape
from typing import Final
from urllib.parse import quote

from app.editorial.content import check_address
from app.importers.text_repair import repair_text
from app.interchange.record_repair import to_valid_slug
from app.kit.languages import base_language, normalise_code
from app.kit.text import plain_text

_LONGEST_SLUG: Final = 110
"""With room for a number after it."""
_LINE: Final = 300
_SUMMARY: Final = 5_000


def to_slug(text: str) -> str:
    """A slug of valid letters and length; empty when nothing is left."""
    return to_valid_slug(text, _LONGEST_SLUG)


def to_line(text: str, limit: int = _LINE) -> str:
    """The words of HTML in one line, at most so many letters."""
    return _shorten(" ".join(plain_text(repair_text(text)[0]).split()), limit)


def to_summary(text: str) -> str:
    """The words of HTML as a summary."""
    return _shorten(plain_text(repair_text(text)[0]).strip(), _SUMMARY)


def _shorten(words: str, limit: int) -> str:
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


def to_language(code: str, languages: Sequence[str]) -> str | None:
    """The language of the site that a code means: the same, or else the one without its region.
    None when the site has neither."""
    plain = str(normalise_code(code.strip().replace("_", "-")))
    known = {language.lower(): language for language in languages}
    return known.get(plain.lower()) or known.get(base_language(plain).lower())


def to_address(address: str) -> str | None:
    """An address of the web with its odd signs escaped; None when it is none."""
    text = unescape(address.strip())
    text = f"https:{text}" if text.startswith("//") else text
    escaped = quote(text, safe="/:?#[]@!$&'()*+,;=%~-._")
    try:
        return check_address(escaped) if len(escaped) <= 2_000 else None
    except ValueError:
        return None
