"""The slugs of articles: claimed when a text is saved, released when nothing needs them."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.editorial.content import ArticleInput
from app.errors import Conflict, Detail
from app.kit.text import slug_of
from app.models.article import Article, ArticleSlug
from app.models.publication import Publication

_FIRST_ASKED: Final = 16
_ASKED_AT_MOST: Final = 1_000


def release_slugs(tx: WriteTx, article: Article) -> None:
    """Release the slugs that are neither the article's own nor of a past or planned publication."""
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


def change_slug(tx: WriteTx, article: Article, content: ArticleInput) -> None:
    """Give an article the slug of its new text, before the text is saved. Without one it follows
    the title, until it is released for the first time or an editor chooses one."""
    if content.slug is not None and content.slug != article.slug:
        article.slug_is_set = True
    elif content.slug is not None or not _follows_title(tx, article, content.title):
        return
    article.slug = claim_slug(tx, article.id, content)
    release_slugs(tx, article)


def _follows_title(tx: WriteTx, article: Article, title: str) -> bool:
    """Whether the slug was made from the title, a new title gives another, and nobody outside the
    desk can know it. Pages below a page name it by its slug."""
    if article.slug_is_set or slug_of(title) == slug_of(article.title):
        return False
    known = (
        sa.exists().where(col(Publication.article_id) == article.id),
        sa.exists().where(col(Article.parent_slug) == article.slug),
    )
    return not tx.execute(sa.select(sa.or_(*known))).scalar()


def claim_slug(tx: WriteTx, article_id: UUID, content: ArticleInput) -> str:
    """Claim the given slug or refuse; without one, make one from the title, numbered if taken."""
    if content.slug is not None:
        if not _try_hold(tx, content.slug, article_id):
            message = f"The slug {content.slug!r} is taken{_by_trash(tx, content.slug)}."
            detail = Detail("slug_taken", "Choose another slug.", pointer="/slug")
            raise Conflict("slug_taken", message, (detail,))
        return content.slug
    taken = {slug for held in held_slugs(tx, content.title) for slug in held}
    # A slug may be taken while this runs, so each one that seems free is tried.
    free = (slug for slug in _numbered_slugs(content.title) if slug not in taken)
    return next(slug for slug in free if _try_hold(tx, slug, article_id))


def held_slugs(tx: ReadTx, title: str) -> Iterator[set[str]]:
    """The slugs that articles hold among those that a title can give, in portions.

    It ends where many numbers in a row are free. The numbers are asked for, because LIKE reads the
    whole table: no index that both databases have finds a beginning.
    """
    numbered, size = _numbered_slugs(title), _FIRST_ASKED
    while True:
        asked = col(ArticleSlug.slug).in_(list(islice(numbered, size)))
        held = set(tx.execute(sa.select(col(ArticleSlug.slug)).where(asked)).scalars())
        if not held:
            return
        yield held
        size = min(2 * size, _ASKED_AT_MOST)


def _numbered_slugs(title: str) -> Iterator[str]:
    stem = slug_of(title)
    return (stem if number == 1 else f"{stem}-{number}" for number in count(1))


def _try_hold(tx: WriteTx, slug: str, article_id: UUID) -> bool:
    tx.session.flush()
    tx.execute(
        tx.insert_into(ArticleSlug)
        .values(slug=slug, article_id=article_id)
        .on_conflict_do_nothing()
    )
    holder = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug) == slug)
    return bool(tx.execute(holder).scalar() == article_id)


def _by_trash(tx: ReadTx, slug: str) -> str:
    holder = sa.select(col(Article.trashed_at)).join(
        ArticleSlug, col(ArticleSlug.article_id) == col(Article.id)
    )
    trashed_at = tx.execute(holder.where(col(ArticleSlug.slug) == slug)).scalar()
    return "" if trashed_at is None else " by an article in the trash"
