"""The import of many records in small transactions; each record enters whole or is refused."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from time import monotonic
from uuid import UUID

from app.changes import PublishTx
from app.editorial import import_batches, importing, site
from app.editorial.content import SiteRules
from app.errors import WillayError
from app.interchange import completion
from app.interchange.entry_spool import spool_entries
from app.interchange.import_entry import ImportEntry, ReadyEntry
from app.interchange.media_records import MediaRecord
from app.interchange.portions import take_portions
from app.interchange.preparation import prepare_entries
from app.interchange.prepared_record import PreparedRecord
from app.interchange.report import ImportReport, Notice, Refusal
from app.interchange.trial import trying
from app.interchange.upsert import upsert_record
from app.kit.ids import uuid7
from app.library.intake import ISOLATED, Decoders
from app.runtime import Runtime

_LOCKED_AT_MOST = 0.1
"""Seconds; an import makes editors and other writers wait no longer."""

_PREPARED_AT_ONCE = 200

_RENEWED_AFTER = 20.0
"""Seconds between two signs of life."""

Advance = Callable[[int], None]


def _no_progress(_size: int) -> None:
    """Ignore the progress."""


def is_empty(runtime: Runtime) -> bool:
    """Whether the store holds no content at all."""
    with runtime.database.reading() as tx:
        return importing.is_empty(tx)


def has_site(runtime: Runtime) -> bool:
    """Whether the store has a record of the site."""
    with runtime.database.reading() as tx:
        return site.read(tx).row is not None


def import_records(
    runtime: Runtime,
    entries: Iterable[ImportEntry],
    *,
    dry_run: bool = False,
    advance: Advance = _no_progress,
    decoders: Decoders = ISOLATED,
    source: str = "",
    quiet: bool = False,
    job_id: UUID | None = None,
) -> ImportReport:
    """Import entries in order; `advance` receives the size of each entry that is done.

    What it makes names its batch, so that it can be undone; the batch names the desk's import
    `job_id`. With `quiet`, webhooks and caches hear of it once, at its end.

    A dry run prepares all entries, then tries them in one transaction that is rolled back;
    `advance` receives the size of each entry twice.
    """
    report = ImportReport()
    if dry_run:
        coming = prepare_entries(runtime, entries, decoders=decoders, keep=False)
        with spool_entries(coming, runtime.settings.data_dir, advance) as ready_entries:
            _try_all(runtime, ready_entries, report, advance)
        return report
    batch_id = uuid7(runtime.clock())
    coming = prepare_entries(runtime, entries, decoders=decoders)
    ready = deque[ReadyEntry]()
    renewal = 0.0
    while True:
        ready.extend(_take_some(coming, _PREPARED_AT_ONCE - len(ready)))
        if not ready:
            completion.complete_import(runtime, report, source, quiet=quiet)
            return report
        with runtime.publishing() as tx:
            tx.batch_id, tx.is_quiet = batch_id, quiet
            _import_batch(tx, ready, runtime.site_rules, report, advance, seconds=_LOCKED_AT_MOST)
            if report.batch_id is not None:
                if monotonic() >= renewal:
                    import_batches.renew(tx, batch_id, runtime.clock())
                    renewal = monotonic() + _RENEWED_AFTER
            elif report.has_changed:
                import_batches.begin(
                    tx, batch_id, source, runtime.clock(), is_quiet=quiet, job_id=job_id
                )
                report.batch_id = batch_id
                renewal = monotonic() + _RENEWED_AFTER


def _try_all(
    runtime: Runtime, coming: Iterator[ReadyEntry], report: ImportReport, advance: Advance
) -> None:
    """Import all in one transaction that is rolled back, a portion at a time."""
    with trying(runtime) as tx:
        while ready := deque(_take_some(coming, _PREPARED_AT_ONCE)):
            _import_batch(tx, ready, runtime.site_rules, report, advance, seconds=float("inf"))


def _take_some(coming: Iterator[ReadyEntry], most: int) -> Iterator[ReadyEntry]:
    """Take entries, up to a medium. Its file took seconds, so it enters before the next is read."""
    for ready in islice(coming, most):
        yield ready
        if isinstance(ready[0].record, MediaRecord):
            return


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
    for portion in take_portions(tx, ready, rules, report):
        if portion.create is not None and portion.create():
            for entry, record in portion.entries:
                _count_created(entry, record, report)
        else:
            for entry, record in portion.entries:
                _import_entry(tx, entry, record, rules, report)
        for entry, _ in portion.entries:
            advance(entry.size)
        if monotonic() >= until:
            return


def _count_created(
    entry: ImportEntry, record: PreparedRecord | WillayError, report: ImportReport
) -> None:
    """Count an entry that entered with others."""
    assert isinstance(record, PreparedRecord)
    report.read += 1
    report.outcomes[f"{record.record.type} created"] += 1
    _add_notices(report, entry, entry.notices)
    _add_markup(report, entry, record)


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
            placed = upsert_record(
                tx, record, rules, report.read, entry.former_slug, is_foreign=entry.is_foreign
            )
            tx.session.flush()
        report.outcomes[f"{record.record.type} {placed.outcome}"] += 1
        _add_notices(report, entry, (*entry.notices, *placed.notices))
        _add_markup(report, entry, record)
    except WillayError as error:
        tx.sequence, tx.moment = sequence, moment
        message = f"{entry.name}: {error.message}" if entry.name else error.message
        report.refused.append(Refusal(entry.file, entry.line, error.code, message))


def _add_notices(report: ImportReport, entry: ImportEntry, notices: Sequence[str]) -> None:
    report.notices += [Notice(entry.file, entry.line, notice) for notice in notices]


def _add_markup(
    report: ImportReport, entry: ImportEntry, record: PreparedRecord | WillayError
) -> None:
    """Count what sanitising left out of the texts of a record."""
    if isinstance(record, PreparedRecord):
        for draft in record.drafts:
            for loss in draft.removed:
                # A person looks for a lost address by the address itself.
                is_address = loss.what.startswith(("href of", "src of"))
                what = f"{loss.what}, {loss.excerpt}" if is_address else loss.what
                report.markup.add("not kept in a body", what, entry.place, loss.count)
