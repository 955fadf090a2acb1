"""Texts with marks, as safe HTML: everything is escaped, and `<mark>` is the only element.

Each engine has its own rules for the words to mark; the rest is the same for both.
"""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from unicodedata import normalize

from app.kit.text import without_unseen
from app.search.protocol import HitHighlights

Span = tuple[int, int]
"""Start and end of a word in a text."""

PASSAGE = 200
"""The length of the passage shown of a body, in characters."""
_LEAD, _LONGEST = 40, 30
"""Characters before the first mark, and in the longest word that is not cut."""
_LOOKED_AT = 20_000
"""Characters of a text that are searched for words to mark."""
_MANY = 200
"""Words that are marked in a text."""
_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_GAP = re.compile(r"[ \n]")
_WORD = re.compile(r"[^\W_]+")
_ACCENTED = re.compile("[^\\W\\d_][\u0300-\u036f]+")
_REST_OF_WORD = re.compile(r"[^\W_]*")

Spans = Callable[[str], Sequence[Span]]
"""The places of the words to mark in a text."""


def build_highlights(spans: Spans, title: str, summary: str, body: str) -> HitHighlights:
    """Marks in the whole title and summary, and in the best passage of the body."""
    return HitHighlights(
        mark_text(spans, title),
        mark_text(spans, summary),
        _best_passage(_visible_spans(spans), body),
    )


def mark_text(spans: Spans, text: str) -> str:
    """The whole text with its marks."""
    text = _compose(text)
    return _mark(text, _visible_spans(spans)(text))


def split_words(text: str) -> list[str]:
    """The words of a text, of which some may be marked."""
    look = fold(_compose(without_unseen(text)))
    return look.translate(_GAPS).split() if look.isascii() else _WORD.findall(look)


def spread_words(text: str) -> str:
    """The words of a text with gaps on both sides of each, in which ` word ` is found as one."""
    look = fold(_compose(without_unseen(text)))
    spread = look.translate(_GAPS) if look.isascii() else " ".join(_WORD.findall(look))
    return f" {spread} "


def fold(text: str) -> str:
    """A text for comparison: in lower case, without accents, and with gaps for signs. Each
    character keeps its place in the text."""
    text = text[:_LOOKED_AT]
    if text.isascii():
        return text.lower()
    plain = _NON_ASCII.sub(lambda match: _folded_letter(match[0]), text).lower()
    return plain if len(plain) == len(text) else text


def shortest_prefixes(beginnings: Iterable[str]) -> tuple[str, ...]:
    """The beginnings without those that begin with another one, which finds the same words."""
    prefixes = set(beginnings) - {""}
    return tuple(
        prefix
        for prefix in prefixes
        if not any(prefix[:end] in prefixes for end in range(1, len(prefix)))
    )


def find_spans(text: str, beginnings: Iterable[str], is_meant: Callable[[str], bool]) -> list[Span]:
    """The words of a folded text, in order, that start with one of the beginnings (see
    `shortest_prefixes`) and are meant."""
    spans: list[Span] = []
    for beginning in beginnings:
        at = text.find(beginning)
        while at >= 0 and len(spans) < _MANY:
            end = _REST_OF_WORD.match(text, at).end()  # type: ignore[union-attr]
            begins = not at or not text[at - 1].isalnum()
            if begins and is_meant(text[at:end]):
                spans.append((at, end))
            at = text.find(beginning, end)
    return sorted(spans)


def _visible_spans(spans: Spans) -> Spans:
    """The same words, found as if the text had no invisible characters."""

    def found_among(text: str) -> Sequence[Span]:
        plain = without_unseen(text)
        if len(plain) == len(text):
            return spans(text)
        places = [at for at, sign in enumerate(text) if without_unseen(sign)]
        return [(places[start], places[end - 1] + 1) for start, end in spans(plain)]

    return found_among


def _compose(text: str) -> str:
    """The text with each letter and its accent as one character."""
    if text.isascii():
        return text
    return _ACCENTED.sub(lambda match: normalize("NFC", match[0]), text)


@lru_cache(maxsize=4_096)
def _folded_letter(letter: str) -> str:
    """One character for one, and a gap for a character of no word."""
    base = normalize("NFKD", letter)[:1].lower()
    if not base.isalnum():
        return " "
    return base if len(base) == 1 else letter


def _best_passage(spans: Spans, text: str) -> str:
    text = _compose(text)
    meant = spans(text)
    start, end = _best_window(text, meant)
    inside = [(a - start, b - start) for a, b in meant if a >= start and b <= end]
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return f"{before}{_mark(text[start:end], inside)}{after}"


def _mark(text: str, spans: Sequence[Span]) -> str:
    out, done = [], 0
    for start, end in spans:
        out += [html.escape(text[done:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        done = end
    return "".join([*out, html.escape(text[done:])])


def _best_window(text: str, spans: Sequence[Span]) -> Span:
    """The `PASSAGE` characters with the most marks, from the beginning of a line or else a word to
    the end of one; the start of the text without marks."""
    if len(text) <= PASSAGE:
        return 0, len(text)
    best, most = 0, 0
    ahead = 0
    for place, (start, _) in enumerate(spans):
        ahead = max(ahead, place)
        while ahead < len(spans) and spans[ahead][1] <= start + PASSAGE - _LEAD:
            ahead += 1
        if ahead - place > most:
            best, most = start, ahead - place
    start = max(0, min(best - _LEAD, len(text) - PASSAGE))
    if start:
        line = text.rfind("\n", start, best)
        gap = _GAP.search(text, start, start + _LONGEST)
        start = line + 1 if line >= 0 else gap.end() if gap else start
    end = min(len(text), start + PASSAGE)
    if end < len(text):
        gaps = list(_GAP.finditer(text, end - _LONGEST, end))
        end = gaps[-1].start() if gaps else end
    return start, end
