"""Publish, schedule, correct, unpublish, retract: where intervals begin and end."""

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.editorial import articles
from app.editorial.content import Actor, ArticleInput, CorrectionInput, Draft, House, restored
from app.editorial.tags import slugs
from app.errors import Conflict, Invalid
from app.kit.clock import FOREVER, TICK
from app.kit.text import slug_of
from app.models.article import Article, Revision
from app.models.publication import (
    Publication,
    PublicationAuthor,
    PublicationBody,
    PublicationTag,
)
from app.public.articles import Author, Correction, FrozenArticle, Image, Rights, Source
from app.visibility import Wish, arranged

_COPIES: tuple[Any, ...] = (PublicationTag, PublicationAuthor)


def publish(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
) -> datetime:
    """Make a revision public now, or at a time to come, until another; returns when it begins.

    Publications still to come that begin at or after it are cancelled. An `at` that has passed
    means now.
    """
    article = articles.locked(tx, article_id, revision)
    start = max(at, tx.moment) if at is not None else tx.moment
    if until is not None and until <= start:
        raise Invalid("reversed_range", "It must end after it begins.")
    _refuse_second_language(tx, article)
    for row in _publications(tx, article_id):
        if row.ended is None and row.visible_from >= start:
            row.ended = "cancelled"
    _insert(tx, actor, article, house, start, until)
    article.state = "published"
    _arrange(tx, article_id)
    _tell(tx, article, "published" if start <= tx.moment else "scheduled")
    return start


def correct(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    note: str,
    *,
    draft: Draft | None = None,
    at: datetime | None = None,
) -> datetime:
    """Publish again with a dated note that readers see; the text may change with it."""
    live = _live(tx, article_id)
    if live is None:
        raise Conflict("not_public", "Only what is public can be corrected; publish it first.")
    kept = _revision(tx, article_id, revision)
    content = draft.content if draft else restored(kept.content, slugs(tx))
    start = max(at, tx.moment) if at is not None else tx.moment
    noted = CorrectionInput(at=start, note=note)
    content = content.model_copy(update={"corrections": (*content.corrections, noted)})
    body_html = draft.body_html if draft else kept.body_html
    saved = articles.edit(tx, actor, article_id, revision, Draft(content, body_html), tx.moment)
    return publish(tx, actor, article_id, saved.revision, house, at=at, until=live.expires_at)


def unpublish(tx: PublishTx, actor: Actor, article_id: UUID, note: str | None = None) -> None:
    """Take an article away, now; what was scheduled is cancelled."""
    _withdraw(tx, actor, article_id, "unpublished", note)


def retract(tx: PublishTx, actor: Actor, article_id: UUID, reason: str) -> None:
    """Withdraw an article for a reason that readers are told, now and everywhere."""
    if not reason.strip():
        raise Invalid("reason_required", "Say why it is retracted; readers will see it.")
    _withdraw(tx, actor, article_id, "retracted", reason)


def cancel(tx: PublishTx, article_id: UUID) -> None:
    """Cancel what is scheduled; what is live keeps its own end."""
    article = articles.locked(tx, article_id, None)
    pending = [row for row in _publications(tx, article_id) if row.visible_from > tx.moment]
    pending = [row for row in pending if row.ended is None]
    if not pending:
        raise Conflict("not_scheduled", "Nothing is scheduled.")
    for row in pending:
        row.ended = "cancelled"
    _arrange(tx, article_id)
    if not any(row.ended is None for row in _publications(tx, article_id)):
        article.state = "draft"
    _tell(tx, article, "cancelled")


def record_past(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    house: House,
    ended: Literal["unpublished", "retracted"],
    note: str | None,
) -> None:
    """For imports: an article that was public elsewhere and is not any more; it answers 410.

    Its interval is the tick before this transaction: no reader could have seen it.
    """
    article = articles.locked(tx, article_id, None)
    key = _insert(tx, actor, article, house, tx.moment - TICK, None)
    row = tx.session.get_one(Publication, key)
    row.ended, row.ended_note, row.visible_until = ended, note, tx.moment
    article.state = ended
    _arrange(tx, article_id)
    _tell(tx, article, ended)


def _withdraw(tx: PublishTx, actor: Actor, article_id: UUID, cause: str, note: str | None) -> None:
    article = articles.locked(tx, article_id, None)
    rows = [row for row in _publications(tx, article_id) if row.ended is None]
    open_rows = [row for row in rows if row.visible_until > tx.moment]
    if not open_rows:
        raise Conflict("not_public", "It is neither public nor scheduled.")
    for row in open_rows:
        if row.visible_from < tx.moment:
            row.ended, row.ended_note, row.visible_until = cause, note, tx.moment
        else:
            row.ended, row.ended_note = "cancelled", None
    article.state, article.updated_at = cause, tx.moment
    _arrange(tx, article_id)
    _tell(tx, article, cause)


def _publications(tx: PublishTx, article_id: UUID) -> list[Publication]:
    tx.session.flush()
    found = sa.select(Publication).where(col(Publication.article_id) == article_id)
    return list(tx.session.execute(found.order_by(col(Publication.visible_from))).scalars())


def _live(tx: PublishTx, article_id: UUID) -> Publication | None:
    rows = _publications(tx, article_id)
    return next((r for r in rows if r.visible_from <= tx.moment < r.visible_until), None)


def _revision(tx: PublishTx, article_id: UUID, number: int) -> Revision:
    row = tx.session.get(Revision, (article_id, number))
    if row is None:
        raise Conflict("no_such_revision", "There is no such revision.")
    return row


def _arrange(tx: PublishTx, article_id: UUID) -> None:
    """Recompute every end, and close the copies in the tables of tags and authors with it."""
    rows = _publications(tx, article_id)
    ends = arranged(
        [Wish(r.id or 0, r.visible_from, r.expires_at, r.ended, r.visible_until) for r in rows]
    )
    for row in rows:
        row.visible_until = ends[row.id or 0]
        for copy in _COPIES:
            tx.execute(
                sa.update(copy)
                .where(
                    col(copy.publication_id) == row.id,
                    col(copy.visible_until) != row.visible_until,
                )
                .values(visible_until=row.visible_until)
            )
    tx.session.flush()


def _insert(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    house: House,
    start: datetime,
    until: datetime | None,
) -> int:
    kept = _revision(tx, article.id, article.revision)
    content = restored({**kept.content, "tag_ids": []}, {})
    frozen = _frozen(article, content, house, start, _first_shown(tx, article.id))
    tag_ids: list[str] = kept.content["tag_ids"]
    row = Publication(
        article_id=article.id,
        revision=article.revision,
        kind=article.kind,
        lang=content.lang,
        slug=article.slug,
        translation_group=article.translation_group,
        published_at=frozen.published_at,
        updated_at=frozen.updated_at,
        changed_at=max(frozen.updated_at, start),
        visible_from=start,
        visible_until=until or FOREVER,
        expires_at=until,
        syndicatable=frozen.rights.syndicatable,
        item=frozen.model_dump_json(),
        tag_ids=json.dumps(tag_ids),
        published_by=actor.name,
    )
    tx.session.add(row)
    tx.session.flush()
    key = row.id or 0
    interval: dict[str, Any] = {
        "publication_id": key,
        "article_id": article.id,
        "kind": row.kind,
        "lang": row.lang,
        "published_at": row.published_at,
        "visible_from": row.visible_from,
        "visible_until": row.visible_until,
    }
    authors = {author.slug for author in frozen.authors}
    tx.session.add(PublicationBody(publication_id=key, body_html=kept.body_html))
    tx.session.add_all(PublicationTag(tag_id=UUID(tag_id), **interval) for tag_id in tag_ids)
    tx.session.add_all(PublicationAuthor(author_slug=slug, **interval) for slug in authors)
    tx.session.flush()
    return key


def _first_shown(tx: PublishTx, article_id: UUID) -> datetime | None:
    """The date under which an article first appeared, when it ever did."""
    rows = [row for row in _publications(tx, article_id) if row.ended != "cancelled"]
    return rows[0].published_at if rows else None


def _frozen(
    article: Article,
    content: ArticleInput,
    house: House,
    start: datetime,
    first_shown: datetime | None,
) -> FrozenArticle:
    published_at = content.published_at or first_shown or start
    updated_at = content.updated_at
    if updated_at is None or first_shown is not None:
        updated_at = start if first_shown is not None else published_at
    rights = content.rights
    return FrozenArticle(
        id=article.id,
        kind=content.kind,
        slug=article.slug,
        lang=content.lang,
        title=content.title,
        summary=content.summary,
        published_at=published_at,
        date_precision=content.date_precision,
        updated_at=updated_at,
        authors=[Author(name=a.name, slug=a.slug or slug_of(a.name)) for a in content.authors],
        source=Source(name=s.name, url=s.url) if (s := content.source) else None,
        image=Image(url=i.url, alt=i.alt, caption=i.caption, credit=i.credit)
        if (i := content.image)
        else None,
        rights=Rights(
            licence=rights.licence or house.licence,
            credit=rights.credit,
            syndicatable=rights.syndicatable,
        ),
        corrections=[Correction(at=min(c.at, start), note=c.note) for c in content.corrections],
        is_excerpt=content.is_excerpt,
    )


def _refuse_second_language(tx: PublishTx, article: Article) -> None:
    if article.translation_group is None:
        return
    twin = sa.select(col(Article.id)).where(
        col(Article.translation_group) == article.translation_group,
        col(Article.lang) == article.lang,
        col(Article.id) != article.id,
    )
    if tx.execute(twin).first() is not None:
        raise Conflict("translation_exists", "Its group has an article in this language already.")


def _tell(tx: PublishTx, article: Article, cause: str) -> None:
    """The article changed, and so did its translations, which list it."""
    tx.append("article", article.id, cause)
    if article.translation_group is not None:
        siblings: sa.Select[UUID] = sa.select(col(Article.id).label("id")).where(
            col(Article.translation_group) == article.translation_group,
            col(Article.id) != article.id,
        )
        tx.append_all("article", siblings.subquery(), "translation")
