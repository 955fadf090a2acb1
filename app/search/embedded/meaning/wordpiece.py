"""Splits text into the pieces of words that a model knows, as BERT's tokenizer does.

Ours, because the usual library brings a client of a model hub into the process, and needs more room
than the rest of the ranker. It reads the usual `tokenizer.json`.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self
from unicodedata import category, normalize

_LONGEST_WORD: Final = 100
"""A longer word is one unknown piece."""
_LETTERS_KEPT: Final = 20_000
_WORDS_KEPT: Final = 50_000
_IDEOGRAPHS: Final = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
"""Chinese characters, each of which is a word of its own."""


class _CharacterMap(dict[int, str]):
    """What becomes of each character of a decomposed text."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _LETTERS_KEPT:
            self.clear()
        replacement = self[code] = _replace_character(chr(code))
        return replacement


def _replace_character(letter: str) -> str:
    """Nothing for accents and control characters, a blank for any gap; signs stand alone."""
    sort = category(letter)
    if letter in "\t\n\r" or sort == "Zs":
        return " "
    if sort in ("Mn", "Cc", "Cf", "Cn", "Co", "Cs") or letter == "\ufffd":
        return ""
    # BERT counts all signs of ASCII as punctuation, and no other symbols.
    if sort.startswith("P") or (letter.isascii() and not letter.isalnum()):
        return f" {letter} "
    if any(first <= ord(letter) <= last for first, last in _IDEOGRAPHS):
        return f" {letter} "
    return letter


class WordPieces:
    """A vocabulary of whole words, and of pieces that go on a word (`##ing`)."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        """KeyError if the vocabulary lacks a special piece."""
        self._vocabulary = vocabulary
        self._unknown = vocabulary["[UNK]"]
        self.first, self.last = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._letters = _CharacterMap()
        self._cached_pieces = lru_cache(_WORDS_KEPT)(self._split_word)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The pieces of a `tokenizer.json`. `OSError`, or `ValueError` for one of another kind."""
        content: Any = json.loads(path.read_text("utf-8"))
        try:
            model, normalizer = content["model"], content["normalizer"]
            is_ours = (
                model["type"] == "WordPiece"
                and model["continuing_subword_prefix"] == "##"
                and normalizer["type"] == "BertNormalizer"
                and normalizer["lowercase"]
            )
            if not is_ours:
                raise ValueError("it is no lower-case WordPiece tokenizer")
            return cls({str(piece): int(at) for piece, at in model["vocab"].items()})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("it is no WordPiece tokenizer") from error

    def knows(self, word: str) -> bool:
        """Whether a word is a piece by itself, and is not read by its letters."""
        return len(word) > 1 and word in self._vocabulary

    def split(self, text: str) -> list[int]:
        """The numbers of the pieces of a text, without those that begin and end a passage."""
        plain = normalize("NFD", text).translate(self._letters).lower()
        return [number for word in plain.split() for number in self._cached_pieces(word)]

    def _split_word(self, word: str) -> tuple[int, ...]:
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        try:
            return tuple(self._longest_pieces(word))
        except KeyError:
            return (self._unknown,)

    def _longest_pieces(self, word: str) -> Iterator[int]:
        """The longest piece that the word begins with, then that of the rest; KeyError if none."""
        start = 0
        while start < len(word):
            ahead = "##" if start else ""
            end = len(word)
            while end > start + 1 and ahead + word[start:end] not in self._vocabulary:
                end -= 1
            yield self._vocabulary[ahead + word[start:end]]
            start = end
