"""Who writes to which search index."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class SearchLease(SQLModel, table=True):
    """The one writer of an index that cannot fence its writers by itself."""

    __tablename__ = "search_lease"

    name: str = Field(primary_key=True)
    holder: str  # a random name of the process that has it, or had it last
    epoch: int = Field(sa_type=sa.BigInteger)  # grows whenever it changes hands
    expires_at: datetime
    wanted_until: datetime | None = None  # another process asks for it


class SearchCheck(SQLModel, table=True):
    """What was found when an index was last held against the store."""

    __tablename__ = "search_check"

    name: str = Field(primary_key=True)  # of the index: on the server, or in a folder
    checked_at: datetime | None = None
    checked_by: str = ""  # a random name of the process that did
    documents: int = Field(default=0, sa_type=sa.BigInteger)
    differing: int = Field(default=0, sa_type=sa.BigInteger)
    mended: int = Field(default=0, sa_type=sa.BigInteger)  # of all checks together
    building_at: datetime | None = None  # when a build of it was last seen to go on
