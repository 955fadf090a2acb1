"""The public objects that the change feed carries, as ready bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from app.database import ReadTx
from app.kinds.registry import DATED_KINDS
from app.kit.clock import rfc3339
from app.public.changes import ChangedTag
from app.public.vocabulary import ContentKind
from app.published import addresses, articles
from app.published.addresses import ArticlePlace
from app.published.cache import CachedTag, Tags
from app.published.changes import LogEntry

Key = tuple[ContentKind, UUID]


def thin_changes(tx: ReadTx, tags: Tags, entries: Sequence[LogEntry], at: datetime) -> list[bytes]:
    """As `full_changes`, without `item`, for clients that fetch the things themselves."""
    return [to_json(fields) for fields in _change_fields(tx, tags, entries, at)]


def full_changes(
    tx: ReadTx, tags: Tags, entries: Sequence[LogEntry], languages: Sequence[str], at: datetime
) -> list[bytes]:
    """The JSON of `public.changes.Change` for each entry, with the state at one instant."""
    items = _load_items(tx, tags, [e for e in entries if e.type == "upsert"], languages, at)
    changes = _change_fields(tx, tags, entries, at)
    return [_to_json(*pair, items) for pair in zip(entries, changes, strict=True)]


def _to_json(entry: LogEntry, fields: dict[str, Any], items: dict[Key, bytes]) -> bytes:
    item = b"null"
    if entry.type == "upsert":
        item = items[entry.kind, entry.id]
        if entry.kind == "article":
            item = b'%s,"paths":%s}' % (item[:-1], to_json(fields["paths"]))
    return b'%s,"item":%s}' % (to_json(fields)[:-1], item)


def _change_fields(
    tx: ReadTx, tags: Tags, entries: Sequence[LogEntry], at: datetime
) -> list[dict[str, Any]]:
    def ids(kind: str, change: str) -> list[UUID]:
        return [e.id for e in entries if (e.kind, e.type) == (kind, change)]

    former = addresses.of_former_tags(tx, tags, ids("tag", "delete"))
    paths = {
        **addresses.all_paths(tx, tags, ids("article", "delete"), at),
        **addresses.former_paths(tx, tags, ids("article", "upsert"), at),
        **addresses.of_tags(tx, tags, ids("tag", "upsert")),
        **{key: departed_tag.paths for key, departed_tag in former.items()},
    }
    paths = addresses.without_live_pages(tx, tags, paths, at)
    articles_told = [entry.id for entry in entries if entry.kind == "article"]
    places = addresses.places_by_id(tx, tags, articles_told, at)
    return [
        {
            "sequence": entry.sequence,
            "at": rfc3339(entry.at),
            "event_id": entry.event_id,
            "type": entry.type,
            "kind": entry.kind,
            "id": entry.id,
            "reason": entry.reason,
            **_place_fields(tags, entry, places.get(entry.id)),
            "paths": paths.get(entry.id, []),
            "merged_into": former[entry.id].merged_into if entry.id in former else None,
        }
        for entry in entries
    ]


def _place_fields(tags: Tags, entry: LogEntry, place: ArticlePlace | None) -> dict[str, Any]:
    """Where a thing is shown, and what else leads a front end to the pages that show it."""
    fields = dict[str, Any].fromkeys(("article_kind", "slug", "lang", "tags", "url"))
    if place is not None:
        slug, lang = place.slug, place.lang
        carried = [from_json(tags.reference(tag, lang)) for tag in place.tags]
        fields |= {"article_kind": place.kind, "slug": slug, "lang": lang, "tags": carried}
        if entry.type == "upsert":
            fields["url"] = tags.page_urls.address(place.kind, slug, lang)
    elif entry.kind == "tag" and entry.type == "upsert":
        slug = tags.by_id[entry.id].slug
        fields |= {"slug": slug, "url": tags.page_urls.address("tag", slug)}
    return fields


def _load_items(
    tx: ReadTx, tags: Tags, entries: Sequence[LogEntry], languages: Sequence[str], at: datetime
) -> dict[Key, bytes]:
    ids_by_kind: dict[ContentKind, list[UUID]] = {}
    for entry in entries:
        ids_by_kind.setdefault(entry.kind, []).append(entry.id)
    items_by_key: dict[Key, bytes] = {}
    if ids := ids_by_kind.get("article"):
        members = articles.detail_members_by_id(tx, tags, ids, at)
        for key, item in articles.by_ids(tx, tags, ids, at).items():
            items_by_key["article", key] = b"%s,%s}" % (item[:-1], members[key])
    for key in ids_by_kind.get("tag", ()):
        items_by_key["tag", key] = to_json(_to_changed_tag(tags, tags.by_id[key]))
    for kind in DATED_KINDS:
        if ids := ids_by_kind.get(kind.name):
            items = kind.items(tx, at, languages, ids)
            items_by_key |= {
                (kind.name, key): tags.absolute_urls(item) for key, item in items.items()
            }
    return items_by_key


def _to_changed_tag(tags: Tags, tag: CachedTag) -> ChangedTag:
    return ChangedTag(
        id=tag.id,
        slug=tag.slug,
        type=tag.type,
        name=tags.localise(tag.names, None),
        description=tags.localise(tag.descriptions, None),
        parent=tags.by_id[tag.parent_id].slug if tag.parent_id else None,
        names=dict(tag.names),
        synonyms={lang: list(words) for lang, words in tag.synonyms.items()},
    )
