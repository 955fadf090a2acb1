"""Saved pages of the Peru Support Group's two sites, as records of the interchange format.

Parts that the pages repeat (their foot, the sponsors) are taken once, from the first page. Their
dates are days. Items without a date get the requested one, else the moment of their import, which a
second import does not change.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from app.editorial.people import plain_role
from app.errors import Invalid
from app.importers.listing_parser import ListedPerson, ListingPage, Story, UnknownPage, parse
from app.interchange.import_entry import ImportEntry, to_record
from app.interchange.records import Record
from app.kit.clock import start_of
from app.kit.mojibake import repair_mojibake

SOURCE = "peru-support-group"
LANGUAGE = "en"
_PUT_RIGHT = "misread characters were put right"
LARGEST = 10_000_000
"""Bytes; a page saved as text has a thousandth of that."""


@dataclass
class PageReport:
    """The outcome of every non-blank line of one page."""

    file: str
    kind: str = "unknown"
    nonblank: int = 0
    in_records: int = 0
    skipped: int = 0
    refused: int = 0
    found: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    passed: list[tuple[int, bool, str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "file": self.file,
            "kind": self.kind,
            "lines": {
                "nonblank": self.nonblank,
                "in_records": self.in_records,
                "skipped": self.skipped,
                "refused": self.refused,
            },
            "records": dict(self.found),
            "repeated": self.repeated,
            "passed": [
                {"line": line, "refused": refused, "reason": reason, "text": text}
                for line, refused, reason, text in self.passed
            ],
        }

    def as_text(self) -> str:
        """The report for people: the records, every line's outcome, and reasons for omissions."""
        match = ", ".join(f"{what} {n}" for what, n in sorted(self.found.items())) or "nothing"
        repeated = f"; seen before: {self.repeated}" if self.repeated else ""
        lines = [
            f"{self.file} ({self.kind}): {match}{repeated}.",
            f"  {self.nonblank} lines: {self.in_records} in records, {self.skipped} skipped,"
            f" {self.refused} refused.",
        ]
        for line, refused, reason, text in self.passed:
            lines.append(f"  {line}: {'REFUSED' if refused else 'skipped'}, {reason}: {text}")
        return "\n".join(lines)


@dataclass
class ListingEntries:
    """The entries of some pages, each thing once, and a report for each page."""

    entries: list[ImportEntry] = field(default_factory=list)
    pages: list[PageReport] = field(default_factory=list)


def read_pages(paths: Sequence[Path], undated_at: date | None = None) -> ListingEntries:
    """Read pages; a file that is no known page becomes an entry that will be refused."""
    reading, seen = ListingEntries(), set[str]()
    for path in paths:
        report = PageReport(path.name)
        reading.pages.append(report)
        page, misread = _page(path)
        if isinstance(page, Invalid):
            report.nonblank = report.refused = _nonblank(path)
            reading.entries.append(ImportEntry(path.name, 1, 1, page))
            continue
        _account_lines(page, report)
        # From the end, so that the first of one day's items on the page is the newest in a list.
        things: list[Story | ListedPerson] = [*page.people, *reversed(page.stories)]
        for thing in things:
            if thing.external_id in seen:
                report.repeated += 1
                continue
            seen.add(thing.external_id)
            record = _record(thing, undated_at)
            notices = (_PUT_RIGHT,) if misread & {*thing.lines} else ()
            reading.entries.append(
                ImportEntry(path.name, thing.lines[0], 1, record, notices=notices)
            )
        for passed in page.passed:
            if passed.refused:
                refusal = Invalid("not_understood", f"{passed.reason}: {passed.text}")
                reading.entries.append(ImportEntry(path.name, passed.lines[0], 1, refusal))
    return reading


def _page(path: Path) -> tuple[ListingPage | Invalid, set[int]]:
    """The page of a file, and the lines in which misread characters were corrected."""
    try:
        if path.stat().st_size > LARGEST:
            return Invalid(
                "unknown_page", "The file is too large to be a page saved as text."
            ), set()
        lines = [repair_mojibake(line) for line in path.read_text(encoding="utf-8").split("\n")]
        misread = {number for number, (_, count) in enumerate(lines, start=1) if count}
        return parse("\n".join(line for line, _ in lines)), misread
    except UnicodeDecodeError:
        message = "The file is not text in UTF-8; save the page as that."
        return Invalid("unknown_page", message), set()
    except UnknownPage as error:
        message = f"This page is of no kind that is known here. {error}"
        return Invalid("unknown_page", message), set()


def _nonblank(path: Path) -> int:
    """The number of non-blank lines of any file."""
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())


def _account_lines(page: ListingPage, report: PageReport) -> None:
    """Count each line once: as part of a record, else as refused, else as skipped."""
    things: list[Story | ListedPerson] = [*page.stories, *page.people]
    records = {line for thing in things for line in thing.lines}
    refused = {line for entry in page.passed if entry.refused for line in entry.lines} - records
    report.kind, report.nonblank = page.kind, page.nonblank
    report.in_records, report.refused = len(records), len(refused)
    report.skipped = len(page.accounted_lines() - records - refused)
    report.found.update(_thing_name(thing) for thing in things)
    report.passed = [(e.lines[0], e.refused, e.reason, e.text) for e in page.passed]


def _thing_name(thing: Story | ListedPerson) -> str:
    if isinstance(thing, ListedPerson):
        sponsors = {"founding": "founding sponsors", "sponsor": "sponsors"}
        return sponsors.get(thing.kind, f"{thing.group}")
    if thing.kind == "page":
        return "pages"
    return "dated articles" if thing.date else "undated articles"


def _record(thing: Story | ListedPerson, undated_at: date | None) -> Record | Invalid:
    if isinstance(thing, Story):
        fields = _article(thing, undated_at)
    else:
        fields = _member(thing) if thing.kind == "member" else _sponsor(thing)
    return to_record(fields | {"external_source": SOURCE, "external_id": thing.external_id})


def _article(story: Story, undated_at: date | None) -> dict[str, Any]:
    day = story.date or undated_at
    is_page = story.kind == "page"
    return {
        "type": "article",
        "kind": story.kind,
        "lang": LANGUAGE,
        "title": story.title,
        "summary": "" if is_page else story.text,
        "body": story.text if is_page else "",
        "published_at": start_of(day) if day else None,
        "date_precision": "day" if story.date else "unknown",
        "is_excerpt": story.is_excerpt,
    }


def _sponsor(person: ListedPerson) -> dict[str, Any]:
    return {
        "type": "sponsor",
        "name": person.name,
        "kind": person.kind,
        "position": 0 if person.kind == "founding" else person.position,
    }


def _member(person: ListedPerson) -> dict[str, Any]:
    return {
        "type": "committee_member",
        "name": person.name,
        "role": plain_role(person.role),
        "group": person.group or "committee",
        "affiliation": person.affiliation or None,
        "position": person.position,
    }
