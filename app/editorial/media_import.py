"""Media as the interchange format knows them: by name, with the former addresses of their files."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import media_use
from app.editorial.media import FocalPointInput, MediaInput
from app.editorial.profiles import append_showing
from app.errors import Conflict
from app.kit.addresses import MAIN_WIDTH
from app.models.alias import Alias
from app.models.media import Media, MediaName, MediaPath, Rendition

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class NamedMedium:
    """A medium that a record may mean. `name` is None when its name is not known here, so that the
    medium was found by its id."""

    media: Media
    name: MediaName | None


@dataclass(frozen=True, slots=True)
class ReferencedMedium:
    """A medium to which a record refers, with the file that stands for it."""

    id: UUID
    main: str


@dataclass(frozen=True, slots=True)
class MediumState:
    """A medium with all that another store needs to have it."""

    media: Media
    files: Sequence[Rendition]
    names: Sequence[MediaName]
    paths: Sequence[str]


def find(tx: ReadTx, name: str, media_id: UUID | None) -> NamedMedium | None:
    """The medium with the name, else the one with the id."""
    named = sa.select(MediaName.__table__).where(col(MediaName.name) == name)  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    row = tx.execute(named).mappings().first()
    key = row["media_id"] if row is not None else media_id
    media = media_use.by_ids(tx, [key] if key is not None else [])
    if key not in media:
        return None
    return NamedMedium(media[key], MediaName(**row) if row is not None else None)


def find_referenced(tx: ReadTx, references: Collection[str]) -> dict[str, ReferencedMedium]:
    """The media with these names or ids, by name or id; unknown ones are left out."""
    named = sa.select(col(MediaName.name), col(MediaName.media_id))
    rows = tx.execute(named.where(col(MediaName.name).in_(references))).all()
    keys: dict[str, UUID] = {row.name: row.media_id for row in rows}
    keys |= {text: UUID(text) for text in set(references) - keys.keys() if _is_id(text)}
    files = sa.select(col(Rendition.media_id), col(Rendition.name), col(Rendition.width))
    files = files.where(
        col(Rendition.media_id).in_(set(keys.values())),
        col(Rendition.media_type) != "image/webp",
        sa.or_(col(Rendition.width).is_(None), col(Rendition.width) <= MAIN_WIDTH),
    )
    mains: dict[UUID, str] = {}
    for key, name, _ in tx.execute(files.order_by(col(Rendition.width))):
        mains[key] = name
    return {name: ReferencedMedium(key, mains[key]) for name, key in keys.items() if key in mains}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def bind_name(
    tx: PublishTx,
    row: Media,
    name: str,
    *,
    is_own: bool,
    import_digest: str | None = None,
    is_edited: bool = False,
) -> None:
    """Make a new name lead to a medium, or record what its record says now."""
    stored = tx.session.get(MediaName, name)
    if stored is None:
        stored = MediaName(name=name, media_id=row.id, is_own=is_own)
        tx.session.add(stored)
    stored.import_digest = import_digest
    stored.import_revision = None if is_edited else row.revision


def bind_other_names(tx: PublishTx, row: Media, names: Sequence[str]) -> None:
    """Make more names lead to a medium. `Conflict` when one is another medium's."""
    tx.session.flush()
    for name in names:
        stored = tx.session.get(MediaName, name)
        if stored is not None and stored.media_id != row.id:
            raise Conflict("media_name_taken", f"The name {name!r} is another medium's here.")
        if stored is None:
            tx.session.add(MediaName(name=name, media_id=row.id, is_own=False))


def add_paths(tx: PublishTx, row: Media, paths: Sequence[str]) -> bool:
    """Make former addresses lead to a medium; False when all did so already. `Conflict` when one
    leads elsewhere."""
    is_changed = False
    for path in paths:
        stored = tx.session.get(MediaPath, path)
        if (stored is not None and stored.media_id != row.id) or (
            tx.session.get(Alias, path) is not None
        ):
            raise Conflict("path_taken", f"{path} leads elsewhere already; it was left alone.")
        if stored is None:
            tx.session.add(MediaPath(path=path, media_id=row.id))
            is_changed = True
    if is_changed:
        append_showing(tx, row.id)
    return is_changed


def description_of(row: Media) -> MediaInput:
    """The editors' description of a stored medium."""
    focus = None
    if row.focal_x is not None and row.focal_y is not None:
        focus = FocalPointInput(x=row.focal_x, y=row.focal_y)
    return MediaInput(alt=row.alt, caption=row.caption, credit=row.credit, focal_point=focus)


def count(tx: ReadTx) -> int:
    """The number of media that `list_states` returns."""
    statement = sa.select(sa.func.count()).where(col(Media.taken_down_at).is_(None))
    return int(tx.execute(statement).scalar_one())


def list_states(tx: ReadTx) -> Iterator[MediumState]:
    """All media but those that were taken down, in the order of their ids."""
    last: UUID | None = None
    while True:
        statement = sa.select(Media.__table__).where(col(Media.taken_down_at).is_(None))  # type: ignore[attr-defined]  # as above
        if last is not None:
            statement = statement.where(col(Media.id) > last)
        rows = tx.execute(statement.order_by(col(Media.id)).limit(_AT_ONCE)).mappings().all()
        if not rows:
            return
        yield from states(tx, [Media(**row) for row in rows])
        last = rows[-1]["id"]


def states(tx: ReadTx, media: Sequence[Media]) -> list[MediumState]:
    """The states of some media, in their order."""
    ids = [row.id for row in media]

    def rows_of(
        table: type[Rendition] | type[MediaName] | type[MediaPath],
    ) -> list[dict[str, Any]]:
        statement = sa.select(table.__table__).where(col(table.media_id).in_(ids))  # type: ignore[union-attr]  # as above
        return [dict(row) for row in tx.execute(statement).mappings()]

    files = [Rendition(**row) for row in rows_of(Rendition)]
    names = [MediaName(**row) for row in rows_of(MediaName)]
    paths = [MediaPath(**row) for row in rows_of(MediaPath)]
    return [
        MediumState(
            row,
            sorted(
                (f for f in files if f.media_id == row.id), key=lambda f: (f.width or 0, f.name)
            ),
            sorted((n for n in names if n.media_id == row.id), key=lambda n: n.name),
            sorted(p.path for p in paths if p.media_id == row.id),
        )
        for row in media
    ]
