"""The content of search: everything visible at one instant, as text with its filter values."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.kinds.registry import DATED_KINDS
from app.kinds.searchable import Searchable, tag_labels, version_of
from app.kit.text import plain_text
from app.models.publication import Publication, PublicationBody
from app.models.tag import Tag
from app.published.cache import CachedTag, Tags
from app.visibility import NOW, visible


def by_ids(
    tx: ReadTx, tags: Tags, ids_by_kind: Mapping[str, Sequence[UUID]], now: datetime
) -> list[Searchable]:
    """The visible things among these (by kind of content), each kind in the order of its ids; tags
    in the given order. So two indexes of one store order equal hits equally."""
    return [
        *_searchable_articles(tx, tags, ids_by_kind.get("article", ()), now),
        *(
            _searchable_tag(tags.by_id[key], tags)
            for key in ids_by_kind.get("tag", ())
            if key in tags.by_id
        ),
        *(
            searchable
            for kind in DATED_KINDS
            for searchable in kind.searchables(tx, ids_by_kind.get(kind.name, ()), now)
        ),
    ]


def visible_versions(
    tx: ReadTx, tags: Tags, ids_by_kind: Mapping[str, Sequence[UUID]], now: datetime
) -> dict[tuple[str, UUID], int]:
    """The versions of the visible things among these."""
    ids = list(ids_by_kind.get("article", ()))
    by_key = {
        ("article", row.article_id): row.id
        for row in tx.execute(_VERSIONS, {"ids": ids, "now": now})
    }
    for key in ids_by_kind.get("tag", ()):
        if key in tags.by_id:
            by_key["tag", key] = version_of(tags.by_id[key].updated_at)
    for kind in DATED_KINDS:
        known_items = kind.versions(tx, ids_by_kind.get(kind.name, ()), now)
        by_key |= {(kind.name, key): version for key, version in known_items.items()}
    return by_key


def few_ids(tx: ReadTx, now: datetime) -> dict[str, list[UUID]]:
    """The ids of everything visible except articles, in their order."""
    tags = sa.select(col(Tag.id)).where(col(Tag.accepted)).order_by(col(Tag.id))
    return {
        "tag": list(tx.execute(tags).scalars()),
        **{kind.name: kind.ids(tx, now) for kind in DATED_KINDS},
    }


def article_ids(tx: ReadTx, now: datetime, after: UUID | None, most: int) -> dict[str, list[UUID]]:
    """The ids of visible articles in their order, after the id `after`."""
    statement = sa.select(col(Publication.article_id)).where(visible(Publication, now))
    if after is not None:
        statement = statement.where(col(Publication.article_id) > after)
    ordered = statement.order_by(col(Publication.article_id)).limit(most)
    return {"article": list(tx.execute(ordered).scalars())}


def count_visible(tx: ReadTx, now: datetime) -> int:
    """The number of visible things."""
    queries = (
        sa.select(sa.func.count()).select_from(Publication).where(visible(Publication, now)),
        sa.select(sa.func.count()).select_from(Tag).where(col(Tag.accepted)),
    )
    counts: list[int] = [tx.execute(query).scalar_one() for query in queries]
    return sum(counts) + sum(kind.count(tx, now) for kind in DATED_KINDS)


_VERSIONS = sa.select(col(Publication.article_id), col(Publication.id)).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)

_ARTICLES = (
    sa.select(
        col(Publication.id),
        col(Publication.article_id),
        col(Publication.kind),
        col(Publication.lang),
        col(Publication.item),
        col(Publication.translation_group),
        col(Publication.tag_ids),
        col(Publication.published_at),
        col(Publication.changed_at),
        col(Publication.syndicatable),
        col(PublicationBody.body_html),
    )
    .join(PublicationBody, col(PublicationBody.publication_id) == col(Publication.id))
    .where(
        col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)),
        visible(Publication, NOW),
    )
    .order_by(col(Publication.article_id))
)


def _searchable_articles(
    tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime
) -> Iterator[Searchable]:
    if not ids:
        return
    rows = tx.execute(_ARTICLES, {"ids": list(ids), "now": now}).all()
    languages_by_group = _group_languages(tx, [row.translation_group for row in rows], now)
    tags_of = cache(partial(_tags_and_labels, tags))  # many articles carry the same tags
    for row in rows:
        item = from_json(row.item)
        tag_ids, labels = tags_of(row.tag_ids)
        yield Searchable(
            kind=row.kind,
            id=row.article_id,
            version=row.id,
            lang=row.lang,
            title=item["title"],
            summary=item["summary"],
            body=plain_text(row.body_html),
            also_in=tuple(
                lang
                for lang in languages_by_group.get(row.translation_group, ())
                if lang != row.lang
            ),
            labels=(*labels, *((author["name"], None) for author in item["authors"])),
            author_slugs=tuple(author["slug"] for author in item["authors"]),
            tag_ids=tag_ids,
            published_at=row.published_at,
            changed_at=row.changed_at,
            syndicatable=row.syndicatable,
        )


_IN_GROUPS = (
    sa.select(col(Publication.translation_group), col(Publication.lang))
    .where(
        col(Publication.translation_group).in_(sa.bindparam("groups", expanding=True)),
        visible(Publication, NOW),
    )
    .order_by(col(Publication.lang))
)


def _group_languages(
    tx: ReadTx, groups: Sequence[UUID | None], now: datetime
) -> dict[UUID | None, list[str]]:
    """The languages in which the stories of these groups are visible."""
    languages: dict[UUID | None, list[str]] = {}
    if group_ids := {group for group in groups if group is not None}:
        for group, lang in tx.execute(_IN_GROUPS, {"groups": list(group_ids), "now": now}):
            languages.setdefault(group, []).append(lang)
    return languages


def _tags_and_labels(
    tags: Tags, saved_ids: str
) -> tuple[tuple[UUID, ...], tuple[tuple[str, str], ...]]:
    """The ids of the tags and of all their ancestors, and the words for them."""
    lineage = _tag_lineage(tags, tags.resolve_ids(from_json(saved_ids)))
    words = (word for tag in lineage for word in tag_labels(tag.names, tag.synonyms))
    return tuple(tag.id for tag in lineage), tuple(dict.fromkeys(words))


def _tag_lineage(tags: Tags, own_tags: Sequence[CachedTag]) -> list[CachedTag]:
    """The tags and all their ancestors, each once."""
    lineage: dict[UUID, CachedTag] = {}
    for tag in own_tags:
        above: UUID | None = tag.id
        while above is not None and above not in lineage:
            lineage[above] = tags.by_id[above]
            above = lineage[above].parent_id
    return list(lineage.values())


def _searchable_tag(tag: CachedTag, tags: Tags) -> Searchable:
    return Searchable(
        kind="tag",
        id=tag.id,
        version=version_of(tag.updated_at),
        lang=None,
        title=tags.localise(tag.names, None) or tag.slug,
        summary=" ".join(tag.descriptions.values()),
        body="",
        labels=tuple(tag_labels(tag.names, tag.synonyms)),
    )
