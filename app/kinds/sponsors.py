"""Sponsors who are valid today, in their order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kinds.dated_kind import DatedKind, days_between
from app.kinds.searchable import Searchable, version_of
from app.models.sponsor import Sponsor as SponsorRow
from app.public.sponsors import Sponsor
from app.visibility import visible


def list_sponsors(
    tx: ReadTx, now: datetime, kind: str | None = None, ids: Sequence[UUID] | None = None
) -> list[Sponsor]:
    """Sponsors of one kind, or of all."""
    columns = [col(getattr(SponsorRow, name)) for name in Sponsor.model_fields]
    query = sa.select(*columns).where(visible(SponsorRow, now))
    if kind is not None:
        query = query.where(col(SponsorRow.kind) == kind)
    if ids is not None:
        query = query.where(col(SponsorRow.id).in_(ids))
    query = query.order_by(col(SponsorRow.position), col(SponsorRow.id))
    return [Sponsor.model_validate(dict(row)) for row in tx.execute(query).mappings()]


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
            body="",
            labels=_LABELS.get(row.kind, ()),
        )


SPONSORS: Final = DatedKind(
    name="sponsor",
    plural="sponsors",
    table=SponsorRow,
    fields=(*("name", "kind", "url", "logo", "statement", "valid_from", "valid_to", "position"),),
    order=("position", "id"),
    texts=("name", "statement"),
    identity=lambda fields: {"name": fields["name"]},
    interval=days_between("valid_from", "valid_to"),
    list_items=lambda tx, now, _languages, ids: list_sponsors(tx, now, ids=ids),
    to_searchables=_to_searchables,
)
