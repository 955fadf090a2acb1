"""Committee members in office today, in their order."""

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
from app.kit.languages import UNDETERMINED, localise
from app.models.committee import CommitteeMember as MemberRow
from app.public.committee import CommitteeMember
from app.public.links import ExternalLink
from app.visibility import visible

_GROUPS: Final = {"officers": 0, "committee": 1, "staff": 2}


def list_members(
    tx: ReadTx,
    now: datetime,
    languages: Sequence[str],
    group: str | None = None,
    ids: Sequence[UUID] | None = None,
) -> list[CommitteeMember]:
    """Officers, committee, staff; roles and biographies in the first language that has one."""
    rank = sa.case(_GROUPS, value=col(MemberRow.group), else_=3)
    query = sa.select(MemberRow.__table__).where(visible(MemberRow, now))  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    if group is not None:
        query = query.where(col(MemberRow.group) == group)
    if ids is not None:
        query = query.where(col(MemberRow.id).in_(ids))
    rows = tx.execute(query.order_by(rank, col(MemberRow.position), col(MemberRow.id))).all()
    portraits = load_pictures(tx, (row.portrait for row in rows), languages)
    return [_to_member(row, portraits, languages) for row in rows]


def _to_member(row: Any, portraits: Pictures, languages: Sequence[str]) -> CommitteeMember:
    return CommitteeMember(
        id=row.id,
        slug=row.slug,
        name=row.name,
        role=localise(row.role, (*languages[:1], UNDETERMINED, *languages)) or "",
        group=row.group,
        affiliation=row.affiliation,
        biography=next((row.biography[lang] for lang in languages if lang in row.biography), None),
        portrait=portraits.image_of(row.portrait, row.name),
        links=[ExternalLink(**link) for link in row.links],
        term_from=row.term_from,
        term_to=row.term_to,
    )


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
            summary=", ".join(filter(None, (*dict.fromkeys(row.role.values()), row.affiliation))),
            body=" ".join(row.biography.values()),
            labels=_LABELS.get(row.group, ()),
        )


COMMITTEE: Final = DatedKind(
    name="committee_member",
    plural="committee members",
    table=MemberRow,
    fields=(
        *("slug", "name", "role", "group", "affiliation", "biography", "portrait", "links"),
        *("term_from", "term_to", "position"),
    ),
    order=("position", "id"),
    texts=("name", "role", "affiliation", "biography", "links"),
    identity=lambda fields: {"name": fields["name"]},
    interval=days_between("term_from", "term_to"),
    list_items=lambda tx, now, languages, ids: list_members(tx, now, languages, ids=ids),
    to_searchables=_to_searchables,
)
