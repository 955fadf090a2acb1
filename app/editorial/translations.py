"""The siblings of an article: the same story in other languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx, head
from app.database import ReadTx
from app.editorial import articles
from app.errors import Detail, Invalid
from app.models.article import Article
from app.models.publication import Publication
from app.visibility import visible


@dataclass(frozen=True, slots=True)
class SiblingArticle:
    """Another member of an article's group: its public version if `live`, else its working copy."""

    id: UUID
    lang: str
    slug: str
    title: str
    live: bool


def list_siblings(tx: ReadTx, article: Article, now: datetime) -> list[SiblingArticle]:
    """The siblings of an article, by language."""
    return list_all_siblings(tx, [article], now)[article.id]


def list_all_siblings(
    tx: ReadTx, copies: Sequence[Article], now: datetime
) -> dict[UUID, list[SiblingArticle]]:
    """The siblings of each of some articles, by language."""
    groups = {it.translation_group for it in copies if it.translation_group is not None}
    if not groups:
        return {article.id: [] for article in copies}
    public = (col(Publication.article_id) == col(Article.id)) & visible(
        Publication, head(tx).moment(now)
    )
    lang = sa.func.coalesce(col(Publication.lang), col(Article.lang))
    statement = (
        sa.select(
            col(Article.translation_group),
            col(Article.id),
            lang,
            sa.func.coalesce(col(Publication.slug), col(Article.slug)),
            col(Article.title),
            col(Publication.id).is_not(None),
        )
        .join_from(Article, Publication, public, isouter=True)
        .where(col(Article.translation_group).in_(groups))
        .order_by(lang, col(Article.id))
    )
    members: dict[UUID, list[SiblingArticle]] = {}
    for row in tx.execute(statement):
        sibling = SiblingArticle(row[1], row[2], row[3], row[4], bool(row[5]))
        members.setdefault(row[0], []).append(sibling)
    return {
        article.id: [
            it
            for it in members.get(article.translation_group or article.id, ())
            if it.id != article.id
        ]
        for article in copies
    }


def lock_siblings(tx: PublishTx, article: Article, langs: Sequence[str]) -> list[Article]:
    """The siblings in these languages, locked; `Invalid` unless each exists and is public."""
    if not langs:
        return []
    siblings = list_siblings(tx, article, tx.moment)
    known_siblings = (
        ", ".join(f"{it.lang} ({'live' if it.live else 'not live'})" for it in siblings) or "none"
    )
    siblings_by_id: dict[UUID, Article] = {}
    for place, lang in enumerate(langs):
        twin = next((it for it in siblings if it.lang == lang), None)
        if twin is None or not twin.live:
            code = "unknown_sibling" if twin is None else "sibling_not_live"
            what = "has no translation" if twin is None else "is not public"
            message = f"It {what} in {lang!r}; its siblings are: {known_siblings}."
            raise Invalid(code, message, (Detail(code, message, pointer=f"/siblings/{place}"),))
        siblings_by_id[twin.id] = articles.lock_article(tx, twin.id, None)
    return list(siblings_by_id.values())
