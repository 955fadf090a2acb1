"""What a person typed, as the server's own query text.

Nothing of it is passed on as it came: the words, "phrases" and -exclusions that our grammar finds
are put together anew. So the grammar is the same on both engines, and no text can mean more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from app.kit.languages import base_language
from app.kit.text import without_unseen
from app.search.grammar import ParsedText, parse_text
from app.search.protocol import Query
from app.search.stopwords import STOP_WORDS

MOST_TERMS = 10
"""The server looks at no more words and phrases of a query."""

_MOST_TYPED = 12
"""Words of something typed that a completion looks at."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class ServerQuery:
    """`text` for the server; None when nothing in it can be searched for. `words` are the loose
    ones of it, of which the last may be `unfinished`. `fewer` are what to ask in turn when it finds
    nothing."""

    text: str | None
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    unfinished: str = ""
    exact: bool = False
    fewer: tuple[str, ...] = ()

    @property
    def terms(self) -> int:
        """What the server counts."""
        return len(self.words) + len(self.phrases)

    @property
    def is_blank(self) -> bool:
        """Nothing was typed."""
        return self.text == ""


def to_server_query(query: Query, languages: tuple[str, ...]) -> ServerQuery:
    """Function words are left out while there are others; a word may be unfinished if it is the
    last thing typed."""
    parsed = parse_text(query.text, split_words)
    if parsed.is_blank:
        return ServerQuery("")
    if parsed.finds_nothing:
        return ServerQuery(None)
    langs = query.filter.languages or languages
    telling = _telling_words(parsed, langs)[: MOST_TERMS - len(parsed.phrases)]
    parts = [f"-{_phrase(out)}" if len(out) > 1 else f"-{out[0]}" for out in parsed.excluded]
    parts += [_phrase(phrase) for phrase in parsed.phrases]
    unfinished = parsed.typing and telling and telling[-1] == parsed.words[-1]
    fewer: list[str] = []
    if query.exact:
        # A word alone between quotes is that very word, however it may be misspelt elsewhere. All
        # that is quoted has to be there: a whole question is asked with ever fewer words.
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
    """What a name begins with that is being typed: all of it, and the last may be unfinished."""
    parts = tuple(split_words(text)[:_MOST_TYPED])
    return ServerQuery(" ".join(parts), parts, unfinished=parts[-1]) if parts else ServerQuery(None)


def split_words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case and without accents; never fails."""
    folded = normalize("NFKD", without_unseen(text).encode("utf-8", "ignore").decode()).lower()
    return _WORD.findall("".join(letter for letter in folded if category(letter) != "Mn"))


def is_stop_word(word: str, languages: Sequence[str]) -> bool:
    """A function word in one of the languages."""
    return any(word in STOP_WORDS.get(base_language(lang), ()) for lang in languages)


def _telling_words(text: ParsedText, languages: tuple[str, ...]) -> list[str]:
    """Each word once, at its last place: only there may it be unfinished."""
    once = list(dict.fromkeys(reversed(text.words)))[::-1]
    telling = [word for word in once if not is_stop_word(word, languages)]
    if not telling and text.phrases:
        return []
    return telling or once


def _phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'
