"""What an import noticed, counted by kind, with the places where it was."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_PLACES: Final = 1_000
"""The places that are kept of each kind, so that a report of millions stays small."""
_SHOWN: Final = 5
"""The places that the report for people names."""


@dataclass
class Findings:
    """Counts of what was noticed, by a sentence about it and by what it was about."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, message: str, subject: str, place: str, count: int = 1) -> None:
        """Count something: what is to be said of it, its name, and where it is."""
        key = (message, subject)
        self.counts[key] += count
        places = self.places.setdefault(key, [])
        if len(places) < _PLACES and place not in places[-1:]:
            places.append(place)

    def as_json(self) -> list[dict[str, Any]]:
        """The findings for programs, in the order of their kinds."""
        return [
            {"message": message, "subject": subject, "count": count, "places": self.places[key]}
            for key, count in sorted(self.counts.items())
            for message, subject in [key]
        ]

    def lines(self) -> Iterator[str]:
        """The findings for people, a line for each kind."""
        for key, count in sorted(self.counts.items()):
            message, subject = key
            name = f" {subject}" if subject else ""
            yield f"{count} × {message}:{name} ({self.first_places(key)})"

    def first_places(self, key: tuple[str, str]) -> str:
        """The first places of a kind, for people."""
        places = self.places[key]
        return ", ".join(places[:_SHOWN]) + (", …" if len(places) > _SHOWN else "")
