"""Publish, schedule, correct, unpublish, retract: where intervals begin and end."""

import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.editorial import articles, media_use
from app.editorial.content import Actor, ArticleInput, CorrectionInput, Draft, House, restored
from app.editorial.frozen import frozen, kept_at, shown_at
from app.editorial.tags import living, slugs
from app.errors import Conflict, Invalid
from app.kit.clock import FOREVER, TICK
from app.models.article import Article, Revision
from app.models.publication import (
    Publication,
    PublicationAuthor,
    PublicationBody,
    PublicationTag,
)
from app.visibility import Wish, arranged, visible

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
    refuse_unready(tx, article, _content(tx, article))
    articles.refuse_second_language(tx, article)
    _cancel_from(tx, article, start)
    _insert(tx, actor, article, house, start, until)
    article.state = "published"
    _arrange(tx, article_id)
    _tell_embargo(tx, article_id)
    if start <= tx.moment:
        _tell(tx, article, "published")
    return start


def refuse_unready(tx: PublishTx, article: Article, content: ArticleInput) -> None:
    """What must hold before a text becomes public, whoever publishes it; `Conflict` if it does
    not."""
    if article.trashed_at is not None:
        raise Conflict("in_trash", "It is in the trash; restore it first.")
    media_use.refuse_unfit(tx, content, _text(tx, article).body_html)


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
    kept = _text(tx, articles.locked(tx, article_id, revision))
    content = draft.content if draft else restored(kept.content, slugs(tx))
    start = max(at, tx.moment) if at is not None else tx.moment
    noted = CorrectionInput(at=start, note=note)
    content = content.model_copy(update={"corrections": (*content.corrections, noted)})
    body_html = draft.body_html if draft else kept.body_html
    saved = articles.edit(tx, actor, article_id, revision, Draft(content, body_html), tx.moment)
    return publish(tx, actor, article_id, saved.revision, house, at=at, until=live.expires_at)


def unpublish(tx: PublishTx, actor: Actor, article_id: UUID, note: str | None = None) -> None:
    """Take an article away, now; what was scheduled is cancelled. Scheduled again after that, it
    is embargoed: readers are told that it will come back, and not when."""
    _withdraw(tx, actor, article_id, "unpublished", note)


def retract(tx: PublishTx, actor: Actor, article_id: UUID, reason: str) -> None:
    """Withdraw an article for a reason that readers are told, now and everywhere."""
    if not reason.strip():
        raise Invalid("reason_required", "Say why it is retracted; readers will see it.")
    _withdraw(tx, actor, article_id, "retracted", reason)


def cancel(tx: PublishTx, article_id: UUID) -> None:
    """Cancel what is scheduled; what is live keeps its own end."""
    article = articles.locked(tx, article_id, None)
    if not _cancel_from(tx, article, tx.moment + TICK):
        raise Conflict("not_scheduled", "Nothing is scheduled.")
    _settle(tx, article)


def record_past(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    house: House,
    ended: Literal["unpublished", "retracted"] | None,
    note: str | None,
    at: datetime,
) -> None:
    """For imports: an article that was public elsewhere until `at`; it answers 410.

    It expired when `ended` is None. What is public here ends now. Else its interval is the tick
    before `at`, which no reader of this log has seen.
    """
    article = articles.locked(tx, article_id, None)
    refuse_unready(tx, article, _content(tx, article))
    _cancel_from(tx, article, tx.moment)
    live = _live(tx, article_id)
    if live is not None:
        _end(tx, article, live, ended, note, tx.moment)
        return
    known = any(row.ended != "cancelled" for row in _publications(tx, article_id))
    at = tx.moment if known else min(at, tx.moment)
    row = tx.session.get_one(Publication, _insert(tx, actor, article, house, at - TICK, at))
    _end(tx, article, row, ended, note, at)


def _withdraw(tx: PublishTx, actor: Actor, article_id: UUID, cause: str, note: str | None) -> None:
    article = articles.locked(tx, article_id, None)
    pending = _cancel_from(tx, article, tx.moment)
    live = _live(tx, article_id)
    if live is not None:
        _end(tx, article, live, cause, note, tx.moment)
        article.state = cause
    elif pending:
        _settle(tx, article)
    else:
        raise Conflict("not_public", "It is neither public nor scheduled.")
    article.updated_at = tx.moment


def _end(
    tx: PublishTx,
    article: Article,
    row: Publication,
    cause: str | None,
    note: str | None,
    at: datetime,
) -> None:
    """A publication ends: by hand for a cause, or else as if it had been asked to expire."""
    row.ended, row.ended_note, row.visible_until = cause, note, at
    row.expires_at = row.expires_at if cause else at
    article.state = cause or "published"
    _arrange(tx, article.id)
    _tell(tx, article, cause or "expired")


def _cancel_from(tx: PublishTx, article: Article, start: datetime) -> bool:
    """Cancel what begins at `start` or later, so that what is before it has its own end again.

    False when there is nothing. A slug that only the cancelled held is free.
    """
    rows = [row for row in _publications(tx, article.id) if row.visible_from >= start]
    rows = [row for row in rows if row.ended is None]
    for row in rows:
        row.ended = "cancelled"
    if rows:
        _arrange(tx, article.id)
        articles.release_slugs(tx, article)
    return bool(rows)


def _settle(tx: PublishTx, article: Article) -> None:
    """After a cancellation the working copy is a draft, unless it is what was released before."""
    _tell_embargo(tx, article.id)
    rows = [row for row in _publications(tx, article.id) if row.ended != "cancelled"]
    if not rows or rows[-1].revision != article.text_revision:
        article.state = "draft"
    else:
        article.state = rows[-1].ended or "published"


def _tell_embargo(tx: PublishTx, article_id: UUID) -> None:
    """What was taken away is `embargoed` as long as it is scheduled again, and `unpublished` else;
    a retraction stands. A schedule of what never was public is told to nobody."""
    rows = [r for r in _publications(tx, article_id) if r.visible_from < r.visible_until]
    begun = [row for row in rows if row.visible_from <= tx.moment]
    if not begun or begun[-1].ended not in ("unpublished", "embargoed"):
        return
    cause = "embargoed" if len(begun) < len(rows) else "unpublished"
    if cause != begun[-1].ended:
        begun[-1].ended = cause
        tx.append("article", article_id, cause)


def _publications(tx: PublishTx, article_id: UUID) -> list[Publication]:
    tx.session.flush()
    found = sa.select(Publication).where(col(Publication.article_id) == article_id)
    return list(tx.session.execute(found.order_by(col(Publication.visible_from))).scalars())


def _live(tx: PublishTx, article_id: UUID) -> Publication | None:
    rows = _publications(tx, article_id)
    return next((r for r in rows if r.visible_from <= tx.moment < r.visible_until), None)


def _text(tx: PublishTx, article: Article) -> Revision:
    return tx.session.get_one(Revision, (article.id, article.text_revision))


def _arrange(tx: PublishTx, article_id: UUID) -> None:
    """Recompute every end, and close the copies in the tables of tags and authors with it."""
    rows = _publications(tx, article_id)
    ends = arranged(
        [Wish(r.id or 0, r.visible_from, r.expires_at, r.ended, r.visible_until) for r in rows]
    )
    for row in rows:
        row.visible_until = ends[row.id or 0]
    own = sa.select(col(Publication.id)).where(col(Publication.article_id) == article_id)
    for copy in _COPIES:
        end = sa.select(col(Publication.visible_until)).where(
            col(Publication.id) == col(copy.publication_id)
        )
        tx.execute(
            sa.update(copy)
            .where(col(copy.publication_id).in_(own))
            .values(visible_until=end.scalar_subquery())
        )


def _insert(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    house: House,
    start: datetime,
    until: datetime | None,
) -> int:
    kept = _text(tx, article)
    content = _content(tx, article)
    shown = media_use.frozen(tx, content, kept.body_html)
    item = frozen(article, content, house, start, _first_shown(tx, article.id), shown.image)
    tag_ids = living(tx, [UUID(tag_id) for tag_id in kept.content["tag_ids"]])
    row = Publication(
        article_id=article.id,
        revision=article.text_revision,
        kind=article.kind,
        lang=content.lang,
        slug=article.slug,
        translation_group=article.translation_group,
        published_at=kept_at(item),
        updated_at=item.updated_at,
        changed_at=max(item.updated_at, start),
        visible_from=start,
        visible_until=until or FOREVER,
        expires_at=until,
        syndicatable=item.rights.syndicatable,
        item=item.model_dump_json(),
        tag_ids=json.dumps([str(tag_id) for tag_id in tag_ids]),
        published_by=actor.name,
        published_by_id=actor.account_id,
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
    authors = {author.slug for author in item.authors}
    tx.session.add(PublicationBody(publication_id=key, body_html=shown.body_html))
    media_use.attach(tx, key, shown.media_ids)
    tx.session.add_all(PublicationTag(tag_id=tag_id, **interval) for tag_id in tag_ids)
    tx.session.add_all(PublicationAuthor(author_slug=slug, **interval) for slug in authors)
    tx.session.flush()
    return key


def _content(tx: PublishTx, article: Article) -> ArticleInput:
    """What the newest revision says; its tags, which belong to others, are left out."""
    return restored({**_text(tx, article).content, "tag_ids": []}, {})


def _first_shown(tx: PublishTx, article_id: UUID) -> datetime | None:
    """The date under which an article first appeared, when it ever did."""
    rows = [row for row in _publications(tx, article_id) if row.ended != "cancelled"]
    return shown_at(rows[0].item) if rows else None


def _tell(tx: PublishTx, article: Article, cause: str) -> None:
    """The article changed for readers, and so did its translations, which list it."""
    tx.append("article", article.id, cause)
    if article.translation_group is not None:
        siblings: sa.Select[UUID] = sa.select(col(Publication.article_id).label("id")).where(
            col(Publication.translation_group) == article.translation_group,
            col(Publication.article_id) != article.id,
            visible(Publication, tx.moment),
        )
        tx.append_all("article", siblings.subquery(), "translation")
