"""The outcome of every record; the counts add up to the number of records read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was refused, and why."""

    file: str
    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to the operator about a record that entered."""

    file: str
    line: int
    message: str


@dataclass
class ImportReport:
    """`read` is the sum of all outcomes and refusals."""

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        refusals = [
            {"file": r.file, "line": r.line, "code": r.code, "message": r.message}
            for r in self.refused
        ]
        notices = [{"file": n.file, "line": n.line, "message": n.message} for n in self.notices]
        return {
            "read": self.read,
            "outcomes": dict(self.outcomes),
            "refused": refusals,
            "notices": notices,
        }

    def as_text(self) -> str:
        """The report for people."""
        counts = [f"{n} {what}" for what, n in sorted(self.outcomes.items())]
        counts.append(f"{len(self.refused)} refused")
        lines = [f"{n.file}:{n.line}: {n.message}" for n in self.notices]
        lines += [f"{r.file}:{r.line}: {r.message} [{r.code}]" for r in self.refused]
        return "\n".join([*lines, f"{self.read} records: {', '.join(counts)}."])
