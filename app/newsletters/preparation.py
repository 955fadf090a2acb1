"""Newsletters that the settings offer, with the draft of each next issue."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx, WriteTx
from app.kit.ids import uuid7
from app.models.newsletter import Newsletter, NewsletterIssue
from app.newsletters import schedule
from app.public.vocabulary import Rhythm
from app.settings import Settings

OPEN: Final = ("draft", "approved")
"""The states of an issue that editors work on."""


def prepare_newsletters(tx: WriteTx, settings: Settings, now: datetime) -> None:
    """Make the newsletters that the settings offer, and the draft of each next issue.

    Every process may do this at the same moment: a newsletter's row is locked before its draft is
    looked for, so that there is one of each.
    """
    told_until = max(head(tx).effective_until, now - schedule.HOLD)
    insert_newsletters(tx, product(settings.newsletters, settings.languages), told_until, now)
    statement = sa.select(Newsletter).where(*_is_offered(settings)).order_by(col(Newsletter.id))
    newsletters = list(tx.session.scalars(statement.with_for_update()))
    is_open = col(NewsletterIssue.state).in_(OPEN)
    issues = tx.session.scalars(sa.select(NewsletterIssue).where(is_open).with_for_update())
    drafts = {issue.newsletter_id: issue for issue in issues}
    for newsletter in newsletters:
        _move_due(newsletter, settings, now)
        if newsletter.due_at is not None:
            draft = drafts.get(newsletter.id) or new_issue(newsletter, "news", now)
            draft.due_at = newsletter.due_at
            tx.session.add(draft)


def insert_newsletters(
    tx: WriteTx, kinds: Iterable[tuple[Rhythm, str]], told_until: datetime, now: datetime
) -> None:
    """Make the newsletters of these rhythms and languages that are not here. They will tell of what
    becomes visible after `told_until`."""
    epoch = head(tx).epoch
    rows = [
        {
            "id": uuid7(now),
            "rhythm": rhythm,
            "lang": lang,
            "epoch": epoch,
            "told_until": told_until,
            "last_number": 0,
        }
        for rhythm, lang in kinds
    ]
    insertion = tx.insert_into(Newsletter)
    tx.execute(insertion.on_conflict_do_nothing(index_elements=["rhythm", "lang"]), rows)


def needs_preparation(tx: ReadTx, settings: Settings, now: datetime) -> bool:
    """Whether a newsletter, its draft or its next hour is missing."""
    drafts = sa.select(col(NewsletterIssue.newsletter_id)).where(
        col(NewsletterIssue.state).in_(OPEN)
    )
    have_draft = set(tx.execute(drafts).scalars())
    known = {(row.rhythm, row.lang): row for row in offered_newsletters(tx, settings)}
    for rhythm in settings.newsletters:
        for lang in settings.languages:
            row = known.get((rhythm, lang))
            if row is None:
                return True
            if rhythm != "instant" and (
                row.id not in have_draft
                or row.due_at is None
                or schedule.is_far(rhythm, row.due_at, now)
            ):
                return True
    return False


def offered_newsletters(tx: ReadTx, settings: Settings) -> list[Any]:
    """The rows of the newsletters that the settings offer, by rhythm and language."""
    statement = sa.select(Newsletter.__table__).where(*_is_offered(settings))  # type: ignore[attr-defined]  # SQLModel hides it
    return list(tx.execute(statement.order_by(col(Newsletter.rhythm), col(Newsletter.lang))).all())


def _is_offered(settings: Settings) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Newsletter.rhythm).in_(settings.newsletters),
        col(Newsletter.lang).in_(settings.languages),
    )


def new_issue(newsletter: Newsletter, kind: str, now: datetime) -> NewsletterIssue:
    """An issue with nothing in it."""
    return NewsletterIssue(
        id=uuid7(now),
        newsletter_id=newsletter.id,
        kind=kind,
        state="draft",
        due_at=newsletter.due_at or now,
        excluded_ids=[],
        article_ids=[],
        notices=[],
        created_at=now,
    )


def rhythm_of(newsletter: Any) -> Rhythm:
    """How often a newsletter goes."""
    rhythm: Rhythm = newsletter.rhythm
    return rhythm


def _move_due(newsletter: Newsletter, settings: Settings, now: datetime) -> None:
    """Set the next hour where it is missing, or far off since a clock ran ahead."""
    rhythm = rhythm_of(newsletter)
    if newsletter.due_at is None or schedule.is_far(rhythm, newsletter.due_at, now):
        newsletter.due_at = schedule.next_due(rhythm, now, settings)
