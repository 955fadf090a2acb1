"""The outcome of every record; the counts add up to the number of records read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.interchange.findings import Findings


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
    """`read` is the sum of all outcomes and refusals. `markup` is what sanitising left out of
    bodies, by element and attribute, with the places."""

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    markup: Findings = field(default_factory=Findings)
    batch_id: UUID | None = None
    """The batch by which it can be undone; None when it changed nothing."""

    @property
    def has_changed(self) -> bool:
        """Whether anything in the store is not as it was."""
        return any(not outcome.endswith(" unchanged") for outcome in self.outcomes)

    @property
    def is_balanced(self) -> bool:
        """Whether every record that was read has an outcome or a refusal."""
        return self.read == sum(self.outcomes.values()) + len(self.refused)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was read came in."""
        return self.is_balanced and not self.refused

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
            "markup": self.markup.as_json(),
            "balanced": self.is_balanced,
            "batch": str(self.batch_id) if self.batch_id is not None else None,
        }

    def as_text(self, *, tells_undo: bool = True) -> str:
        """The report for people, by default with the command that takes the import back."""
        counts = [f"{n} {what}" for what, n in sorted(self.outcomes.items())]
        counts.append(f"{len(self.refused)} refused")
        lines = [f"{_place_of(n)}: {n.message}" for n in self.notices]
        lines += self.markup.lines()
        lines += [f"{_place_of(r)}: {r.message} [{r.code}]" for r in self.refused]
        if self.batch_id is not None and tells_undo:
            lines.append(f"To take it back: willay import undo {self.batch_id}")
        lines.append(f"{self.read} records: {', '.join(counts)}.")
        if not self.is_balanced:
            lines.append("The counts do not add up; please report this with the file.")
        return "\n".join(lines)


def _place_of(entry: Refusal | Notice) -> str:
    """The file with the line, if it has one."""
    return f"{entry.file}:{entry.line}" if entry.line else entry.file
