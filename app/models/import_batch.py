"""Imports, by which what one of them made can be taken back."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class ImportBatch(SQLModel, table=True):
    """One run of an import that changed something. Articles, tags and authors name the batch that
    made them."""

    __tablename__ = "import_batch"

    id: UUID = Field(primary_key=True)
    source: str
    began_at: datetime
    ended_at: datetime | None = None  # none while it runs, and when it was killed
    undone_at: datetime | None = None
