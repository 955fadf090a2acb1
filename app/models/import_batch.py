"""Imports, by which what one of them made can be taken back."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class ImportBatch(SQLModel, table=True):
    """One run of an import that changed something. Articles, tags, authors and media name the batch
    that made them."""

    __tablename__ = "import_batch"

    id: UUID = Field(primary_key=True)
    source: str
    began_at: datetime
    ended_at: datetime | None = Field(default=None, index=True)  # none while it runs, or was killed
    undone_at: datetime | None = None
    alive_until: datetime | None = None  # renewed while it runs; later than that, it was killed
    is_quiet: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    job_id: UUID | None = None  # of the desk's import that it is part of
