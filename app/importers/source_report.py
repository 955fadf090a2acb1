"""What a source holds, and what becomes of it; the counts of every kind balance."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.interchange.findings import Findings

Note = Callable[[str, str], None]
"""Takes a sentence about a change, and the name of what it was about."""


@dataclass
class SourceReport:
    """Every item of a source either becomes an entry of the import or is left for a reason.

    `findings` are changes within items that come: what was dropped, repaired or kept as it is.
    """

    items: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    left_items: Findings = field(default_factory=Findings)
    findings: Findings = field(default_factory=Findings)

    def see(self, kind: str, count: int = 1) -> None:
        """Count items that the source holds, before anything is decided."""
        self.items[kind] += count

    def pass_on(self, kind: str) -> None:
        """Count an item that becomes an entry."""
        self.entries[kind] += 1

    def leave(self, kind: str, reason: str, place: str, count: int = 1) -> None:
        """Count an item that stays where it is."""
        self.left_items.add(kind, reason, place, count)

    def note(self, message: str, subject: str, place: str, count: int = 1) -> None:
        """Count a change within an item that comes."""
        self.findings.add(message, subject, place, count)

    def is_balanced(self, read: int) -> bool:
        """Whether the items add up, and the import read as many records as were passed on."""
        outcomes = Counter(self.entries)
        for (kind, _), number in self.left_items.counts.items():
            outcomes[kind] += number
        return read == self.entries.total() and outcomes == self.items

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        left = [
            {"kind": row.pop("message"), "reason": row.pop("subject"), **row}
            for row in self.left_items.as_json()
        ]
        counts = [
            {"kind": kind, "read": number, "passed_on": self.entries[kind]}
            for kind, number in sorted(self.items.items())
        ]
        return {"items": counts, "left": left, "findings": self.findings.as_json()}

    def as_text(self) -> str:
        """The report for people."""
        lines = []
        for kind, number in sorted(self.items.items()):
            lines.append(f"{kind}: {number} in the source, {self.entries[kind]} passed on.")
            lines += [
                f"  left, {key[1]} ({self.left_items.first_places(key)}): {count}"
                for key, count in sorted(self.left_items.counts.items())
                if key[0] == kind
            ]
        return "\n".join([*lines, *self.findings.lines()])
