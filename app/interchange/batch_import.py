"""The import of many records in small transactions; each record enters whole or is refused."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from time import monotonic

from pydantic import ValidationError

from app.changes import PublishTx
from app.editorial import importing, new_articles
from app.editorial.content import SiteRules
from app.editorial.new_articles import NewArticle
from app.errors import Invalid, WillayError
from app.interchange.plain_articles import leading_articles
from app.interchange.records import Record
from app.interchange.report import ImportReport, Notice, Refusal
from app.interchange.upsert import IMPORTER, PreparedRecord, prepare_record, upsert_record
from app.runtime import Runtime

_LOCKED_AT_MOST = 0.1
"""Seconds; an import makes editors and other writers wait no longer."""

_PREPARED_AT_ONCE = 200


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


ReadyEntry = tuple[ImportEntry, PreparedRecord | WillayError]
"""An entry with its record, or with the reason why it is refused."""


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
    ready = deque[ReadyEntry]()
    while True:
        ready.extend(islice(coming, _PREPARED_AT_ONCE - len(ready)))
        if not ready:
            return report
        with runtime.publishing() as tx:
            _import_batch(tx, ready, runtime.site_rules, report, advance, seconds=_LOCKED_AT_MOST)


def _prepare_entries(entries: Iterable[ImportEntry], rules: SiteRules) -> Iterator[ReadyEntry]:
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
    ready: deque[ReadyEntry],
    rules: SiteRules,
    report: ImportReport,
    advance: Advance,
    seconds: float,
) -> None:
    """Import entries in one transaction, in their order, until its time is up."""
    until = monotonic() + seconds
    for articles, entries in _take_portions(tx, ready, report):
        if articles and new_articles.create_all(tx, IMPORTER, articles, rules):
            report.read += len(entries)
            report.outcomes["article created"] += len(entries)
            for entry, _ in entries:
                _add_notices(report, entry, entry.notices)
        else:
            for entry, record in entries:
                _import_entry(tx, entry, record, rules, report)
        for entry, _ in entries:
            advance(entry.size)
        if monotonic() >= until:
            return


def _take_portions(
    tx: PublishTx, ready: deque[ReadyEntry], report: ImportReport
) -> Iterator[tuple[list[NewArticle], list[ReadyEntry]]]:
    """Take entries out of `ready`: new articles that follow one another together, each other entry
    alone and without an article."""
    while ready:
        records = (record for _, record in ready)
        articles = leading_articles(records, tx.moment, report.read + 1)
        answers = new_articles.select_new(tx, articles) if articles else [False]
        place = 0
        for is_new, group in groupby(answers):
            count = len(list(group))
            if is_new:
                entries = [ready.popleft() for _ in range(count)]
                yield articles[place : place + count], entries
            else:
                for _ in range(count):
                    yield [], [ready.popleft()]
            place += count


def _import_entry(
    tx: PublishTx,
    entry: ImportEntry,
    record: PreparedRecord | WillayError,
    rules: SiteRules,
    report: ImportReport,
) -> None:
    """Import an entry by itself, in a savepoint."""
    report.read += 1
    sequence, moment = tx.sequence, tx.moment
    try:
        if isinstance(record, WillayError):
            raise record
        with tx.session.begin_nested():
            placed = upsert_record(tx, record, rules, report.read, entry.former_slug)
            tx.session.flush()
        report.outcomes[f"{record.record.type} {placed.outcome}"] += 1
        _add_notices(report, entry, (*entry.notices, *placed.notices))
    except WillayError as error:
        tx.sequence, tx.moment = sequence, moment
        message = f"{entry.name}: {error.message}" if entry.name else error.message
        report.refused.append(Refusal(entry.file, entry.line, error.code, message))


def _add_notices(report: ImportReport, entry: ImportEntry, notices: Sequence[str]) -> None:
    report.notices += [Notice(entry.file, entry.line, notice) for notice in notices]


def refused_by_schema(error: ValidationError) -> Invalid:
    """The first error of a record, with its place."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the line"
    message = str(first["msg"]).removeprefix("Value error, ")
    return Invalid("invalid_record", f"{where}: {message}")
