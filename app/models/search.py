"""The writers of the search indexes, and the results of their checks."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class SearchLease(SQLModel, table=True):
    """The one writer of an index that cannot exclude other writers by itself."""

    __tablename__ = "search_lease"

    name: str = Field(primary_key=True)
    holder: str  # a random name of the present or last holder's process
    epoch: int = Field(sa_type=sa.BigInteger)  # grows with every change of holder
    expires_at: datetime
    wanted_until: datetime | None = None  # another process asks for it


class SearchCheck(SQLModel, table=True):
    """The result of the last comparison of an index with the store."""

    __tablename__ = "search_check"

    name: str = Field(primary_key=True)  # of the index: on the server, or in a folder
    checked_at: datetime | None = None
    checked_by: str = ""  # a random name of the process that did
    documents: int = Field(default=0, sa_type=sa.BigInteger)
    differing: int = Field(default=0, sa_type=sa.BigInteger)
    mended: int = Field(default=0, sa_type=sa.BigInteger)  # of all checks together
    building_at: datetime | None = None  # the last sign of a running build
