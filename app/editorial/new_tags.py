"""New tags in numbers, as imports bring them: a few statements create them all.

The rows are those of `tags.create`. `select_new` tells which tags are new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.editorial import tag_tree, tags
from app.editorial.tags import TagInput
from app.kit.ids import uuid7
from app.models.tag import FormerTag, Tag, TagSlug


@dataclass(frozen=True, slots=True)
class NewTag:
    """A tag that is public from now on."""

    id: UUID | None
    nth: int
    """Its number among the tags that are created at one moment."""
    content: TagInput
    import_digest: str


def select_new(tx: PublishTx, candidates: Sequence[NewTag]) -> list[bool]:
    """Whether `create_all` can create each candidate: its id and its slug are free, in the store
    and among those before it; the tag above it is public, in the store or among these."""
    taken = _held_slugs(tx, candidates)
    used = _used_ids(tx, candidates)
    levels = _levels_of_parents(tx, candidates)
    answers: list[bool] = []
    for candidate in candidates:
        slug, parent = candidate.content.slug, candidate.content.parent
        level = 1 if parent is None else levels.get(parent, tag_tree.LEVELS) + 1
        is_new = slug not in taken and candidate.id not in used and level <= tag_tree.LEVELS
        answers.append(is_new)
        taken.add(slug)
        if candidate.id is not None:
            used.add(candidate.id)
        if is_new:
            levels[slug] = level
    return answers


def create_all(tx: PublishTx, new_tags: Sequence[NewTag]) -> None:
    """Create tags that `select_new` selected."""
    ids = tags.lock_ids(tx, {new.content.parent for new in new_tags if new.content.parent})
    rows = []
    for new in new_tags:
        key = new.id or uuid7(tx.moment, new.nth)
        row = {
            **tags.column_values(new.content),
            "id": key,
            "parent_id": ids[new.content.parent] if new.content.parent else None,
            "accepted": True,
            "revision": 1,
            "created_at": tx.moment,
            "updated_at": tx.moment,
            "import_digest": new.import_digest,
            "import_batch_id": tx.batch_id,
        }
        ids[new.content.slug] = key
        rows.append(row)
    tx.execute(sa.insert(Tag), rows)
    tx.execute(sa.insert(TagSlug), [{"slug": row["slug"], "tag_id": row["id"]} for row in rows])
    tx.append_each("tag", [row["id"] for row in rows], "created")


def _held_slugs(tx: PublishTx, candidates: Sequence[NewTag]) -> set[str]:
    slugs = [candidate.content.slug for candidate in candidates]
    held = sa.select(col(TagSlug.slug)).where(col(TagSlug.slug).in_(slugs))
    return set(tx.execute(held).scalars())


def _used_ids(tx: PublishTx, candidates: Sequence[NewTag]) -> set[UUID]:
    ids = [candidate.id for candidate in candidates if candidate.id is not None]
    if not ids:
        return set()
    used = (sa.select(col(table.id)).where(col(table.id).in_(ids)) for table in (Tag, FormerTag))
    return set(tx.execute(sa.union(*used)).scalars())


def _levels_of_parents(tx: PublishTx, candidates: Sequence[NewTag]) -> dict[str, int]:
    """The levels, by slug, of the public tags in the store that candidates name as parents."""
    named = {candidate.content.parent for candidate in candidates} - {None}
    if not named:
        return {}
    statement = (
        sa.select(col(TagSlug.slug), Tag)
        .join(Tag, col(Tag.id) == col(TagSlug.tag_id))
        .where(col(TagSlug.slug).in_(named), col(Tag.accepted))
    )
    return {slug: _level_of(tx, tag) for slug, tag in tx.session.execute(statement)}


def _level_of(tx: PublishTx, tag: Tag | None) -> int:
    level = 0
    while tag is not None:
        level += 1
        tag = tx.session.get(Tag, tag.parent_id) if tag.parent_id else None
    return level
