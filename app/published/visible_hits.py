"""The visible ones among the hits: the index ranks, and the store decides visibility.

A hit of another version than the visible one is left out, because the visible one may lack the
matched and highlighted words.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json, to_json

from app.database import ReadTx
from app.kinds.registry import DATED_KINDS
from app.published import articles, searchable, tags
from app.published.cache import Tags

HitKey = tuple[str, UUID, int]
"""The kind, id and version of a hit."""
VisibleItems = Mapping[HitKey, bytes]


def visible_hits(
    tx: ReadTx,
    cached_tags: Tags,
    counts: dict[UUID, int],
    hits: Iterable[HitKey],
    languages: Sequence[str],
    now: datetime,
) -> VisibleItems:
    """The public JSON of the things that are visible in their hit's version; others are absent."""
    seen = set(hits)
    ids_by_kind: dict[str, list[UUID]] = {}
    for name, key, _ in seen:
        ids_by_kind.setdefault(name, []).append(key)
    visible_items: dict[tuple[str, UUID], bytes] = {}
    if ids := ids_by_kind.get("article"):
        items = articles.by_ids(tx, cached_tags, ids, now)
        visible_items |= {("article", key): item for key, item in items.items()}
    if ids := ids_by_kind.get("tag"):
        known_tags = tags.list_tags(cached_tags, counts, languages[0], None, None)
        visible_items |= {("tag", tag.id): to_json(tag) for tag in known_tags if tag.id in ids}
    for kind in DATED_KINDS:
        if ids := ids_by_kind.get(kind.name):
            items = kind.items(tx, now, languages, ids)
            visible_items |= {(kind.name, key): item for key, item in items.items()}
    versions = searchable.visible_versions(tx, cached_tags, ids_by_kind, now)
    return {key: visible_items[key[:2]] for key in seen if versions.get(key[:2]) == key[2]}


def hit_slugs(shown_things: VisibleItems) -> dict[HitKey, str | None]:
    """The slugs of the shown things; None for things without one."""
    return {key: from_json(item).get("slug") for key, item in shown_things.items()}
