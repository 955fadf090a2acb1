"""The worker's part: issues are closed at their hour, and instant news after it was public for a
while.

An issue is closed in a transaction that holds the head of the log, so whatever becomes visible
later is later by the log's clock too, and belongs to the next issue. A store that was restored from
a copy tells nothing again: its newsletters begin anew, and issues on their way stop.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx, head
from app.database import ReadTx, WriteTx
from app.models.newsletter import Newsletter, NewsletterIssue
from app.models.reader import Reader
from app.newsletters import schedule, selection
from app.newsletters.preparation import OPEN, new_issue, offered_newsletters, rhythm_of
from app.newsletters.selection import NewsWindow
from app.public.vocabulary import Rhythm
from app.published.cache import Tags
from app.settings import Settings

LOG_KIND: Final = "newsletter"
"""The kind of an issue in the change log, by which caches hear of it."""

_LOOKBACK: Final[dict[Rhythm, timedelta]] = {
    "instant": schedule.CATCH_UP,
    "daily": timedelta(days=3),
    "weekly": timedelta(days=21),
}
"""How old the news of an issue may be, however long there was none."""

_LONGEST_LOOK: Final = timedelta(hours=1)
"""The time over which each look for instant news goes, at most; then the newsletter moves on."""


def due_newsletters(tx: ReadTx, settings: Settings, now: datetime) -> list[UUID]:
    """The newsletters with something to do: their hour has come, instant news has been public for a
    while, or the store is another one than theirs.

    Hours are those of the clock. The log's clock may be ahead of it for long, once it was wrong.
    """
    log = head(tx)
    moment = log.moment(now)
    unapproved = _find_unapproved(tx) if settings.newsletter_approval else set()
    due = []
    for row in offered_newsletters(tx, settings):
        is_due = row.due_at is not None and row.due_at <= now
        if row.id in unapproved and is_due:
            is_due = now - row.due_at > schedule.CATCH_UP
        if row.rhythm == "instant":
            window = instant_window(row.told_until, moment)
            is_due = window.until - row.told_until > _LONGEST_LOOK or bool(
                selection.list_news(tx, row.lang, window, moment)
            )
        if is_due or row.epoch != log.epoch:
            due.append(row.id)
    return due


def _find_unapproved(tx: ReadTx) -> set[UUID]:
    """The newsletters whose next issue nobody has approved."""
    statement = sa.select(col(NewsletterIssue.newsletter_id)).where(
        col(NewsletterIssue.state) == "draft"
    )
    return set(tx.execute(statement).scalars())


def instant_window(told_until: datetime, moment: datetime) -> NewsWindow:
    """What instant news tells of now: not what is so old that it is none any more, nor what is so
    new that it may be a slip."""
    return NewsWindow(max(told_until, moment - schedule.CATCH_UP), moment - schedule.HOLD)


def advance_newsletter(
    tx: PublishTx, tags: Tags, settings: Settings, newsletter_id: UUID, now: datetime
) -> str | None:
    """Do what is due; a sentence for the operator if an issue was not sent as usual."""
    newsletter = tx.get_locked(Newsletter, newsletter_id)
    assert newsletter is not None
    epoch = head(tx).epoch
    if newsletter.epoch != epoch:
        return _begin_anew(tx, newsletter, settings, epoch, now)
    if newsletter.rhythm == "instant":
        _close_instant(tx, newsletter)
        return None
    if newsletter.due_at is None or newsletter.due_at > now:
        return None
    issue = open_issue(tx, newsletter, now)
    is_late = now - newsletter.due_at > schedule.CATCH_UP
    waits = settings.newsletter_approval and issue.state == "draft"
    if _is_idle(tx, tags, newsletter, issue):
        newsletter.due_at = issue.due_at = next_due(newsletter, now, settings)
        return None
    if is_late:
        issue.state, issue.problem = "skipped", "not_approved" if waits else "late"
        newsletter.due_at = next_due(newsletter, now, settings)
        reason = "nobody approved it" if waits else "its hour had passed long before"
        return f"the {newsletter.rhythm} newsletter ({newsletter.lang}) was skipped: {reason}"
    if not waits:
        newsletter.due_at = next_due(newsletter, now, settings)
        close_issue(tx, tags, newsletter, issue)
    return None


def _is_idle(tx: PublishTx, tags: Tags, newsletter: Newsletter, issue: NewsletterIssue) -> bool:
    """Whether an issue need not go: it has nothing to tell, or it has no readers, and no editor has
    worked on it. News that came while nobody read is not kept for later."""
    if issue.introduction.strip() or issue.chosen_ids or issue.series_id or issue.subject:
        return False
    if issue.state == "approved":
        return not choose_articles(tx, tags, newsletter, issue, tx.moment)
    is_read = sa.select(col(Reader.id)).where(
        col(Reader.rhythm) == newsletter.rhythm,
        col(Reader.lang) == newsletter.lang,
        col(Reader.state) == "active",
    )
    if tx.execute(is_read.limit(1)).first() is None:
        newsletter.told_until = tx.moment
        return True
    articles = choose_articles(tx, tags, newsletter, issue, tx.moment)
    return not articles and not selection.list_notices(tx, newsletter, tx.moment)


def close_issue(tx: PublishTx, tags: Tags, newsletter: Newsletter, issue: NewsletterIssue) -> bool:
    """Fix what an issue tells, and let it go; false if it has nothing to tell, so it waits on."""
    articles = choose_articles(tx, tags, newsletter, issue, tx.moment)
    notices = selection.list_notices(tx, newsletter, tx.moment)
    if not articles and not notices and not issue.introduction.strip():
        issue.due_at = newsletter.due_at or issue.due_at
        return False
    newsletter.told_until = issue.chosen_at or tx.moment
    _close(tx, newsletter, issue, articles, notices)
    return True


def choose_articles(
    tx: ReadTx, tags: Tags, newsletter: Newsletter, issue: NewsletterIssue, now: datetime
) -> list[UUID]:
    """The articles of an issue as it would go now: those that its editors chose, those of its
    series, or the news."""
    if issue.chosen_ids is not None:
        return [UUID(key) for key in issue.chosen_ids]
    if issue.series_id is not None:
        series = tags.resolve_ids([str(issue.series_id)])
        return selection.list_series(tx, tags, series[0], newsletter.lang, now) if series else []
    lookback = _LOOKBACK[rhythm_of(newsletter)]
    window = NewsWindow(max(newsletter.told_until, now - lookback), now)
    mailed = selection.mailed_articles(tx, newsletter.id, now - selection.REMEMBERED)
    excluded = {*mailed, *(UUID(key) for key in issue.excluded_ids)}
    return selection.list_news(tx, newsletter.lang, window, now, excluded)


def open_issue(tx: WriteTx, newsletter: Newsletter, now: datetime) -> NewsletterIssue:
    """The issue that editors work on now, made where there is none."""
    statement = sa.select(NewsletterIssue).where(
        col(NewsletterIssue.newsletter_id) == newsletter.id, col(NewsletterIssue.state).in_(OPEN)
    )
    issue = tx.session.scalars(statement.with_for_update()).first()
    if issue is None:
        issue = new_issue(newsletter, "news", now)
        tx.session.add(issue)
        tx.session.flush()
    return issue


def send_notices(
    tx: PublishTx, newsletter: Newsletter, notices: list[selection.ChangeNotice]
) -> NewsletterIssue:
    """An issue that tells those who were mailed a text what became of it, at once."""
    issue = new_issue(newsletter, "notice", tx.moment)
    _close(tx, newsletter, issue, [], notices)
    return issue


def _close_instant(tx: PublishTx, newsletter: Newsletter) -> None:
    window = instant_window(newsletter.told_until, tx.moment)
    mailed = selection.mailed_articles(tx, newsletter.id, tx.moment - selection.REMEMBERED)
    articles = selection.list_news(tx, newsletter.lang, window, tx.moment, mailed)
    newsletter.told_until = window.until
    if articles:
        notices = selection.list_notices(tx, newsletter, tx.moment)
        issue = new_issue(newsletter, "news", tx.moment)
        _close(tx, newsletter, issue, articles, notices)


def _close(
    tx: PublishTx,
    newsletter: Newsletter,
    issue: NewsletterIssue,
    articles: list[UUID],
    notices: list[selection.ChangeNotice],
) -> None:
    issue.article_ids = [str(key) for key in articles]
    issue.notices = selection.dump_notices(notices)
    if issue.kind == "news":
        newsletter.last_number += 1
        issue.number = newsletter.last_number
    issue.state, issue.problem, issue.closed_at = "sending", None, tx.moment
    issue.revision += 1
    tx.session.add(issue)
    tx.append(LOG_KIND, issue.id, "published")


def _begin_anew(
    tx: PublishTx, newsletter: Newsletter, settings: Settings, epoch: str, now: datetime
) -> str:
    newsletter.epoch, newsletter.told_until = epoch, tx.moment
    newsletter.due_at = schedule.next_due(rhythm_of(newsletter), now, settings)
    is_going = (
        col(NewsletterIssue.newsletter_id) == newsletter.id,
        col(NewsletterIssue.state) == "sending",
    )
    stop = sa.update(NewsletterIssue).where(*is_going)
    stopped = tx.execute(stop.values(state="stopped", problem="store_restored")).rowcount
    return (
        f"the store was restored: the {newsletter.rhythm} newsletter ({newsletter.lang}) begins"
        f" anew, and {stopped} issues on their way stopped, because they may have been sent before"
    )


def next_due(newsletter: Newsletter, now: datetime, settings: Settings) -> datetime:
    """When a newsletter that has an hour goes next."""
    due = schedule.next_due(rhythm_of(newsletter), now, settings)
    assert due is not None
    return due
