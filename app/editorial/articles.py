"""Working copies: create, edit, read. Their content is not public until it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import revisions
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import article_slugs, draft_index, media_use, page_tree, related, tags
from app.editorial.content import Actor, ArticleInput, Draft, from_revision_json, to_revision_json
from app.editorial.translation_groups import refuse_same_language
from app.errors import Conflict, Invalid, NotFound, Stale
from app.kit.ids import uuid7
from app.models.article import Article, ArticleTag, Revision
from app.models.preview import PreviewLink
from app.models.publication import Publication
from app.visibility import visible


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """An article as its editors see it."""

    article: Article
    content: ArticleInput
    body_html: str


SAVED_AT_MOST = 5_000
FOLDED = timedelta(minutes=10)
"""Autosaves of one person within this time become one revision."""


def create(
    tx: WriteTx,
    actor: Actor,
    draft: Draft,
    now: datetime,
    *,
    article_id: UUID | None = None,
    note: str | None = None,
) -> Article:
    """A new draft, revision 1. `Conflict` when its id or its explicit slug is taken."""
    content = draft.content
    tag_ids = tags.ids_of(tx, content.tags)
    article = Article(**article_values(actor, article_id or uuid7(now), content, "", now))
    if tx.session.get(Article, article.id) is not None:
        raise Conflict("id_taken", "Another article has this id.")
    tx.session.add(article)
    article.slug = article_slugs.claim_slug(tx, article.id, content)
    _save(tx, actor, article, draft, tag_ids, now, note)
    return article


def article_values(
    actor: Actor, article_id: UUID, content: ArticleInput, slug: str, now: datetime
) -> dict[str, Any]:
    """The columns of a new draft, revision 1."""
    return {
        "id": article_id,
        "kind": content.kind,
        "revision": 1,
        "text_revision": 1,
        "state": "draft",
        "lang": content.lang,
        "slug": slug,
        "title": content.title,
        "created_at": now,
        "updated_at": now,
        "changed_by": actor.name,
        "changed_by_id": actor.account_id,
        "parent_slug": content.parent,
        "slug_is_set": content.slug is not None,
    }


def edit(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    draft: Draft,
    now: datetime,
    *,
    autosave: bool = False,
    note: str | None = None,
) -> Article:
    """Replace the content of a working copy; `Stale` unless it is at `revision`.

    The copy becomes a draft again unless it is in review, because the approval was for another
    text. The number also moves with an autosave, which may replace the autosave before it.
    """
    article = lock_article(tx, article_id, revision)
    _refuse_more(tx, article_id)
    content = draft.content
    if content.kind != article.kind:
        raise Invalid("kind_fixed", "An article's kind cannot change; create another.")
    tag_ids = tags.ids_of(tx, content.tags)
    article_slugs.change_slug(tx, article, content)
    article.slug_is_set |= draft.slug_is_set
    since = _autosave_start(tx, actor, article, now) if autosave else None
    article.revision += 1
    article.lang, article.title = content.lang, content.title
    if article.state != "in_review":
        article.state = "draft"
    if autosave:
        since = since or now
    _save(tx, actor, article, draft, tag_ids, now, note, since)
    return article


def add_text(
    tx: WriteTx, actor: Actor, article: Article, draft: Draft, now: datetime, note: str
) -> int:
    """Save a text beside the newest, which stays the newest, and return its number. The article
    holds the text's slug."""
    content = draft.content.model_copy(
        update={"slug": article_slugs.claim_slug(tx, article.id, draft.content)}
    )
    article.revision += 1
    tag_ids = tags.ids_of(tx, content.tags)
    _insert_revision(tx, actor, article, Draft(content, draft.body_html), tag_ids, now, note)
    return article.revision


def return_to_text(tx: WriteTx, article: Article, number: int, slug: str) -> None:
    """Make a saved text the newest again; `slug` is the one under which it was published."""
    row = tx.session.get_one(Revision, (article.id, number))
    content = saved_content(tx, {**row.content, "slug": slug})
    article.text_revision, article.slug = number, slug
    article.lang, article.title = content.lang, content.title
    _record_text(tx, article, Draft(content, row.body_html), tags.ids_of(tx, content.tags))


def saved_content(tx: ReadTx, fields: Mapping[str, Any]) -> ArticleInput:
    """The content of a revision's JSON; see `from_revision_json`."""
    tag_ids = [UUID(tag_id) for tag_id in fields["tag_ids"]]
    return from_revision_json(fields, tags.slugs_by_id(tx, tag_ids))


def read(tx: ReadTx, article_id: UUID) -> WorkingCopy:
    """The working copy; `NotFound` when there is none."""
    rows = tx.execute(
        sa.select(Article.__table__).where(col(Article.id) == article_id)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    ).mappings()
    row = rows.one_or_none()
    if row is None:
        raise NotFound("article_not_found", "There is no such article.")
    article = Article(**row)
    record = tx.execute(
        sa.select(col(Revision.content), col(Revision.body_html)).where(
            col(Revision.article_id) == article_id, col(Revision.number) == article.text_revision
        )
    ).one()
    content = saved_content(tx, {**record.content, "slug": article.slug})
    return WorkingCopy(article, content, record.body_html)


def lock_article(tx: WriteTx, article_id: UUID, revision: int | None) -> Article:
    """The article, locked until the transaction ends; `Stale` unless it is at `revision`."""
    article = tx.get_locked(Article, article_id)
    if article is None:
        raise NotFound("article_not_found", "There is no such article.")
    if revision is not None and article.revision != revision:
        raise stale_error(article)
    return article


def stale_error(article: Article) -> Stale:
    """The refusal of a change to a text that was saved again since."""
    return revisions.stale_error(article.revision, article.changed_by, article.updated_at)


def link_translations(
    tx: PublishTx, article: Article, article_ids: list[UUID], now: datetime
) -> None:
    """Merge the translation groups of an article and of others, and log the articles that change
    for readers. `Conflict` when a language would occur twice."""
    rows = [row for other in article_ids if (row := tx.session.get(Article, other)) is not None]
    groups = [group for row in (article, *rows) if (group := row.translation_group) is not None]
    members = tx.session.execute(
        sa.select(Article).where(col(Article.translation_group).in_(groups))
    ).scalars()
    everyone = {row.id: row for row in (*members, article, *rows)}
    refuse_same_language(tx, {row.id: row.lang for row in everyone.values()}, tx.moment)
    query = sa.select(col(Publication.article_id), col(Publication.translation_group)).where(
        col(Publication.article_id).in_(list(everyone)), visible(Publication, tx.moment)
    )
    apart = {group or article_id for article_id, group in tx.execute(query)}
    joined_group = groups[0] if groups else uuid7(now)
    for row in everyone.values():
        row.translation_group = joined_group
    tx.execute(
        sa.update(Publication)
        .where(col(Publication.article_id).in_(list(everyone)))
        .values(translation_group=joined_group)
    )
    if len(apart) > 1:
        statement = sa.select(query.subquery().c.article_id.label("id"))
        tx.append_all("article", statement.subquery(), "translation")


def _autosave_start(tx: WriteTx, actor: Actor, article: Article, now: datetime) -> datetime | None:
    """The start of the run of autosaves that this save continues; the last row of it is deleted.

    None when the last text was saved by hand, by someone else or too long ago. None too when a
    publication, a preview or a translation uses the text, or another act moved the number.
    """
    number = article.text_revision
    last = tx.session.get_one(Revision, (article.id, number))
    same = (last.saved_by_id, last.saved_by) == (actor.account_id, actor.name)
    if last.autosaved_since is None or not same or number != article.revision:
        return None
    relied_on = [
        sa.exists().where(col(table.article_id) == article.id, col(table.revision) == number)
        for table in (Publication, PreviewLink)
    ]
    is_followed = (col(Article.source_id) == article.id, col(Article.source_text) == number)
    relied_on.append(sa.exists().where(*is_followed))
    if now - last.autosaved_since >= FOLDED or tx.execute(sa.select(sa.or_(*relied_on))).scalar():
        return None
    tx.session.delete(last)
    return last.autosaved_since


def _refuse_more(tx: WriteTx, article_id: UUID) -> None:
    saved = sa.select(sa.func.count()).where(col(Revision.article_id) == article_id)
    number: int = tx.execute(saved).scalar_one()
    if number >= SAVED_AT_MOST:
        message = f"It was saved {SAVED_AT_MOST} times; go on in a duplicate of it."
        raise Conflict("too_many_revisions", message)


def _save(
    tx: WriteTx,
    actor: Actor,
    article: Article,
    draft: Draft,
    tag_ids: list[UUID],
    now: datetime,
    note: str | None,
    autosaved_since: datetime | None = None,
) -> None:
    article.text_revision = article.revision
    article.updated_at = now
    article.changed_by, article.changed_by_id = actor.name, actor.account_id
    article.parent_slug = draft.content.parent
    tx.session.flush()
    _refuse_unfit_links(tx, actor, article, draft.content)
    draft = replace(draft, content=draft.content.model_copy(update={"slug": article.slug}))
    _insert_revision(tx, actor, article, draft, tag_ids, now, note, autosaved_since)
    _record_text(tx, article, draft, tag_ids)


def _record_text(tx: WriteTx, article: Article, draft: Draft, tag_ids: list[UUID]) -> None:
    """What other tables know of the newest text: its parent, its tags, its media, its words."""
    article.parent_slug = draft.content.parent
    tx.session.flush()
    tags.set_tags(tx, ArticleTag, "article_id", article.id, tag_ids)
    media_use.record_media_use(tx, article, draft)
    tx.session.flush()
    draft_index.index_text(tx, article.id, draft)


def _refuse_unfit_links(tx: WriteTx, actor: Actor, article: Article, content: ArticleInput) -> None:
    """`Invalid` unless the other articles that a text names fit. An import may name later ones."""
    is_imported = actor.by is None
    page_tree.refuse_no_page(tx, content.parent, may_be_later=is_imported)
    page_tree.refuse_misplaced(tx, article.id, article.kind, content.parent)
    if not is_imported:
        related.refuse_unknown_related(tx, article.id, content)


def _insert_revision(
    tx: WriteTx,
    actor: Actor,
    article: Article,
    draft: Draft,
    tag_ids: list[UUID],
    now: datetime,
    note: str | None,
    autosaved_since: datetime | None = None,
) -> None:
    values = revision_values(actor, article.id, article.revision, draft, tag_ids, now)
    tx.session.add(Revision(**values, autosaved_since=autosaved_since, note=note))


def revision_values(
    actor: Actor,
    article_id: UUID,
    number: int,
    draft: Draft,
    tag_ids: Sequence[UUID],
    now: datetime,
) -> dict[str, Any]:
    """The columns of a text that is saved by hand; the draft's content has the article's slug."""
    return {
        "article_id": article_id,
        "number": number,
        "content": to_revision_json(draft.content, tag_ids),
        "body_html": draft.body_html,
        "saved_by": actor.name,
        "saved_by_id": actor.account_id,
        "saved_at": now,
    }
