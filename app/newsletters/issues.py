"""The editors' part: they read issues, write introductions, choose, approve, cancel, send."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from app import audit, outbox
from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.errors import Conflict, Invalid
from app.kit.sanitise import render_body
from app.models.letter import Letter
from app.models.newsletter import Newsletter, NewsletterIssue
from app.models.publication import Publication
from app.newsletters import fan_out, planning, preparation, schedule, selection
from app.newsletters.inputs import IssueChange
from app.newsletters.issue_records import IssueRecord, load_issue, missing_issue, to_record
from app.published.cache import Tags
from app.revisions import stale_error
from app.settings import Settings
from app.visibility import NOW, visible

_TRIAL_LASTS: Final = schedule.CATCH_UP


def change_issue(
    tx: PublishTx,
    by: Principal,
    tags: Tags,
    issue_id: UUID,
    revision: int,
    change: IssueChange,
) -> IssueRecord:
    """Change an issue that has not gone. One that was approved needs to be approved again.

    `Conflict` once it has gone, `Stale`, `Invalid` for articles that nobody sees.
    """
    issue, newsletter = _lock_open(tx, issue_id, revision)
    names = change.model_fields_set
    before = _audit_fields(issue)
    if "subject" in names:
        issue.subject = change.subject
    if "introduction" in names:
        _refuse_media(change.introduction)
        issue.introduction = change.introduction
    if "excluded" in names:
        issue.excluded_ids = [str(key) for key in change.excluded]
    if "series" in names:
        tag = tags.find(change.series) if change.series is not None else None
        if change.series is not None and tag is None:
            raise Invalid("unknown_tag", f"There is no tag {change.series!r}; name one that is.")
        issue.series_id = tag.id if tag is not None else None
    if "articles" in names:
        _choose(tx, issue, change.articles, tx.moment)
    issue.state, issue.approved_by = "draft", None
    _save(tx, by, issue, "newsletter_issue.changed", before)
    return to_record(tx, tags, issue, newsletter, tx.moment)


def approve_issue(
    tx: PublishTx, by: Principal, tags: Tags, issue_id: UUID, rev: int
) -> IssueRecord:
    """Let an issue go at its hour."""
    issue, newsletter = _lock_open(tx, issue_id, rev)
    before = _audit_fields(issue)
    issue.state, issue.approved_by = "approved", by.name
    _save(tx, by, issue, "newsletter_issue.approved", before)
    return to_record(tx, tags, issue, newsletter, tx.moment)


def send_issue(
    tx: PublishTx, by: Principal, tags: Tags, issue_id: UUID, revision: int
) -> IssueRecord:
    """Let an issue go now: one that waits or was skipped, or the rest of one that was stopped.
    `Conflict` if it has gone, or has nothing to tell."""
    issue, newsletter = _lock(tx, issue_id, revision)
    before = _audit_fields(issue)
    if issue.state == "stopped":
        issue.state, issue.problem = "sending", None
    elif issue.state in (*preparation.OPEN, "skipped"):
        issue.approved_by = by.name
        if not planning.close_issue(tx, tags, newsletter, issue):
            message = "It has nothing to tell; write an introduction or choose articles first."
            raise Conflict("issue_empty", message)
    else:
        raise _wrong_state(issue, "waits, was skipped or was stopped")
    _save(tx, by, issue, "newsletter_issue.sent", before)
    return to_record(tx, tags, issue, newsletter, tx.moment)


def cancel_issue(
    tx: PublishTx, by: Principal, tags: Tags, settings: Settings, issue_id: UUID, revision: int
) -> IssueRecord:
    """Give an issue up: its news is not mailed, and letters that have not gone do not go."""
    issue, newsletter = _lock(tx, issue_id, revision)
    before = _audit_fields(issue)
    if issue.state in preparation.OPEN:
        newsletter.told_until = tx.moment
        newsletter.due_at = planning.next_due(newsletter, issue.due_at, settings)
    elif issue.state in ("sending", "stopped"):
        waiting = (col(Letter.issue_id) == issue.id, col(Letter.state) == "planned")
        tx.execute(sa.delete(Letter).where(*waiting))
        issue.outcome = fan_out.outcome_of(tx, issue.id)
    else:
        raise _wrong_state(issue, "waits or is on its way")
    issue.state = "cancelled"
    _save(tx, by, issue, "newsletter_issue.cancelled", before)
    return to_record(tx, tags, issue, newsletter, tx.moment)


def plan_trial(tx: WriteTx, by: Principal, issue_id: UUID, now: datetime) -> None:
    """Send an issue as it is now to the one who asks. `Conflict` without an account."""
    load_issue(tx, issue_id)
    if by.account_id is None:
        raise Conflict("account_needed", "Only a person with an account can get a trial.")
    outbox.plan_letter(
        *(tx, "trial", by.account_id, f"trial:{uuid4()}", now, now + _TRIAL_LASTS),
        facts={"issue": str(issue_id)},
    )


def tell_at_once(tx: PublishTx, by: Principal, tags: Tags, article_id: UUID) -> list[IssueRecord]:
    """Tell everybody who was mailed a text that it was corrected or retracted, in one issue for
    each newsletter that had it. `Conflict` if no newsletter had it, or nothing happened to it."""
    records = []
    for newsletter in tx.session.scalars(sa.select(Newsletter).order_by(col(Newsletter.id))):
        notices = [
            it
            for it in selection.list_notices(tx, newsletter, tx.moment)
            if it.article_id == article_id
        ]
        if notices:
            issue = planning.send_notices(tx, newsletter, notices)
            _save(tx, by, issue, "newsletter_issue.sent", _audit_fields(issue))
            records.append(to_record(tx, tags, issue, newsletter, tx.moment))
    if not records:
        message = (
            "No letter of the last 30 days had this text, or it was neither corrected nor"
            " retracted since, or readers were told already."
        )
        raise Conflict("nothing_to_tell", message)
    return records


def _lock(tx: WriteTx, issue_id: UUID, revision: int) -> tuple[NewsletterIssue, Newsletter]:
    issue = tx.get_locked(NewsletterIssue, issue_id)
    if issue is None:
        raise missing_issue()
    if issue.revision != revision:
        raise stale_error(
            issue.revision,
            audit.last_name(tx, "newsletter_issue", issue.id),
            issue.closed_at or issue.created_at,
        )
    newsletter = tx.get_locked(Newsletter, issue.newsletter_id)
    assert newsletter is not None
    return issue, newsletter


def _lock_open(tx: WriteTx, issue_id: UUID, revision: int) -> tuple[NewsletterIssue, Newsletter]:
    issue, newsletter = _lock(tx, issue_id, revision)
    if issue.state not in preparation.OPEN:
        raise _wrong_state(issue, "waits for its hour")
    return issue, newsletter


def _wrong_state(issue: NewsletterIssue, needed: str) -> Conflict:
    return Conflict(
        "issue_not_open", f"The issue is {issue.state}; this works while an issue {needed}."
    )


def _choose(tx: ReadTx, issue: NewsletterIssue, articles: list[UUID] | None, now: datetime) -> None:
    if articles is None:
        issue.chosen_ids = issue.chosen_at = None
        return
    keys = list(dict.fromkeys(articles))
    statement = sa.select(col(Publication.article_id)).where(
        col(Publication.article_id).in_(keys), visible(Publication, NOW)
    )
    shown = set(tx.execute(statement, {"now": now}).scalars())
    if hidden := [key for key in keys if key not in shown]:
        message = f"Readers do not see {hidden[0]} now; an issue can only tell of what they see."
        raise Invalid("article_not_visible", message)
    issue.chosen_ids, issue.chosen_at = [str(key) for key in keys], now


def _refuse_media(introduction: str) -> None:
    """Pictures and players would tell another machine who reads a letter."""
    html = render_body(introduction, "markdown").html
    if any(f"<{name}" in html for name in ("img", "iframe", "picture", "video", "audio")):
        message = "An introduction has no pictures and players: they would tell who opens a letter."
        raise Invalid("introduction_has_media", message)


def _save(
    tx: PublishTx,
    by: Principal,
    issue: NewsletterIssue,
    action: str,
    before: Mapping[str, Any],
) -> None:
    issue.revision += 1
    tx.session.add(issue)
    tx.session.flush()
    after = _audit_fields(issue)
    audit.record(
        tx, by.by, tx.moment, action, "newsletter_issue", issue.id, before=before, after=after
    )


def _audit_fields(issue: NewsletterIssue) -> dict[str, Any]:
    return {
        "state": issue.state,
        "subject": issue.subject,
        "introduction": issue.introduction,
        "articles": issue.chosen_ids,
        "excluded": issue.excluded_ids,
        "series": str(issue.series_id) if issue.series_id else None,
    }
