"""Working copies: create, edit, read. None of this is public until it is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import tags
from app.editorial.content import Actor, ArticleInput, Draft, restored, stored
from app.errors import Conflict, Detail, Invalid, NotFound, Stale
from app.kit.ids import uuid7
from app.kit.text import slug_of
from app.models.article import Article, ArticleSlug, Revision
from app.models.publication import Publication
from app.visibility import visible


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
        article.slug = _claim(tx, article.id, content)
        release_slugs(tx, article)
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


def release_slugs(tx: WriteTx, article: Article) -> None:
    """Let go of what the article neither is called nor ever was, nor is to be, in public."""
    used = sa.exists().where(
        col(Publication.slug) == col(ArticleSlug.slug),
        col(Publication.article_id) == article.id,
        col(Publication.ended).is_distinct_from("cancelled"),
    )
    tx.execute(
        sa.delete(ArticleSlug).where(
            col(ArticleSlug.article_id) == article.id, col(ArticleSlug.slug) != article.slug, ~used
        )
    )


def link_translations(tx: PublishTx, article: Article, others: list[UUID], now: datetime) -> None:
    """Make one group of the groups of an article and of others, and append what readers see
    differently. `Conflict` when a language would occur twice."""
    rows = [row for other in others if (row := tx.session.get(Article, other)) is not None]
    groups = [group for row in (article, *rows) if (group := row.translation_group) is not None]
    members = tx.session.execute(
        sa.select(Article).where(col(Article.translation_group).in_(groups))
    ).scalars()
    everyone = {row.id: row for row in (*members, article, *rows)}
    _refuse_same_language(tx, everyone)
    shown = sa.select(col(Publication.article_id), col(Publication.translation_group)).where(
        col(Publication.article_id).in_(list(everyone)), visible(Publication, tx.moment)
    )
    apart = {group or article_id for article_id, group in tx.execute(shown)}
    whole = groups[0] if groups else uuid7(now)
    for row in everyone.values():
        row.translation_group = whole
    tx.execute(
        sa.update(Publication)
        .where(col(Publication.article_id).in_(list(everyone)))
        .values(translation_group=whole)
    )
    if len(apart) > 1:
        seen = sa.select(shown.subquery().c.article_id.label("id"))
        tx.append_all("article", seen.subquery(), "translation")


def refuse_second_language(tx: PublishTx, article: Article) -> None:
    """`Conflict` when another member of its group has the article's language."""
    if article.translation_group is not None:
        members = tx.session.execute(
            sa.select(Article).where(col(Article.translation_group) == article.translation_group)
        ).scalars()
        _refuse_same_language(tx, {row.id: row for row in members})


def _refuse_same_language(tx: PublishTx, everyone: Mapping[UUID, Article]) -> None:
    """What is public or scheduled counts too: a working copy may speak another language by now."""
    published = sa.select(col(Publication.article_id), col(Publication.lang)).where(
        col(Publication.article_id).in_(list(everyone)),
        col(Publication.visible_until) > tx.moment,
        col(Publication.visible_from) < col(Publication.visible_until),
    )
    spoken: set[tuple[UUID, str]] = {(key, lang) for key, lang in tx.execute(published)}
    spoken |= {(row.id, row.lang) for row in everyone.values()}
    if len({lang for _, lang in spoken}) < len(spoken):
        raise Conflict(
            "translation_exists", "One of the articles already has a translation in that language."
        )


def _save(
    tx: WriteTx, actor: Actor, article: Article, draft: Draft, tag_ids: list[UUID], now: datetime
) -> None:
    tx.session.flush()
    tags.carry(tx, article.id, tag_ids)
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
    like = sa.or_(col(ArticleSlug.slug) == stem, col(ArticleSlug.slug).like(f"{stem}-%"))
    taken = set(tx.execute(sa.select(col(ArticleSlug.slug)).where(like)).scalars())
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    # A slug may be taken while this runs, so each that seems free is tried.
    return next(s for s in numbered if s not in taken and _hold(tx, s, article_id))


def _hold(tx: WriteTx, slug: str, article_id: UUID) -> bool:
    tx.session.flush()
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    tx.execute(
        insert(ArticleSlug).values(slug=slug, article_id=article_id).on_conflict_do_nothing()
    )
    holder = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug) == slug)
    return bool(tx.execute(holder).scalar() == article_id)
