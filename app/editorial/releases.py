"""The publications of one article as rows: list, insert, cancel, and recompute their ends.

These functions do not check rights or rules; `publishing` and `correcting` do.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx, pages_below
from app.database import ReadTx
from app.editorial import article_slugs, media_use, page_tree, published_body
from app.editorial.content import Actor, ArticleInput, SiteRules, from_revision_json
from app.editorial.snapshot import cap_dates, date_shown, freeze_article, kept_at, refuse_ahead
from app.editorial.tags import resolve_ids
from app.errors import ScheduledRelease, WouldCancel
from app.kit.clock import FOREVER, rfc3339
from app.models.article import Article, Revision
from app.models.publication import (
    Publication,
    PublicationAuthor,
    PublicationBody,
    PublicationTag,
)
from app.public.articles import FrozenArticle
from app.visibility import RequestedInterval, arrange_ends, visible

_COPIES: tuple[Any, ...] = (PublicationTag, PublicationAuthor)


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The text that readers see at an instant: its number, its slug and its requested end."""

    revision: int
    slug: str
    expires_at: datetime | None


def shown_at(tx: ReadTx, article_id: UUID, at: datetime) -> VisibleText | None:
    """The text that readers see at an instant, as far as it is known now."""
    columns = (Publication.revision, Publication.slug, Publication.expires_at)
    statement = sa.select(*(col(column) for column in columns)).where(
        col(Publication.article_id) == article_id, visible(Publication, at)
    )
    row = tx.execute(statement).one_or_none()
    return None if row is None else VisibleText(*row)


def list_publications(tx: PublishTx, article_id: UUID) -> list[Publication]:
    """All publications that ever existed, in the order of their starts."""
    tx.session.flush()
    return list(tx.session.execute(_OF_ARTICLE, {"its_id": article_id}).scalars())


# Made once, because each act of publishing asks for them several times.
_is_its_own: Final = col(Publication.article_id) == sa.bindparam("its_id")
_OF_ARTICLE: Final = (
    sa.select(Publication).where(_is_its_own).order_by(col(Publication.visible_from))
)


def live_publication(tx: PublishTx, article_id: UUID) -> Publication | None:
    """The publication that is public now."""
    rows = list_publications(tx, article_id)
    return next((r for r in rows if r.visible_from <= tx.moment < r.visible_until), None)


def planned_publications(tx: PublishTx, article_id: UUID, start: datetime) -> list[Publication]:
    """Future publications that begin at `start` or later."""
    return [
        row
        for row in list_publications(tx, article_id)
        if row.ended is None and tx.moment < row.visible_from < row.visible_until
        if row.visible_from >= start
    ]


def to_scheduled(row: Publication) -> ScheduledRelease:
    """A future publication as a refusal or an answer names it."""
    return ScheduledRelease(
        id=row.article_id,
        lang=row.lang,
        revision=row.revision,
        slug=row.slug,
        visible_from=rfc3339(row.visible_from),
        visible_until=rfc3339(row.expires_at) if row.expires_at else None,
    )


def get_text(tx: PublishTx, article: Article, number: int) -> Revision:
    """A saved text."""
    return tx.session.get_one(Revision, (article.id, number))


def insert_publication(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    number: int,
    rules: SiteRules,
    start: datetime,
    until: datetime | None,
) -> Publication:
    """Insert a publication of a saved text. `Invalid` when it shows a date in its future."""
    revision = get_text(tx, article, number)
    content = from_revision_json({**revision.content, "tag_ids": []}, {})
    # The interval of an imported past began before this log, but its dates may be of today.
    latest = max(start, tx.moment)
    refuse_ahead(content, latest)
    page_tree.refuse_tangled_publication(tx, article.id, article.kind, content.parent, tx.moment)
    frozen_media = media_use.freeze_media(tx, content, revision.body_html)
    first = _first_shown(tx, article.id)
    item = freeze_article(
        article.id, article.slug, content, rules, start, first, frozen_media.image
    )
    item = cap_dates(item, latest)
    tag_ids = resolve_ids(tx, [UUID(tag_id) for tag_id in revision.content["tag_ids"]])
    group = article.translation_group
    values = publication_values(actor, item, content, number, group, tag_ids, start, until)
    row = Publication(**values)
    tx.session.add(row)
    tx.session.flush()
    key = row.id or 0
    interval = interval_values(key, values)
    authors = {author.slug for author in item.authors}
    body = published_body.body_values(content, frozen_media)
    tx.session.add(PublicationBody(publication_id=key, **body))
    media_use.attach_media(tx, key, frozen_media.media_ids)
    tx.session.add_all(PublicationTag(tag_id=tag_id, **interval) for tag_id in tag_ids)
    tx.session.add_all(PublicationAuthor(author_slug=slug, **interval) for slug in authors)
    tx.session.flush()
    return row


def publication_values(
    actor: Actor,
    item: FrozenArticle,
    content: ArticleInput,
    number: int,
    translation_group: UUID | None,
    tag_ids: Sequence[UUID],
    start: datetime,
    until: datetime | None,
) -> dict[str, Any]:
    """The columns of a publication of the text `number`, without its id."""
    related = [str(key) for key in content.related]
    return {
        "article_id": item.id,
        "revision": number,
        "kind": item.kind,
        "lang": item.lang,
        "slug": item.slug,
        "translation_group": translation_group,
        "published_at": kept_at(item),
        "updated_at": item.updated_at,
        "changed_at": start,
        "visible_from": start,
        "visible_until": until or FOREVER,
        "expires_at": until,
        "syndicatable": item.rights.syndicatable,
        "item": item.model_dump_json(),
        "tag_ids": json.dumps([str(tag_id) for tag_id in tag_ids]),
        "published_by": actor.name,
        "published_by_id": actor.account_id,
        "canonical_url": item.canonical_url,
        "position": item.position,
        "parent_slug": content.parent,
        "related_ids": json.dumps(related) if related else None,
    }


def interval_values(key: int, publication: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the tables of tags and authors copy from the publication with an id."""
    names = ("article_id", "kind", "lang", "published_at", "visible_from", "visible_until")
    return {"publication_id": key, **{name: publication[name] for name in names}}


def cancellation_error(cancelled: Sequence[ScheduledRelease]) -> WouldCancel:
    """The refusal of an act that would cancel releases and does not say so."""
    texts = ", ".join(f"{it.slug} from {it.visible_from}" for it in cancelled)
    message = f"It would cancel what is scheduled ({texts}); send cancels: true if it is to."
    return WouldCancel("would_cancel", message, releases=tuple(cancelled))


def recompute_ends(tx: PublishTx, article_id: UUID) -> None:
    """Recompute every end, also in the tables of tags and authors, which copy the intervals."""
    rows = list_publications(tx, article_id)
    ends = arrange_ends(
        [
            RequestedInterval(r.id or 0, r.visible_from, r.expires_at, r.ended, r.visible_until)
            for r in rows
        ]
    )
    for row in rows:
        row.visible_until = ends[row.id or 0]
    for statement in _COPIED_ENDS:
        tx.execute(statement, {"its_id": article_id})


def _copy_ends(copy: Any) -> sa.Update:
    """Gives the rows of a table that copies intervals the ends of an article's publications."""
    end = sa.select(col(Publication.visible_until)).where(
        col(Publication.id) == col(copy.publication_id)
    )
    own = sa.select(col(Publication.id)).where(_is_its_own)
    of_article = sa.update(copy).where(col(copy.publication_id).in_(own))
    return of_article.values(visible_until=end.scalar_subquery())


_COPIED_ENDS: Final = tuple(_copy_ends(copy) for copy in _COPIES)


def replace_publication(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    row: Publication,
    number: int,
    rules: SiteRules,
    start: datetime,
    until: datetime | None,
) -> None:
    """Replace a scheduled publication by one of a text `number`, in the same release and in the
    name of the person who scheduled it."""
    row.ended = "cancelled"
    new = insert_publication(tx, actor, article, number, rules, start, until)
    new.published_by, new.published_by_id = row.published_by, row.published_by_id
    new.review_state = row.review_state
    new.release_id, row.release_id = row.release_id, None


def cancel_publications(tx: PublishTx, article: Article, rows: Sequence[Publication]) -> None:
    """Cancel planned publications, so that earlier ones get their own ends back. Slugs that only
    cancelled publications held become free."""
    for row in rows:
        row.ended = "cancelled"
    if rows:
        recompute_ends(tx, article.id)
        article_slugs.release_slugs(tx, article)


def announce_change(tx: PublishTx, article: Article, cause: str) -> None:
    """Log a change of the article, of its translations, because they list it, and of the pages
    below it, because they name it."""
    tx.append("article", article.id, cause)
    if article.kind == "page":
        below = pages_below(article.id, tx.moment)
        tx.append_all("article", below.subquery(), "parent")
    if article.translation_group is not None:
        siblings: sa.Select[UUID] = sa.select(col(Publication.article_id).label("id")).where(
            col(Publication.translation_group) == article.translation_group,
            col(Publication.article_id) != article.id,
            visible(Publication, tx.moment),
        )
        tx.append_all("article", siblings.subquery(), "translation")


def tell_embargo(tx: PublishTx, article_id: UUID) -> None:
    """Set the cause of a withdrawal: `embargoed` while a release is scheduled, else `unpublished`.
    A retraction stays. The log omits schedules of articles that never were public."""
    rows = [r for r in list_publications(tx, article_id) if r.visible_from < r.visible_until]
    begun = [row for row in rows if row.visible_from <= tx.moment]
    if not begun or begun[-1].ended not in ("unpublished", "embargoed"):
        return
    cause = "embargoed" if len(begun) < len(rows) else "unpublished"
    if cause != begun[-1].ended:
        begun[-1].ended = cause
        tx.append("article", article_id, cause)


def _first_shown(tx: PublishTx, article_id: UUID) -> datetime | None:
    """The date under which an article first appeared, if it did. An appearance counts too if it is
    replaced at the moment at which it began."""
    rows = list_publications(tx, article_id)
    begun = [row for row in rows if row.ended != "cancelled" or row.visible_from == tx.moment]
    return date_shown(begun[0].item) if begun else None
