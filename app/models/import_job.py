"""Imports that an administrator makes in the desk: what is asked for, progress and reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class ImportJob(SQLModel, table=True):
    """An import from its upload to its end. A worker runs it; the batches that it makes name it."""

    __tablename__ = "import_job"
    __table_args__ = (
        sa.CheckConstraint("source IN ('wordpress', 'ghost', 'folder', 'jsonl')", name="source"),
        sa.CheckConstraint(
            "state IN ('open', 'checking', 'checked', 'importing', 'stopped', 'imported',"
            " 'undoing', 'undone', 'failed')",
            name="state",
        ),
    )

    id: UUID = Field(primary_key=True)
    source: str
    state: str
    options: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    stop_wanted: bool = False
    phase: str | None = None  # of the run: reading, checking, importing, undoing
    done: int = Field(default=0, sa_type=sa.BigInteger)  # of `total`: bytes, or articles to undo
    total: int = Field(default=0, sa_type=sa.BigInteger)
    phase_began_at: datetime | None = None
    attempts: int = 0  # of the present run; a process may be killed
    check_report: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    import_report: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    undo_report: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    failure_code: str | None = None
    failure_message: str | None = None
    created_by: str
    created_by_id: UUID | None = None
    created_at: datetime
    updated_at: datetime


class ImportPart(SQLModel, table=True):
    """A part of an uploaded file. Its bytes lie in the storage of media under a name that nobody
    can guess, where every worker reaches them; the row is deleted when the import has ended."""

    __tablename__ = "import_part"
    __table_args__ = (sa.CheckConstraint("role IN ('export', 'media')", name="role"),)

    job_id: UUID = Field(primary_key=True, foreign_key="import_job.id", ondelete="CASCADE")
    role: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    start: int = Field(primary_key=True, sa_type=sa.BigInteger)  # its place in the file
    size: int
    file_size: int | None = Field(
        default=None, sa_type=sa.BigInteger
    )  # of the whole, if it was said
    object_name: str = Field(unique=True)
