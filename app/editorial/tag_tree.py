"""The tree of tags: no tag is below itself, and a branch has few levels.

Whoever asks for a tag gets what carries the tags below it too, so each count walks the tree.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.errors import Detail, Invalid
from app.models.tag import Tag

LEVELS: Final = 20
"""The most tags from the top of the tree to its lowest tag."""


def level_below(tx: PublishTx, parent: Tag, child_id: UUID) -> int:
    """The level of a child under its parent, 2 or more. `Invalid` (`tag_cycle`, `tag_too_deep`)."""
    level = 1
    above: Tag | None = parent
    while above is not None:
        if above.id == child_id:
            detail = Detail("tag_cycle", "Choose a parent outside.", pointer="/parent")
            raise Invalid("tag_cycle", "A tag cannot be below itself.", (detail,))
        level += 1
        if level > LEVELS:
            raise too_deep("/parent")
        above = tx.session.get(Tag, above.parent_id) if above.parent_id else None
    return level


def levels_below(tx: ReadTx, tag_id: UUID) -> int:
    """The number of levels below a tag, of which at most one more than `LEVELS` are counted."""
    ids: Sequence[UUID] = [tag_id]
    for level in range(LEVELS + 1):
        ids = tx.execute(sa.select(col(Tag.id)).where(col(Tag.parent_id).in_(ids))).scalars().all()
        if not ids:
            return level
    return LEVELS + 1


def too_deep(pointer: str) -> Invalid:
    """A branch would have too many levels."""
    message = f"Tags have at most {LEVELS} levels; choose a tag that is higher."
    return Invalid("tag_too_deep", message, (Detail("tag_too_deep", message, pointer=pointer),))
