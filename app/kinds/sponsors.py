"""Sponsors who are valid today, in their order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kinds.dated_kind import DatedKind, days_between
from app.kinds.pictures import Pictures, load_pictures
from app.kinds.searchable import Searchable, version_of
from app.kit.addresses import media_of
from app.kit.languages import localise, pick_text
from app.models.sponsor import Sponsor as SponsorRow
from app.public.sponsors import Sponsor
from app.visibility import visible


def list_sponsors(
    tx: ReadTx,
    now: datetime,
    languages: Sequence[str],
    kind: str | None = None,
    ids: Sequence[UUID] | None = None,
) -> list[Sponsor]:
    """Sponsors of one kind, or of all; names and statements in the first of some languages where
    they have one for it."""
    query = sa.select(SponsorRow.__table__).where(visible(SponsorRow, now))  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    if kind is not None:
        query = query.where(col(SponsorRow.kind) == kind)
    if ids is not None:
        query = query.where(col(SponsorRow.id).in_(ids))
    rows = tx.execute(query.order_by(col(SponsorRow.position), col(SponsorRow.id))).all()
    logos = load_pictures(tx, map(_logo_medium, rows), languages)
    return [_to_sponsor(row, logos, languages) for row in rows]


def _logo_medium(row: Any) -> UUID | None:
    """The medium that is the logo: the one named, or the one whose address the logo has."""
    medium = media_of(row.logo or "")
    key: UUID | None = row.image or (medium[0] if medium else None)
    return key


def _to_sponsor(row: Any, logos: Pictures, languages: Sequence[str]) -> Sponsor:
    image = logos.image_of(_logo_medium(row), row.name)
    first = languages[0]
    return Sponsor(
        id=row.id,
        name=pick_text(row.names, first) or row.name,
        kind=row.kind,
        url=row.url,
        logo=row.logo or (image.url if image is not None else None),
        image=image,
        statement=pick_text(row.statements, first)
        or row.statement
        or localise(row.statements, languages),
    )


_LABELS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "founding": (("Founding sponsor", "en"), ("Patrocinador fundador", "es")),
    "sponsor": (("Sponsor", "en"), ("Patrocinador", "es")),
    "patron": (("Patron", "en"), ("Patrono", "es")),
    "funder": (("Funder", "en"), ("Financiador", "es")),
    "partner": (("Partner", "en"), ("Organización aliada", "es")),
}
"""Words that find sponsors, although their own texts lack them."""


def _to_searchables(_tx: ReadTx, rows: Sequence[Any]) -> Iterator[Searchable]:
    for row in rows:
        yield Searchable(
            kind="sponsor",
            id=row.id,
            version=version_of(row.updated_at),
            lang=None,
            title=row.name,
            summary=row.statement or "",
            body=" ".join(row.statements.values()),
            labels=(
                *((name, lang) for lang, name in row.names.items()),
                *_LABELS.get(row.kind, ()),
            ),
        )


SPONSORS: Final = DatedKind(
    name="sponsor",
    plural="sponsors",
    table=SponsorRow,
    fields=(
        *("name", "names", "kind", "url", "logo", "image", "statement", "statements"),
        *("valid_from", "valid_to", "position"),
    ),
    order=("position", "id"),
    texts=("name", "names", "statement", "statements"),
    identity=lambda fields: {"name": fields["name"]},
    interval=days_between("valid_from", "valid_to"),
    list_items=lambda tx, now, languages, ids: list_sponsors(tx, now, languages, ids=ids),
    to_searchables=_to_searchables,
)
