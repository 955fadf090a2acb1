"""Committee members in office today, in their order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kinds.dated_kind import DatedKind, days_between
from app.kinds.searchable import Searchable, version_of
from app.models.committee import CommitteeMember as MemberRow
from app.public.committee import CommitteeMember
from app.visibility import visible

_GROUPS: Final = {"officers": 0, "committee": 1, "staff": 2}


def list_members(
    tx: ReadTx,
    now: datetime,
    languages: Sequence[str],
    group: str | None = None,
    ids: Sequence[UUID] | None = None,
) -> list[CommitteeMember]:
    """Officers, committee, staff; biographies in the first language that has one."""
    columns = [col(getattr(MemberRow, name)) for name in CommitteeMember.model_fields]
    rank = sa.case(_GROUPS, value=col(MemberRow.group), else_=3)
    query = sa.select(*columns).where(visible(MemberRow, now))
    if group is not None:
        query = query.where(col(MemberRow.group) == group)
    if ids is not None:
        query = query.where(col(MemberRow.id).in_(ids))
    query = query.order_by(rank, col(MemberRow.position), col(MemberRow.id))
    members = []
    for row in tx.execute(query).mappings():
        texts: dict[str, str] = row["biography"]
        biography = next((texts[lang] for lang in languages if lang in texts), None)
        members.append(CommitteeMember.model_validate({**row, "biography": biography}))
    return members


_LABELS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "officers": (("Committee", "en"), ("Comité", "es")),
    "committee": (("Committee", "en"), ("Comité", "es")),
    "staff": (("Staff", "en"), ("Personal", "es")),
}
"""Words that find members, although their own texts lack them."""


def _to_searchables(_tx: ReadTx, rows: Sequence[Any]) -> Iterator[Searchable]:
    for row in rows:
        yield Searchable(
            kind="committee_member",
            id=row.id,
            version=version_of(row.updated_at),
            lang=None,
            title=row.name,
            summary=", ".join(part for part in (row.role, row.affiliation) if part),
            body=" ".join(row.biography.values()),
            labels=_LABELS.get(row.group, ()),
        )


COMMITTEE: Final = DatedKind(
    name="committee_member",
    plural="committee members",
    table=MemberRow,
    fields=(
        *("name", "role", "group", "affiliation", "biography", "term_from", "term_to"),
        "position",
    ),
    order=("position", "id"),
    texts=("name", "affiliation", "biography"),
    identity=lambda fields: {"name": fields["name"]},
    interval=days_between("term_from", "term_to"),
    list_items=lambda tx, now, languages, ids: list_members(tx, now, languages, ids=ids),
    to_searchables=_to_searchables,
)
