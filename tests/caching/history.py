"""What each article said when, as its writer knows it, and the judgement of what readers saw."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

NOTHING = -1
"""The version of an article that is not public."""


class Change(NamedTuple):
    """An article says `version` from some instant between `earliest` and `latest` (Unix time)."""

    version: int
    earliest: float
    latest: float
    is_sure: bool = True
    """Whether it happened; the store may have failed to say so."""


class Sighting(NamedTuple):
    """What one answer said of one article, and when it was asked for and received."""

    port: int
    asked: float
    answered: float
    article: int
    version: int


@dataclass
class Verdict:
    """How many sightings of one server were compared, and which of them were wrong."""

    compared: int = 0
    older: list[tuple[float, Sighting]] = field(default_factory=list)
    """Those whose version had ended before the question, by so many seconds."""
    early: list[Sighting] = field(default_factory=list)
    """Those whose version had not begun when the answer was there."""

    def __str__(self) -> str:
        worst = max((late for late, _ in self.older), default=0.0) * 1000
        return (
            f"{self.compared} comparisons, {len(self.older)} older than the question"
            f" (worst {worst:.1f} ms), {len(self.early)} from the future"
        )


def judge(changes: dict[int, list[Change]], sightings: Iterable[Sighting]) -> dict[int, Verdict]:
    """The verdict on each server, by its port."""
    verdicts: dict[int, Verdict] = {}
    spans = {article: _spans(history) for article, history in changes.items()}
    for seen in sightings:
        first = changes[seen.article][0]
        if seen.asked < first.latest:
            continue
        verdict = verdicts.setdefault(seen.port, Verdict())
        verdict.compared += 1
        begun = [
            end
            for begin, end in spans[seen.article].get(seen.version, ())
            if begin <= seen.answered
        ]
        if not begun:
            verdict.early.append(seen)
        elif max(begun) < seen.asked:
            verdict.older.append((seen.asked - max(begun), seen))
    return verdicts


def _spans(history: list[Change]) -> dict[int, list[tuple[float, float]]]:
    """Per version the longest spans of time in which it may have been shown."""
    spans: dict[int, list[tuple[float, float]]] = {}
    end = float("inf")
    for change in reversed(history):
        spans.setdefault(change.version, []).append((change.earliest, end))
        if change.is_sure:
            end = change.latest
    return spans
