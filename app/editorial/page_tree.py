"""The tree of standing pages: each page may name the page above it, by its slug.

A slug that was ever public stays with its page, so a name outlives a new slug. The tree is checked
twice. The working copies are a tree whenever one is saved, so that editors see the error where they
make it. What is public or scheduled is a tree whenever a page is published: publications are made
one after another, so that no page is ever below itself for readers. An import may name a page that
comes later; the check at that page then looks at both.

A page above that is not public is not shown, and everything below keeps its place for the day on
which it comes back.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.errors import Detail, Invalid
from app.models.article import Article, ArticleSlug
from app.models.publication import Publication

LEVELS: Final = 4
"""The most pages from the top of a tree to its lowest page."""

_Ids = sa.Select[UUID]
_Step = Callable[[_Ids], _Ids]


def refuse_misplaced(tx: WriteTx, article_id: UUID, kind: str, parent: str | None) -> None:
    """`Invalid` unless the working copies are a tree with this page under its parent."""
    if kind == "page":
        _refuse_tangle(tx, article_id, parent, _above_copies, _below_copies)


def refuse_tangled_publication(
    tx: ReadTx, article_id: UUID, kind: str, parent: str | None, now: datetime
) -> None:
    """`Invalid` unless what is public or scheduled is a tree with this page under its parent."""
    if kind != "page":
        return
    lasting = (
        col(Publication.visible_until) > now,
        col(Publication.visible_from) < col(Publication.visible_until),
    )

    def above(ids: _Ids) -> _Ids:
        is_own = col(Publication.article_id).in_(ids)
        return _holders(sa.select(col(Publication.parent_slug)).where(is_own, *lasting))

    def below(ids: _Ids) -> _Ids:
        is_child = col(Publication.parent_slug).in_(_slugs_of(ids))
        return sa.select(col(Publication.article_id)).where(is_child, *lasting)

    _refuse_tangle(tx, article_id, parent, above, below)


def refuse_no_page(tx: ReadTx, parent: str | None, *, may_be_later: bool) -> None:
    """`Invalid` when the parent is an article, or when there is none, unless it `may_be_later`."""
    if parent is None:
        return
    kind = (
        sa.select(col(Article.kind))
        .join(ArticleSlug, col(ArticleSlug.article_id) == col(Article.id))
        .where(col(ArticleSlug.slug) == parent)
    )
    found = tx.execute(kind).scalar()
    if found is None and not may_be_later:
        message = f"There is no page {parent!r}; create it first, or give the slug that it has now."
        raise _place_error("unknown_parent", message)
    if found not in (None, "page"):
        raise _place_error("parent_not_page", f"{parent!r} is an article; name a page.")


def _refuse_tangle(
    tx: ReadTx, article_id: UUID, parent: str | None, above: _Step, below: _Step
) -> None:
    """`parent_cycle` when the page is above its own parent, `too_deep` when a branch through it
    would have too many levels. One look-up for each level, however wide the tree is."""
    depth = 1
    line = _holders([parent] if parent is not None else [])
    while tx.execute(line.limit(1)).first() is not None:
        if tx.execute(line.where(col(ArticleSlug.article_id) == article_id)).first() is not None:
            message = "This page is above the page that would be its parent; choose another."
            raise _place_error("parent_cycle", message)
        depth += 1
        if depth > LEVELS:
            raise _too_deep()
        line = above(line)
    branch: _Ids = sa.select(col(Article.id)).where(col(Article.id) == article_id)
    for _ in range(LEVELS - depth + 1):
        branch = below(branch)
    if tx.execute(branch.limit(1)).first() is not None:
        raise _too_deep()


def _holders(slugs: Any) -> _Ids:
    return sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug).in_(slugs))


def _slugs_of(ids: _Ids) -> sa.Select[str]:
    return sa.select(col(ArticleSlug.slug)).where(col(ArticleSlug.article_id).in_(ids))


def _above_copies(ids: _Ids) -> _Ids:
    return _holders(sa.select(col(Article.parent_slug)).where(col(Article.id).in_(ids)))


def _below_copies(ids: _Ids) -> _Ids:
    return sa.select(col(Article.id)).where(col(Article.parent_slug).in_(_slugs_of(ids)))


def _too_deep() -> Invalid:
    message = f"Pages have at most {LEVELS} levels; choose a parent that is higher."
    return _place_error("too_deep", message)


def _place_error(code: str, message: str) -> Invalid:
    return Invalid(code, message, (Detail(code, message, pointer="/parent"),))
