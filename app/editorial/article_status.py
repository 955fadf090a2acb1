"""The status of an article, computed from the review of its text and from its publications.

`workflow_state` is the state of the newest text. The text waits (`draft`, `in_review`, `approved`),
or it was released last. Then time decides: `scheduled`, `published`, `expired`, `unpublished`,
`retracted`. The status that the public sees is separate from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.changes import head
from app.database import ReadTx
from app.models.article import Article
from app.models.publication import Publication
from app.visibility import visible, was_visible

State = Literal[
    "draft",
    "in_review",
    "approved",
    "scheduled",
    "published",
    "expired",
    "unpublished",
    "retracted",
]
WAITING: Final = ("draft", "in_review", "approved")
"""These are values of `article.state` too; its other values mean that the text was released."""


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """A publication: its text, its slug and its interval."""

    revision: int
    slug: str
    visible_from: datetime
    visible_until: datetime | None
    published_by: str


@dataclass(frozen=True, slots=True)
class PublicationEnd:
    """The reason and the time of the end of the last publication."""

    reason: str
    note: str | None
    at: datetime


@dataclass(slots=True)
class PublicationStatus:
    """The text that is public now, the texts that are scheduled, and why the last one ended."""

    live: ReleaseInfo | None = None
    scheduled: list[ReleaseInfo] = field(default_factory=list)
    ended: PublicationEnd | None = None


def state_at(now: datetime) -> ColumnElement[str]:
    """The state of a row of `article`, as a SQL expression."""
    live, pending = is_released(now)
    last = (
        sa.select(sa.func.coalesce(col(Publication.ended), "expired"))
        .where(col(Publication.article_id) == col(Article.id), was_visible(Publication, now))
        .order_by(col(Publication.visible_from).desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.case(
        (col(Article.state).in_(WAITING), col(Article.state)),
        (live, "published"),
        (pending, "scheduled"),
        else_=sa.func.coalesce(last, "draft"),
    )


def workflow_state(tx: ReadTx, article_id: UUID, now: datetime) -> State:
    """The state of one article at the log's moment, at which a text that just began has begun."""
    now = head(tx).moment(now)
    statement = sa.select(state_at(now)).select_from(Article).where(col(Article.id) == article_id)
    state: State = tx.execute(statement).scalar_one()
    return state


def is_public(tx: ReadTx, article_id: UUID, now: datetime) -> tuple[bool, bool]:
    """Whether an article is visible, and whether a publication of it is scheduled."""
    now = head(tx).moment(now)
    own = col(Publication.article_id) == article_id
    live = sa.exists().where(own, visible(Publication, now))
    row = tx.execute(sa.select(live, sa.exists().where(own, is_pending(now)))).one()
    return bool(row[0]), bool(row[1])


def is_live(now: datetime) -> ColumnElement[bool]:
    """Whether a row of `article` is visible, whatever the state of its newest text."""
    own = col(Publication.article_id) == col(Article.id)
    return sa.exists().where(own, visible(Publication, now))


def is_released(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a row of `article` is visible, and whether a publication of it is scheduled."""
    own = col(Publication.article_id) == col(Article.id)
    return is_live(now), sa.exists().where(own, is_pending(now))


def publication_statuses(
    tx: ReadTx, article_ids: Sequence[UUID], now: datetime
) -> dict[UUID, PublicationStatus]:
    """The publication statuses of some articles."""
    now = head(tx).moment(now)
    statuses = {article_id: PublicationStatus() for article_id in article_ids}
    columns = (
        *(Publication.article_id, Publication.revision, Publication.slug, Publication.published_by),
        *(Publication.visible_from, Publication.visible_until, Publication.expires_at),
        *(Publication.ended, Publication.ended_note),
    )
    statement = (
        sa.select(*(col(column) for column in columns))
        .where(
            col(Publication.article_id).in_(article_ids),
            col(Publication.visible_from) < col(Publication.visible_until),
        )
        .order_by(col(Publication.visible_from))
    )
    for row in tx.execute(statement):
        _apply_release(statuses[row.article_id], row, now)
    return statuses


def _apply_release(standing: PublicationStatus, row: Any, now: datetime) -> None:
    release = ReleaseInfo(
        row.revision, row.slug, row.visible_from, row.expires_at, row.published_by
    )
    if row.visible_from > now:
        standing.scheduled.append(release)
    elif row.visible_until > now:
        standing.live, standing.ended = release, None
    else:
        reason = row.ended or "expired"
        standing.ended = PublicationEnd(reason, row.ended_note, row.visible_until)


def is_pending(now: datetime) -> ColumnElement[bool]:
    """Whether a row of `publication` is scheduled."""
    return sa.and_(
        col(Publication.visible_from) > now,
        col(Publication.visible_from) < col(Publication.visible_until),
    )
