"""Values of other systems in the forms that records have: slugs, lines, languages, addresses."""

from collections.abc import Sequence
from hashlib import blake2b
from html import unescape
from typing import Final
from urllib.parse import quote, unquote

from app.editorial.content import check_address
from app.importers.text_repair import repair_text
from app.kit.languages import normalise_code
from app.kit.text import plain_text, slug_of

_LONGEST_SLUG: Final = 110
"""With room for a number after it."""
_LINE: Final = 300
_SUMMARY: Final = 5_000


def to_slug(text: str) -> str:
    """A slug of valid letters and length; a cut one ends with a digest, so that two long ones with
    the same beginning stay different. Empty when nothing is left."""
    plain = slug_of(unquote(text), limit=0)
    if len(plain) <= _LONGEST_SLUG:
        return plain
    mark = blake2b(text.encode(), digest_size=3).hexdigest()
    return f"{slug_of(plain, limit=_LONGEST_SLUG - len(mark) - 1)}-{mark}"


def to_line(text: str, limit: int = _LINE) -> str:
    """The words of HTML in one line, at most so many letters."""
    line = " ".join(plain_text(repair_text(text)[0]).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def to_summary(text: str) -> str:
    """The words of HTML as a summary."""
    words = plain_text(repair_text(text)[0]).strip()
    return words if len(words) <= _SUMMARY else f"{words[: _SUMMARY - 1].rstrip()}…"


def to_language(code: str, languages: Sequence[str]) -> str | None:
    """The language of the site that a code means: the same, or else the one without its region.
    None when the site has neither."""
    plain = str(normalise_code(code.strip().replace("_", "-")))
    known = {language.lower(): language for language in languages}
    return known.get(plain.lower()) or known.get(plain.partition("-")[0].lower())


def to_address(address: str) -> str | None:
    """An address of the web with its odd signs escaped; None when it is none."""
    text = unescape(address.strip())
    text = f"https:{text}" if text.startswith("//") else text
    escaped = quote(text, safe="/:?#[]@!$&'()*+,;=%~-._")
    try:
        return check_address(escaped) if len(escaped) <= 2_000 else None
    except ValueError:
        return None
