"""The change log: "look again at this id", without gaps and in the order of commits."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class ChangeHead(SQLModel, table=True):
    """The one row that every publishing transaction locks first."""

    __tablename__ = "change_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    sequence: int = Field(sa_type=sa.BigInteger)
    effective_until: datetime  # w, the log's clock: never goes back
    next_boundary: datetime  # the least start or end of any interval after w
    epoch: str  # this run of the log; a store restored from a copy gets another


class Change(SQLModel, table=True):
    """An entry; it never carries content."""

    __tablename__ = "change"
    __table_args__ = (sa.Index("change_subject", "subject_id", "sequence"),)

    sequence: int = Field(sa_type=sa.BigInteger, primary_key=True)
    at: datetime
    # article, tag, sponsor, committee_member, event, author, site, newsletter, alias, import
    kind: str
    subject_id: UUID
    cause: str
    # An import changed it: webhooks and caches are told once, when it is complete.
    is_quiet: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
