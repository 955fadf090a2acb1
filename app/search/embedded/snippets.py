"""Highlights as safe HTML: everything is escaped, and `<mark>` is the only element.

Tantivy's own snippets know neither our stems nor prefixes. Here the few words of a text that
begin as a stem does are looked up, and only these are stemmed and compared.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from unicodedata import normalize

from app.search.embedded.analysis import Analyser
from app.search.protocol import Highlights

PASSAGE = 200
"""Characters of the passage shown of a body."""
_LOOKED_AT = 20_000
"""Characters of a text in which words are marked."""
_MANY = 200
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_REST_OF_WORD = re.compile(r"[^\W_]*")


@lru_cache(maxsize=4_096)
def _folded_letter(letter: str) -> str:
    """One character for one, so that places in the folded text are places in the text."""
    base = normalize("NFKD", letter)[:1].lower()
    return base if len(base) == 1 else letter


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    folded = _NON_ASCII.sub(lambda match: _folded_letter(match[0]), text).lower()
    return folded if len(folded) == len(text) else text


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks one query's words; `stems` are what may match, `beginnings` what may only begin so."""

    analyser: Analyser
    languages: tuple[str, ...]
    stems: frozenset[str]
    words: frozenset[str]
    beginning: str
    starts: tuple[str, ...]
    _judged: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        analyser: Analyser,
        forms: Iterable[str],
        words: Iterable[str],
        beginning: str = "",
        languages: Sequence[str] = (),
    ) -> "Marker":
        """`forms` are stems, `words` are those of the query themselves, folded."""
        stems, exact = frozenset(forms), frozenset(words)
        starts = {_start(form) for form in (*stems, *exact)} | ({beginning} - {""})
        # What begins as another does would only be found twice.
        least = (s for s in starts if not any(s != o and s.startswith(o) for o in starts))
        return cls(analyser, tuple(languages), stems, exact, beginning, tuple(least))

    def highlights(self, title: str, summary: str, body: str) -> Highlights:
        return Highlights(
            self._marked(title, self._spans(title)),
            self._marked(summary, self._spans(summary)),
            self._passage(body),
        )

    def whole(self, text: str) -> str:
        """The whole text with its marks."""
        return self._marked(text, self._spans(text))

    def _spans(self, text: str) -> list[Span]:
        folded = _folded(text[:_LOOKED_AT])
        spans: list[Span] = []
        for start in self.starts:
            at = folded.find(start)
            while at >= 0 and len(spans) < _MANY:
                end = _REST_OF_WORD.match(folded, at).end()  # type: ignore[union-attr]
                begins = not at or not folded[at - 1].isalnum()
                if begins and self._is_meant(folded[at:end]):
                    spans.append((at, end))
                at = folded.find(start, end)
        return sorted(spans)

    def _is_meant(self, word: str) -> bool:
        meant = self._judged.get(word)
        if meant is None:
            meant = self._judged[word] = (
                word in self.words
                or bool(self.beginning and word.startswith(self.beginning))
                or not self.stems.isdisjoint(self.analyser.variants(word, self.languages))
            )
        return meant

    def _passage(self, text: str) -> str:
        spans = self._spans(text)
        start, end = _best_window(text, spans)
        inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
        marked = self._marked(text[start:end], inside)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        return f"{before}{marked}{after}"

    @staticmethod
    def _marked(text: str, spans: Sequence[Span]) -> str:
        out, done = [], 0
        for start, end in spans:
            out += [
                html.escape(text[done:start]),
                "<mark>",
                html.escape(text[start:end]),
                "</mark>",
            ]
            done = end
        return "".join([*out, html.escape(text[done:])])


def _start(form: str) -> str:
    """What every inflection of a stem begins with: stemmers may change the last letter or two."""
    return form if len(form) <= 3 else form[: max(3, len(form) - 2)]


def _best_window(text: str, spans: Sequence[Span]) -> Span:
    """Where most marks lie within `PASSAGE` characters, widened to whole words; else the start."""
    if len(text) <= PASSAGE:
        return 0, len(text)
    best, most = 0, 0
    ahead = 0
    for place, (start, _) in enumerate(spans):
        ahead = max(ahead, place)
        while ahead < len(spans) and spans[ahead][1] <= start + PASSAGE - 40:
            ahead += 1
        if ahead - place > most:
            best, most = start, ahead - place
    start = max(0, min(best - 40, len(text) - PASSAGE))
    if start:
        gap = text.find(" ", start, start + 30)
        start = gap + 1 if gap >= 0 else start
    end = min(len(text), start + PASSAGE)
    if end < len(text):
        gap = text.rfind(" ", end - 30, end)
        end = gap if gap > 0 else end
    return start, end
