"""What a reader of the log needs: which articles to take and which to drop, judged exactly at w.

Judging at the log's clock and not at the reader's keeps order: a reader with a fast clock would
otherwise see a publication that is cancelled before it begins, and keep it for ever.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx
from app.models.change import Change
from app.models.publication import Publication
from app.visibility import visible, was_visible


@dataclass(frozen=True, slots=True)
class Entry:
    """Look again at an article: `upsert` it from its revision, or `delete` it."""

    sequence: int
    type: Literal["upsert", "delete"]
    id: UUID
    revision: int | None


def articles_after(tx: ReadTx, sequence: int, limit: int = 100) -> tuple[list[Entry], int]:
    """The next entries on articles, and the sequence to go on from. What never was public is
    passed over without a word."""
    log = head(tx)
    page = sa.select(col(Change.sequence), col(Change.subject_id), col(Change.kind)).where(
        col(Change.sequence) > sequence
    )
    rows = tx.execute(page.order_by(col(Change.sequence)).limit(limit)).all()
    if not rows:
        return [], sequence
    ids = {subject for _, subject, kind in rows if kind == "article"}
    at = log.effective_until
    states = sa.select(col(Publication.article_id), col(Publication.revision)).where(
        col(Publication.article_id).in_(ids)
    )
    now_visible = dict(tx.execute(states.where(visible(Publication, at))).all())
    ever_visible = {key for key, _ in tx.execute(states.where(was_visible(Publication, at)))}
    entries = []
    for number, subject, kind in rows:
        if kind != "article" or subject not in ever_visible:
            continue
        revision = now_visible.get(subject)
        entries.append(
            Entry(number, "upsert" if subject in now_visible else "delete", subject, revision)
        )
    return entries, rows[-1][0]
