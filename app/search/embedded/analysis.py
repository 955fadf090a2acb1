"""Splits text into words, and reduces words to stems.

A word is a run of letters and digits, folded to lower case without accents. Words are stemmed here
and not by tantivy, so that texts of all languages share one field, whose statistics (rarity, mean
length) cover the whole archive. With a field for each language, tantivy would take the mean length
over all documents, and so rank the language with fewer of them too low.
"""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

import tantivy

from app.kit.languages import base_language
from app.kit.text import without_unseen
from app.search.stopwords import is_stop_word

_STEMMERS = {
    **{"ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english"},
    **{"es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian"},
    **{"nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian"},
    **{"sv": "swedish", "ta": "tamil", "tr": "turkish"},
}
# Organisation and organization are one word; the five letters before keep out promise and raise.
_BRITISH = re.compile(r"(?<=[a-z]{5})is(?=(?:e|ed|es|ing|er|ers|ation|ations|ational)$)")
_STEMS_KEPT = 200_000
_LETTERS_KEPT = 20_000
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


class _StemCache(dict[str, str]):
    """The cached stem of each word in one language: a stemmer call costs fifty look-ups."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        self._stemmer = builder.filter(
            tantivy.Filter.stemmer(_STEMMERS[base_language(lang)])
        ).build()
        self._english = base_language(lang) == "en"

    def __missing__(self, word: str) -> str:
        if len(self) >= _STEMS_KEPT:
            self.clear()
        spelt = _BRITISH.sub("iz", word) if self._english else word
        stem = self[word] = self._stemmer.analyze(spelt)[0]
        return stem


class _LetterMap(dict[str, str]):
    """The library's folding of each character beyond ASCII; a gap for a character of no word."""

    def __init__(self, fold: tantivy.TextAnalyzer) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, letter: str) -> str:
        if len(self) >= _LETTERS_KEPT:
            self.clear()
        folded_letter = self._fold.analyze(letter.encode("utf-8", "ignore").decode())
        folded = self[letter] = folded_letter[0] if folded_letter else " "
        return folded


class Analyser:
    """Words and stems for the archive's languages; a language without a stemmer is only folded."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        self._fold = (
            builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.lowercase()).build()
        )
        self._letters = _LetterMap(self._fold)
        self._stems = {
            lang: _StemCache(lang) for lang in self.languages if base_language(lang) in _STEMMERS
        }

    def words(self, text: str) -> list[str]:
        """The words of a text in order; never fails, lone surrogates are left out.

        Text that folds to plain ASCII, nearly all of an archive, is split here: five hundred
        strings made by the library cost twice as much.
        """
        if not text.isascii():
            text = without_unseen(text)
            text = _NOT_ASCII.sub(lambda match: self._letters[match[0]], normalize("NFC", text))
            if not text.isascii():
                return self._fold.analyze(text.encode("utf-8", "ignore").decode())
        return text.translate(_PLAIN).split()

    def stems(self, words: Iterable[str], lang: str | None) -> Iterable[str]:
        """The stems of words in one language; the words themselves if it has no stemmer."""
        stem_cache = self._stems.get(lang or "")
        return words if stem_cache is None else map(stem_cache.__getitem__, words)

    def variants(self, word: str, languages: Sequence[str] = ()) -> tuple[str, ...]:
        """Every form under which a word may be indexed, each once."""
        codes = languages or (*self.languages, "")
        return tuple(dict.fromkeys(next(iter(self.stems([word], lang))) for lang in codes))

    def is_stop_word(self, word: str) -> bool:
        """Whether it is a function word in one of the archive's languages."""
        return is_stop_word(word, self.languages)
