"""The saved revisions of an article's text, newest first, and the differences between two."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx
from app.editorial import articles, releases
from app.editorial.content import ArticleInput
from app.errors import Conflict, NotFound
from app.kit.diff import TextPart, diff_words
from app.kit.html_diff import diff_html
from app.models.article import Article, Revision


@dataclass(frozen=True, slots=True)
class SavedRevision:
    """Who saved a text, when, and a note when it was not saved by hand.

    Numbers have gaps: not every act saves a text, and an autosave can replace the one before it.
    """

    number: int
    saved_by: str
    saved_by_id: UUID | None
    saved_at: datetime
    is_autosave: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class SavedText:
    """A saved text whole."""

    saved: SavedRevision
    content: ArticleInput
    body_html: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs: both values as JSON, or for written texts the edits between them.
    `html` is the newer body with them."""

    field: str
    before: Any
    after: Any
    parts: list[TextPart] | None
    html: str | None = None


_WRITTEN = ("title", "summary", "body")
_SAVED = (
    col(Revision.number),
    col(Revision.saved_by),
    col(Revision.saved_by_id),
    col(Revision.saved_at),
    col(Revision.autosaved_since).is_not(None),
    col(Revision.note),
)


def revisions(
    tx: ReadTx, article_id: UUID, before: int | None, limit: int
) -> tuple[list[SavedRevision], bool]:
    """Saved texts below a number, newest first; and whether there are more. `NotFound`."""
    exists = sa.select(sa.exists().where(col(Article.id) == article_id))
    if not tx.execute(exists).scalar():
        raise NotFound("article_not_found", "There is no such article.")
    statement = sa.select(*_SAVED).where(col(Revision.article_id) == article_id)
    if before is not None:
        statement = statement.where(col(Revision.number) < before)
    rows = tx.execute(statement.order_by(col(Revision.number).desc()).limit(limit + 1)).all()
    return [SavedRevision(*row) for row in rows[:limit]], len(rows) > limit


def previous(tx: ReadTx, article_id: UUID, number: int) -> int:
    """The number of the text before another; `NotFound` when either does not exist."""
    revision(tx, article_id, number)
    before, _ = revisions(tx, article_id, number, 1)
    if not before:
        raise NotFound("revision_not_found", f"Text {number} is the first; there is none before.")
    return before[0].number


def revision_not_found(tx: ReadTx, article_id: UUID, number: int) -> NotFound:
    """The error for a number without a text; it names near numbers, because numbers have gaps."""
    its = sa.select(col(Revision.number)).where(col(Revision.article_id) == article_id)
    below = its.where(col(Revision.number) < number).order_by(col(Revision.number).desc())
    above = its.where(col(Revision.number) > number).order_by(col(Revision.number))
    near = [n for part in (below, above) for n in tx.execute(part.limit(5)).scalars()]
    neighbours = ", ".join(map(str, sorted(near))) or "none"
    return NotFound("revision_not_found", f"There is no text {number}; near it are: {neighbours}.")


def revision(tx: ReadTx, article_id: UUID, number: int) -> SavedText:
    """One saved text; `NotFound` when no text has the number."""
    statement = sa.select(*_SAVED, col(Revision.content), col(Revision.body_html)).where(
        col(Revision.article_id) == article_id, col(Revision.number) == number
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise revision_not_found(tx, article_id, number)
    *saved, content, body_html = row
    return SavedText(SavedRevision(*saved), articles.saved_content(tx, content), body_html)


def public_number(tx: ReadTx, article_id: UUID, now: datetime) -> int:
    """The number of the text that readers see; `Conflict` when they see none."""
    visible = releases.shown_at(tx, article_id, head(tx).moment(now))
    if visible is None:
        raise Conflict("not_public", "Nothing of it is public; give the number of a text.")
    return visible.revision


def difference(older: SavedText, newer: SavedText, *, with_html: bool = False) -> list[FieldChange]:
    """The fields that differ, in the order of an article's fields. Slow: outside transactions."""
    before = older.content.model_dump(mode="json")
    after = newer.content.model_dump(mode="json")
    changes = [
        _change(name, before, after)
        for name in ArticleInput.model_fields
        if before[name] != after[name]
    ]
    if not with_html:
        return changes
    html = diff_html(older.body_html, newer.body_html)
    return [replace(change, html=html) if change.field == "body" else change for change in changes]


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> FieldChange:
    if name in _WRITTEN:
        return FieldChange(name, None, None, diff_words(before[name], after[name]))
    return FieldChange(name, before[name], after[name], None)
