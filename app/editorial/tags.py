"""Tags: create, rename, move. A change of a name is a change of every article that carries it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.content import Input, Line, Text
from app.errors import Conflict, Detail, Invalid, NotFound
from app.kit.ids import uuid7
from app.models.publication import PublicationTag
from app.models.tag import Tag
from app.public.vocabulary import Lang, Slug, TagType


class TagInput(Input):
    """A tag; `parent` is a slug."""

    slug: Slug
    type: TagType = "topic"
    names: Annotated[dict[Lang, Line], Field(min_length=1)]
    descriptions: dict[Lang, Text] = {}
    synonyms: dict[Lang, Annotated[tuple[Line, ...], Field(max_length=100, strict=False)]] = {}
    parent: Slug | None = None


def create(tx: PublishTx, tag: TagInput, tag_id: UUID | None = None) -> Tag:
    """A new tag; `Conflict` when the slug or the id is taken."""
    if _by_slug(tx, tag.slug) is not None:
        raise Conflict("slug_taken", f"There is a tag {tag.slug!r} already.")
    if tag_id is not None and tx.session.get(Tag, tag_id) is not None:
        raise Conflict("id_taken", "Another tag has this id.")
    row = Tag(
        id=tag_id or uuid7(tx.moment),
        slug=tag.slug,
        type=tag.type,
        names=dict(tag.names),
        descriptions=dict(tag.descriptions),
        synonyms={lang: list(words) for lang, words in tag.synonyms.items()},
        parent_id=_parent(tx, tag.parent, None),
        created_at=tx.moment,
        updated_at=tx.moment,
    )
    tx.session.add(row)
    tx.append("tag", row.id, "created")
    return row


def update(tx: PublishTx, tag_id: UUID, tag: TagInput) -> Tag:
    """Rename or move a tag; its articles enter the log too, and those of the tags below it, which
    are found under it."""
    row = tx.session.get(Tag, tag_id)
    if row is None:
        raise NotFound("tag_not_found", "There is no such tag.")
    holder = _by_slug(tx, tag.slug)
    if holder is not None and holder.id != tag_id:
        raise Conflict("slug_taken", f"There is a tag {tag.slug!r} already.")
    row.parent_id = _parent(tx, tag.parent, row.id)
    renamed = row.slug != tag.slug
    row.slug, row.type, row.names = tag.slug, tag.type, dict(tag.names)
    row.descriptions = dict(tag.descriptions)
    row.synonyms = {lang: list(words) for lang, words in tag.synonyms.items()}
    row.updated_at = tx.moment
    tx.append("tag", row.id, "updated")
    if renamed:  # the tags below it show its slug
        below: sa.Select[UUID] = sa.select(col(Tag.id)).where(col(Tag.parent_id) == tag_id)
        tx.append_all("tag", below.subquery(), "updated")
    tagged: sa.Select[UUID] = sa.select(col(PublicationTag.article_id).label("id")).where(
        col(PublicationTag.tag_id).in_(_family(tx, tag_id)),
        col(PublicationTag.visible_until) > tx.moment,
        col(PublicationTag.visible_from) <= tx.moment,
    )
    tx.append_all("article", tagged.distinct().subquery(), "tag_updated")
    return row


def ids_of(tx: ReadTx, slugs_asked: Sequence[str]) -> list[UUID]:
    """The ids of tags in the order asked for; `Invalid` names those that do not exist."""
    if not slugs_asked:
        return []
    rows = tx.execute(
        sa.select(col(Tag.slug), col(Tag.id)).where(col(Tag.slug).in_(slugs_asked))
    ).all()
    known: dict[str, UUID] = dict(rows)
    missing = tuple(
        Detail("unknown_tag", f"There is no tag {slug!r}; create it first.", pointer=f"/tags/{at}")
        for at, slug in enumerate(slugs_asked)
        if slug not in known
    )
    if missing:
        raise Invalid("unknown_tag", missing[0].message, missing)
    return [known[slug] for slug in slugs_asked]


def slugs(tx: ReadTx) -> dict[UUID, str]:
    """The slug of every tag."""
    return dict(tx.execute(sa.select(col(Tag.id), col(Tag.slug))).all())


def _family(tx: ReadTx, tag_id: UUID) -> list[UUID]:
    below = sa.select(col(Tag.id)).where(col(Tag.id) == tag_id).cte(recursive=True)
    below = below.union(sa.select(col(Tag.id)).where(col(Tag.parent_id) == below.c.id))
    return list(tx.execute(sa.select(below.c.id)).scalars())


def _by_slug(tx: PublishTx, slug: str) -> Tag | None:
    return tx.session.execute(sa.select(Tag).where(col(Tag.slug) == slug)).scalar_one_or_none()


def _parent(tx: PublishTx, slug: str | None, child: UUID | None) -> UUID | None:
    if slug is None:
        return None
    parent = _by_slug(tx, slug)
    if parent is None:
        detail = Detail("unknown_tag", f"There is no tag {slug!r}.", pointer="/parent")
        raise Invalid(
            "unknown_tag", f"The parent {slug!r} does not exist; create it first.", (detail,)
        )
    above: Tag | None = parent
    while above is not None:
        if above.id == child:
            detail = Detail("tag_cycle", "Choose a parent outside.", pointer="/parent")
            raise Invalid("tag_cycle", "A tag cannot be below itself.", (detail,))
        above = tx.session.get(Tag, above.parent_id) if above.parent_id else None
    return parent.id
