"""Look-ups for importers: stored things by their outside identity."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import article_slugs, page_tree
from app.errors import Conflict
from app.inputs import Input
from app.kinds.dated_kind import DatedKind
from app.kinds.registry import DATED_KINDS
from app.kit.text import plain_path
from app.models.alias import Alias
from app.models.article import Article, ArticleSlug
from app.models.author import Author
from app.models.site import Site
from app.models.tag import Tag, TagSlug

_TABLES: Final[tuple[Any, ...]] = (
    *(Article, Tag, Author, Site),
    *(kind.table for kind in DATED_KINDS),
)


def is_empty(tx: ReadTx) -> bool:
    """Whether there is no content of any kind."""
    return not any(tx.execute(sa.select(col(table.id)).limit(1)).first() for table in _TABLES)


def find_article(
    tx: PublishTx,
    source: str | None,
    external_id: str | None,
    article_id: UUID | None,
    slug: str | None,
) -> Article | None:
    """The article with this origin; without a source, the one with the id or slug."""
    tx.session.flush()
    article: Article | None = None
    if source is not None:
        is_same = (col(Article.external_source) == source, col(Article.external_id) == external_id)
        article = tx.session.execute(sa.select(Article).where(*is_same)).scalar_one_or_none()
    elif article_id is None and slug is not None:
        article = tx.session.execute(
            _where_slug_held(sa.select(Article), [slug])
        ).scalar_one_or_none()
    if article is None and article_id is not None:
        article = tx.session.get(Article, article_id)
    return article


def find_namesakes(tx: PublishTx, title: str, digest: str) -> tuple[Article | None, list[str]]:
    """The article that an import created with the same content, among those that hold a slug made
    from this title; and the slugs of those that still have the title."""
    tx.session.flush()
    family: list[Article] = []
    for slugs in article_slugs.held_slugs(tx, title):
        holders = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug).in_(slugs))
        statement = sa.select(Article).where(col(Article.id).in_(holders))
        family += tx.session.execute(statement.order_by(col(Article.id))).scalars()
    same = next((row for row in family if row.import_digest == digest), None)
    return same, [row.slug for row in family if row.title == title]


def has_path(tx: PublishTx, article_id: UUID, path: str) -> bool:
    """Whether an old path leads to the article."""
    alias = tx.session.get(Alias, plain_path(path))
    return alias is not None and alias.article_id == article_id


def by_slugs(tx: ReadTx, slugs: Sequence[str]) -> list[UUID]:
    """The ids of the articles that have these slugs; unknown slugs are left out."""
    if not slugs:
        return []
    return list(tx.execute(_where_slug_held(sa.select(col(Article.id)), slugs)).scalars())


def _where_slug_held(statement: sa.Select[Any], slugs: Sequence[str]) -> sa.Select[Any]:
    """The articles with these slugs, by the table of slugs, because the articles' has no index."""
    condition = sa.and_(
        col(ArticleSlug.article_id) == col(Article.id), col(ArticleSlug.slug) == col(Article.slug)
    )
    return statement.join(ArticleSlug, condition).where(col(ArticleSlug.slug).in_(slugs))


def keep_former_slug(tx: PublishTx, article_id: UUID, slug: str) -> bool:
    """Make an old slug lead to its article for good; False when another article holds it."""
    tx.session.flush()
    holder = tx.session.get(ArticleSlug, slug)
    if holder is None:
        tx.session.add(ArticleSlug(slug=slug, article_id=article_id))
        tx.session.flush()
        article = tx.session.get_one(Article, article_id)
        place = (article_id, article.kind, article.parent_slug)
        page_tree.refuse_misplaced(tx, *place)
        page_tree.refuse_tangled_publication(tx, *place, tx.moment)
    elif holder.article_id != article_id:
        return False
    if tx.session.get(Alias, f"/{slug}") is None:
        tx.session.add(Alias(path=f"/{slug}", article_id=article_id, created_at=tx.moment))
    return True


def free_slug(tx: PublishTx, slug: str, article_id: UUID | None) -> str:
    """The slug, or the first with a number after it, that no other article holds."""
    tx.session.flush()
    candidates = (slug if number == 1 else f"{slug[:110]}-{number}" for number in count(1))
    return next(
        candidate
        for candidate in candidates
        if (holder := tx.session.get(ArticleSlug, candidate)) is None
        or holder.article_id == article_id
    )


def find_tag(tx: PublishTx, tag_id: UUID | None, slug: str) -> Tag | None:
    """The tag with the id, or with the slug."""
    if tag_id is not None and (stored_tag := tx.session.get(Tag, tag_id)) is not None:
        return stored_tag
    return tx.session.execute(sa.select(Tag).where(col(Tag.slug) == slug)).scalar_one_or_none()


def keep_former_tag_slug(tx: PublishTx, tag_id: UUID, slug: str) -> bool:
    """Make an old slug lead to its tag for good. False when it does already; `Conflict` when it is
    another tag's."""
    tx.session.flush()
    holder = tx.session.get(TagSlug, slug)
    if holder is None:
        tx.session.add(TagSlug(slug=slug, tag_id=tag_id))
        if tx.session.get_one(Tag, tag_id).accepted:
            tx.append("tag", tag_id, "updated")
    elif holder.tag_id != tag_id:
        raise Conflict("slug_taken", f"The former slug {slug!r} is another tag's now.")
    return holder is None


def find_dated(
    tx: PublishTx,
    kind: DatedKind,
    source: str | None,
    external_id: str | None,
    key: UUID | None,
    fields: Input,
) -> Any:
    """The row with this origin, with the id, or with the same identity and no other origin. Removed
    rows count too. None when there is no such row."""
    tx.session.flush()
    table = kind.table
    identity = kind.identity(fields.model_dump())
    first = next(iter(identity))
    origin = (source, external_id)
    may_be = [col(getattr(table, first)) == identity[first]]
    if key is not None:
        may_be.append(col(table.id) == key)
    if source is not None:
        same_source = col(table.external_source) == source
        may_be.append(same_source & (col(table.external_id) == external_id))
    rows = list(tx.session.execute(sa.select(table).where(sa.or_(*may_be))).scalars())
    same = [row for row in rows if source and (row.external_source, row.external_id) == origin]
    same = same or [row for row in rows if row.id == key]
    same = same or [
        row
        for row in rows
        if {name: getattr(row, name) for name in identity} == identity
        and not (source and row.external_source)
    ]
    return same[0] if same else None


def find_author(
    tx: PublishTx, source: str | None, external_id: str | None, key: UUID | None, slug: str
) -> Author | None:
    """The author with this origin, with the id, or with the slug and no other origin."""
    tx.session.flush()
    may_be = [col(Author.slug) == slug]
    if key is not None:
        may_be.append(col(Author.id) == key)
    if source is not None:
        same_source = col(Author.external_source) == source
        may_be.append(same_source & (col(Author.external_id) == external_id))
    rows = list(tx.session.execute(sa.select(Author).where(sa.or_(*may_be))).scalars())
    origin = (source, external_id)
    same = [row for row in rows if source and (row.external_source, row.external_id) == origin]
    same = same or [row for row in rows if row.id == key]
    same = same or [row for row in rows if not (source and row.external_source)]
    return same[0] if same else None
