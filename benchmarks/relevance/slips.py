"""Slips of the finger, each the same in every run."""

import random
import re
from collections.abc import Iterator
from unicodedata import combining, normalize

_QUOTED = re.compile('"[^"]*"|«[^»]*»')
_WORD = re.compile(r"[^\W\d_]+")
_LONG = 5
"""Letters of a word that may be misspelt, or cut."""


def to_slips(text: str) -> Iterator[tuple[str, str]]:
    """The kind of each slip, and the text with it: a word misspelt, the last word cut, no accents.
    Quoted words are left as they are, and a text that a slip does not change is left out."""
    chance = random.Random(text)  # noqa: S311 - to measure, not to hide
    loose = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    words = [match for match in _WORD.finditer(loose) if len(match[0]) >= _LONG]
    if words:
        wrong = chance.choice(words)
        slip = misspell(wrong[0], chance)
        yield "misspelt", f"{text[: wrong.start()]}{slip}{text[wrong.end() :]}"
        if words[-1].end() == len(text):
            yield "last word cut", text[: words[-1].start() + (2 * len(words[-1][0]) + 2) // 3]
    plain = "".join(letter for letter in normalize("NFD", text) if not combining(letter))
    if plain != text:
        yield "no accents", plain


def misspell(word: str, chance: random.Random) -> str:
    """One slip of the finger, never in the first letter: a letter left out, doubled with another,
    struck wrong, or two changed about."""
    while True:
        at = chance.randrange(1, len(word) - 1)
        letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
        wrong = chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
        if wrong != word:
            return wrong
