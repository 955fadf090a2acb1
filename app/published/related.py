"""The articles that are shown beside another: those that editors chose, then similar ones."""

from collections import Counter
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.database import ReadTx
from app.models.publication import Publication, PublicationTag
from app.published.cache import CachedTag, HeadCache, Tags
from app.published.editors_choice import chosen_items, parse_ids
from app.published.statements import SHOWN
from app.visibility import NOW, visible

RELATED: Final = 5
_RARE_TAGS: Final = 3
_BY_KEYS = sa.select(*SHOWN).where(col(Publication.id).in_(sa.bindparam("keys", expanding=True)))
_NEWEST = (
    sa.select(col(PublicationTag.publication_id))
    .where(
        col(PublicationTag.tag_id) == sa.bindparam("tag_id"),
        col(PublicationTag.kind) == "article",
        visible(PublicationTag, NOW),
        col(PublicationTag.lang) == sa.bindparam("lang"),
        col(PublicationTag.article_id).not_in(sa.bindparam("without", expanding=True)),
    )
    .order_by(col(PublicationTag.published_at).desc(), col(PublicationTag.article_id).desc())
    .limit(10)
)


def cached_related(
    tx: ReadTx, tags: Tags, publication: int, now: datetime, recall: HeadCache
) -> bytes:
    """The JSON of the articles that are shown beside a visible publication, for one head."""

    def make() -> bytes:
        row = tx.execute(_BY_KEYS, {"keys": [publication]}).one()
        carried = tags.resolve_ids(from_json(row.tag_ids))
        chosen_ids = parse_ids(row.related_ids)
        return related_json(tx, carried, row.lang, row.article_id, now, chosen_ids)

    return recall(("related", publication), make)


def related_json(
    tx: ReadTx,
    own_tags: Sequence[CachedTag],
    lang: str,
    article_id: UUID,
    now: datetime,
    chosen_ids: Sequence[UUID] = (),
) -> bytes:
    """The articles that editors chose, as far as they are visible; then, up to five together, the
    newest articles in the same language that share its tags, those with more shared tags first.

    Only the article's most specific tags (furthest from the root) are read, ten articles each.
    """
    items = chosen_items(tx, chosen_ids, now)
    if len(items) < RELATED:
        items += _similar_items(tx, own_tags, lang, {article_id, *chosen_ids}, now)
        items = items[:RELATED]
    columns = ("id", "slug", "lang", "title", "published_at")
    return to_json([{name: item[name] for name in columns} for item in items])


def _similar_items(
    tx: ReadTx, own_tags: Sequence[CachedTag], lang: str, without: Set[UUID], now: datetime
) -> list[dict[str, Any]]:
    own_tags = [tag for tag in own_tags if tag.type != "format"] or own_tags
    shared: Counter[int] = Counter()
    for tag in own_tags[:_RARE_TAGS]:
        values = {"tag_id": tag.id, "now": now, "lang": lang, "without": list(without)}
        shared.update(tx.execute(_NEWEST, values).scalars())
    if not shared:
        return []
    rows = tx.execute(_BY_KEYS, {"keys": list(shared)})
    near = [(shared[other.id], from_json(other.item)) for other in rows]
    near.sort(key=lambda pair: (pair[0], pair[1]["published_at"], pair[1]["id"]), reverse=True)
    return [item for _, item in near]
