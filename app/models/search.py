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
