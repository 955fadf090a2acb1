"""Imports that an administrator makes in the desk, from the first file to the end or the undoing.

Requests change what is asked for; `import_runs` is what a worker does of it. Nothing here reads a
file: an import's bytes lie in the storage, and only their names are here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.audit import By
from app.database import ReadTx, WriteTx
from app.editorial import import_batches
from app.editorial.content import Actor
from app.errors import Conflict, NotFound, TooLarge
from app.kit.ids import uuid7
from app.models.import_batch import ImportBatch
from app.models.import_job import ImportJob, ImportPart

ImportSource = Literal["wordpress", "ghost", "folder", "jsonl"]
JobState = Literal[
    "open",
    "checking",
    "checked",
    "importing",
    "stopped",
    "imported",
    "undoing",
    "undone",
    "failed",
]
Phase = Literal["reading", "checking", "importing", "undoing"]
FileRole = Literal["export", "media"]
ContentType = Literal["article", "page"]
"""What a type of content that plugins made becomes here."""

RUNNING: Final[frozenset[JobState]] = frozenset(("checking", "importing", "undoing"))
_ENDED: Final[frozenset[JobState]] = frozenset(("imported", "undone"))
_OF_ONE_FILE: Final[frozenset[ImportSource]] = frozenset(("ghost", "folder"))
_FILES_AT_MOST: Final = 100
_JOBS_AT_MOST: Final = 100

_JOB: Final = ImportJob.__table__  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
_PART: Final = ImportPart.__table__  # type: ignore[attr-defined]  # as above
PART_FIELDS: Final = ("role", "name", "start", "size", "file_size", "object_name")
_REPORTS: Final = ("check_report", "import_report", "undo_report")


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file as far as it has arrived; `file_size` is what its sender said of the whole. Bytes."""

    role: FileRole
    name: str
    size: int
    file_size: int | None


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """An import without its reports. `done` of `total` tells how far its `phase` is."""

    id: UUID
    source: ImportSource
    state: JobState
    options: dict[str, Any]
    stop_wanted: bool
    phase: Phase | None
    done: int
    total: int
    phase_began_at: datetime | None
    failure_code: str | None
    failure_message: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    files: Sequence[ImportFile]
    can_undo: bool


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of a file, whose bytes lie in the storage."""

    role: FileRole
    name: str
    start: int
    size: int
    file_size: int | None
    object_name: str


def create(tx: WriteTx, actor: Actor, source: ImportSource, now: datetime) -> UUID:
    """Open an import that has no files yet; return its id."""
    row = ImportJob(
        id=uuid7(now),
        source=source,
        state="open",
        options={},
        created_by=actor.name,
        created_by_id=actor.account_id,
        created_at=now,
        updated_at=now,
    )
    tx.session.add(row)
    return row.id


def list_jobs(tx: ReadTx) -> list[ImportInfo]:
    """The newest imports first, a hundred at most."""
    return _read_jobs(tx, sa.true())


def get_job(tx: ReadTx, job_id: UUID) -> ImportInfo:
    """One import; `NotFound`."""
    jobs = _read_jobs(tx, _JOB.c.id == job_id)
    if not jobs:
        raise _not_found()
    return jobs[0]


def read_reports(tx: ReadTx, job_id: UUID) -> Mapping[str, dict[str, Any] | None]:
    """The reports of an import by the names of their columns; `NotFound`."""
    statement = sa.select(*(_JOB.c[name] for name in _REPORTS)).where(_JOB.c.id == job_id)
    row = tx.execute(statement).mappings().one_or_none()
    if row is None:
        raise _not_found()
    return {name: row[name] for name in _REPORTS}


def add_part(tx: WriteTx, job_id: UUID, part: FilePart, most: int, now: datetime) -> None:
    """Add a part to the end of a file, replace the last one, or begin the file anew at 0.

    `Conflict` (`wrong_start`, `import_busy`, `import_ended`), `TooLarge` when the import would hold
    more than `most` bytes.
    """
    job = _lock(tx, job_id, _open_states(), "stop it first, then send files")
    files = _list_files(tx, [job_id])[job_id]
    other_files = [file for file in files if (file.role, file.name) != (part.role, part.name)]
    _refuse_too_many(part, other_files)
    own = (_PART.c.job_id == job_id, _PART.c.role == part.role, _PART.c.name == part.name)
    tx.execute(sa.delete(_PART).where(*own, _PART.c.start >= part.start))
    size = tx.execute(sa.select(sa.func.sum(_PART.c.size)).where(*own)).scalar() or 0
    if size != part.start:
        message = f"{part.name} has {size} bytes so far; send the part that begins there."
        raise Conflict("wrong_start", message)
    if sum(file.size for file in other_files) + size + part.size > most:
        raise TooLarge(
            "import_too_large",
            f"The files of an import have at most {most} bytes (WILLAY_IMPORT_MAX_BYTES); raise "
            "the setting, or import at the command line.",
        )
    values = {name: getattr(part, name) for name in PART_FIELDS}
    tx.execute(sa.insert(_PART).values(job_id=job_id, **values))
    _reopen(job, now)


def remove_file(tx: WriteTx, job_id: UUID, role: FileRole, name: str, now: datetime) -> None:
    """Forget a file that was sent by mistake; `NotFound`, `Conflict`."""
    job = _lock(tx, job_id, _open_states(), "stop it first, then remove files")
    own = (_PART.c.job_id == job_id, _PART.c.role == role, _PART.c.name == name)
    if not tx.execute(sa.delete(_PART).where(*own)).rowcount:
        raise NotFound("file_not_found", f"This import has no file {name}.")
    _reopen(job, now)


def request_check(tx: WriteTx, job_id: UUID, options: dict[str, Any], now: datetime) -> None:
    """Have a worker try the import; `Conflict` while it runs, when it has ended, without files, and
    with a file of which a part is missing."""
    job = _lock(tx, job_id, _open_states(), "wait for its end, or stop it")
    files = _list_files(tx, [job_id])[job_id]
    for file in files:
        if file.file_size is not None and file.size < file.file_size:
            message = f"{file.name} has {file.size} of {file.file_size} bytes; send the rest first."
            raise Conflict("import_with_unfinished_file", message)
    exports = [file for file in files if file.role == "export"]
    if not exports:
        raise Conflict("import_without_files", "Send the files of the export first.")
    if len(exports) > 1 and job.source in _OF_ONE_FILE:
        message = "This source has one file, and others would not be read; remove them."
        raise Conflict("import_with_many_files", message)
    job.options, job.check_report = options, None
    _begin_run(job, "checking", now)


def request_import(tx: WriteTx, by: By, job_id: UUID, now: datetime) -> None:
    """Have a worker import what was tried, or go on with what was stopped; `Conflict`."""
    job = _lock(tx, job_id, {"checked", "stopped", "failed"}, "try it first")
    if job.check_report is None:
        raise Conflict("import_unchecked", "Try the import first, and read its report.")
    _begin_run(job, "importing", now)
    audit.record(tx, by, now, "import.started", "operation", job_id)


def request_stop(tx: WriteTx, job_id: UUID, now: datetime) -> None:
    """Have a worker stop a trial or an import; what has come in stays. `Conflict`."""
    job = _lock(tx, job_id, {"checking", "importing"}, "there is nothing to stop")
    job.stop_wanted, job.updated_at = True, now


def request_undo(tx: WriteTx, by: By, job_id: UUID, now: datetime) -> None:
    """Have a worker take back what an import made and nobody edited since; `Conflict`."""
    job = _lock(tx, job_id, set(get_args(JobState)) - RUNNING - {"undone"}, "wait for its end")
    batches = list_batches(tx, job_id)
    if not batches:
        raise Conflict("nothing_to_undo", "This import has changed nothing; delete it instead.")
    for batch_id in batches:
        import_batches.begin_undoing(tx, batch_id, now, by)
    _begin_run(job, "undoing", now)


def delete(tx: WriteTx, job_id: UUID) -> None:
    """Forget an import and its files, which go within a day; what it brought stays. `Conflict`."""
    job = _lock(tx, job_id, set(get_args(JobState)) - RUNNING, "stop it first")
    tx.execute(sa.delete(_PART).where(_PART.c.job_id == job_id))
    tx.session.delete(job)


def list_batches(tx: ReadTx, job_id: UUID) -> list[UUID]:
    """The batches that an import made, the newest first."""
    statement = sa.select(col(ImportBatch.id)).where(col(ImportBatch.job_id) == job_id)
    return list(tx.execute(statement.order_by(col(ImportBatch.id).desc())).scalars())


def _open_states() -> set[JobState]:
    return set(get_args(JobState)) - RUNNING - _ENDED


def _lock(tx: WriteTx, job_id: UUID, states: Collection[JobState], hint: str) -> ImportJob:
    """The row of an import in one of these states; `NotFound`, `Conflict`."""
    job = tx.get_locked(ImportJob, job_id)
    if job is None:
        raise _not_found()
    if job.state in states:
        return job
    if job.state in RUNNING:
        raise Conflict("import_busy", f"This import is {job.state}; {hint}.")
    if job.state in _ENDED:
        message = f"This import is {job.state}, and its files are gone; open another one."
        raise Conflict("import_ended", message)
    raise Conflict("import_not_ready", f"This import is {job.state}; {hint}.")


def _reopen(job: ImportJob, now: datetime) -> None:
    """Other files are another import, which nobody has tried yet."""
    job.state, job.check_report, job.updated_at = "open", None, now
    job.failure_code = job.failure_message = None


def _begin_run(job: ImportJob, state: JobState, now: datetime) -> None:
    job.state, job.stop_wanted, job.attempts, job.updated_at = state, False, 0, now
    job.phase, job.done, job.total, job.phase_began_at = None, 0, 0, None
    job.failure_code = job.failure_message = None


def _refuse_too_many(part: FilePart, other_files: Sequence[ImportFile]) -> None:
    if len(other_files) >= _FILES_AT_MOST:
        message = f"An import has at most {_FILES_AT_MOST} files; put them into a ZIP."
        raise TooLarge("too_many_files", message)
    if part.role == "media" and any(file.role == "media" for file in other_files):
        raise Conflict("second_archive", "There is an archive of media already; send one ZIP.")


def _read_jobs(tx: ReadTx, condition: sa.ColumnElement[bool]) -> list[ImportInfo]:
    columns = [column for column in _JOB.c if column.name in ImportInfo.__dataclass_fields__]
    statement = sa.select(*columns).where(condition).order_by(_JOB.c.id.desc())
    rows = tx.execute(statement.limit(_JOBS_AT_MOST)).mappings().all()
    ids = [row["id"] for row in rows]
    files = _list_files(tx, ids)
    column = col(ImportBatch.job_id)
    made = set(tx.execute(sa.select(column).where(column.in_(ids)).distinct()).scalars())
    return [
        ImportInfo(
            **row,
            files=files[row["id"]],
            can_undo=row["id"] in made and row["state"] not in RUNNING | {"undone"},
        )
        for row in rows
    ]


def _list_files(tx: ReadTx, job_ids: Sequence[UUID]) -> dict[UUID, list[ImportFile]]:
    """The files of imports, by role and name."""
    names = (_PART.c.job_id, _PART.c.role, _PART.c.name)
    sizes = (sa.cast(sa.func.sum(_PART.c.size), sa.BigInteger), sa.func.max(_PART.c.file_size))
    statement = (
        sa.select(*names, *sizes)
        .where(_PART.c.job_id.in_(job_ids))
        .group_by(*names)
        .order_by(*names)
    )
    files: dict[UUID, list[ImportFile]] = {job_id: [] for job_id in job_ids}
    for job_id, *fields in tx.execute(statement):
        files[job_id].append(ImportFile(*fields))
    return files


def _not_found() -> NotFound:
    return NotFound("import_not_found", "There is no such import.")
