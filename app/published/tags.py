"""Tags with the number of articles that a reader would find under each."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import NotFound
from app.models.publication import PublicationTag
from app.public.tags import Tag, TagDetail
from app.published.memory import KnownTag, Tags
from app.visibility import visible


def counts(tx: ReadTx, tags: Tags, now: datetime) -> dict[UUID, int]:
    """Visible articles per tag, each article once even where several descendants carry it."""
    shown = (visible(PublicationTag, now), col(PublicationTag.kind) == "article")
    own = sa.select(col(PublicationTag.tag_id), sa.func.count()).where(*shown)
    found = {tag_id: int(n) for tag_id, n in tx.execute(own.group_by(col(PublicationTag.tag_id)))}
    for parent in tags.children:
        family = tags.family(tags.by_id[parent])
        union = sa.select(sa.func.count(sa.distinct(col(PublicationTag.publication_id)))).where(
            col(PublicationTag.tag_id).in_(family), *shown
        )
        found[parent] = int(tx.execute(union).scalar_one())
    return found


def listed(
    tags: Tags, counted: dict[UUID, int], lang: str | None, tag_type: str | None, parent: str | None
) -> list[Tag]:
    """Tags in the order of their slugs, of one type, or children of one parent."""
    return [
        Tag(**_fields(tags, tag, counted, lang))
        for tag in sorted(tags.by_id.values(), key=lambda tag: tag.slug)
        if tag_type in (None, tag.type)
        and (parent is None or (tag.parent_id and tags.by_id[tag.parent_id].slug == parent))
    ]


def one(tags: Tags, counted: dict[UUID, int], slug: str, lang: str | None) -> TagDetail:
    """One tag; `NotFound` when there is none."""
    tag = tags.by_slug.get(slug)
    if tag is None:
        raise NotFound("tag_not_found", "There is no tag with this slug.")
    return TagDetail(
        **_fields(tags, tag, counted, lang),
        names=dict(tag.names),
        synonyms={key: list(words) for key, words in tag.synonyms.items()},
        children=sorted(child.slug for child in tags.children.get(tag.id, ())),
    )


def _fields(
    tags: Tags, tag: KnownTag, counted: dict[UUID, int], lang: str | None
) -> dict[str, object]:
    return {
        "id": tag.id,
        "slug": tag.slug,
        "type": tag.type,
        "name": tags.spoken(tag.names, lang),
        "description": tags.spoken(tag.descriptions, lang),
        "parent": tags.by_id[tag.parent_id].slug if tag.parent_id else None,
        "articles_count": counted.get(tag.id, 0),
    }
