"""What an issue tells: texts that became visible since the one before, and what became of texts
that were mailed.

A text counts from its first publication. It belongs to the issue if that began after the newsletter
had told of everything, by the log's clock. So a schedule and the end of an embargo need nothing of
their own, and a correction is no news. What an import published has no account as its publisher,
and is never mailed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import ReadTx
from app.models.newsletter import Newsletter, NewsletterIssue
from app.models.publication import Publication, PublicationTag
from app.published.cache import CachedTag, Tags
from app.visibility import NOW, visible

NoticeReason = Literal["corrected", "retracted"]

MOST_ARTICLES: Final = 100
REMEMBERED: Final = timedelta(days=30)
"""How long after an issue readers are told what was wrong in it."""
_BACKDATED: Final = timedelta(days=30)
"""A text whose date for readers is so much older than its publication fills the archive."""


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """That a text which was mailed was corrected or retracted."""

    article_id: UUID
    reason: NoticeReason
    at: datetime


def dump_notices(notices: Iterable[ChangeNotice]) -> list[dict[str, Any]]:
    """Notices as an issue keeps them."""
    return [
        {"article_id": str(it.article_id), "reason": it.reason, "at": it.at.isoformat()}
        for it in notices
    ]


def load_notices(records: Iterable[Mapping[str, Any]]) -> list[ChangeNotice]:
    """The notices that an issue keeps."""
    return [
        ChangeNotice(UUID(it["article_id"]), it["reason"], datetime.fromisoformat(it["at"]))
        for it in records
    ]


@dataclass(frozen=True, slots=True)
class NewsWindow:
    """The time that an issue tells of, by the log's clock: after `since`, up to `until`."""

    since: datetime
    until: datetime


def list_news(
    tx: ReadTx, lang: str, window: NewsWindow, now: datetime, excluded: Collection[UUID] = ()
) -> list[UUID]:
    """The articles that first became visible in a window and are visible now, the newest first."""
    earlier = aliased(Publication)
    began = (
        sa.select(col(Publication.article_id), sa.func.min(col(Publication.visible_from)))
        .where(
            col(Publication.visible_from) > window.since,
            col(Publication.visible_from) <= window.until,
            col(Publication.visible_from) < col(Publication.visible_until),
            col(Publication.kind) == "article",
            col(Publication.lang) == lang,
            col(Publication.published_by_id).is_not(None),
            ~sa.exists().where(
                col(earlier.article_id) == col(Publication.article_id),
                col(earlier.visible_from) <= window.since,
                col(earlier.visible_from) < col(earlier.visible_until),
            ),
        )
        .group_by(col(Publication.article_id))
    )
    starts: dict[UUID, datetime] = dict(tx.execute(began).all())
    shown = sa.select(col(Publication.article_id), col(Publication.published_at)).where(
        col(Publication.article_id).in_(starts.keys() - set(excluded)), visible(Publication, NOW)
    )
    rows = tx.execute(shown, {"now": now}).all()
    fresh = [
        row.article_id for row in rows if row.published_at > starts[row.article_id] - _BACKDATED
    ]
    return sorted(fresh, key=lambda key: (starts[key], key), reverse=True)[:MOST_ARTICLES]


def list_series(tx: ReadTx, tags: Tags, tag: CachedTag, lang: str, now: datetime) -> list[UUID]:
    """The visible articles of a tag and of those below it, the newest first."""
    statement = (
        sa.select(col(PublicationTag.article_id))
        .where(
            col(PublicationTag.tag_id).in_(tags.descendant_ids(tag)),
            col(PublicationTag.kind) == "article",
            col(PublicationTag.lang) == lang,
            visible(PublicationTag, NOW),
        )
        .order_by(col(PublicationTag.published_at).desc(), col(PublicationTag.article_id))
    )
    keys = tx.execute(statement.limit(MOST_ARTICLES), {"now": now}).scalars()
    return list(dict.fromkeys(keys))


def mailed_articles(tx: ReadTx, newsletter: UUID, since: datetime) -> dict[UUID, datetime]:
    """The articles of a newsletter's issues since an instant, and when each was last mailed."""
    statement = (
        sa.select(col(NewsletterIssue.article_ids), col(NewsletterIssue.closed_at))
        .where(
            col(NewsletterIssue.newsletter_id) == newsletter,
            col(NewsletterIssue.closed_at) > since,
        )
        .order_by(col(NewsletterIssue.closed_at))
    )
    return {UUID(key): row.closed_at for row in tx.execute(statement) for key in row.article_ids}


def list_notices(tx: ReadTx, newsletter: Newsletter, until: datetime) -> list[ChangeNotice]:
    """What was corrected or retracted since it was mailed and is not told yet, the oldest first."""
    told = _told_notices(tx, newsletter.id, until - REMEMBERED)
    mailed = mailed_articles(tx, newsletter.id, until - REMEMBERED)
    notices = find_notices(tx, mailed, until)
    return sorted(
        (it for it in notices if it.at > told.get(it.article_id, it.at - REMEMBERED)),
        key=lambda notice: (notice.at, notice.article_id),
    )


def find_notices(tx: ReadTx, mailed: dict[UUID, datetime], until: datetime) -> list[ChangeNotice]:
    """The newest correction or retraction of each of these articles since it was mailed."""
    statement = (
        sa.select(
            col(Publication.article_id),
            col(Publication.item),
            col(Publication.ended),
            col(Publication.visible_from),
            col(Publication.visible_until),
        )
        .where(
            col(Publication.article_id).in_(mailed),
            col(Publication.visible_from) <= until,
            col(Publication.visible_from) < col(Publication.visible_until),
        )
        .order_by(col(Publication.visible_from))
    )
    last: dict[UUID, Any] = {}
    corrected: dict[UUID, datetime] = {}
    for row in tx.execute(statement):
        before = last.get(row.article_id)
        if before is not None and _count_corrections(row) > _count_corrections(before):
            corrected[row.article_id] = row.visible_from
        last[row.article_id] = row
    notices = []
    for key, row in last.items():
        if row.ended == "retracted" and mailed[key] < row.visible_until <= until:
            notices.append(ChangeNotice(key, "retracted", row.visible_until))
        elif row.visible_until > until and mailed[key] < corrected.get(key, mailed[key]):
            notices.append(ChangeNotice(key, "corrected", corrected[key]))
    return notices


def _count_corrections(row: Any) -> int:
    return len(from_json(row.item).get("corrections") or ())


def _told_notices(tx: ReadTx, newsletter: UUID, since: datetime) -> dict[UUID, datetime]:
    statement = sa.select(col(NewsletterIssue.notices)).where(
        col(NewsletterIssue.newsletter_id) == newsletter, col(NewsletterIssue.closed_at) > since
    )
    told: dict[UUID, datetime] = {}
    for notices in tx.execute(statement).scalars():
        for notice in notices:
            key, at = UUID(notice["article_id"]), datetime.fromisoformat(notice["at"])
            told[key] = max(at, told.get(key, at))
    return told
