"""Working copies: create, edit, read. None of this is public until it is published."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.editorial import tags
from app.editorial.content import Actor, ArticleInput, Draft, restored, stored
from app.errors import Conflict, Detail, Invalid, NotFound, Stale
from app.kit.ids import uuid7
from app.kit.text import slug_of
from app.models.article import Article, ArticleSlug, Revision
from app.models.publication import Publication


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """An article as its editors see it."""

    article: Article
    content: ArticleInput


def create(
    tx: WriteTx, actor: Actor, draft: Draft, now: datetime, *, article_id: UUID | None = None
) -> Article:
    """A new draft, revision 1. `Conflict` when its id or its explicit slug is taken."""
    content = draft.content
    tag_ids = tags.ids_of(tx, content.tags)
    article = Article(
        id=article_id or uuid7(now),
        kind=content.kind,
        revision=1,
        state="draft",
        lang=content.lang,
        slug="",
        title=content.title,
        created_at=now,
        updated_at=now,
    )
    if tx.session.get(Article, article.id) is not None:
        raise Conflict("id_taken", "Another article has this id.")
    tx.session.add(article)
    article.slug = _claim(tx, article.id, content)
    _save(tx, actor, article, draft, tag_ids, now)
    return article


def edit(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, draft: Draft, now: datetime
) -> Article:
    """Replace the content of a draft that is still at `revision`; `Stale` when it is not."""
    article = locked(tx, article_id, revision)
    content = draft.content
    if content.kind != article.kind:
        raise Invalid("kind_fixed", "An article's kind cannot change; create another.")
    tag_ids = tags.ids_of(tx, content.tags)
    if content.slug is not None and content.slug != article.slug:
        previous = article.slug
        article.slug = _claim(tx, article.id, content)
        _release_unless_public(tx, article.id, previous)
    article.revision += 1
    article.lang, article.title, article.updated_at = content.lang, content.title, now
    _save(tx, actor, article, draft, tag_ids, now)
    return article


def read(tx: ReadTx, article_id: UUID) -> WorkingCopy:
    """The working copy; `NotFound` when there is none."""
    rows = tx.execute(
        sa.select(Article.__table__).where(col(Article.id) == article_id)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    ).mappings()
    row = rows.one_or_none()
    if row is None:
        raise NotFound("article_not_found", "There is no such article.")
    article = Article(**row)
    kept = tx.execute(
        sa.select(col(Revision.content)).where(
            col(Revision.article_id) == article_id, col(Revision.number) == article.revision
        )
    ).scalar_one()
    return WorkingCopy(article, restored({**kept, "slug": article.slug}, tags.slugs(tx)))


def locked(tx: WriteTx, article_id: UUID, revision: int | None) -> Article:
    """The article, locked until the transaction ends; `Stale` unless it is at `revision`."""
    tx.session.flush()
    article = tx.session.get(Article, article_id, with_for_update=True, populate_existing=True)
    if article is None:
        raise NotFound("article_not_found", "There is no such article.")
    if revision is not None and article.revision != revision:
        raise Stale(
            "stale_revision",
            f"Revision {article.revision} was saved meanwhile; read it and edit that.",
        )
    return article


def link_translations(tx: WriteTx, article: Article, others: list[UUID], now: datetime) -> None:
    """Put an article and others into one group; `Conflict` when a language would occur twice."""
    rows = [row for row in (tx.session.get(Article, other) for other in others) if row is not None]
    group = next(
        (row.translation_group for row in (article, *rows) if row.translation_group is not None),
        uuid7(now),
    )
    members = tx.session.execute(
        sa.select(Article).where(col(Article.translation_group) == group)
    ).scalars()
    everyone = {row.id: row for row in (*members, article, *rows)}
    if len({row.lang for row in everyone.values()}) < len(everyone):
        raise Conflict(
            "translation_exists", "One of the articles already has a translation in that language."
        )
    for row in everyone.values():
        row.translation_group = group
    tx.execute(
        sa.update(Publication)
        .where(col(Publication.article_id).in_(list(everyone)))
        .values(translation_group=group)
    )


def _save(
    tx: WriteTx, actor: Actor, article: Article, draft: Draft, tag_ids: list[UUID], now: datetime
) -> None:
    tx.session.flush()
    tx.session.add(
        Revision(
            article_id=article.id,
            number=article.revision,
            content=stored(draft.content.model_copy(update={"slug": article.slug}), tag_ids),
            body_html=draft.body_html,
            saved_by=actor.name,
            saved_at=now,
        )
    )
    tx.session.flush()


def _claim(tx: WriteTx, article_id: UUID, content: ArticleInput) -> str:
    """Hold the slug asked for or refuse; else one made from the title, numbered if taken."""
    if content.slug is not None:
        if not _hold(tx, content.slug, article_id):
            detail = Detail("slug_taken", "Choose another slug.", pointer="/slug")
            raise Conflict("slug_taken", f"The slug {content.slug!r} is taken.", (detail,))
        return content.slug
    stem = slug_of(content.title)
    number = 1
    while not _hold(tx, slug := stem if number == 1 else f"{stem}-{number}", article_id):
        number += 1
    return slug


def _hold(tx: WriteTx, slug: str, article_id: UUID) -> bool:
    tx.session.flush()
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    tx.execute(
        insert(ArticleSlug).values(slug=slug, article_id=article_id).on_conflict_do_nothing()
    )
    holder = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug) == slug)
    return bool(tx.execute(holder).scalar() == article_id)


def _release_unless_public(tx: WriteTx, article_id: UUID, slug: str) -> None:
    used = sa.exists().where(
        col(Publication.slug) == slug, col(Publication.article_id) == article_id
    )
    tx.execute(sa.delete(ArticleSlug).where(col(ArticleSlug.slug) == slug, ~used))
