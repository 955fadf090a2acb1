"""Translates the typed text into the server's query text.

No part is passed on as typed: the words, "phrases" and -exclusions that our grammar finds are put
together anew. So both engines have the same grammar, and no text can mean more.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from app.kit.text import without_unseen
from app.search.fusion import LONG
from app.search.grammar import parse_text
from app.search.protocol import Query
from app.search.stopwords import find_telling_words

MOST_TERMS = 10
"""Words and phrases of a query that the server uses."""
_MOST_SINGLE_WORDS = 16
"""Words of a question that count."""
_SHORTEST_BEGINNING = 5
"""The letters by which a word is sought at least."""
_ENDING = re.compile("(ies|..)$")
"""The letters that other forms of a word may change; most endings in English and Spanish are not
longer."""

_MOST_TYPED = 12
"""Typed words that a completion uses."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class SingleWord:
    """One word of a question, as it is searched for itself: whole, or by its beginning. It was
    written `count` times. `needle` finds it in a text whose words are spread."""

    text: str
    beginning: str
    is_whole: bool
    count: int

    @property
    def needle(self) -> str:
        return f" {self.beginning} " if self.is_whole else f" {self.beginning}"


@dataclass(frozen=True, slots=True)
class ServerQuery:
    """`text` for the server; None if it has no searchable word. `words` are its loose words, of
    which the last may be `unfinished`; `single_words` are the same, each by itself, weightiest
    first."""

    text: str | None
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    unfinished: str = ""
    exact: bool = False
    single_words: tuple[SingleWord, ...] = ()

    @property
    def terms(self) -> int:
        """The number of words and phrases that the server counts."""
        return len(self.words) + len(self.phrases)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return self.text == ""

    @property
    def is_question(self) -> bool:
        """Whether it has so many words that the server cannot rank them by itself."""
        return len(self.words) >= LONG and not self.phrases

    @property
    def is_strict(self) -> bool:
        """Whether the server finds only documents with all of several words."""
        return self.exact and len(self.words) > 1


def to_server_query(query: Query, languages: tuple[str, ...]) -> ServerQuery:
    """The server's query. Function words are left out if there are others; a word may be unfinished
    if it is the last thing typed."""
    parsed = parse_text(query.text, split_words)
    if parsed.is_blank:
        return ServerQuery("")
    if parsed.finds_nothing:
        return ServerQuery(None)
    langs = query.filter.languages or languages
    all_telling = find_telling_words(parsed, langs)
    # Each word once, at its last place, because only there may it be unfinished.
    different_words = list(dict.fromkeys(reversed(all_telling)))[::-1]
    telling = different_words[: MOST_TERMS - len(parsed.phrases)]
    unfinished = telling[-1] if parsed.typing and telling[-1:] == list(parsed.words[-1:]) else ""
    parts = [f"-{_phrase(out)}" if len(out) > 1 else f"-{out[0]}" for out in parsed.excluded]
    parts += [_phrase(phrase) for phrase in parsed.phrases]
    # A quoted single word matches only itself, without typos.
    words = [_phrase((word,)) if query.exact and word != unfinished else word for word in telling]
    text = " ".join([*parts, *words])
    return ServerQuery(
        text if unfinished else text + " ",
        tuple(telling),
        parsed.phrases,
        unfinished,
        query.exact,
        tuple(
            _single_word(word, count, parts, unfinished, exact=query.exact)
            for word, count in _weightiest_words(all_telling)
        ),
    )


def _weightiest_words(words: Sequence[str]) -> list[tuple[str, int]]:
    """The words that count, and how often each was written: those written most often first, and
    the longest of these, because longer words are rarer."""
    counts = Counter(words).items()
    return sorted(counts, key=lambda item: (-item[1], -len(item[0])))[:_MOST_SINGLE_WORDS]


def _single_word(
    word: str, count: int, parts: Sequence[str], unfinished: str, *, exact: bool
) -> SingleWord:
    if word == unfinished:
        sought, beginning, is_whole = word, word, False
    elif exact:
        sought, beginning, is_whole = f"{_phrase((word,))} ", word, True
    elif word.isalpha() and len(word) > _SHORTEST_BEGINNING:
        sought = beginning = max(_ENDING.sub("", word), word[:_SHORTEST_BEGINNING], key=len)
        is_whole = False
    else:
        sought, beginning, is_whole = f"{word} ", word, True
    return SingleWord(" ".join([*parts, sought]), beginning, is_whole, count)


def to_prefix_query(text: str) -> ServerQuery:
    """The query for a name in typing: all words of it, of which the last may be unfinished."""
    parts = tuple(split_words(text)[:_MOST_TYPED])
    return ServerQuery(" ".join(parts), parts, unfinished=parts[-1]) if parts else ServerQuery(None)


def split_words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case and without accents; never fails."""
    if text.isascii():
        return _WORD.findall(text.lower())
    folded = normalize("NFKD", without_unseen(text).encode("utf-8", "ignore").decode()).lower()
    return _WORD.findall("".join(letter for letter in folded if category(letter) != "Mn"))


def _phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'
