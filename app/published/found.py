"""What of the things found may be shown now: the index ranks, the store reveals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json, to_json

from app.database import ReadTx
from app.published import articles, people, tags
from app.published.memory import Tags

Shown = Mapping[tuple[str, UUID], bytes]


def shown(
    tx: ReadTx,
    known: Tags,
    counted: dict[UUID, int],
    wanted: Mapping[str, Sequence[UUID]],
    languages: Sequence[str],
    now: datetime,
) -> Shown:
    """The public JSON of those things, by kind and id, that are visible; the others are absent."""
    found: dict[tuple[str, UUID], bytes] = {}
    if ids := wanted.get("article"):
        items = articles.by_ids(tx, known, ids, now)
        found |= {("article", key): item for key, item in items.items()}
    if ids := wanted.get("tag"):
        listed = tags.listed(known, counted, languages[0], None, None)
        found |= {("tag", tag.id): to_json(tag) for tag in listed if tag.id in ids}
    if ids := wanted.get("sponsor"):
        sponsors = people.sponsors(tx, None, now)
        found |= {("sponsor", one.id): to_json(one) for one in sponsors if one.id in ids}
    if ids := wanted.get("committee_member"):
        members = people.committee(tx, None, languages, now)
        found |= {("committee_member", one.id): to_json(one) for one in members if one.id in ids}
    return found


def slugs(shown_things: Shown) -> dict[tuple[str, UUID], str | None]:
    """The slugs of what is shown, where things have one."""
    return {key: from_json(item).get("slug") for key, item in shown_things.items()}
