"""From an issue to the letters of its readers, and what became of them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import outbox
from app.changes import head
from app.database import ReadTx, WriteTx
from app.models.letter import Letter
from app.models.newsletter import Newsletter, NewsletterIssue
from app.models.publication import PublicationTag
from app.models.reader import Reader
from app.published.cache import Tags
from app.visibility import NOW, visible

_AT_ONCE: Final = 500
_LASTS: Final = {
    "instant": timedelta(days=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=3),
}
"""How long letters of an issue are tried."""
_WATCHED: Final = timedelta(days=29)
"""How long what became of letters is counted; a day later they are forgotten."""


def unfinished_issues(tx: ReadTx) -> list[UUID]:
    """The issues on their way, the oldest first."""
    statement = sa.select(col(NewsletterIssue.id)).where(col(NewsletterIssue.state) == "sending")
    return list(tx.execute(statement.order_by(col(NewsletterIssue.id))).scalars())


def plan_letters(tx: WriteTx, tags: Tags, issue_id: UUID, now: datetime) -> bool:
    """Plan letters to the next readers of an issue; false if there is nothing to do for now."""
    issue = tx.get_locked(NewsletterIssue, issue_id)
    if issue is None or issue.state != "sending":
        return False
    newsletter = tx.session.get_one(Newsletter, issue.newsletter_id)
    if newsletter.epoch != head(tx).epoch:  # the store was restored; `planning` stops the issue
        return False
    if issue.planned_at is not None:
        return _finish(tx, issue, now)
    readers = tx.execute(_next_readers(tx, issue, newsletter)).all()
    issue_topics = _topics_of(tx, tags, issue, head(tx).moment(now))
    outbox.plan_reader_letters(
        tx,
        "issue",
        str(issue.id),
        [row.id for row in readers if _wants(tags, row.topics, issue_topics)],
        now,
        now + _LASTS[newsletter.rhythm],
        issue_id=issue.id,
    )
    if readers:
        issue.planned_after = readers[-1].id
    if len(readers) < _AT_ONCE:
        issue.planned_at = now
    tx.session.add(issue)
    return True


def outcome_of(tx: ReadTx, issue_id: UUID) -> dict[str, int]:
    """How many letters of an issue are in each state, and what was reported of them."""
    is_its = col(Letter.issue_id) == issue_id
    outcome: dict[str, int] = {}
    for column in (col(Letter.state), col(Letter.bounce)):
        statement = sa.select(column, sa.func.count()).where(is_its, column.is_not(None))
        outcome |= dict(tx.execute(statement.group_by(column)).all())
    return outcome


def keep_outcomes(tx: WriteTx, now: datetime) -> None:
    """Count again what became of recent issues, before their letters are forgotten."""
    statement = sa.select(NewsletterIssue).where(
        col(NewsletterIssue.state).in_(("sent", "stopped", "cancelled")),
        col(NewsletterIssue.closed_at) > now - _WATCHED,
    )
    for issue in tx.session.scalars(statement):
        issue.outcome = outcome_of(tx, issue.id)


def _finish(tx: WriteTx, issue: NewsletterIssue, now: datetime) -> bool:
    """Call an issue sent once no letter of it is to go any more."""
    statement = sa.select(col(Letter.id)).where(
        col(Letter.issue_id) == issue.id, col(Letter.state).in_(("planned", "handed"))
    )
    if tx.execute(statement.limit(1)).first() is not None:
        return False
    issue.state, issue.sent_at, issue.outcome = "sent", now, outcome_of(tx, issue.id)
    tx.session.add(issue)
    return True


def _next_readers(tx: ReadTx, issue: NewsletterIssue, newsletter: Newsletter) -> sa.Select[Any]:
    columns: tuple[Any, ...] = (col(Reader.id), col(Reader.topics))
    statement = sa.select(*columns).where(
        col(Reader.state) == "active", col(Reader.consented_at) <= issue.closed_at
    )
    if issue.kind == "notice":
        statement = statement.where(col(Reader.id).in_(_mailed_readers(tx, issue)))
    else:
        statement = statement.where(
            col(Reader.rhythm) == newsletter.rhythm, col(Reader.lang) == newsletter.lang
        )
    if issue.planned_after is not None:
        statement = statement.where(col(Reader.id) > issue.planned_after)
    return statement.order_by(col(Reader.id)).limit(_AT_ONCE)


def _mailed_readers(tx: ReadTx, notice: NewsletterIssue) -> sa.Select[Any]:
    """Those who got, or may have got, a letter with a text that the notice is about."""
    about = {it["article_id"] for it in notice.notices}
    columns = (col(NewsletterIssue.id), col(NewsletterIssue.article_ids))
    issues = tx.execute(
        sa.select(*columns).where(
            col(NewsletterIssue.newsletter_id) == notice.newsletter_id,
            col(NewsletterIssue.closed_at) > (notice.closed_at or notice.created_at) - _WATCHED,
        )
    )
    carriers = [row.id for row in issues if about & set(row.article_ids)]
    return sa.select(col(Letter.reader_id)).where(
        col(Letter.issue_id).in_(carriers), col(Letter.state).in_(("sent", "handed", "uncertain"))
    )


def _topics_of(
    tx: ReadTx, tags: Tags, issue: NewsletterIssue, now: datetime
) -> frozenset[str] | None:
    """The tags of the articles of an issue and those above them; None if it tells everybody
    something."""
    if issue.introduction.strip() or issue.notices:
        return None
    statement = sa.select(col(PublicationTag.tag_id)).where(
        col(PublicationTag.article_id).in_([UUID(key) for key in issue.article_ids]),
        visible(PublicationTag, NOW),
    )
    rows = tx.execute(statement.distinct(), {"now": now}).scalars()
    keys = [str(key) for key in rows]
    lines = (tags.ancestors_and_self(tag) for tag in tags.resolve_ids(keys))
    return frozenset(str(tag.id) for line in lines for tag in line)


def _wants(tags: Tags, topics: Collection[str], issue_topics: frozenset[str] | None) -> bool:
    if not topics or issue_topics is None:
        return True
    return any(str(tag.id) in issue_topics for tag in tags.resolve_ids(topics))
