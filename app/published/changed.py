"""The public objects that the change feed carries, as ready bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from app.database import ReadTx
from app.kinds.registry import DATED_KINDS
from app.kit.clock import rfc3339
from app.public.changes import ChangedTag
from app.public.vocabulary import ContentKind
from app.published import addresses, articles
from app.published.changes import Entry
from app.published.memory import KnownTag, Tags

Key = tuple[ContentKind, UUID]


def thin(tx: ReadTx, tags: Tags, entries: Sequence[Entry], at: datetime) -> list[bytes]:
    """As `told`, without `item`: for those who then ask for it."""
    return [to_json(said) for said in _said(tx, tags, entries, at)]


def told(
    tx: ReadTx, tags: Tags, entries: Sequence[Entry], languages: Sequence[str], at: datetime
) -> list[bytes]:
    """The JSON of `public.changes.Change` for each entry, all as they are at one instant."""
    items = _items(tx, tags, [e for e in entries if e.type == "upsert"], languages, at)
    said = _said(tx, tags, entries, at)
    return [_entry(*pair, items) for pair in zip(entries, said, strict=True)]


def _entry(entry: Entry, said: dict[str, Any], items: dict[Key, bytes]) -> bytes:
    item = b"null"
    if entry.type == "upsert":
        item = items[entry.kind, entry.id]
        if entry.kind == "article":
            item = b'%s,"paths":%s}' % (item[:-1], to_json(said["paths"]))
    return b'%s,"item":%s}' % (to_json(said)[:-1], item)


def _said(tx: ReadTx, tags: Tags, entries: Sequence[Entry], at: datetime) -> list[dict[str, Any]]:
    def ids(kind: str, change: str) -> list[UUID]:
        return [e.id for e in entries if (e.kind, e.type) == (kind, change)]

    former = addresses.of_former_tags(tx, ids("tag", "delete"))
    paths = {
        **addresses.every(tx, tags, ids("article", "delete"), at),
        **addresses.former(tx, tags, ids("article", "upsert"), at),
        **addresses.of_tags(tx, tags, ids("tag", "upsert")),
        **{key: gone.paths for key, gone in former.items()},
    }
    return [
        {
            "sequence": entry.sequence,
            "at": rfc3339(entry.at),
            "event_id": entry.event_id,
            "type": entry.type,
            "kind": entry.kind,
            "id": entry.id,
            "reason": entry.reason,
            "paths": paths.get(entry.id, []),
            "merged_into": former[entry.id].merged_into if entry.id in former else None,
        }
        for entry in entries
    ]


def _items(
    tx: ReadTx, tags: Tags, entries: Sequence[Entry], languages: Sequence[str], at: datetime
) -> dict[Key, bytes]:
    wanted: dict[ContentKind, list[UUID]] = {}
    for entry in entries:
        wanted.setdefault(entry.kind, []).append(entry.id)
    found: dict[Key, bytes] = {}
    if ids := wanted.get("article"):
        bodies = articles.bodies(tx, tags, ids, at)
        for key, item in articles.by_ids(tx, tags, ids, at).items():
            found["article", key] = b'%s,"body_html":%s}' % (item[:-1], to_json(bodies[key]))
    for key in wanted.get("tag", ()):
        found["tag", key] = to_json(_tag(tags, tags.by_id[key]))
    for kind in DATED_KINDS:
        if ids := wanted.get(kind.name):
            items = kind.items(tx, at, languages, ids)
            found |= {(kind.name, key): item for key, item in items.items()}
    return found


def _tag(tags: Tags, tag: KnownTag) -> ChangedTag:
    return ChangedTag(
        id=tag.id,
        slug=tag.slug,
        type=tag.type,
        name=tags.spoken(tag.names, None),
        description=tags.spoken(tag.descriptions, None),
        parent=tags.by_id[tag.parent_id].slug if tag.parent_id else None,
        names=dict(tag.names),
        synonyms={lang: list(words) for lang, words in tag.synonyms.items()},
    )
