"""Issues as they are read: what each has, or would have if it went now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import cursors
from app.database import ReadTx
from app.errors import NotFound
from app.kit import paging
from app.models.newsletter import Newsletter, NewsletterIssue
from app.newsletters import fan_out, planning, selection
from app.newsletters.selection import ChangeNotice
from app.published.cache import Tags

IssueState = Literal["draft", "approved", "sending", "sent", "skipped", "cancelled", "stopped"]


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """An issue with its newsletter. `articles` are those that it has, or would have now."""

    row: NewsletterIssue
    newsletter: Newsletter
    articles: list[UUID]
    notices: list[ChangeNotice]
    outcome: Mapping[str, int]


def list_issues(
    tx: ReadTx, state: IssueState | None, cursor: str | None, limit: int
) -> tuple[list[Any], str | None]:
    """A page of issues, the newest first, and the cursor of the next."""
    list_name = f"issues {state}"
    statement = sa.select(
        *(col(getattr(NewsletterIssue, name)) for name in _LISTED),
        col(Newsletter.rhythm),
        col(Newsletter.lang),
    ).join(Newsletter, col(Newsletter.id) == col(NewsletterIssue.newsletter_id))
    if state is not None:
        statement = statement.where(col(NewsletterIssue.state) == state)
    if (after := cursors.decode(cursor, list_name)) is not None:
        statement = statement.where(col(NewsletterIssue.id) < after.id)
    ordered = statement.order_by(col(NewsletterIssue.id).desc()).limit(limit + 1)
    rows = list(tx.execute(ordered).all())
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], paging.Cursor(last.created_at, last.id, False).encode(list_name)


def read_issue(
    tx: ReadTx, tags: Tags, issue_id: UUID, now: datetime, *, with_outcome: bool = True
) -> IssueRecord:
    """An issue, with what it has or would have now. `NotFound`."""
    issue, newsletter = load_issue(tx, issue_id)
    return to_record(tx, tags, issue, newsletter, now, with_outcome=with_outcome)


def load_issue(tx: ReadTx, issue_id: UUID) -> tuple[NewsletterIssue, Newsletter]:
    """An issue and its newsletter, which no session watches; `NotFound`."""
    issue = _row_of(tx, NewsletterIssue, issue_id)
    if issue is None:
        raise missing_issue()
    newsletter = _row_of(tx, Newsletter, issue.newsletter_id)
    assert newsletter is not None
    return issue, newsletter


def missing_issue() -> NotFound:
    """The error for an issue that there is not."""
    return NotFound("issue_not_found", "There is no such issue; list them to see which are.")


def _row_of(tx: ReadTx, table: Any, key: UUID) -> Any:
    row = tx.execute(sa.select(table.__table__).where(col(table.id) == key)).one_or_none()
    return table(**row._mapping) if row is not None else None


def to_record(
    tx: ReadTx,
    tags: Tags,
    issue: NewsletterIssue,
    newsletter: Newsletter,
    now: datetime,
    *,
    with_outcome: bool = True,
) -> IssueRecord:
    """An issue with what it has, or would have now. The outcome of an issue on its way counts all
    its letters, so only editors ask for it."""
    if issue.closed_at is None:
        articles = planning.choose_articles(tx, tags, newsletter, issue, now)
        notices = selection.list_notices(tx, newsletter, now)
    else:
        articles = [UUID(key) for key in issue.article_ids]
        notices = selection.load_notices(issue.notices)
    outcome = issue.outcome or {}
    if with_outcome and issue.outcome is None:
        outcome = fan_out.outcome_of(tx, issue.id)
    return IssueRecord(issue, newsletter, articles, notices, outcome)


_LISTED: Final = (
    *("id", "kind", "state", "revision", "number", "due_at", "closed_at", "sent_at", "subject"),
    *("problem", "outcome", "created_at"),
)
