"""Sponsors and committee members who are valid today, in their order."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.models.committee import CommitteeMember as MemberRow
from app.models.sponsor import Sponsor as SponsorRow
from app.public.committee import CommitteeMember
from app.public.sponsors import Sponsor
from app.visibility import visible


def sponsors(tx: ReadTx, kind: str | None, now: datetime) -> list[Sponsor]:
    """Sponsors of one kind, or of all."""
    names = ("id", "name", "kind", "url", "logo", "statement")
    columns = [col(getattr(SponsorRow, name)) for name in names]
    found = sa.select(*columns).where(visible(SponsorRow, now))
    if kind is not None:
        found = found.where(col(SponsorRow.kind) == kind)
    found = found.order_by(col(SponsorRow.position), col(SponsorRow.id))
    return [Sponsor.model_validate(dict(row)) for row in tx.execute(found).mappings()]


_GROUPS = {"officers": 0, "committee": 1, "staff": 2}


def committee(
    tx: ReadTx, group: str | None, languages: Sequence[str], now: datetime
) -> list[CommitteeMember]:
    """Officers, committee, staff; biographies in the first language that has one."""
    names = ("id", "name", "role", "group", "affiliation", "biography", "term_from", "term_to")
    columns = [col(getattr(MemberRow, name)) for name in names]
    rank = sa.case(_GROUPS, value=col(MemberRow.group), else_=3)
    found = sa.select(*columns).where(visible(MemberRow, now))
    if group is not None:
        found = found.where(col(MemberRow.group) == group)
    found = found.order_by(rank, col(MemberRow.position), col(MemberRow.id))
    members = []
    for row in tx.execute(found).mappings():
        texts: dict[str, str] = row["biography"]
        spoken = next((texts[lang] for lang in languages if lang in texts), None)
        members.append(CommitteeMember.model_validate({**row, "biography": spoken}))
    return members
