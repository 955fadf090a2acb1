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
from app.published.cache import HeadCache, Tags

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
    recall: HeadCache,
) -> VisibleItems:
    """The public JSON of the things that are visible in their hit's version; others are absent."""
    ids_by_kind: dict[str, list[UUID]] = {}
    for name, key, _ in (seen := set(hits)):
        ids_by_kind.setdefault(name, []).append(key)
    versions = searchable.visible_versions(tx, cached_tags, ids_by_kind, now)
    shown = [key for key in seen if versions.get(key[:2]) == key[2]]
    ids_of = {name: [key for kind, key, _ in shown if kind == name] for name in ids_by_kind}
    items: dict[tuple[str, UUID], bytes] = {}
    if ids := ids_of.get("article"):
        keys = [versions["article", key] for key in ids]  # the version of an article is its text's
        texts = articles.items_by_key(tx, cached_tags, keys, now, recall)
        items |= {("article", key): text for key, text in zip(ids, texts, strict=True)}
    if ids := ids_of.get("tag"):
        found_tags = tags.get_tags(cached_tags, counts, ids, languages[0])
        items |= {("tag", tag.id): to_json(tag) for tag in found_tags}
    for kind in DATED_KINDS:
        if ids := ids_of.get(kind.name):
            items |= {
                (kind.name, key): cached_tags.absolute_urls(item)
                for key, item in kind.items(tx, now, languages, ids).items()
            }
    return {key: items[key[:2]] for key in shown}


def hit_slugs(shown_things: VisibleItems) -> dict[HitKey, str | None]:
    """The slugs of the shown things; None for things without one."""
    return {key: from_json(item).get("slug") for key, item in shown_things.items()}
