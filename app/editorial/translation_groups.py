"""The groups of articles that are translations of one another: each language occurs once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Conflict
from app.models.article import Article
from app.models.publication import Publication


def refuse_second_language(tx: ReadTx, article: Article, now: datetime) -> None:
    """`Conflict` when another member of the article's group has its language."""
    if article.translation_group is not None:
        members = sa.select(col(Article.id), col(Article.lang)).where(
            col(Article.translation_group) == article.translation_group
        )
        languages: dict[UUID, str] = dict(tx.execute(members).all())
        refuse_same_language(tx, languages | {article.id: article.lang}, now)


def refuse_same_language(tx: ReadTx, languages: Mapping[UUID, str], now: datetime) -> None:
    """`Conflict` when two articles have one language, by id. Public and scheduled texts count too,
    because a working copy may have another language."""
    published = sa.select(col(Publication.article_id), col(Publication.lang)).where(
        col(Publication.article_id).in_(list(languages)),
        col(Publication.visible_until) > now,
        col(Publication.visible_from) < col(Publication.visible_until),
    )
    taken: set[tuple[UUID, str]] = {(key, lang) for key, lang in tx.execute(published)}
    taken |= set(languages.items())
    if len({lang for _, lang in taken}) < len(taken):
        raise Conflict(
            "translation_exists", "One of the articles already has a translation in that language."
        )
