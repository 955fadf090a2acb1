"""What of the things found may be shown now: the index ranks, the store reveals.

What is found in another version than the one that is visible is not shown: the words that it was
found by, and those that are marked in it, may be there no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json, to_json

from app.database import ReadTx
from app.kinds.registry import DATED_KINDS
from app.published import articles, searchable, tags
from app.published.memory import Tags

Found = tuple[str, UUID, int]
"""What a hit is of: kind, id and version."""
Shown = Mapping[Found, bytes]


def shown(
    tx: ReadTx,
    known: Tags,
    counted: dict[UUID, int],
    hits: Iterable[Found],
    languages: Sequence[str],
    now: datetime,
) -> Shown:
    """The public JSON of those things that are visible in the version found; the others are
    absent."""
    seen = set(hits)
    wanted: dict[str, list[UUID]] = {}
    for name, key, _ in seen:
        wanted.setdefault(name, []).append(key)
    found: dict[tuple[str, UUID], bytes] = {}
    if ids := wanted.get("article"):
        items = articles.by_ids(tx, known, ids, now)
        found |= {("article", key): item for key, item in items.items()}
    if ids := wanted.get("tag"):
        listed = tags.listed(known, counted, languages[0], None, None)
        found |= {("tag", tag.id): to_json(tag) for tag in listed if tag.id in ids}
    for kind in DATED_KINDS:
        if ids := wanted.get(kind.name):
            items = kind.items(tx, now, languages, ids)
            found |= {(kind.name, key): item for key, item in items.items()}
    versions = searchable.versions(tx, known, wanted, now)
    return {one: found[one[:2]] for one in seen if versions.get(one[:2]) == one[2]}


def slugs(shown_things: Shown) -> dict[Found, str | None]:
    """The slugs of what is shown, where things have one."""
    return {key: from_json(item).get("slug") for key, item in shown_things.items()}
