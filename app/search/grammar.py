"""Parses what a person typed: words, "phrases", -exclusions, and a word still being typed.

There is no other grammar. Every text is a query: anything that is not a word is a gap, a lone quote
means nothing, and text beyond the limits is left out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.kit.text import without_unseen

MOST_WORDS = 128
"""Words and phrases of a query that count; later ones are left out."""
MOST_CHARACTERS = 8_000
PROSE = 12
"""A text with this many loose words is prose: its quotes are punctuation, not conditions."""

_PIECES = re.compile(
    r"""(?P<minus>(?<![^\s(])-(?=[\w"“«]))?
        (?:"(?P<straight>[^"]*)"|“(?P<curly>[^“”]*)”|«(?P<angled>[^«»]*)»|(?P<plain>[^\s"“«]+)|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ParsedText:
    """Folded words. `words` keep their order and repetitions; `typing` says that the last of them
    may be unfinished. `text` is the typed text without invisible characters."""

    text: str
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    typing: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed, as opposed to text without a searchable word."""
        return not self.text.strip()

    @property
    def finds_nothing(self) -> bool:
        """Whether text was typed, but it holds no word."""
        return not self.is_blank and not (self.words or self.phrases or self.excluded)


def parse_text(text: str, words_of: Callable[[str], list[str]]) -> ParsedText:
    """Parse a text; never fails. A quoted or excluded piece of several words is a phrase."""
    text = without_unseen(text[:MOST_CHARACTERS])
    words: list[str] = []
    phrases: dict[tuple[str, ...], None] = {}
    excluded: dict[tuple[str, ...], None] = {}
    seen, typing = 0, False
    for piece in _PIECES.finditer(text):
        quoted = piece["straight"] or piece["curly"] or piece["angled"]
        if not (phrase_text := quoted or piece["plain"]):
            continue
        new_words = words_of(phrase_text)[: MOST_WORDS - seen]
        if not new_words:
            continue
        seen += len(new_words)
        typing = piece["plain"] is not None and not piece["minus"] and piece.end() == len(text)
        if piece["minus"]:
            excluded[tuple(new_words)] = None
        elif quoted:
            phrases[tuple(new_words)] = None
        else:
            words += new_words
        if seen >= MOST_WORDS:
            break
    typing = typing and text[-1].isalnum()
    if len(words) >= PROSE:
        words += [word for phrase in phrases for word in phrase]
        phrases.clear()
    return ParsedText(text, tuple(words), tuple(phrases), tuple(excluded), typing)
