"""Finds the words of a query in a text, by stems and beginnings.

Tantivy's own snippets know neither our stems nor prefixes. Here the few words of a text that begin
like a stem are looked up, and only these are stemmed and compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.search import snippets
from app.search.embedded.analysis import Analyser
from app.search.protocol import HitHighlights
from app.search.snippets import Span


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks one query's words: words with one of `stems`, and those that begin with `beginning`."""

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
        """`forms` are stems, `words` are the query's own words, folded."""
        stems, exact = frozenset(forms), frozenset(words)
        starts = snippets.shortest_prefixes([*map(_stem_start, stems | exact), beginning])
        return cls(analyser, tuple(languages), stems, exact, beginning, starts)

    def highlights(self, title: str, summary: str, body: str) -> HitHighlights:
        """The marked texts of a hit."""
        return snippets.build_highlights(self._spans, title, summary, body)

    def mark_whole(self, text: str) -> str:
        """The whole text with its marks."""
        return snippets.mark_text(self._spans, text)

    def _spans(self, text: str) -> list[Span]:
        return snippets.find_spans(snippets.fold(text), self.starts, self._is_meant)

    def _is_meant(self, word: str) -> bool:
        meant = self._judged.get(word)
        if meant is None:
            meant = self._judged[word] = (
                word in self.words
                or bool(self.beginning and word.startswith(self.beginning))
                or not self.stems.isdisjoint(self.analyser.variants(word, self.languages))
            )
        return meant


def _stem_start(form: str) -> str:
    """The common beginning of a stem's inflections: stemmers may change the last letter or two."""
    return form if len(form) <= 3 else form[: max(3, len(form) - 2)]
