"""What an issue says, read from the store when somebody looks: only what is visible then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.kit.languages import base_language
from app.kit.sanitise import render_body
from app.models.newsletter import NewsletterIssue
from app.models.publication import Publication
from app.newsletters.issue_records import IssueRecord
from app.newsletters.selection import ChangeNotice, NoticeReason
from app.published.articles import by_ids
from app.published.cache import Tags
from app.settings import Settings
from app.visibility import NOW, was_visible

_TITLES: Final[dict[str, dict[str, str]]] = {
    "en": {"instant": "News", "daily": "Daily news {n}", "weekly": "Weekly news {n}"},
    "es": {"instant": "Noticias", "daily": "Noticias del día {n}", "weekly": "Boletín semanal {n}"},
}


@dataclass(frozen=True, slots=True)
class MailedArticle:
    """An article of an issue, as letters show it."""

    title: str
    summary: str
    url: str
    published_on: str | None
    topics: frozenset[UUID]
    """Its tags, and those above them."""


@dataclass(frozen=True, slots=True)
class MailedNotice:
    """What became of a text that was mailed. A text that was retracted has no `url`."""

    reason: NoticeReason
    title: str
    url: str | None
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueContent:
    """An issue for readers. `items` are the articles as the API has them, `articles` as letters."""

    title: str
    introduction: str
    introduction_html: str
    items: list[bytes]
    articles: list[MailedArticle]
    notices: list[MailedNotice]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to tell."""
        return not (self.articles or self.notices or self.introduction)

    def for_topics(self, tags: Tags, topics: Sequence[str]) -> "IssueContent":
        """The part of it that a reader of some topics gets; all of it without topics."""
        if not topics:
            return self
        wanted = {tag.id for tag in tags.resolve_ids(topics)}
        return replace(self, articles=[it for it in self.articles if it.topics & wanted])


def read_content(
    tx: ReadTx, tags: Tags, settings: Settings, record: IssueRecord, now: datetime
) -> IssueContent:
    """What an issue says now."""
    items = by_ids(tx, tags, record.articles, now)
    shown = [items[key] for key in record.articles if key in items]
    articles = [_to_mailed(from_json(item), tags, settings) for item in shown]
    issue, rhythm, lang = record.row, record.newsletter.rhythm, record.newsletter.lang
    first = articles[0].title if rhythm == "instant" and articles else None
    return IssueContent(
        title=issue.subject or first or numbered_title(rhythm, lang, issue.number),
        introduction=issue.introduction.strip(),
        introduction_html=_to_html(issue.introduction),
        items=shown,
        articles=articles,
        notices=_read_notices(tx, tags, settings, record.notices, now),
    )


@dataclass(frozen=True, slots=True)
class IssueText:
    """What an issue says, without its notices."""

    introduction_html: str
    articles: list[MailedArticle]


def read_texts(
    tx: ReadTx, tags: Tags, settings: Settings, issue_ids: Sequence[UUID], now: datetime
) -> dict[UUID, IssueText]:
    """What some issues say now, read together."""
    columns = (NewsletterIssue.id, NewsletterIssue.introduction, NewsletterIssue.article_ids)
    statement = sa.select(*map(col, columns)).where(col(NewsletterIssue.id).in_(issue_ids))
    rows = tx.execute(statement).all()
    keys = {UUID(key) for _, _, article_ids in rows for key in article_ids}
    items = by_ids(tx, tags, list(keys), now)
    mailed = {str(key): _to_mailed(from_json(item), tags, settings) for key, item in items.items()}
    return {
        issue_id: IssueText(
            _to_html(introduction), [mailed[key] for key in article_ids if key in mailed]
        )
        for issue_id, introduction, article_ids in rows
    }


def _to_html(introduction: str) -> str:
    text = introduction.strip()
    return render_body(text, "markdown").html if text else ""


def numbered_title(rhythm: str, lang: str, number: int | None) -> str:
    """The title of an issue to which its editors gave none."""
    titles = _TITLES.get(base_language(lang), _TITLES["en"])
    return titles[rhythm].format(n=number if number is not None else "").strip()


def _to_mailed(item: dict[str, Any], tags: Tags, settings: Settings) -> MailedArticle:
    own_tags = [tag for it in item["tags"] if (tag := tags.find(it["slug"])) is not None]
    return MailedArticle(
        title=item["title"],
        summary=item["summary"],
        url=settings.page_address(item["kind"], item["slug"], item["lang"]),
        published_on=item["published_on"],
        topics=frozenset(it.id for tag in own_tags for it in tags.ancestors_and_self(tag)),
    )


def _read_notices(
    tx: ReadTx, tags: Tags, settings: Settings, notices: Sequence[ChangeNotice], now: datetime
) -> list[MailedNotice]:
    if not notices:
        return []
    keys = [it.article_id for it in notices]
    items = by_ids(tx, tags, keys, now)
    last = {row.article_id: row for row in _last_publications(tx, keys, now)}
    told = []
    for notice in notices:
        row = last.get(notice.article_id)
        if row is None:  # removed for good since
            continue
        item = from_json(items.get(notice.article_id, row.item))
        is_shown = notice.article_id in items
        if notice.reason == "corrected" and not is_shown:
            continue
        if notice.reason == "retracted" and is_shown:
            continue
        corrections = item.get("corrections") or [{"note": ""}]
        note = corrections[-1]["note"] if is_shown else row.ended_note or ""
        url = settings.page_address(item["kind"], item["slug"], item["lang"]) if is_shown else None
        told.append(MailedNotice(notice.reason, item["title"], url, note, notice.at))
    return told


def _last_publications(tx: ReadTx, keys: Sequence[UUID], now: datetime) -> Sequence[Any]:
    statement = (
        sa.select(col(Publication.article_id), col(Publication.item), col(Publication.ended_note))
        .where(col(Publication.article_id).in_(keys), was_visible(Publication, NOW))
        .order_by(col(Publication.visible_from))
    )
    return tx.execute(statement, {"now": now}).all()
