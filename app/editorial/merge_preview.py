"""What a merge of two tags would move, in numbers, before anybody does it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import BadRequest, Detail, NotFound
from app.models.alias import Alias
from app.models.article import ArticleTag
from app.models.event import EventTag
from app.models.publication import PublicationTag
from app.models.tag import Tag, TagSlug
from app.visibility import visible


@dataclass(frozen=True, slots=True)
class MergePreview:
    """The numbers: articles that readers see under the tag, working copies that carry it (trash
    included), and how many of each carry the other tag already; events, tags right below, and
    addresses (slugs and aliases) that would lead to the other tag."""

    into: str
    public_articles: int
    public_with_both: int
    working_copies: int
    working_copies_with_both: int
    events: int
    children: int
    addresses: int


def preview_merge(tx: ReadTx, tag_id: UUID, into: str, now: datetime) -> MergePreview:
    """The numbers of a merge; `NotFound` without the tag, `BadRequest` without another tag."""
    if not _count(tx, Tag, col(Tag.id) == tag_id):
        raise NotFound("tag_not_found", "There is no tag with this id.")
    target: UUID | None = tx.execute(
        sa.select(col(TagSlug.tag_id)).where(col(TagSlug.slug) == into)
    ).scalar()
    if target is None or target == tag_id:
        message = "Name another tag by its slug; see /v1/admin/tags for all."
        detail = Detail("unknown_tag", message, parameter="into")
        raise BadRequest("unknown_tag", message, (detail,))
    is_shown = (visible(PublicationTag, now), col(PublicationTag.kind) == "article")
    return MergePreview(
        into,
        *_count_carriers(tx, PublicationTag, "article_id", tag_id, target, *is_shown),
        *_count_carriers(tx, ArticleTag, "article_id", tag_id, target),
        events=_count_carriers(tx, EventTag, "event_id", tag_id, target)[0],
        children=_count(tx, Tag, col(Tag.parent_id) == tag_id),
        addresses=_count(tx, TagSlug, col(TagSlug.tag_id) == tag_id)
        + _count(tx, Alias, col(Alias.tag_id) == tag_id),
    )


def _count_carriers(
    tx: ReadTx, table: Any, carrier: str, tag_id: UUID, target: UUID, *is_shown: Any
) -> tuple[int, int]:
    """How many carry the tag, and how many of these the other one too."""
    key = col(getattr(table, carrier))
    own = sa.select(key).where(col(table.tag_id) == tag_id, *is_shown)
    both = sa.select(sa.func.count(sa.distinct(key))).where(
        col(table.tag_id) == target, key.in_(own), *is_shown
    )
    alone = sa.select(sa.func.count(sa.distinct(key))).where(col(table.tag_id) == tag_id, *is_shown)
    return tx.execute(alone).scalar_one(), tx.execute(both).scalar_one()


def _count(tx: ReadTx, table: Any, condition: sa.ColumnElement[bool]) -> int:
    statement = sa.select(sa.func.count()).select_from(table).where(condition)
    return int(tx.execute(statement).scalar_one())
