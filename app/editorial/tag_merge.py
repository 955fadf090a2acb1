"""The end of a tag: it is merged into another, or removed when nothing carries it.

A merge moves its carriers by SQL, however many: the lists of publications (ended and scheduled too)
and of working copies. Saved revisions and the frozen part of publications name tags by ids that
never change; `former_tag` maps such an id to today's tag.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from app import counts
from app.changes import PublishTx
from app.editorial import tag_carriers, tag_tree, tags
from app.editorial.content import Actor, require_publisher
from app.editorial.patch_input import record_audit
from app.errors import Conflict, Detail, Invalid
from app.models.alias import Alias
from app.models.article import ArticleTag
from app.models.event import EventTag
from app.models.publication import PublicationTag
from app.models.tag import FormerTag, Tag, TagSlug

_CARRIERS: Final[tuple[tuple[Any, str], ...]] = (
    (PublicationTag, "publication_id"),
    (ArticleTag, "article_id"),
    (EventTag, "event_id"),
)


def merge(
    tx: PublishTx,
    actor: Actor,
    tag_id: UUID,
    revision: int | None,
    into: str,
    pointer: str = "/into",
) -> Tag:
    """Merge a tag into another, named by its slug: articles, children and old addresses move.

    Returns the other tag. `Stale` unless the tag is at `revision`; `Invalid`, at the pointer, when
    there is no such other tag.
    """
    row = tags.lock_tag(tx, tag_id, revision)
    target = tags.find_by_slug(tx, into, pointer)
    if target.id == row.id:
        detail = Detail("same_tag", "Choose another tag.", pointer=pointer)
        raise Invalid("same_tag", "A tag cannot become itself.", (detail,))
    tags.lock_tag(tx, target.id, None)
    was_public = row.accepted
    if was_public or target.accepted:
        require_publisher(actor, f"The tag {(row if was_public else target).slug!r} is public")
    if actor.may_publish and not target.accepted:
        content = tags.TagInput.model_construct(**tags.tag_state(tx, target))
        tags.update(tx, actor, target.id, content.model_copy(update={"status": None}))
    before, paths = tags.tag_state(tx, row), _paths(tx, row.id)
    if not was_public:
        tags.free_slugs(tx, row.id)
        paths = []
    tag_carriers.append_carriers(tx, row.id, "merged")
    tag_carriers.append_children(tx, row.id)
    with counts.tag_moving(tx, tx.counted_set, row.id):
        _move_children(tx, row, target)
        if _level(tx, target) + tag_tree.levels_below(tx, target.id) > tag_tree.LEVELS:
            raise tag_tree.too_deep(pointer)
        for table, carrier in _CARRIERS:
            _move_links(tx, table, carrier, row.id, target.id)
    for former in (TagSlug, FormerTag):
        tx.execute(sa.update(former).where(col(former.tag_id) == row.id).values(tag_id=target.id))
    tx.execute(
        sa.update(Alias)
        .where(col(Alias.tag_id) == row.id)
        .values(tag_id=target.id, revision=Alias.revision + 1)
    )
    target.revision += 1
    target.updated_at = tx.moment
    _end_tag(tx, row, target.id, paths)
    if was_public:
        tx.append("tag", tag_id, "merged")
    if target.accepted:
        tx.append("tag", target.id, "updated")
    record_audit(
        tx, actor, "tag.merged", "tag", tag_id, before=before, after={"merged_into": target.slug}
    )
    return target


def remove(
    tx: PublishTx,
    actor: Actor,
    tag_id: UUID,
    revision: int | None,
    replacement: str | None = None,
) -> None:
    """Remove a tag that nothing carries, or merge it into its replacement.

    `Conflict` while an event or an article carries it: public, scheduled, a draft or in the trash.
    Its slugs stay taken and answer that it is gone, unless it was only proposed.
    """
    if replacement is not None:
        merge(tx, actor, tag_id, revision, replacement, "/replacement")
        return
    row = tags.lock_tag(tx, tag_id, revision)
    was_public = row.accepted
    if was_public:
        require_publisher(actor, f"The tag {row.slug!r} is public")
    _refuse_used(tx, row)
    before, paths = tags.tag_state(tx, row), _paths(tx, row.id)
    # The remaining rows are of publications that were cancelled, or ended: perhaps just now, and
    # then they are still counted.
    with counts.tag_moving(tx, tx.counted_set, row.id):
        tx.execute(sa.delete(PublicationTag).where(col(PublicationTag.tag_id) == row.id))
    if not was_public:
        tags.free_slugs(tx, row.id)
    tx.execute(
        sa.update(TagSlug)
        .where(col(TagSlug.tag_id) == row.id)
        .values(tag_id=None, removed_at=tx.moment)
    )
    tx.execute(sa.update(FormerTag).where(col(FormerTag.tag_id) == row.id).values(tag_id=None))
    tx.execute(
        sa.update(Alias)
        .where(col(Alias.tag_id) == row.id)
        .values(tag_id=None, gone="The tag was removed.", revision=Alias.revision + 1)
    )
    _end_tag(tx, row, None, paths if was_public else [])
    if was_public:
        tx.append("tag", tag_id, "removed")
    record_audit(tx, actor, "tag.removed", "tag", tag_id, before=before)


def carriers(now: datetime) -> sa.Subquery:
    """`tag_id` and `article_id` of working copies, and of publications public at `now` or later."""
    public = sa.select(col(PublicationTag.tag_id), col(PublicationTag.article_id)).where(
        col(PublicationTag.visible_until) > now,
        col(PublicationTag.visible_from) < col(PublicationTag.visible_until),
    )
    copies = sa.select(col(ArticleTag.tag_id), col(ArticleTag.article_id))
    return sa.union(public, copies).subquery()


def _refuse_used(tx: PublishTx, row: Tag) -> None:
    every = carriers(tx.moment)
    statement = sa.select(sa.func.count()).select_from(every).where(every.c.tag_id == row.id)
    of_events = sa.select(sa.func.count()).where(col(EventTag.tag_id) == row.id)
    counts = {
        "article": int(tx.execute(statement).scalar_one()),
        "event": int(tx.execute(of_events).scalar_one()),
    }
    if used := sum(counts.values()):
        parts = [f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items() if n]
        raise Conflict(
            "tag_in_use",
            f"{' and '.join(parts)} {'carries' if used == 1 else 'carry'} the tag {row.slug!r}"
            " (drafts and trash included); name a `replacement`, or take it off them first.",
        )
    below = sa.select(sa.func.count()).where(col(Tag.parent_id) == row.id)
    children = int(tx.execute(below).scalar_one())
    if children:
        tags_ = "1 tag is" if children == 1 else f"{children} tags are"
        raise Conflict(
            "tag_has_children",
            f"{tags_} below the tag {row.slug!r}; name a `replacement`, or move them first.",
        )


def _move_links(tx: PublishTx, table: Any, carrier: str, old: UUID, new: UUID) -> None:
    """Move the links of the old tag to the new one, without duplicates."""
    other = aliased(table)
    both = sa.exists().where(
        col(getattr(other, carrier)) == col(getattr(table, carrier)), col(other.tag_id) == new
    )
    tx.execute(sa.update(table).where(col(table.tag_id) == old, ~both).values(tag_id=new))
    tx.execute(sa.delete(table).where(col(table.tag_id) == old))


def _move_children(tx: PublishTx, row: Tag, target: Tag) -> None:
    """Move the children. A target below the tag takes the tag's own place first: else a cycle."""
    if target.id in tag_carriers.descendant_ids(tx, row.id):
        target.parent_id = row.parent_id
    tx.execute(
        sa.update(Tag)
        .where(col(Tag.parent_id) == row.id, col(Tag.id) != target.id)
        .values(parent_id=target.id, revision=Tag.revision + 1, updated_at=tx.moment)
    )


def _level(tx: PublishTx, tag: Tag) -> int:
    if tag.parent_id is None:
        return 1
    return tag_tree.level_below(tx, tx.session.get_one(Tag, tag.parent_id), tag.id)


def _paths(tx: PublishTx, tag_id: UUID) -> list[str]:
    """The paths that lead to the tag, as in `published.addresses`; they leave it now."""
    aliases = sa.select(col(Alias.path)).where(col(Alias.tag_id) == tag_id)
    slugs = sa.select(col(TagSlug.slug)).where(col(TagSlug.tag_id) == tag_id)
    paths = [f"/{slug}" for slug in tx.execute(slugs.order_by(col(TagSlug.slug))).scalars()]
    return [*tx.execute(aliases.order_by(col(Alias.path))).scalars(), *paths]


def _end_tag(tx: PublishTx, row: Tag, target: UUID | None, paths: list[str]) -> None:
    tx.session.add(FormerTag(id=row.id, tag_id=target, paths=paths))
    tx.session.delete(row)
    tx.session.flush()
