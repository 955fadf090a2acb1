"""Which words of a text are those of a query, by stems and beginnings.

Tantivy's own snippets know neither our stems nor prefixes. Here the few words of a text that
begin as a stem does are looked up, and only these are stemmed and compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.search import snippets
from app.search.embedded.analysis import Analyser
from app.search.protocol import HitHighlights
from app.search.snippets import Span


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
        starts = snippets.shortest_prefixes([*map(_stem_start, stems | exact), beginning])
        return cls(analyser, tuple(languages), stems, exact, beginning, starts)

    def highlights(self, title: str, summary: str, body: str) -> HitHighlights:
        """All that is shown of a hit."""
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
    """What every inflection of a stem begins with: stemmers may change the last letter or two."""
    return form if len(form) <= 3 else form[: max(3, len(form) - 2)]
