"""Translates the typed text into the server's query text.

No part is passed on as typed: the words, "phrases" and -exclusions that our grammar finds are put
together anew. So both engines have the same grammar, and no text can mean more.
"""

import re
from dataclasses import dataclass
from unicodedata import category, normalize

from app.kit.text import without_unseen
from app.search.grammar import parse_text
from app.search.protocol import Query
from app.search.stopwords import find_telling_words

MOST_TERMS = 10
"""Words and phrases of a query that the server uses."""

_MOST_TYPED = 12
"""Typed words that a completion uses."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class ServerQuery:
    """`text` for the server; None if it has no searchable word. `words` are its loose words, of
    which the last may be `unfinished`. `fewer` are the texts to try in turn if nothing matches."""

    text: str | None
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    unfinished: str = ""
    exact: bool = False
    fewer: tuple[str, ...] = ()

    @property
    def terms(self) -> int:
        """The number of words and phrases that the server counts."""
        return len(self.words) + len(self.phrases)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return self.text == ""


def to_server_query(query: Query, languages: tuple[str, ...]) -> ServerQuery:
    """The server's query. Function words are left out if there are others; a word may be unfinished
    if it is the last thing typed."""
    parsed = parse_text(query.text, split_words)
    if parsed.is_blank:
        return ServerQuery("")
    if parsed.finds_nothing:
        return ServerQuery(None)
    langs = query.filter.languages or languages
    # Each word once, at its last place, because only there may it be unfinished.
    different_words = list(dict.fromkeys(reversed(find_telling_words(parsed, langs))))[::-1]
    telling = different_words[: MOST_TERMS - len(parsed.phrases)]
    parts = [f"-{_phrase(out)}" if len(out) > 1 else f"-{out[0]}" for out in parsed.excluded]
    parts += [_phrase(phrase) for phrase in parsed.phrases]
    unfinished = parsed.typing and telling and telling[-1] == parsed.words[-1]
    fewer: list[str] = []
    if query.exact:
        # A quoted single word matches only itself, without typos. All quoted words must be present,
        # so a whole question is asked with ever fewer words.
        exactly = [_phrase((word,)) for word in (telling[:-1] if unfinished else telling)]
        exactly += telling[-1:] if unfinished else []
        fewer = [" ".join([*parts, *exactly[:n]]) + " " for n in range(len(exactly) - 1, 1, -1)]
        parts += exactly
    else:
        parts += telling
    text = " ".join(parts)
    return ServerQuery(
        text if unfinished else text + " ",
        tuple(telling),
        parsed.phrases,
        telling[-1] if unfinished else "",
        query.exact,
        tuple(fewer),
    )


def to_prefix_query(text: str) -> ServerQuery:
    """The query for a name in typing: all words of it, of which the last may be unfinished."""
    parts = tuple(split_words(text)[:_MOST_TYPED])
    return ServerQuery(" ".join(parts), parts, unfinished=parts[-1]) if parts else ServerQuery(None)


def split_words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case and without accents; never fails."""
    folded = normalize("NFKD", without_unseen(text).encode("utf-8", "ignore").decode()).lower()
    return _WORD.findall("".join(letter for letter in folded if category(letter) != "Mn"))


def _phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'
