"""The translations of articles that are visible now: their addresses, or what readers see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlmodel import col

from app.database import ReadTx
from app.models.publication import Publication
from app.public.articles import text_member
from app.visibility import NOW, visible

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An article and its translation group, where there is no row that names both."""

    article_id: UUID
    translation_group: UUID | None


def list_addresses(
    tx: ReadTx, articles: Sequence[Any], now: datetime
) -> dict[UUID, list[tuple[str, str]]]:
    """The languages and slugs of the translations of each article. No text is read."""
    return _by_article(tx, _ADDRESSES, articles, now, lambda member: (member.lang, member.slug))


def list_ids(
    tx: ReadTx, articles: Sequence[Any], now: datetime
) -> dict[UUID, list[tuple[str, UUID]]]:
    """The languages and ids of the translations of each article. No text is read."""
    return _by_article(
        tx, _ADDRESSES, articles, now, lambda member: (member.lang, member.article_id)
    )


def list_translations(tx: ReadTx, articles: Sequence[Any], now: datetime) -> dict[UUID, bytes]:
    """The translations of each article, as the JSON of a list of `Translation`."""
    members = _by_article(tx, _TITLED, articles, now, _to_json)
    return {key: b"[%s]" % b",".join(others) for key, others in members.items()}


def _to_json(member: Any) -> bytes:
    own = to_json({"lang": member.lang, "slug": member.slug})
    return b'%s,"title":%s}' % (own[:-1], text_member(member.item, "title").encode())


def _by_article(
    tx: ReadTx,
    statement: sa.Select[*tuple[Any, ...]],
    articles: Sequence[Any],
    now: datetime,
    show: Callable[[Any], Value],
) -> dict[UUID, list[Value]]:
    """What is to be shown of the other members of each article's group, in the order of their
    languages."""
    groups = {article.translation_group for article in articles} - {None}
    members: dict[UUID | None, list[tuple[UUID, Value]]] = {}
    if groups:
        for member in tx.execute(statement, {"groups": list(groups), "now": now}):
            shown = member.article_id, show(member)
            members.setdefault(member.translation_group, []).append(shown)
    return {
        article.article_id: [
            value
            for key, value in members.get(article.translation_group, ())
            if key != article.article_id
        ]
        for article in articles
    }


_ADDRESSES: Final[sa.Select[*tuple[Any, ...]]] = (
    sa.select(
        col(Publication.translation_group),
        col(Publication.article_id),
        col(Publication.lang),
        col(Publication.slug),
    )
    .where(
        col(Publication.translation_group).in_(sa.bindparam("groups", expanding=True)),
        visible(Publication, NOW),
    )
    .order_by(col(Publication.lang))
)
_TITLED: Final[sa.Select[*tuple[Any, ...]]] = _ADDRESSES.add_columns(col(Publication.item))
