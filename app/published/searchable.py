"""All that search may know: what is visible at one instant, as text with what it is filtered by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.kit.clock import EPOCH
from app.kit.text import plain_text
from app.models.committee import CommitteeMember
from app.models.publication import Publication, PublicationBody
from app.models.sponsor import Sponsor
from app.models.tag import Tag
from app.published.memory import KnownTag, Tags
from app.visibility import NOW, visible

Kind = Literal["article", "page", "tag", "sponsor", "committee_member"]


@dataclass(frozen=True, slots=True)
class Searchable:
    """One thing that can be found.

    `lang` is None for what has texts in several languages; `also_in` are those in which the same
    story is visible too. `labels` are words that lead to it
    without being its own text, each with its language: names and synonyms of its tags, and (of no
    language) its authors. `version` grows with each change of the thing itself. The other fields
    are what searches are filtered by; `tag_ids` hold the ancestors too.
    """

    kind: Kind
    id: UUID
    version: int
    lang: str | None
    title: str
    summary: str
    body: str
    also_in: tuple[str, ...] = ()
    labels: tuple[tuple[str, str | None], ...] = ()
    author_slugs: tuple[str, ...] = ()
    tag_ids: tuple[UUID, ...] = ()
    published_at: datetime | None = None
    changed_at: datetime | None = None
    syndicatable: bool = False


def by_ids(
    tx: ReadTx, tags: Tags, wanted: Mapping[str, Sequence[UUID]], now: datetime
) -> list[Searchable]:
    """Those of the things (by kind of the change log: article, tag, sponsor, committee_member)
    that are visible, each kind in the order of its ids (tags: of those given); the others are not
    in the answer. Two indexes of one store so hold equals in one order."""
    return [
        *_articles(tx, tags, wanted.get("article", ()), now),
        *(_tag(tags.by_id[key], tags) for key in wanted.get("tag", ()) if key in tags.by_id),
        *_sponsors(tx, wanted.get("sponsor", ()), now),
        *_members(tx, wanted.get("committee_member", ()), now),
    ]


def versions(
    tx: ReadTx, tags: Tags, wanted: Mapping[str, Sequence[UUID]], now: datetime
) -> dict[tuple[str, UUID], int]:
    """The versions of those of the things that are visible."""
    ids = list(wanted.get("article", ()))
    found = {
        ("article", row.article_id): row.id
        for row in tx.execute(_VERSIONS, {"ids": ids, "now": now})
    }
    for key in wanted.get("tag", ()):
        if key in tags.by_id:
            found["tag", key] = _version(tags.by_id[key].updated_at)
    for kind, table in (("sponsor", Sponsor), ("committee_member", CommitteeMember)):
        for row in _rows(tx, table, wanted.get(kind, ()), now):
            found[kind, row.id] = _version(row.updated_at)
    return found


def few_ids(tx: ReadTx, now: datetime) -> dict[str, list[UUID]]:
    """The ids of everything visible that is no article, in their order."""
    found = {}
    for kind, table, shown in (
        ("tag", Tag, col(Tag.accepted)),
        ("sponsor", Sponsor, visible(Sponsor, now)),
        ("committee_member", CommitteeMember, visible(CommitteeMember, now)),
    ):
        ordered = sa.select(col(table.id)).where(shown).order_by(col(table.id))
        found[kind] = list(tx.execute(ordered).scalars())
    return found


def article_ids(tx: ReadTx, now: datetime, after: UUID | None, most: int) -> dict[str, list[UUID]]:
    """The ids of visible articles in their order, after one of them."""
    shown = sa.select(col(Publication.article_id)).where(visible(Publication, now))
    if after is not None:
        shown = shown.where(col(Publication.article_id) > after)
    ordered = shown.order_by(col(Publication.article_id)).limit(most)
    return {"article": list(tx.execute(ordered).scalars())}


def count(tx: ReadTx, now: datetime) -> int:
    """How many things are visible."""
    return sum(
        tx.execute(sa.select(sa.func.count()).select_from(table).where(shown)).scalar_one()
        for table, shown in (
            (Publication, visible(Publication, now)),
            (Tag, col(Tag.accepted)),
            (Sponsor, visible(Sponsor, now)),
            (CommitteeMember, visible(CommitteeMember, now)),
        )
    )


_WHAT_THEY_ARE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "founding": (("Founding sponsor", "en"), ("Patrocinador fundador", "es")),
    "sponsor": (("Sponsor", "en"), ("Patrocinador", "es")),
    "patron": (("Patron", "en"), ("Patrono", "es")),
    "funder": (("Funder", "en"), ("Financiador", "es")),
    "partner": (("Partner", "en"), ("Organización aliada", "es")),
    "officers": (("Committee", "en"), ("Comité", "es")),
    "committee": (("Committee", "en"), ("Comité", "es")),
    "staff": (("Staff", "en"), ("Personal", "es")),
}
"""Words by which sponsors and members are looked for, though their own texts lack them."""

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


def _articles(tx: ReadTx, tags: Tags, ids: Sequence[UUID], now: datetime) -> Iterator[Searchable]:
    if not ids:
        return
    rows = tx.execute(_ARTICLES, {"ids": list(ids), "now": now}).all()
    spoken = _languages(tx, [row.translation_group for row in rows], now)
    for row in rows:
        item = from_json(row.item)
        lineage = _lineage(tags, tags.living(from_json(row.tag_ids)))
        yield Searchable(
            kind=row.kind,
            id=row.article_id,
            version=row.id,
            lang=row.lang,
            title=item["title"],
            summary=item["summary"],
            body=plain_text(row.body_html),
            also_in=tuple(
                lang for lang in spoken.get(row.translation_group, ()) if lang != row.lang
            ),
            labels=(
                *dict.fromkeys(word for tag in lineage for word in _words(tag)),
                *((author["name"], None) for author in item["authors"]),
            ),
            author_slugs=tuple(author["slug"] for author in item["authors"]),
            tag_ids=tuple(tag.id for tag in lineage),
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


def _languages(
    tx: ReadTx, groups: Sequence[UUID | None], now: datetime
) -> dict[UUID | None, list[str]]:
    """The languages in which the stories of these groups are visible."""
    found: dict[UUID | None, list[str]] = {}
    if known := {group for group in groups if group is not None}:
        for group, lang in tx.execute(_IN_GROUPS, {"groups": list(known), "now": now}):
            found.setdefault(group, []).append(lang)
    return found


def _lineage(tags: Tags, carried: Sequence[KnownTag]) -> list[KnownTag]:
    """The tags and all above them, each once."""
    found: dict[UUID, KnownTag] = {}
    for tag in carried:
        above: UUID | None = tag.id
        while above is not None and above not in found:
            found[above] = tags.by_id[above]
            above = found[above].parent_id
    return list(found.values())


def _words(tag: KnownTag) -> list[tuple[str, str]]:
    names = [(name, lang) for lang, name in tag.names.items()]
    return names + [(word, lang) for lang, words in tag.synonyms.items() for word in words]


def _tag(tag: KnownTag, tags: Tags) -> Searchable:
    return Searchable(
        kind="tag",
        id=tag.id,
        version=_version(tag.updated_at),
        lang=None,
        title=tags.spoken(tag.names, None) or tag.slug,
        summary=" ".join(tag.descriptions.values()),
        body="",
        labels=tuple(_words(tag)),
    )


def _sponsors(tx: ReadTx, ids: Sequence[UUID], now: datetime) -> Iterator[Searchable]:
    for row in _rows(tx, Sponsor, ids, now):
        yield Searchable(
            kind="sponsor",
            id=row.id,
            version=_version(row.updated_at),
            lang=None,
            title=row.name,
            summary=row.statement or "",
            body="",
            labels=_WHAT_THEY_ARE.get(row.kind, ()),
        )


def _members(tx: ReadTx, ids: Sequence[UUID], now: datetime) -> Iterator[Searchable]:
    for row in _rows(tx, CommitteeMember, ids, now):
        yield Searchable(
            kind="committee_member",
            id=row.id,
            version=_version(row.updated_at),
            lang=None,
            title=row.name,
            summary=", ".join(part for part in (row.role, row.affiliation) if part),
            body=" ".join(row.biography.values()),
            labels=_WHAT_THEY_ARE.get(row.group, ()),
        )


def _rows(tx: ReadTx, table: Any, ids: Sequence[UUID], now: datetime) -> Sequence[Any]:
    if not ids:
        return ()
    shown = sa.select(table.__table__).where(col(table.id).in_(ids), visible(table, now))
    return tx.execute(shown.order_by(col(table.id))).all()


def _version(changed: datetime) -> int:
    return (changed - EPOCH) // timedelta(microseconds=1)
