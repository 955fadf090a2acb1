"""The import of many records in small transactions; each record enters whole or is refused."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from time import monotonic

from pydantic import ValidationError

from app.changes import PublishTx
from app.editorial import importing
from app.editorial.content import SiteRules
from app.errors import Invalid, WillayError
from app.interchange.records import Record
from app.interchange.report import ImportReport, Notice, Refusal
from app.interchange.upsert import PreparedRecord, prepare_record, upsert_record
from app.runtime import Runtime

_LOCKED_AT_MOST = 0.2
"""Seconds; an import makes editors and other writers wait no longer."""

_PREPARED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """A record with the place it was read from, or the reason why it could not be read."""

    file: str
    line: int
    size: int
    """Its share of the source, in the unit in which progress is shown."""
    record: Record | Invalid
    name: str = ""
    """A name of the entry for people, when `record` gives none."""
    notices: tuple[str, ...] = ()
    """The repairs that were made in it."""
    former_slug: str | None = None
    """Its slug before a repair changed it."""


Advance = Callable[[int], None]


def _no_progress(_size: int) -> None:
    """Ignore the progress."""


class _DryRun(Exception):
    """Rolls a batch back."""


def is_empty(runtime: Runtime) -> bool:
    """Whether the store holds no content at all."""
    with runtime.database.reading() as tx:
        return importing.is_empty(tx)


def import_records(
    runtime: Runtime,
    entries: Iterable[ImportEntry],
    *,
    dry_run: bool = False,
    advance: Advance = _no_progress,
) -> ImportReport:
    """Import entries in order; `advance` receives the size of each entry that is done.

    A dry run tries all in one transaction and rolls it back; editors wait for it.
    """
    report = ImportReport()
    if dry_run:
        ready = deque(_prepare_entries(entries, runtime.site_rules))
        try:
            with runtime.publishing() as tx:
                _import_batch(tx, ready, runtime.site_rules, report, advance, seconds=float("inf"))
                raise _DryRun
        except _DryRun:
            return report
    coming = _prepare_entries(entries, runtime.site_rules)
    ready = deque[tuple[ImportEntry, PreparedRecord | WillayError]]()
    while True:
        ready.extend(islice(coming, _PREPARED_AT_ONCE - len(ready)))
        if not ready:
            return report
        with runtime.publishing() as tx:
            _import_batch(tx, ready, runtime.site_rules, report, advance, seconds=_LOCKED_AT_MOST)


def _prepare_entries(
    entries: Iterable[ImportEntry], rules: SiteRules
) -> Iterator[tuple[ImportEntry, PreparedRecord | WillayError]]:
    """Prepare entries. This is the slow part, so no lock is held."""
    for entry in entries:
        if isinstance(entry.record, Invalid):
            yield entry, entry.record
            continue
        try:
            yield entry, prepare_record(entry.record, rules)
        except WillayError as error:
            yield entry, error


def _import_batch(
    tx: PublishTx,
    ready: deque[tuple[ImportEntry, PreparedRecord | WillayError]],
    rules: SiteRules,
    report: ImportReport,
    advance: Advance,
    seconds: float,
) -> None:
    """Import entries in one transaction, each in a savepoint, until its time is up."""
    until = monotonic() + seconds
    while ready and monotonic() < until:
        entry, record = ready.popleft()
        report.read += 1
        sequence = tx.sequence
        try:
            if isinstance(record, WillayError):
                raise record
            with tx.session.begin_nested():
                placed = upsert_record(tx, record, rules, report.read, entry.former_slug)
                tx.session.flush()
            report.outcomes[f"{record.record.type} {placed.outcome}"] += 1
            for notice in (*entry.notices, *placed.notices):
                report.notices.append(Notice(entry.file, entry.line, notice))
        except WillayError as error:
            tx.sequence = sequence
            message = f"{entry.name}: {error.message}" if entry.name else error.message
            report.refused.append(Refusal(entry.file, entry.line, error.code, message))
        advance(entry.size)


def refused_by_schema(error: ValidationError) -> Invalid:
    """The first error of a record, with its place."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the line"
    message = str(first["msg"]).removeprefix("Value error, ")
    return Invalid("invalid_record", f"{where}: {message}")
