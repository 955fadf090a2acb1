"""Public media: those that a visible publication shows, or a visible sponsor, committee member or
author, or the site itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kinds.media_owners import MEDIA_OWNERS, MediaOwner
from app.kit.addresses import MAIN_WIDTH
from app.kit.clock import rfc3339
from app.models.media import Media, MediaPath, PublicationMedia, Rendition
from app.models.publication import Publication, PublicationAuthor
from app.visibility import visible, was_visible

_NAMED = 20
"""The most things named as showing a file. The end of any other does not purge the file."""


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file to serve. `name` is set for files to save; `shown_by` names some of the things that
    show it, as `article/{id}`, `sponsor/{id}` or `site/{id}`, or whose end ends it."""

    media_id: UUID
    name: str | None
    sha256: str
    media_type: str
    bytes: int
    shown_by: tuple[str, ...] = ()


def get_public_file(tx: ReadTx, media_id: UUID, rendition: str, now: datetime) -> PublicFile:
    """A rendition that is public at `now`, because something visible shows it. `Gone` for formerly
    public ones; `NotFound` for all others, whether they exist or not."""
    _refuse_taken_down(tx, media_id)
    public_file = find_rendition(tx, media_id, rendition)
    if public_file is None:
        raise _file_not_found()
    shown_by = _shown_by(tx, media_id, now)
    if not shown_by:
        raise _last_shown(tx, media_id, now)
    return replace(public_file, shown_by=shown_by)


def get_former_file(tx: ReadTx, paths: Sequence[str], now: datetime) -> tuple[UUID, str] | None:
    """The medium whose file had one of these addresses, the first that is known, and the file that
    stands for it now; None when none is known. `Gone` and `NotFound` as for the file."""
    statement = sa.select(col(MediaPath.path), col(MediaPath.media_id))
    rows = tx.execute(statement.where(col(MediaPath.path).in_(paths))).all()
    key = next((row.media_id for path in paths for row in rows if row.path == path), None)
    if key is None:
        return None
    _refuse_taken_down(tx, key)
    files = sa.select(col(Rendition.name)).where(
        col(Rendition.media_id) == key,
        col(Rendition.media_type) != "image/webp",
        sa.or_(col(Rendition.width).is_(None), col(Rendition.width) <= MAIN_WIDTH),
    )
    name = tx.execute(files.order_by(col(Rendition.width).desc()).limit(1)).scalar()
    if name is None:
        raise _file_not_found()
    get_public_file(tx, key, name, now)
    return key, name


def rendition_sizes(tx: ReadTx, files: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], int]:
    """The sizes of renditions in bytes, by medium and name; unknown ones are left out."""
    columns = (col(Rendition.media_id), col(Rendition.name), col(Rendition.bytes))
    statement = sa.select(*columns).where(col(Rendition.media_id).in_({key for key, _ in files}))
    rows = tx.execute(statement).all() if files else []
    return {(key, name): size for key, name, size in rows}


def find_rendition(tx: ReadTx, media_id: UUID, rendition: str) -> PublicFile | None:
    """A rendition, public or not, without the things that show it."""
    statement = (
        sa.select(
            col(Media.kind),
            col(Media.name),
            col(Rendition.sha256),
            col(Rendition.media_type),
            col(Rendition.bytes),
        )
        .join(Rendition, col(Rendition.media_id) == col(Media.id))
        .where(col(Media.id) == media_id, col(Rendition.name) == rendition)
    )
    row = tx.execute(statement).first()
    if row is None:
        return None
    name = row.name if row.kind == "document" else None
    return PublicFile(media_id, name, row.sha256, row.media_type, row.bytes)


def _shown_by(tx: ReadTx, media_id: UUID, now: datetime) -> tuple[str, ...]:
    """The things that show a medium. An article has at most one visible publication."""
    articles = _showing_publications(media_id, col(Publication.article_id))
    statement = articles.where(visible(Publication, now)).limit(_NAMED)
    keys = sorted(f"article/{key}" for key in tx.execute(statement).scalars())
    if keys:
        return tuple(keys)
    return tuple(key for owner in MEDIA_OWNERS for key in _owner_keys(tx, owner, media_id, now))


def _owner_keys(tx: ReadTx, owner: MediaOwner, media_id: UUID, now: datetime) -> list[str]:
    """The public things of a kind that show a medium. Authors may be public by their articles, so
    some of these are named too."""
    rows = sa.select(owner.table.__table__).where(owner.shows(media_id), owner.is_public(now))
    owners = tx.execute(rows.limit(_NAMED)).all()
    keys = [f"{owner.kind}/{row.id}" for row in owners]
    slugs = [row.slug for row in owners if owner.kind == "author" and not row.always_public]
    if slugs:
        written = sa.select(col(PublicationAuthor.article_id)).where(
            col(PublicationAuthor.author_slug).in_(slugs), visible(PublicationAuthor, now)
        )
        keys += sorted(f"article/{key}" for key in tx.execute(written.limit(_NAMED)).scalars())
    return keys


def _last_shown(tx: ReadTx, media_id: UUID, now: datetime) -> Gone | NotFound:
    """The end of the last publication that showed it; `removed` when it was replaced."""
    ended = _showing_publications(media_id, col(Publication.ended), col(Publication.visible_until))
    ended = ended.where(was_visible(Publication, now))
    row = tx.execute(ended.order_by(col(Publication.visible_until).desc()).limit(1)).first()
    if row is not None:
        return _gone_error(row.ended or "removed", row.visible_until)
    for owner in MEDIA_OWNERS:
        if owner.is_dated:
            ends = sa.select(sa.func.max(col(owner.table.visible_until), type_=UTCDateTime()))
            ends = ends.where(owner.shows(media_id), was_visible(owner.table, now))
            if (until := tx.execute(ends).scalar()) is not None:
                return _gone_error("expired", until)
    return _file_not_found()


def _showing_publications(media_id: UUID, *columns: Any) -> sa.Select[Any]:
    joined = col(PublicationMedia.publication_id) == col(Publication.id)
    shows = col(PublicationMedia.media_id) == media_id
    return sa.select(*columns).join(PublicationMedia, joined).where(shows)


def _refuse_taken_down(tx: ReadTx, media_id: UUID) -> None:
    state = sa.select(col(Media.taken_down_at), col(Media.taken_down_reason), col(Media.was_public))
    state = state.where(col(Media.id) == media_id, col(Media.taken_down_at).is_not(None))
    row = tx.execute(state).first()
    if row is not None and row.was_public:
        text = f"It was taken down. {row.taken_down_reason}"
        raise _gone_error("removed", row.taken_down_at, text)
    if row is not None:
        raise _file_not_found()


def _gone_error(reason: str, at: datetime, text: str = "Nothing shows it any more.") -> Gone:
    return Gone("gone", text, reason=reason, at=rfc3339(at))


def _file_not_found() -> NotFound:
    return NotFound("media_not_found", "There is no such file.")
