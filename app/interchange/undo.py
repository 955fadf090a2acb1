"""Takes back what an import made and nobody touched since."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.changes import PublishTx
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
    _undo_authors(runtime, batch_id, report)
    _undo_media(runtime, batch_id, report)
    return report


def _undo_authors(runtime: Runtime, batch_id: UUID, report: UndoReport) -> None:
    """Remove the authors that nobody edited."""
    last: UUID | None = None
    while True:
        with runtime.publishing() as tx:
            ids = import_batches.authors_of(tx, batch_id, last)
            for author_id in ids:
                row = import_batches.get_author(tx, author_id)
                is_untouched = digest(AuthorRecord.of(row, authors.state(row))) == row.import_digest
                if is_untouched:
                    authors.remove(tx, IMPORTER, author_id, None)
                (report.undone if is_untouched else report.kept)["authors"] += 1
                last = author_id
        if not ids:
            return


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
    while True:
        with runtime.database.reading() as tx:
            tag_ids = import_batches.tags_of(tx, batch_id)
        removed = 0
        for start in range(0, len(tag_ids), import_batches.AT_ONCE):
            some = tag_ids[start : start + import_batches.AT_ONCE]
            with runtime.publishing() as tx:
                removed += sum(_undo_tag(tx, tag_id) for tag_id in some)
        report.undone["tags"] += removed
        if not removed:
            break
    if tag_ids:
        report.kept["tags"] += len(tag_ids)


def _undo_tag(tx: PublishTx, tag_id: UUID) -> bool:
    """Remove a tag. False when somebody edited it, or something carries it or is below it."""
    row = import_batches.find_tag(tx, tag_id)
    if row is None:
        return False
    slugs = tags.slugs_by_id(tx, [row.parent_id] if row.parent_id else [])
    is_untouched = digest(to_tag_record(*exporting.tag(row, slugs))) == row.import_digest
    return is_untouched and import_batches.take_back_tag(tx, IMPORTER, tag_id)
