"""The stored media, as editors see them: with their files and with what shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from app.database import ReadTx
from app.editorial import article_status
from app.editorial.article_status import State
from app.errors import NotFound
from app.kinds.media_owners import owners_by_medium
from app.models.article import Article
from app.models.media import Media, MediaUse, PublicationMedia, Rendition
from app.models.publication import Publication
from app.visibility import visible

UserKind = Literal["article", "page", "sponsor", "committee_member", "author", "site"]


@dataclass(frozen=True, slots=True)
class MediumUseDetail:
    """What shows a medium: an article whose working copy does, with its state, or a thing that has
    it as its logo or portrait."""

    kind: UserKind
    id: UUID
    title: str
    lang: str | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class MediumDetail:
    """A medium with its files and its uses."""

    media: Media
    files: Sequence[Rendition]
    used_by: Sequence[MediumUseDetail] = field(default=())


@dataclass(frozen=True, slots=True)
class MediaFilter:
    """Which media to list; all given conditions must hold. Only `until` is exclusive.

    `words` are in the name, the credit, an alternative text or a caption. `is_unused`: no working
    copy, no publication that is public or scheduled, and nothing else shows it. `missing_alt`: a
    picture without an alternative text in this language.
    """

    kind: str | None = None
    words: str | None = None
    is_unused: bool = False
    missing_alt: str | None = None
    created_by: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def get_medium(tx: ReadTx, media_id: UUID, now: datetime) -> MediumDetail:
    """One medium; `NotFound` when there is none."""
    details = _load_details(tx, _SELECTED.where(col(Media.id) == media_id), now)
    if not details:
        raise media_not_found()
    return details[0]


def list_media(
    tx: ReadTx, filters: MediaFilter, now: datetime, *, before: UUID | None = None, limit: int = 1
) -> list[MediumDetail]:
    """Media, the newest first, after the id `before`, without erased ones."""
    statement = _SELECTED.where(*_conditions(tx, filters, now)).order_by(col(Media.id).desc())
    if before is not None:
        statement = statement.where(col(Media.id) < before)
    return _load_details(tx, statement.limit(limit), now)


_SELECTED: sa.Select[*tuple[Any, ...]] = sa.select(Media.__table__)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class


def _conditions(tx: ReadTx, filters: MediaFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Media.erased_at).is_(None)]
    if filters.kind is not None:
        conditions.append(col(Media.kind) == filters.kind)
    if filters.words is not None:
        conditions.append(_says(filters.words))
    if filters.created_by is not None:
        conditions.append(col(Media.created_by) == filters.created_by)
    if filters.since is not None:
        conditions.append(col(Media.created_at) >= filters.since)
    if filters.until is not None:
        conditions.append(col(Media.created_at) < filters.until)
    if filters.missing_alt is not None:
        conditions += [
            col(Media.kind) == "image",
            col(Media.taken_down_at).is_(None),
            sa.type_coerce(col(Media.alt), sa.JSON)[filters.missing_alt].as_string().is_(None),
        ]
    if filters.is_unused:
        conditions.append(_is_unused(tx, now))
    return conditions


def _says(words: str) -> ColumnElement[bool]:
    """Whether one of the texts of a medium holds the words, whatever their capitals. The texts of
    languages are JSON, which spells letters beyond ASCII by their numbers."""
    spelled = json.dumps(words)[1:-1]
    by_language = (sa.cast(col(column), sa.Text) for column in (Media.alt, Media.caption))
    return sa.or_(
        *(col(column).icontains(words, autoescape=True) for column in (Media.name, Media.credit)),
        *(text.icontains(spelled, autoescape=True) for text in by_language),
    )


def _is_unused(tx: ReadTx, now: datetime) -> ColumnElement[bool]:
    saved = sa.exists().where(col(MediaUse.media_id) == col(Media.id))
    published = (
        sa.select(sa.literal(1))
        .select_from(PublicationMedia)
        .join(Publication, col(Publication.id) == col(PublicationMedia.publication_id))
        .where(
            col(PublicationMedia.media_id) == col(Media.id),
            sa.or_(visible(Publication, now), article_status.is_pending(now)),
        )
    )
    return sa.and_(
        col(Media.taken_down_at).is_(None),
        ~saved,
        ~published.exists(),
        col(Media.id).not_in(list(owners_by_medium(tx))),
    )


def _load_details(
    tx: ReadTx, statement: sa.Select[*tuple[Any, ...]], now: datetime
) -> list[MediumDetail]:
    media = [Media(**row) for row in tx.execute(statement).mappings()]
    ids = [row.id for row in media]
    if not ids:
        return []
    files = sa.select(Rendition.__table__).where(col(Rendition.media_id).in_(ids))  # type: ignore[attr-defined]  # as above
    files = files.order_by(col(Rendition.width), col(Rendition.name))
    renditions = [Rendition(**row) for row in tx.execute(files).mappings()]
    uses = _uses_by_medium(tx, ids, now)
    return [
        MediumDetail(row, [file for file in renditions if file.media_id == row.id], uses[row.id])
        for row in media
    ]


def _uses_by_medium(
    tx: ReadTx, ids: Sequence[UUID], now: datetime
) -> Mapping[UUID, list[MediumUseDetail]]:
    uses: dict[UUID, list[MediumUseDetail]] = {key: [] for key in ids}
    names = ("id", "kind", "lang", "title")
    statement = (
        sa.select(
            col(MediaUse.media_id),
            *(col(getattr(Article, name)) for name in names),
            article_status.state_at(now).label("state"),
        )
        .join(Article, col(Article.id) == col(MediaUse.article_id))
        .where(col(MediaUse.media_id).in_(ids))
        .order_by(col(Article.id))
    )
    for row in tx.execute(statement):
        uses[row.media_id].append(MediumUseDetail(row.kind, row.id, row.title, row.lang, row.state))
    for media_id, owners in owners_by_medium(tx).items():
        if media_id in uses:
            uses[media_id] += [MediumUseDetail(kind, key, name) for kind, key, name in owners]
    return uses


def file_digests(tx: ReadTx) -> set[str]:
    """The SHA-256 of every file that a medium needs."""
    return set(tx.execute(sa.select(col(Rendition.sha256)).distinct()).scalars())


def media_not_found() -> NotFound:
    """The error for media that do not exist."""
    return NotFound("media_not_found", "There is no such media.")
