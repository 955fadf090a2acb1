"""Issues that went out, as another store can keep them: an archive for readers, and the memory of
what was mailed. Nothing here sends anything, and no reader is named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.errors import Conflict, Invalid
from app.inputs import Input
from app.kit.ids import uuid7
from app.models.article import Article, ArticleSlug
from app.models.newsletter import Newsletter, NewsletterIssue
from app.newsletters.inputs import Introduction, Subject
from app.newsletters.planning import LOG_KIND
from app.newsletters.preparation import insert_newsletters
from app.newsletters.selection import ChangeNotice, NoticeReason, dump_notices, load_notices
from app.public.vocabulary import Lang, Moment, Rhythm, Slug

_ARTICLES_AT_MOST: Final = 10_000


class SentNotice(Input):
    """An issue told that an article was corrected or retracted."""

    slug: Slug
    reason: NoticeReason
    at: Moment


class SentIssue(Input):
    """An issue whose articles are fixed, by their slugs, because it went out. One that was on its
    way is `cancelled` elsewhere, so that nobody gets it twice."""

    rhythm: Rhythm
    lang: Lang
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    status: Literal["sent", "cancelled"] = "sent"
    subject: Subject | None = None
    introduction: Introduction = ""
    closed_at: Moment
    sent_at: Moment | None = None
    articles: Annotated[tuple[Slug, ...], Field(max_length=_ARTICLES_AT_MOST, strict=False)] = ()
    notices: Annotated[
        tuple[SentNotice, ...], Field(max_length=_ARTICLES_AT_MOST, strict=False)
    ] = ()


_WENT_OUT: Final = (
    col(NewsletterIssue.kind) == "news",
    col(NewsletterIssue.closed_at).is_not(None),
)
_ROWS: Final[sa.Select[*tuple[Any, ...]]] = (
    sa.select(NewsletterIssue.__table__, col(Newsletter.rhythm), col(Newsletter.lang))  # type: ignore[attr-defined]  # SQLModel hides it
    .join(Newsletter, col(Newsletter.id) == col(NewsletterIssue.newsletter_id))
    .where(*_WENT_OUT)
    .order_by(col(NewsletterIssue.closed_at), col(NewsletterIssue.id))
)


def count_issues(tx: ReadTx) -> int:
    """The number of issues that went out."""
    statement = sa.select(sa.func.count()).select_from(NewsletterIssue).where(*_WENT_OUT)
    return int(tx.execute(statement).scalar_one())


def list_issues(tx: ReadTx) -> Iterator[tuple[UUID, SentIssue]]:
    """All issues that went out with their ids, the oldest first."""
    for row in tx.execute(_ROWS).all():
        yield row.id, _to_sent(tx, row)


def upsert_issue(
    tx: PublishTx, issue_id: UUID | None, issue: SentIssue, languages: Sequence[str]
) -> Literal["created", "unchanged"]:
    """Keep an issue that went out elsewhere. `Invalid`; `Conflict` (`issue_differs`) when another
    one has its id or its number: what went out does not change."""
    _refuse_unfit(tx, issue, languages)
    is_same = sa.and_(
        col(Newsletter.rhythm) == issue.rhythm,
        col(Newsletter.lang) == issue.lang,
        col(NewsletterIssue.number) == issue.number,
    )
    if issue_id is not None:
        is_same = sa.or_(is_same, col(NewsletterIssue.id) == issue_id)
    stored = [_to_sent(tx, row) for row in tx.execute(_ROWS.where(is_same)).all()]
    if stored == [issue]:
        return "unchanged"
    if stored:
        message = f"Another issue {issue.number} of this newsletter is here; it was left alone."
        raise Conflict("issue_differs", message)
    newsletter = _newsletter_of(tx, issue)
    newsletter.last_number = max(newsletter.last_number, issue.number)
    keys = _ids_of(tx, issue)
    row = NewsletterIssue(
        id=issue_id or uuid7(issue.closed_at, issue.number % 4_096),
        newsletter_id=newsletter.id,
        kind="news",
        state=issue.status,
        number=issue.number,
        due_at=issue.closed_at,
        subject=issue.subject,
        introduction=issue.introduction,
        excluded_ids=[],
        article_ids=[str(keys[slug]) for slug in issue.articles],
        notices=dump_notices(ChangeNotice(keys[it.slug], it.reason, it.at) for it in issue.notices),
        closed_at=issue.closed_at,
        planned_at=issue.closed_at,
        sent_at=issue.sent_at,
        created_at=issue.closed_at,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.append(LOG_KIND, row.id, "published")
    return "created"


def _refuse_unfit(tx: PublishTx, issue: SentIssue, languages: Sequence[str]) -> None:
    if issue.lang not in languages:
        raise Invalid("unknown_language", f"This site publishes in: {', '.join(languages)}.")
    if issue.closed_at > tx.moment:
        message = "closed_at is to come; only what went out already can be imported."
        raise Invalid("issue_to_come", message)


def _newsletter_of(tx: PublishTx, issue: SentIssue) -> Newsletter:
    """The newsletter, made if it is not here. It tells of nothing that is public now."""
    insert_newsletters(tx, [(issue.rhythm, issue.lang)], tx.moment, tx.moment)
    is_it = (col(Newsletter.rhythm) == issue.rhythm, col(Newsletter.lang) == issue.lang)
    return tx.session.scalars(sa.select(Newsletter).where(*is_it).with_for_update()).one()


def _ids_of(tx: PublishTx, issue: SentIssue) -> Mapping[str, UUID]:
    """The ids of the articles that an issue names, by the slugs that they have or had."""
    slugs = {*issue.articles, *(notice.slug for notice in issue.notices)}
    statement = sa.select(col(ArticleSlug.slug), col(ArticleSlug.article_id))
    keys = dict(tx.execute(statement.where(col(ArticleSlug.slug).in_(slugs))).all())
    absent = min(slugs - keys.keys(), default=None)
    if absent is not None:
        message = f"There is no article {absent!r}; its record must come before this one."
        raise Invalid("unknown_slug", message)
    return keys


def _to_sent(tx: ReadTx, row: Any) -> SentIssue:
    """An issue without the articles that are in the trash or gone, which no record names."""
    keys = [UUID(key) for key in row.article_ids]
    notices = load_notices(row.notices)
    statement = sa.select(col(Article.id), col(Article.slug)).where(
        col(Article.id).in_({*keys, *(it.article_id for it in notices)}),
        col(Article.trashed_at).is_(None),
    )
    slugs = dict(tx.execute(statement).all())
    return SentIssue(
        rhythm=row.rhythm,
        lang=row.lang,
        number=row.number,
        status="sent" if row.state == "sent" else "cancelled",
        subject=row.subject,
        introduction=row.introduction,
        closed_at=row.closed_at,
        sent_at=row.sent_at,
        articles=tuple(slugs[key] for key in keys if key in slugs),
        notices=tuple(
            SentNotice(slug=slugs[it.article_id], reason=it.reason, at=it.at)
            for it in notices
            if it.article_id in slugs
        ),
    )
