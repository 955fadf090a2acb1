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
class Sibling:
    """Another member of an article's group: as readers see it when it is `live`, else as its
    editors do."""

    id: UUID
    lang: str
    slug: str
    title: str
    live: bool


def of(tx: ReadTx, article: Article, now: datetime) -> list[Sibling]:
    """The siblings of an article, by language."""
    if article.translation_group is None:
        return []
    public = (col(Publication.article_id) == col(Article.id)) & visible(
        Publication, head(tx).moment(now)
    )
    lang = sa.func.coalesce(col(Publication.lang), col(Article.lang))
    asked = (
        sa.select(
            col(Article.id),
            lang,
            sa.func.coalesce(col(Publication.slug), col(Article.slug)),
            col(Article.title),
            col(Publication.id).is_not(None),
        )
        .join_from(Article, Publication, public, isouter=True)
        .where(
            col(Article.translation_group) == article.translation_group,
            col(Article.id) != article.id,
        )
        .order_by(lang, col(Article.id))
    )
    return [Sibling(row[0], row[1], row[2], row[3], bool(row[4])) for row in tx.execute(asked)]


def chosen(tx: PublishTx, article: Article, langs: Sequence[str]) -> list[Article]:
    """The siblings in these languages, locked; `Invalid` when there is none, or none that is
    public."""
    if not langs:
        return []
    there = of(tx, article, tx.moment)
    known = ", ".join(f"{it.lang} ({'live' if it.live else 'not live'})" for it in there) or "none"
    found: dict[UUID, Article] = {}
    for place, lang in enumerate(langs):
        twin = next((it for it in there if it.lang == lang), None)
        if twin is None or not twin.live:
            code = "unknown_sibling" if twin is None else "sibling_not_live"
            what = "has no translation" if twin is None else "is not public"
            said = f"It {what} in {lang!r}; its siblings are: {known}."
            raise Invalid(code, said, (Detail(code, said, pointer=f"/siblings/{place}"),))
        found[twin.id] = articles.locked(tx, twin.id, None)
    return list(found.values())
