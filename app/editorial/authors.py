"""What editors add to the names under articles. A record and its articles share the slug."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.content import Actor, Line, Text
from app.editorial.patch_input import record_audit
from app.editorial.profiles import Links
from app.errors import Conflict, Detail, Invalid, NotFound
from app.inputs import Input, PatchInput, make_optional
from app.kit.ids import uuid7
from app.kit.text import slug_of
from app.models.author import Author
from app.public.vocabulary import Lang, Slug
from app.revisions import refuse_stale
from app.visibility import visible_author

FIELDS: Final = ("slug", "name", "biography", "portrait", "links", "always_public")
"""The columns that editors write."""

_ABOUT: Final = ("id", "revision", "is_public", "created_at", "updated_at")


class AuthorRecordInput(Input):
    """An author. The slug is that of the author's articles, made from the name when absent as
    theirs is; `portrait` is the id of a medium. With `always_public` readers see the author while
    no article is visible, too."""

    slug: Slug | None = None
    name: Line
    biography: Annotated[dict[Lang, Text], Field(max_length=50)] = {}
    portrait: UUID | None = None
    links: Links = ()
    always_public: bool = False


@make_optional
class AuthorRecordChange(PatchInput):
    """What to change of an author."""

    slug: Slug
    name: Line
    biography: Annotated[dict[Lang, Text | None], Field(max_length=50)] | None
    portrait: UUID | None
    links: Links
    always_public: bool


def create(tx: PublishTx, actor: Actor, body: AuthorRecordInput, key: UUID | None = None) -> Author:
    """A new record, revision 1; `Conflict` when there is one with the slug or the id."""
    if key is not None and tx.session.get(Author, key) is not None:
        raise Conflict("id_taken", "Another author has this id.")
    fields = _complete(tx, body.model_dump(), None)
    row = Author(id=key or uuid7(tx.moment), created_at=tx.moment, updated_at=tx.moment, **fields)
    tx.session.add(row)
    tx.session.flush()
    if _is_public(tx, row):
        tx.append("author", row.id, "created")
    record_audit(tx, actor, "author.created", "author", row.id, after=state(row))
    return row


def edit(
    tx: PublishTx,
    actor: Actor,
    key: UUID,
    body: AuthorRecordInput | AuthorRecordChange,
    revision: int | None = None,
) -> Author:
    """Replace all fields, or those that a change names; equal values change nothing. `NotFound`;
    `Stale` unless at `revision`; `Conflict` when another record has the slug."""
    row = lock(tx, key, revision)
    before = state(row)
    if isinstance(body, AuthorRecordChange):
        after = _complete(tx, body.apply_to(before), row)
    else:
        after = _complete(tx, body.model_dump(), row)
    if after == before:
        return row
    was_public = _is_public(tx, row)
    for name, value in after.items():
        setattr(row, name, value)
    row.revision += 1
    row.updated_at = tx.moment
    tx.session.flush()
    if was_public or _is_public(tx, row):
        tx.append("author", row.id, "updated")
    record_audit(tx, actor, "author.changed", "author", row.id, before=before, after=after)
    return row


def remove(tx: PublishTx, actor: Actor, key: UUID, revision: int | None) -> None:
    """Delete a record; the author's articles keep the name. `NotFound`; `Stale` unless at
    `revision`."""
    row = lock(tx, key, revision)
    if _is_public(tx, row):
        tx.append("author", row.id, "removed")
    record_audit(tx, actor, "author.removed", "author", row.id, before=state(row))
    tx.session.delete(row)
    tx.session.flush()


def lock(tx: PublishTx, key: UUID, revision: int | None) -> Author:
    """The record, locked until the transaction ends. `NotFound`; `Stale` unless at `revision`."""
    row = tx.get_locked(Author, key)
    if row is None:
        raise _not_found()
    refuse_stale(tx, "author", row, revision)
    return row


def state(row: Any) -> dict[str, Any]:
    """The fields of a record, as editors wrote them."""
    fields = {name: getattr(row, name) for name in FIELDS}
    return {**fields, "links": list(row.links)}


def slug_for(fields: AuthorRecordInput) -> str:
    """The slug that a new record of these fields gets; empty when none can be made."""
    return fields.slug or slug_of(fields.name)


def list_records(tx: ReadTx) -> Sequence[Any]:
    """All records, in the order of their slugs."""
    query = sa.select(Author.__table__)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    return tx.execute(query.order_by(col(Author.slug))).all()


def list_views(tx: ReadTx, now: datetime, key: UUID | None = None) -> list[dict[str, Any]]:
    """The editors' view of all records, or of one: the fields, `id`, `revision`, `created_at`,
    `updated_at`, and `is_public` at a moment."""
    query = sa.select(Author.__table__, visible_author(now).label("is_public"))  # type: ignore[attr-defined]  # as above
    if key is not None:
        query = query.where(col(Author.id) == key)
    rows = tx.execute(query.order_by(col(Author.slug))).all()
    return [{**state(row), **{name: getattr(row, name) for name in _ABOUT}} for row in rows]


def view(tx: ReadTx, now: datetime, key: UUID) -> dict[str, Any]:
    """The editors' view of one record; `NotFound`."""
    views = list_views(tx, now, key)
    if not views:
        raise _not_found()
    return views[0]


def _complete(tx: PublishTx, fields: Mapping[str, Any], row: Author | None) -> dict[str, Any]:
    """The fields with a slug; `Conflict` when another record has it."""
    slug = fields["slug"] or (row.slug if row is not None else slug_of(fields["name"]))
    if not slug:
        detail = Detail("slug_missing", "Give a slug of letters a to z.", pointer="/slug")
        message = "No slug can be made from this name; give one."
        raise Invalid("slug_missing", message, (detail,))
    if row is None or slug != row.slug:
        _refuse_taken(tx, slug)
    return {**fields, "slug": slug, "links": list(fields["links"])}


def _refuse_taken(tx: PublishTx, slug: str) -> None:
    tx.session.flush()
    holder = tx.execute(sa.select(col(Author.id)).where(col(Author.slug) == slug)).scalar()
    if holder is not None:
        detail = Detail("slug_taken", "Change that author, or choose another slug.", "/slug")
        message = f"There is an author {slug!r} already; change that one ({holder})."
        raise Conflict("slug_taken", message, (detail,))


def _is_public(tx: PublishTx, row: Author) -> bool:
    query = sa.select(col(Author.id)).where(col(Author.id) == row.id, visible_author(tx.moment))
    return tx.execute(query).first() is not None


def _not_found() -> NotFound:
    return NotFound("author_not_found", "There is no author with this id.")
