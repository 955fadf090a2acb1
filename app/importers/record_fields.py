"""Values of other systems in the forms that records have: slugs, lines, languages, addresses.

Each field of another system is HTML or plain text, and its importer says which: in plain text,
`<b>` is no element, and nothing is left out.
"""

from collections.abc import Sequence
from html import unescape
from typing import Final
from urllib.parse import quote

from app.editorial.content import check_address
from app.importers.stray_tags import escape_stray_tags
from app.importers.text_repair import repair_text
from app.interchange.record_repair import to_valid_slug
from app.kit.languages import base_language, normalise_code
from app.kit.text import plain_text, visible_line, without_illegal, without_overrides

NO_LANGUAGE: Final = "text that names no language of this site (--lang); it is taken for"
_LONGEST_SLUG: Final = 110
"""With room for a number after it."""
_LINE: Final = 300
_SUMMARY: Final = 5_000


def to_slug(text: str) -> str:
    """A slug of valid letters and length; empty when nothing is left."""
    return to_valid_slug(text, _LONGEST_SLUG)


def html_line(text: str, limit: int = _LINE) -> str:
    """The words of HTML in one line, at most so many letters."""
    return _shorten(visible_line(" ".join(_words(text).split())), limit)


def html_summary(text: str) -> str:
    """The words of HTML as a summary."""
    return _shorten(_words(text), _SUMMARY)


def plain_line(text: str, limit: int = _LINE) -> str:
    """Plain text in one line, at most so many letters."""
    return _shorten(visible_line(" ".join(repair_text(text)[0].split())), limit)


def plain_summary(text: str) -> str:
    """Plain text as a summary."""
    return _shorten(repair_text(text)[0].strip(), _SUMMARY)


def _words(text: str) -> str:
    """The words of HTML; a name between angle brackets that is no element is one of them."""
    right = escape_stray_tags(repair_text(text)[0], _ignore)
    # Entities may stand for controls, which no record holds.
    return without_overrides(without_illegal(plain_text(right))).strip()


def _ignore(_message: str, _subject: str) -> None:
    """What looks like an element in a line is kept, so there is nothing to tell."""


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
