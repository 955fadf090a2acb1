"""Links that show one working copy for a while to everybody who has them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.database import ReadTx, WriteTx
from app.editorial import articles, history, media_use
from app.editorial.commands import refuse_trashed
from app.editorial.content import Actor, SiteRules, from_revision_json
from app.editorial.published_body import own_seo
from app.editorial.snapshot import date_shown, freeze_article
from app.errors import Conflict, Gone, Invalid, NotFound
from app.kit.clock import rfc3339
from app.kit.ids import uuid7
from app.kit.secret import digest, new_secret
from app.models.article import Article, Revision
from app.models.preview import PreviewLink
from app.models.publication import Publication
from app.public.articles import FrozenArticle
from app.public.vocabulary import ArticleAct

Link = PreviewLink

LONGEST: Final = timedelta(days=90)
MOST: Final = 500
"""The most valid links of one account."""


@dataclass(frozen=True, slots=True)
class IssuedPreview:
    """A link and its secret, which only this answer shows."""

    link: PreviewLink
    secret: str


@dataclass(frozen=True, slots=True)
class PreviewedCopy:
    """A working copy as if it were published now, with the parts of its readers' view."""

    item: FrozenArticle
    body_html: str
    seo: str | None
    tag_ids: list[UUID]
    media_ids: Collection[UUID]
    translation_group: UUID | None
    parent_slug: str | None
    related_ids: Sequence[UUID]
    expires_at: datetime


def create(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int | None,
    lifetime: timedelta,
    now: datetime,
) -> IssuedPreview:
    """A link to a saved text, or to the newest text at the time when it is followed.

    The article stays locked meanwhile, so that no autosave replaces the text.
    """
    article = articles.lock_article(tx, article_id, None)
    refuse_trashed(article)
    if not timedelta(0) < lifetime <= LONGEST:
        raise Invalid("lifetime_out_of_range", f"A link lives at most {LONGEST.days} days.")
    if revision is not None and tx.session.get(Revision, (article_id, revision)) is None:
        raise history.revision_not_found(tx, article_id, revision)
    _refuse_more(tx, actor, now)
    secret = new_secret()
    link = PreviewLink(
        id=uuid7(now),
        article_id=article_id,
        revision=revision,
        digest=digest(secret),
        created_by=actor.name,
        created_by_id=actor.account_id,
        made_with=actor.by.credential if actor.by is not None else None,
        created_at=now,
        expires_at=now + lifetime,
    )
    tx.session.add(link)
    _record(tx, actor, "preview.created", link, now)
    return IssuedPreview(link, secret)


def of_article(tx: ReadTx, article_id: UUID) -> list[PreviewLink]:
    """All links to an article, the newest first, expired and revoked ones too."""
    statement = sa.select(*_COLUMNS).where(col(PreviewLink.article_id) == article_id)
    rows = tx.execute(statement.order_by(col(PreviewLink.id).desc())).mappings()
    return [PreviewLink(**row) for row in rows]


def get_link(tx: ReadTx, link_id: UUID) -> PreviewLink:
    """One link; `NotFound`."""
    row = _find_link(tx, col(PreviewLink.id) == link_id)
    if row is None:
        raise NotFound("preview_not_found", "There is no such preview.")
    return row


def revoke(tx: WriteTx, actor: Actor, link_id: UUID, now: datetime) -> None:
    """Revoke the link, at once; `Conflict` when it was revoked before."""
    row = tx.session.get(PreviewLink, link_id, with_for_update=True)
    if row is None:
        raise NotFound("preview_not_found", "There is no such preview.")
    if row.revoked_at is not None:
        raise Conflict("already_revoked", "It is revoked already.")
    row.revoked_at = now
    _record(tx, actor, "preview.revoked", row, now)


def open_preview(tx: ReadTx, secret: str, rules: SiteRules, now: datetime) -> PreviewedCopy:
    """The copy that a link shows. `NotFound` for an unknown secret; `Gone` for an ended link."""
    row = _find_link(tx, col(PreviewLink.digest) == digest(secret))
    if row is None:
        raise NotFound("preview_not_found", "There is no such preview; ask for a new link.")
    if row.revoked_at is not None:
        at = rfc3339(row.revoked_at)
        raise Gone("preview_gone", "This preview was revoked.", reason="removed", at=at)
    if row.expires_at <= now:
        at = rfc3339(row.expires_at)
        raise Gone("preview_gone", "This preview has expired.", reason="expired", at=at)
    copy = articles.read(tx, row.article_id)
    if copy.article.trashed_at is not None:
        at = rfc3339(copy.article.trashed_at)
        raise Gone("preview_gone", "The article is in the trash.", reason="removed", at=at)
    return _build_preview(tx, copy.article, row, rules, now)


def _build_preview(
    tx: ReadTx, article: Article, row: PreviewLink, rules: SiteRules, now: datetime
) -> PreviewedCopy:
    number = row.revision or article.text_revision
    statement = sa.select(col(Revision.content), col(Revision.body_html)).where(
        col(Revision.article_id) == article.id, col(Revision.number) == number
    )
    record = tx.execute(statement).one()
    content = from_revision_json({**record.content, "tag_ids": []}, {})
    first = sa.select(col(Publication.item)).where(
        col(Publication.article_id) == article.id,
        col(Publication.ended).is_distinct_from("cancelled"),
    )
    item = tx.execute(first.order_by(col(Publication.visible_from)).limit(1)).scalar()
    first_shown = date_shown(item) if item is not None else None
    shown_media = media_use.freeze_media(tx, content, record.body_html)
    return PreviewedCopy(
        item=freeze_article(
            article.id, article.slug, content, rules, now, first_shown, shown_media.image
        ),
        body_html=shown_media.body_html,
        seo=own_seo(content, shown_media.seo_image),
        media_ids=shown_media.media_ids,
        tag_ids=[UUID(tag_id) for tag_id in record.content["tag_ids"]],
        translation_group=article.translation_group,
        parent_slug=content.parent,
        related_ids=content.related,
        expires_at=row.expires_at,
    )


_COLUMNS = tuple(sa.inspect(PreviewLink).columns)


def _find_link(tx: ReadTx, condition: Any) -> PreviewLink | None:
    row = tx.execute(sa.select(*_COLUMNS).where(condition)).mappings().one_or_none()
    return None if row is None else PreviewLink(**row)


def _refuse_more(tx: WriteTx, actor: Actor, now: datetime) -> None:
    good = (
        col(PreviewLink.created_by_id) == actor.account_id,
        col(PreviewLink.revoked_at).is_(None),
        col(PreviewLink.expires_at) > now,
    )
    number: int = tx.execute(sa.select(sa.func.count()).where(*good)).scalar_one()
    if number >= MOST:
        raise Conflict("too_many_previews", f"You have {MOST} links; revoke some of them first.")


def _record(
    tx: WriteTx, actor: Actor, action: ArticleAct, link: PreviewLink, now: datetime
) -> None:
    if actor.by is not None:
        details = {"revision": link.revision, "visible_until": link.expires_at}
        audit.record(
            tx, actor.by, now, f"article.{action}", "article", link.article_id, after=details
        )
