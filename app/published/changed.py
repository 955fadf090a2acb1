"""The public objects that the change feed carries, as ready bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from app.database import ReadTx
from app.kit.clock import rfc3339
from app.public.changes import ChangedTag
from app.public.vocabulary import ChangedKind
from app.published import addresses, articles, people
from app.published.changes import Entry
from app.published.memory import KnownTag, Tags

Key = tuple[ChangedKind, UUID]


def thin(tx: ReadTx, entries: Sequence[Entry], at: datetime) -> list[bytes]:
    """As `told`, without `item`: for those who then ask for it."""
    paths = _paths(tx, entries, at)
    return [to_json(_said(entry, paths.get(entry.id, []))) for entry in entries]


def told(
    tx: ReadTx, tags: Tags, entries: Sequence[Entry], languages: Sequence[str], at: datetime
) -> list[bytes]:
    """The JSON of `public.changes.Change` for each entry, all as they are at one instant."""
    items = _items(tx, tags, [e for e in entries if e.type == "upsert"], languages, at)
    paths = _paths(tx, entries, at)
    return [_entry(entry, paths.get(entry.id, []), items) for entry in entries]


def _paths(tx: ReadTx, entries: Sequence[Entry], at: datetime) -> dict[UUID, list[str]]:
    gone = [e.id for e in entries if e.kind == "article" and e.type == "delete"]
    there = [e.id for e in entries if e.kind == "article" and e.type == "upsert"]
    return addresses.every(tx, gone, at) | addresses.former(tx, there, at)


def _entry(entry: Entry, paths: list[str], items: dict[Key, bytes]) -> bytes:
    item = b"null"
    if entry.type == "upsert":
        item = items[entry.kind, entry.id]
        if entry.kind == "article":
            item = b'%s,"paths":%s}' % (item[:-1], to_json(paths))
    return b'%s,"item":%s}' % (to_json(_said(entry, paths))[:-1], item)


def _said(entry: Entry, paths: list[str]) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "at": rfc3339(entry.at),
        "event_id": entry.event_id,
        "type": entry.type,
        "kind": entry.kind,
        "id": entry.id,
        "reason": entry.reason,
        "paths": paths,
    }


def _items(
    tx: ReadTx, tags: Tags, entries: Sequence[Entry], languages: Sequence[str], at: datetime
) -> dict[Key, bytes]:
    wanted: dict[ChangedKind, list[UUID]] = {}
    for entry in entries:
        wanted.setdefault(entry.kind, []).append(entry.id)
    found: dict[Key, bytes] = {}
    if ids := wanted.get("article"):
        bodies = articles.bodies(tx, tags, ids, at)
        for key, item in articles.by_ids(tx, tags, ids, at).items():
            found["article", key] = b'%s,"body_html":%s}' % (item[:-1], to_json(bodies[key]))
    for key in wanted.get("tag", ()):
        found["tag", key] = to_json(_tag(tags, tags.by_id[key]))
    if ids := wanted.get("sponsor"):
        sponsors = people.sponsors(tx, None, at)
        found |= {("sponsor", one.id): to_json(one) for one in sponsors if one.id in ids}
    if ids := wanted.get("committee_member"):
        members = people.committee(tx, None, languages, at)
        found |= {("committee_member", one.id): to_json(one) for one in members if one.id in ids}
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
