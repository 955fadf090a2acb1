"""What a reader of the log needs: which articles to take and which to drop, judged exactly at w.

Judging at the log's clock and not at the reader's keeps order: a reader with a fast clock would
otherwise see a publication that is cancelled before it begins, and keep it for ever.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx
from app.kit.clock import EPOCH
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


def subjects_after(tx: ReadTx, sequence: int, limit: int) -> tuple[dict[str, list[UUID]], int]:
    """What the next entries name, by kind and each thing once, and the sequence to go on from."""
    page = sa.select(col(Change.sequence), col(Change.kind), col(Change.subject_id)).where(
        col(Change.sequence) > sequence
    )
    rows = tx.execute(page.order_by(col(Change.sequence)).limit(limit)).all()
    found: dict[str, dict[UUID, None]] = {}
    for _, kind, subject in rows:
        found.setdefault(kind, {})[subject] = None
    return {kind: list(ids) for kind, ids in found.items()}, rows[-1][0] if rows else sequence


def cursor_at(tx: ReadTx, sequence: int) -> str:
    """A place in this store's log: the sequence, when that entry was written, and the epoch.

    A restored store is of another epoch, and refuses even a place that its copy holds: who read
    up to there was shown the state of that time, which may have been later than the copy.
    The instant tells a database file that was put back by hand.
    """
    return f"{sequence}:{_written(tx, sequence)}:{head(tx).epoch}"


def sequence_of(cursor: str) -> int:
    """The sequence of a cursor; 0 for none."""
    return int(cursor.partition(":")[0] or 0)


def is_mine(tx: ReadTx, cursor: str) -> bool:
    """The cursor was made in this store, and the log still holds what it names."""
    return cursor == cursor_at(tx, sequence_of(cursor))


def behind(tx: ReadTx, cursor: str | None, now: datetime) -> tuple[int, float]:
    """How far a follower is behind: entries of the log, and seconds since the oldest of them."""
    sequence = sequence_of(cursor or "")
    after = sa.select(col(Change.at)).where(col(Change.sequence) > sequence)
    since = tx.execute(after.order_by(col(Change.sequence)).limit(1)).scalar()
    seconds = (now - since).total_seconds() if since is not None else 0.0
    return max(0, head(tx).sequence - sequence), max(0.0, seconds)


def _written(tx: ReadTx, sequence: int) -> int:
    found = sa.select(col(Change.at)).where(col(Change.sequence) == sequence)
    at = tx.execute(found).scalar()
    return 0 if at is None else (at - EPOCH) // timedelta(microseconds=1)
