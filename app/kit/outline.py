"""The outline of a sanitised body: ids for its headings, a table of contents, its length.

A made id is `h-` and the slug of the heading's text. The hyphen in it is no part of a name in a
script, so that a page's `window.config` never is a heading of the text (see `anchors`). An id
depends on nothing but the texts of the headings, so links to a place last as long as its heading.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.kit.text import slug_of, without_unseen

HEADINGS_AT_MOST: Final = 1_000
"""The headings that get an id and a place in the contents. A publication is made while other
writers wait, and no page shows a longer table of contents."""
_TEXT_AT_MOST: Final = 300
_MARKUP_READ: Final = 3_000
"""The characters of a heading's markup that are read for its text."""
_SLUG_AT_MOST: Final = 60
_WORDS_A_MINUTE: Final = 200

_HEADING: Final = re.compile(r'<h([2-6])((?: [a-z-]+(?:="[^"]*")?)*)>')
_ID: Final = re.compile(r' id="([^"]*)"')
_TAG: Final = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_CUT_TAG: Final = re.compile(r"<[^>]*\Z")
_NOTE: Final = re.compile(r'<sup class="footnote-ref">.*?</sup>', re.DOTALL)
_INLINE_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|r[bpt]|ruby|s|samp|small|span"
    r'|strong|sub|sup|time|u|var|wbr)(?![a-z0-9])[^<>"]*(?:"[^"]*"[^<>"]*)*>'
)
# Each step of a word takes letters, so that no text is read twice.
_WORD: Final = re.compile(r"\w+(?:[^\w\s/,;:\u2013\u2014\u2026]{1,2}\w+)*")
_IDEOGRAPH: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a body, from level 2 to 6."""

    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class OutlinedBody:
    """A body whose headings have ids, with its contents and its number of words."""

    html: str
    headings: Sequence[Heading]
    words: int

    @property
    def reading_minutes(self) -> int:
        """The minutes that reading takes: at least one."""
        return max(1, round(self.words / _WORDS_A_MINUTE))


def outline_body(body_html: str) -> OutlinedBody:
    """The outline of a sanitised body, in time that grows with its length. Ids that are there
    stay, and a body that has been outlined before does not change."""
    headings: list[Heading] = []
    if "<h" in body_html:
        body_html = _name_headings(body_html, headings)
    return OutlinedBody(body_html, headings, count_words(body_html))


def count_words(body_html: str) -> int:
    """The words of a sanitised body. Two characters of a script without blanks are a word."""
    text = html.unescape(_TAG.sub(" ", _INLINE_TAG.sub("", body_html)))
    text = without_unseen(text)
    ideographs = 0
    if not text.isascii() and (ideographs := len(_IDEOGRAPH.findall(text))):
        text = _IDEOGRAPH.sub(" ", text)
    parts = text.split()
    mixed = [part for part in parts if not part.isalnum()]  # all others are a word each
    words = len(parts) - len(mixed) + len(_WORD.findall(" ".join(mixed)))
    return words + (ideographs + 1) // 2


def _name_headings(body_html: str, headings: list[Heading]) -> str:
    taken_ids = set(_ID.findall(body_html))
    numbers: dict[str, int] = {}
    left = HEADINGS_AT_MOST

    def name_heading(match: re.Match[str]) -> str:
        nonlocal left
        if left == 0:
            return match[0]
        left -= 1
        level, attributes = match[1], match[2]
        end = body_html.find(f"</h{level}>", match.end(), match.end() + _MARKUP_READ)
        text = _heading_text(body_html[match.end() : end if end >= 0 else None][:_MARKUP_READ])
        own = _ID.search(attributes)
        if own is not None and own[1]:
            key, tag = html.unescape(own[1]), match[0]
        else:
            key = _free_id(text, taken_ids, numbers)
            tag = f'<h{level}{_ID.sub("", attributes)} id="{key}">'
        if text:
            headings.append(Heading(key, int(level), text))
        return tag

    return _HEADING.sub(name_heading, body_html)


def _heading_text(markup: str) -> str:
    """The text of a heading without the marks of its footnotes."""
    inline = _INLINE_TAG.sub("", _NOTE.sub("", markup))
    text = html.unescape(_CUT_TAG.sub("", _TAG.sub(" ", inline)))
    words = " ".join(text.split())
    return words if len(words) <= _TEXT_AT_MOST else f"{words[: _TEXT_AT_MOST - 1]}…"


def _free_id(text: str, taken_ids: set[str], numbers: dict[str, int]) -> str:
    """The id of a heading: numbered from the second one with the same text on."""
    base = f"h-{slug_of(text, _SLUG_AT_MOST) or 'section'}"
    number = numbers.get(base, 0)
    while True:
        number += 1
        key = base if number == 1 else f"{base}-{number}"
        if key not in taken_ids:
            numbers[base] = number
            taken_ids.add(key)
            return key
