"""Partners with keys: their rights and limits; changed, suspended and ended.

Public content needs no key. A partner's row holds its rate and quota, the hours by which it may see
scheduled articles early, and the terms.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
)
from sqlmodel import col

from app import audit
from app.accounts.inputs import Email, Name
from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.errors import Conflict, NotFound
from app.inputs import Input, PatchInput, make_optional
from app.kit.ids import uuid7
from app.kit.text import check_legal, check_visible
from app.models.partner import Partner, PartnerKey, PartnerUsage
from app.revisions import refuse_stale

MOST: Final = 1_000
"""The most partners of one service."""

LONGEST_EMBARGO: Final = 24 * 30
"""The longest embargo in hours."""

Terms = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20_000),
    AfterValidator(check_legal),
    AfterValidator(check_visible),
]
Rate = Annotated[int, Field(ge=1, le=100_000)]
Quota = Annotated[int, Field(ge=1, le=1_000_000_000)]
EmbargoHours = Annotated[int, Field(ge=0, le=LONGEST_EMBARGO)]


class PartnerInput(Input):
    """A new partner. `terms` are Markdown; without `quota_per_day` there is none; `embargo_hours`
    is how far ahead it sees what is scheduled, 0: not at all."""

    name: Name
    contact_email: Email | None = None
    terms: Terms | None = None
    rate_per_minute: Rate = 600
    quota_per_day: Quota | None = None
    embargo_hours: EmbargoHours = 0


@make_optional
class PartnerChange(PatchInput):
    """What is to be changed; null takes away what may be absent."""

    name: Name
    contact_email: Email | None
    terms: Terms | None
    rate_per_minute: Rate
    quota_per_day: Quota | None
    embargo_hours: EmbargoHours


@dataclass(frozen=True, slots=True)
class PartnerInfo:
    """A partner as admins see it."""

    id: UUID
    name: str
    contact_email: str | None
    terms: str | None
    terms_updated_at: datetime | None
    rate_per_minute: int
    quota_per_day: int | None
    embargo_hours: int
    suspended_at: datetime | None
    revision: int
    created_at: datetime
    updated_at: datetime


def list_partners(tx: ReadTx) -> list[PartnerInfo]:
    """Every partner, by name."""
    rows = tx.execute(_ASKED.order_by(col(Partner.name), col(Partner.id)))
    return [PartnerInfo(**row._mapping) for row in rows]


def get_partner(tx: ReadTx, partner: UUID) -> PartnerInfo:
    """A partner; `NotFound`."""
    row = tx.execute(_ASKED.where(col(Partner.id) == partner)).one_or_none()
    if row is None:
        raise _partner_not_found()
    return PartnerInfo(**row._mapping)


def create(tx: WriteTx, by: Principal, body: PartnerInput, now: datetime) -> PartnerInfo:
    """A new partner without keys. `Conflict` when there are too many."""
    number = tx.execute(sa.select(sa.func.count()).select_from(Partner)).scalar_one()
    if number >= MOST:
        raise Conflict("too_many_partners", f"There are {MOST} partners already; end one.")
    row = Partner(
        id=uuid7(now),
        **body.model_dump(),
        terms_updated_at=now if body.terms is not None else None,
        revision=1,
        created_by=by.name,
        created_by_id=by.account_id,
        created_at=now,
        updated_at=now,
    )
    tx.session.add(row)
    audit.record(tx, by.by, now, "partner.created", "partner", row.id, after=_audit_state(row))
    return get_partner(tx, row.id)


def change(
    tx: WriteTx, by: Principal, partner: UUID, change: PartnerChange, now: datetime, revision: int
) -> PartnerInfo:
    """Change terms, limits or rights; every key follows within seconds. `Stale` when somebody
    changed the partner meanwhile."""
    row = lock_partner(tx, partner, revision)
    before = _audit_state(row)
    fields = {name: getattr(row, name) for name in PartnerInput.model_fields}
    after = change.apply_to(fields)
    if after == fields:
        return get_partner(tx, partner)
    if after["terms"] != row.terms:
        row.terms_updated_at = now if after["terms"] is not None else None
    for name, value in after.items():
        setattr(row, name, value)
    return _record_change(tx, by, row, now, "partner.changed", before)


def suspend(tx: WriteTx, by: Principal, partner: UUID, now: datetime, revision: int) -> PartnerInfo:
    """Refuse all its keys until it is resumed."""
    row = lock_partner(tx, partner, revision)
    if row.suspended_at is not None:
        return get_partner(tx, partner)
    before, row.suspended_at = _audit_state(row), now
    return _record_change(tx, by, row, now, "partner.suspended", before)


def resume(tx: WriteTx, by: Principal, partner: UUID, now: datetime, revision: int) -> PartnerInfo:
    """Take its keys again."""
    row = lock_partner(tx, partner, revision)
    if row.suspended_at is None:
        return get_partner(tx, partner)
    before, row.suspended_at = _audit_state(row), None
    return _record_change(tx, by, row, now, "partner.resumed", before)


def delete(tx: WriteTx, by: Principal, partner: UUID, now: datetime, revision: int) -> None:
    """Delete the partner, its keys and its usage."""
    row = lock_partner(tx, partner, revision)
    for table in (PartnerKey, PartnerUsage):
        tx.execute(sa.delete(table).where(col(table.partner_id) == partner))
    audit.record(tx, by.by, now, "partner.deleted", "partner", partner, before=_audit_state(row))
    tx.session.delete(row)
    tx.session.flush()


def lock_partner(tx: WriteTx, partner: UUID, revision: int | None = None) -> Partner:
    """The partner, locked until the transaction ends; `NotFound`, `Stale`."""
    row = tx.get_locked(Partner, partner)
    if row is None:
        raise _partner_not_found()
    refuse_stale(tx, "partner", row, revision)
    return row


_ASKED: Final = sa.select(*(getattr(Partner, name) for name in PartnerInfo.__dataclass_fields__))


def _record_change(
    tx: WriteTx,
    by: Principal,
    row: Partner,
    now: datetime,
    action: str,
    before: dict[str, object],
) -> PartnerInfo:
    row.revision += 1
    row.updated_at = now
    tx.session.add(row)
    tx.session.flush()
    audit.record(tx, by.by, now, action, "partner", row.id, before=before, after=_audit_state(row))
    return get_partner(tx, row.id)


def _audit_state(row: Partner) -> dict[str, object]:
    """The state for the audit, without the text of the terms and the contact."""
    rights = {
        "rate_per_minute": row.rate_per_minute,
        "quota_per_day": row.quota_per_day,
        "embargo_hours": row.embargo_hours,
    }
    return {"name": row.name, "rights": rights, "active": row.suspended_at is None}


def _partner_not_found() -> NotFound:
    return NotFound("partner_not_found", "There is no such partner.")
