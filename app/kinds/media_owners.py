"""Things other than articles that show media: logos of sponsors and of the site, portraits of
members and authors.

They are few, so no table records the use; each is asked for a medium. They show a medium as it is
now, while articles show it as it was when they were published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kit.addresses import media_folder, media_of
from app.models.author import Author
from app.models.committee import CommitteeMember
from app.models.site import Site
from app.models.sponsor import Sponsor
from app.visibility import visible, visible_author, was_visible

OwnerKind = Literal["sponsor", "committee_member", "author", "site"]


@dataclass(frozen=True, slots=True)
class MediaOwner:
    """A kind of things that show media."""

    kind: OwnerKind
    table: Any
    name: Any
    """What editors know a row by: an expression of SQL."""

    ids: Any
    """The column that holds a medium's id."""

    addresses: Any = None
    """The column that may hold the address of a medium's file, if there is one."""

    is_dated: bool = True
    """Whether a row has an interval in which it is public."""

    def shows(self, media_id: UUID) -> sa.ColumnElement[bool]:
        """Whether a row shows a medium."""
        has_id: sa.ColumnElement[bool] = self.ids == media_id
        if self.addresses is None:
            return has_id
        return sa.or_(has_id, self.addresses.contains(media_folder(media_id), autoescape=True))

    def is_public(self, at: datetime) -> sa.ColumnElement[bool]:
        """Whether readers see a row."""
        if self.is_dated:
            return visible(self.table, at)
        return visible_author(at) if self.table is Author else sa.true()

    def was_public(self, at: datetime) -> sa.ColumnElement[bool]:
        """Whether readers see a row or saw it before. An author who is hidden again leaves no
        trace, so such a one counts as never seen."""
        return was_visible(self.table, at) if self.is_dated else self.is_public(at)

    def exists(self) -> sa.ColumnElement[bool]:
        """Whether editors have the row still."""
        return col(self.table.removed_at).is_(None) if self.is_dated else sa.true()


SPONSORS: Final = MediaOwner(
    "sponsor", Sponsor, col(Sponsor.name), col(Sponsor.image), addresses=col(Sponsor.logo)
)
MEDIA_OWNERS: Final = (
    SPONSORS,
    MediaOwner(
        "committee_member",
        CommitteeMember,
        col(CommitteeMember.name),
        col(CommitteeMember.portrait),
    ),
    MediaOwner("author", Author, col(Author.name), col(Author.portrait), is_dated=False),
    MediaOwner("site", Site, sa.literal("the site's logo"), col(Site.logo_id), is_dated=False),
)


def owners_by_medium(tx: ReadTx) -> dict[UUID, list[tuple[OwnerKind, UUID, str]]]:
    """The kind, id and name of whatever shows a medium, whether or not it is public, by medium."""
    owners: dict[UUID, list[tuple[OwnerKind, UUID, str]]] = {}
    for owner in MEDIA_OWNERS:
        key = col(owner.table.id)
        addresses = sa.null() if owner.addresses is None else owner.addresses
        columns = (key, owner.name, owner.ids, addresses)
        statement = sa.select(*columns).where(owner.exists()).order_by(key)
        for row in tx.execute(statement):
            for media_id in dict.fromkeys(_media_ids(row[2:])):
                owners.setdefault(media_id, []).append((owner.kind, row[0], row[1]))
    return owners


def _media_ids(values: Any) -> Iterator[UUID]:
    for value in values:
        if isinstance(value, UUID):
            yield value
        elif isinstance(value, str) and (medium := media_of(value)) is not None:
            yield medium[0]
