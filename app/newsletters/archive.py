"""Issues that went to readers, for everybody to read: daily and weekly ones. An instant one is a
single text, which is in the list of articles already."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import cursors
from app.database import ReadTx
from app.errors import NotFound
from app.kit import paging
from app.models.newsletter import Newsletter, NewsletterIssue
from app.newsletters.content import numbered_title
from app.public.newsletters import ListedIssue
from app.public.vocabulary import Rhythm
from app.settings import Settings

_IS_PUBLIC: Final = (
    col(NewsletterIssue.kind) == "news",
    col(NewsletterIssue.closed_at).is_not(None),
    col(Newsletter.rhythm) != "instant",
)
_FIELDS: Final = tuple(
    col(getattr(NewsletterIssue, name)) for name in ("id", "number", "subject", "closed_at")
)
_ISSUES: Final[sa.Select[Any]] = (
    sa.select(*_FIELDS, col(Newsletter.rhythm), col(Newsletter.lang))
    .join(Newsletter, col(Newsletter.id) == col(NewsletterIssue.newsletter_id))
    .where(*_IS_PUBLIC)
)


def list_sent_issues(
    tx: ReadTx,
    settings: Settings,
    lang: str | None,
    rhythm: Rhythm | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[ListedIssue], str | None]:
    """A page of issues, the newest first, and the cursor of the next. `BadRequest`."""
    list_name = f"newsletters {lang} {rhythm}"
    statement = _ISSUES
    if lang is not None:
        statement = statement.where(col(Newsletter.lang) == lang)
    if rhythm is not None:
        statement = statement.where(col(Newsletter.rhythm) == rhythm)
    if (after := cursors.decode(cursor, list_name)) is not None:
        key = (col(NewsletterIssue.closed_at), col(NewsletterIssue.id))
        statement = statement.where(sa.tuple_(*key) < sa.tuple_(after.at, after.id))
    order = (col(NewsletterIssue.closed_at).desc(), col(NewsletterIssue.id).desc())
    rows = tx.execute(statement.order_by(*order).limit(limit + 1)).all()
    issues = [to_listed(row, settings) for row in rows[:limit]]
    if len(rows) <= limit:
        return issues, None
    last = rows[limit - 1]
    return issues, paging.Cursor(last.closed_at, last.id, False).encode(list_name)


def require_sent(tx: ReadTx, issue_id: UUID) -> Any:
    """An issue that everybody may read; `NotFound`."""
    row = tx.execute(_ISSUES.where(col(NewsletterIssue.id) == issue_id)).one_or_none()
    if row is None:
        raise NotFound("issue_not_found", "There is no such issue; `/v1/newsletters` lists them.")
    return row


def to_listed(row: Any, settings: Settings) -> ListedIssue:
    """A row as a list shows it."""
    return ListedIssue(
        id=row.id,
        rhythm=row.rhythm,
        lang=row.lang,
        number=row.number,
        title=row.subject or numbered_title(row.rhythm, row.lang, row.number),
        sent_at=row.closed_at,
        url=f"{settings.public_url}/newsletters/{row.id}",
    )
