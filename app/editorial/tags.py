"""Tags: create, change, look up. A change of a name changes every article that carries the tag.

A tag keeps every slug that it ever had, and no other tag can take one. So old addresses, filters
and inputs keep their meaning. `tag_merge` ends tags.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app import counts
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import tag_carriers, tag_tree
from app.editorial.content import Actor, Line, Text, require_publisher
from app.editorial.patch_input import record_audit
from app.errors import Conflict, Detail, Invalid, NotFound
from app.inputs import Input, PatchInput, make_optional
from app.kit.ids import uuid7
from app.models.tag import FormerTag, Tag, TagSlug
from app.public.vocabulary import Lang, Slug, TagStatus, TagType
from app.revisions import refuse_stale

_FEW: Any = Field(max_length=50)
Words = Annotated[tuple[Line, ...], Field(max_length=100, strict=False)]
Names = Annotated[dict[Lang, Line], Field(min_length=1, max_length=50)]
Descriptions = Annotated[dict[Lang, Text], _FEW]
Synonyms = Annotated[dict[Lang, Words], _FEW]


class TagInput(Input):
    """A tag; `parent` is a slug. Without a `status` it is `accepted` when who saves it may publish,
    else `proposed`, which no reader sees."""

    slug: Slug
    type: TagType = "topic"
    names: Names
    descriptions: Descriptions = {}
    synonyms: Synonyms = {}
    parent: Slug | None = None
    status: TagStatus | None = None


@make_optional
class TagChange(PatchInput):
    """What to change of a tag, in the languages that are named; `parent` null puts it at the
    top."""

    slug: Slug
    type: TagType
    names: Annotated[dict[Lang, Line | None], Field(min_length=1, max_length=50)]
    descriptions: Annotated[dict[Lang, Text | None], _FEW] | None
    synonyms: Annotated[dict[Lang, Words | None], _FEW] | None
    parent: Slug | None
    status: TagStatus


def create(tx: PublishTx, actor: Actor, tag: TagInput, tag_id: UUID | None = None) -> Tag:
    """A new tag, revision 1; `Conflict` when a tag has or had the slug or the id. The tag is public
    only if the actor may publish."""
    if tag_id is not None and _is_known(tx, tag_id):
        raise Conflict("id_taken", "Another tag has this id, or had it.")
    _refuse_taken(tx, tag.slug, None)
    row = Tag(
        id=tag_id or uuid7(tx.moment),
        accepted=_makes_public(actor, tag),
        **column_values(tag),
        created_at=tx.moment,
        updated_at=tx.moment,
    )
    row.parent_id = _parent_id(tx, tag.parent, row, accepted=row.accepted, is_stored=False)
    tx.session.add(row)
    tx.session.flush()
    tx.session.add(TagSlug(slug=tag.slug, tag_id=row.id))
    if row.accepted:
        tx.append("tag", row.id, "created")
    record_audit(tx, actor, "tag.created", "tag", row.id, after=tag_state(tx, row))
    return row


def update(
    tx: PublishTx, actor: Actor, tag_id: UUID, tag: TagInput, revision: int | None = None
) -> Tag:
    """Replace the fields of a tag. Its articles enter the log too, and those of the tags below it,
    which are found under it. Equal fields change nothing.

    Only a publisher may change a public tag. A publisher accepts a proposed tag by saving it.
    """
    row = lock_tag(tx, tag_id, revision)
    was_public = row.accepted
    if was_public:
        require_publisher(actor, f"The tag {row.slug!r} is public")
        if tag.status == "proposed":
            raise Conflict("tag_accepted", "The tag is public; merge or remove it instead.")
    before = tag_state(tx, row)
    _refuse_taken(tx, tag.slug, row.id)
    accepted = _makes_public(actor, tag)
    parent_id = _parent_id(tx, tag.parent, row, accepted=accepted, is_stored=True)
    _move(tx, row, accepted, parent_id)
    for name, value in column_values(tag).items():
        setattr(row, name, value)
    after = tag_state(tx, row)
    if after == before:
        return row
    if not was_public and before["slug"] != tag.slug:
        free_slugs(tx, row.id)  # the slugs were never public
    if tx.session.get(TagSlug, tag.slug) is None:
        tx.session.add(TagSlug(slug=tag.slug, tag_id=row.id))
    row.revision += 1
    row.updated_at = tx.moment
    if row.accepted:
        tx.append("tag", row.id, "updated" if was_public else "created")
        if before["slug"] != tag.slug:
            tag_carriers.append_children(tx, row.id)
        tag_carriers.append_carriers(tx, row.id, "tag_updated")
    record_audit(tx, actor, "tag.changed", "tag", row.id, before=before, after=after)
    return row


def change(tx: PublishTx, actor: Actor, tag_id: UUID, revision: int, change: TagChange) -> Tag:
    """Change a tag; `Stale` unless it is at `revision`. The other rules are those of `update`."""
    row = lock_tag(tx, tag_id, revision)
    tag_input = TagInput.model_construct(**change.apply_to({**tag_state(tx, row), "status": None}))
    if not tag_input.names:
        detail = Detail("nameless_tag", "Keep a name in one language.", pointer="/names")
        raise Invalid("nameless_tag", "A tag needs a name; this was its last.", (detail,))
    return update(tx, actor, tag_id, tag_input, revision)


def lock_tag(tx: PublishTx, tag_id: UUID, revision: int | None) -> Tag:
    """The tag, locked so that no draft can start to use it; `Stale` unless it is at `revision`."""
    row = tx.get_locked(Tag, tag_id)
    if row is None:
        raise NotFound("tag_not_found", "There is no such tag; it may have been merged.")
    refuse_stale(tx, "tag", row, revision)
    return row


def find_by_slug(tx: PublishTx, slug: str, pointer: str) -> Tag:
    """The tag that has or had a slug; `Invalid` at the pointer when there is none."""
    tx.session.flush()
    statement = sa.select(Tag).join(TagSlug, col(TagSlug.tag_id) == col(Tag.id))
    statement = statement.where(col(TagSlug.slug) == slug)
    row: Tag | None = tx.session.execute(statement).scalar_one_or_none()
    if row is None:
        detail = Detail("unknown_tag", f"There is no tag {slug!r}.", pointer=pointer)
        raise Invalid("unknown_tag", f"There is no tag {slug!r}; create it first.", (detail,))
    return row


def tag_state(tx: ReadTx, row: Tag) -> dict[str, Any]:
    """The fields of `TagInput` for a tag."""
    parent = None
    if row.parent_id is not None:
        parent = tx.execute(sa.select(col(Tag.slug)).where(col(Tag.id) == row.parent_id)).scalar()
    synonyms = {lang: tuple(words) for lang, words in row.synonyms.items()}
    fields = {name: getattr(row, name) for name in ("slug", "type", "names", "descriptions")}
    status = "accepted" if row.accepted else "proposed"
    return {**fields, "synonyms": synonyms, "parent": parent, "status": status}


def ids_of(tx: WriteTx, slugs_asked: Sequence[str]) -> list[UUID]:
    """The ids of tags in the given order, each once; an old slug means its present tag.

    `Invalid` names those that do not exist. A lock keeps the tags until this transaction ends.
    """
    if not slugs_asked:
        return []
    ids_by_slug = lock_ids(tx, slugs_asked)
    if any(slug not in ids_by_slug for slug in slugs_asked):
        # A tag may have been merged while its row was awaited; then its slug leads elsewhere now.
        ids_by_slug = lock_ids(tx, slugs_asked)
    missing = tuple(
        Detail("unknown_tag", f"There is no tag {slug!r}; create it first.", pointer=f"/tags/{at}")
        for at, slug in enumerate(slugs_asked)
        if slug not in ids_by_slug
    )
    if missing:
        raise Invalid("unknown_tag", missing[0].message, missing)
    return list(dict.fromkeys(ids_by_slug[slug] for slug in slugs_asked))


def set_tags(
    tx: WriteTx, table: type[Any], carrier: str, carrier_id: UUID, tag_ids: Sequence[UUID]
) -> None:
    """Set the tags of a working copy or an event, in a table whose column `carrier` names it."""
    its = col(getattr(table, carrier)) == carrier_id
    current = set(tx.execute(sa.select(col(table.tag_id)).where(its)).scalars())
    if dropped := current.difference(tag_ids):
        tx.execute(sa.delete(table).where(its, col(table.tag_id).in_(dropped)))
    if new := [tag_id for tag_id in tag_ids if tag_id not in current]:
        rows = [{carrier: carrier_id, "tag_id": tag_id} for tag_id in new]
        tx.execute(sa.insert(table), rows)


def resolve_ids(tx: ReadTx, tag_ids: Sequence[UUID]) -> list[UUID]:
    """The present tags of saved ids: merged tags become their targets, removed tags are left out,
    and each tag occurs once."""
    if not tag_ids:
        return []
    statement = sa.select(col(Tag.id), col(Tag.id)).where(col(Tag.id).in_(tag_ids))
    merged = sa.select(col(FormerTag.id), col(FormerTag.tag_id)).where(
        col(FormerTag.id).in_(tag_ids), col(FormerTag.tag_id).is_not(None)
    )
    today: dict[UUID, UUID] = dict(tx.execute(sa.union_all(statement, merged)).all())
    return list(dict.fromkeys(today[tag_id] for tag_id in tag_ids if tag_id in today))


def slugs_by_id(tx: ReadTx, ids: Collection[UUID] | None = None) -> dict[UUID, str]:
    """The slugs of the tags with these ids, also of merged tags; of every tag without `ids`."""
    present = sa.select(col(Tag.id), col(Tag.slug))
    merged = sa.select(col(FormerTag.id), col(Tag.slug)).join(
        Tag, col(Tag.id) == col(FormerTag.tag_id)
    )
    if ids is not None:
        present = present.where(col(Tag.id).in_(ids))
        merged = merged.where(col(FormerTag.id).in_(ids))
    return dict(tx.execute(sa.union_all(present, merged)).all()) if ids is None or ids else {}


def free_slugs(tx: PublishTx, tag_id: UUID) -> None:
    """Delete all slugs of a tag that never was public."""
    tx.session.flush()
    tx.execute(sa.delete(TagSlug).where(col(TagSlug.tag_id) == tag_id))
    tx.session.expire_all()


def _makes_public(actor: Actor, tag: TagInput) -> bool:
    """Whether saving makes the tag public; `Forbidden` when the actor may not decide that."""
    if tag.status == "accepted":
        require_publisher(actor, "An accepted tag is public")
    return actor.may_publish and tag.status != "proposed"


def column_values(tag: TagInput) -> Mapping[str, Any]:
    """The columns of a tag that its input gives as it is."""
    return {
        "slug": tag.slug,
        "type": tag.type,
        "names": dict(tag.names),
        "descriptions": dict(tag.descriptions),
        "synonyms": {lang: list(words) for lang, words in tag.synonyms.items()},
    }


def lock_ids(tx: WriteTx, slugs: Collection[str]) -> dict[str, UUID]:
    """The ids by slug; unknown slugs are left out. The rows are locked against deletion (SQLite has
    a single writer)."""
    statement = (
        sa.select(col(TagSlug.slug), col(Tag.id))
        .join(Tag, col(Tag.id) == col(TagSlug.tag_id))
        .where(col(TagSlug.slug).in_(slugs))
        .with_for_update(read=True, key_share=True, of=Tag)
    )
    return dict(tx.execute(statement).all())


def _is_known(tx: PublishTx, tag_id: UUID) -> bool:
    return any(tx.session.get(table, tag_id) is not None for table in (Tag, FormerTag))


def _refuse_taken(tx: PublishTx, slug: str, tag_id: UUID | None) -> None:
    tx.session.flush()
    holder = tx.session.get(TagSlug, slug, populate_existing=True)
    if holder is None or (tag_id is not None and holder.tag_id == tag_id):
        return
    detail = Detail("slug_taken", "Choose another slug.", pointer="/slug")
    if holder.tag_id is None:
        message = (
            f"{slug!r} was a tag that has been removed, and its address says so; choose another."
        )
    elif (other := tx.session.get_one(Tag, holder.tag_id)).slug == slug:
        message = f"There is a tag {slug!r} already."
    else:
        message = (
            f"{slug!r} is an old slug of the tag {other.slug!r} and leads there; choose another."
        )
    raise Conflict("slug_taken", message, (detail,))


def _move(tx: PublishTx, row: Tag, accepted: bool, parent_id: UUID | None) -> None:
    """Set what decides under which tags the carriers of a tag count."""
    if (accepted, parent_id) != (row.accepted, row.parent_id):
        with counts.tag_moving(tx, tx.counted_set, row.id):
            row.accepted, row.parent_id = accepted, parent_id


def _parent_id(
    tx: PublishTx, slug: str | None, child: Tag, *, accepted: bool, is_stored: bool
) -> UUID | None:
    """The id of the parent with a slug; `Invalid` when the child cannot be below it."""
    if slug is None:
        return None
    parent = find_by_slug(tx, slug, "/parent")
    if accepted and not parent.accepted:
        detail = Detail("parent_proposed", "Accept the parent first.", pointer="/parent")
        message = f"The tag {parent.slug!r} is only proposed; accept it first."
        raise Invalid("parent_proposed", message, (detail,))
    if parent.id != child.parent_id:
        level = tag_tree.level_below(tx, parent, child.id)
        if is_stored and level + tag_tree.levels_below(tx, child.id) > tag_tree.LEVELS:
            raise tag_tree.too_deep("/parent")
    return parent.id
