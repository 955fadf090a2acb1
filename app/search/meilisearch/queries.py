"""What a person typed, as the server's own query text.

Nothing of it is passed on as it came: the words, "phrases" and -exclusions that our grammar finds
are put together anew. So the grammar is the same on both engines, and no text can mean more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from app.kit.languages import base
from app.kit.text import without_unseen
from app.search.grammar import Parsed, parse
from app.search.protocol import Query
from app.search.stopwords import STOP_WORDS

MOST_TERMS = 10
"""The server looks at no more words and phrases of a query."""

_MOST_TYPED = 12
"""Words of something typed that a completion looks at."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` for the server; None when nothing in it can be searched for. `words` are the loose
    ones of it, of which the last may be `unfinished`."""

    text: str | None
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    unfinished: str = ""
    exact: bool = False

    @property
    def terms(self) -> int:
        """What the server counts."""
        return len(self.words) + len(self.phrases)

    @property
    def is_blank(self) -> bool:
        """Nothing was typed."""
        return self.text == ""


def asked(query: Query, languages: tuple[str, ...]) -> Asked:
    """Function words are left out while there are others; a word may be unfinished if it is the
    last thing typed."""
    parsed = parse(query.text, words)
    if parsed.is_blank:
        return Asked("")
    if parsed.finds_nothing:
        return Asked(None)
    spoken = query.filter.languages or languages
    telling = _telling(parsed, spoken)[: MOST_TERMS - len(parsed.phrases)]
    parts = [f"-{_phrase(out)}" if len(out) > 1 else f"-{out[0]}" for out in parsed.excluded]
    parts += [_phrase(phrase) for phrase in parsed.phrases]
    unfinished = parsed.typing and telling and telling[-1] == parsed.words[-1]
    if query.exact:
        # A word alone between quotes is that very word, however it may be misspelt elsewhere.
        parts += [_phrase((word,)) for word in (telling[:-1] if unfinished else telling)]
        parts += telling[-1:] if unfinished else []
    else:
        parts += telling
    text = " ".join(parts)
    return Asked(
        text if unfinished else text + " ",
        tuple(telling),
        parsed.phrases,
        telling[-1] if unfinished else "",
        query.exact,
    )


def typed(text: str) -> Asked:
    """What a name begins with that is being typed: all of it, and the last may be unfinished."""
    found = tuple(words(text)[:_MOST_TYPED])
    return Asked(" ".join(found), found, unfinished=found[-1]) if found else Asked(None)


def words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case and without accents; never fails."""
    folded = normalize("NFKD", without_unseen(text).encode("utf-8", "ignore").decode()).lower()
    return _WORD.findall("".join(letter for letter in folded if category(letter) != "Mn"))


def is_stop_word(word: str, languages: Sequence[str]) -> bool:
    """A function word in one of the languages."""
    return any(word in STOP_WORDS.get(base(lang), ()) for lang in languages)


def _telling(parsed: Parsed, languages: tuple[str, ...]) -> list[str]:
    """Each word once, at its last place: only there may it be unfinished."""
    once = list(dict.fromkeys(reversed(parsed.words)))[::-1]
    telling = [word for word in once if not is_stop_word(word, languages)]
    if not telling and parsed.phrases:
        return []
    return telling or once


def _phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'
