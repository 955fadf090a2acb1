"""Takes back what an import made and nobody touched since."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.editorial import authors, exporting, import_batches, tags
from app.interchange.article_upsert import IMPORTER
from app.interchange.export_records import to_tag_record
from app.interchange.records import AuthorRecord, digest
from app.runtime import Runtime


@dataclass
class UndoReport:
    """What was taken back and what stays, by kind."""

    undone: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {"undone": dict(self.undone), "kept": dict(self.kept)}

    def as_text(self) -> str:
        """The report for people."""
        undone = ", ".join(f"{n} {what}" for what, n in sorted(self.undone.items())) or "nothing"
        kept = ", ".join(f"{n} {what}" for what, n in sorted(self.kept.items()))
        more = f" Kept, because they were edited here or are in use: {kept}." if kept else ""
        return f"Taken back: {undone}.{more}"


def undo_batch(runtime: Runtime, batch_id: UUID, advance: Callable[[int], None]) -> UndoReport:
    """Take a batch back, in small transactions. `NotFound` when there is no such batch."""
    report = UndoReport()
    with runtime.database.writing() as tx:
        import_batches.begin_undoing(tx, batch_id, runtime.clock())
    last: UUID | None = None
    while True:
        with runtime.publishing() as publish_tx:
            ids = import_batches.articles_of(publish_tx, batch_id, last)
            for article_id in ids:
                is_undone = import_batches.take_back_article(publish_tx, IMPORTER, article_id)
                (report.undone if is_undone else report.kept)["articles"] += 1
                last = article_id
        advance(len(ids))
        if not ids:
            break
    _undo_tags(runtime, batch_id, report)
    with runtime.publishing() as publish_tx:
        for row in import_batches.authors_of(publish_tx, batch_id):
            if digest(AuthorRecord.of(row, authors.state(row))) == row.import_digest:
                authors.remove(publish_tx, IMPORTER, row.id, None)
                report.undone["authors"] += 1
            else:
                report.kept["authors"] += 1
    _undo_media(runtime, batch_id, report)
    return report


def _undo_media(runtime: Runtime, batch_id: UUID, report: UndoReport) -> None:
    """Delete the media that nothing shows any more; the worker removes their files."""
    last: UUID | None = None
    while True:
        with runtime.database.writing() as tx:
            ids = import_batches.media_of(tx, batch_id, last)
            for media_id in ids:
                is_undone = import_batches.take_back_medium(tx, media_id)
                (report.undone if is_undone else report.kept)["media"] += 1
                last = media_id
        if not ids:
            return


def _undo_tags(runtime: Runtime, batch_id: UUID, report: UndoReport) -> None:
    """Remove the tags that nothing carries, those below others first."""
    with runtime.publishing() as tx:
        is_going_on = True
        while is_going_on:
            rows = import_batches.tags_of(tx, batch_id)
            slugs = tags.slugs_by_id(tx)
            removed = [
                row.id
                for row in rows
                if digest(to_tag_record(*exporting.tag(row, slugs))) == row.import_digest
                and import_batches.take_back_tag(tx, IMPORTER, row.id)
            ]
            report.undone["tags"] += len(removed)
            is_going_on = bool(removed)
        if rows:
            report.kept["tags"] += len(rows)
