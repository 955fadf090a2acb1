"""What a worker does with the imports of the desk: it takes runs, tells how far they are, and ends
them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.editorial.import_jobs import (
    PART_FIELDS,
    RUNNING,
    FilePart,
    ImportSource,
    JobState,
    Phase,
)
from app.models.article import Article
from app.models.import_batch import ImportBatch
from app.models.import_job import ImportJob, ImportPart

ATTEMPTS: Final = 3
"""Times that a run is begun whose process ends without a word."""

_KEPT: Final = timedelta(days=7)
"""Files of an import that nobody touches are forgotten after that: they hold what the old site
knew of persons."""

ReportName = Literal["check_report", "import_report", "undo_report"]

_JOB: Final = ImportJob.__table__  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
_PART: Final = ImportPart.__table__  # type: ignore[attr-defined]  # as above


@dataclass(frozen=True, slots=True)
class ImportRun:
    """A run that somebody asked for."""

    id: UUID
    source: ImportSource
    state: JobState
    options: dict[str, Any]
    attempts: int


def next_run(tx: ReadTx) -> ImportRun | None:
    """The run that was asked for first; None when nothing is asked for."""
    statement = sa.select(_JOB.c.id).where(_JOB.c.state.in_(RUNNING))
    job_id = tx.execute(statement.order_by(_JOB.c.updated_at, _JOB.c.id).limit(1)).scalar()
    return None if job_id is None else get_run(tx, job_id)


def get_run(tx: ReadTx, job_id: UUID) -> ImportRun | None:
    """The run of an import; None when it has ended, or was never asked for."""
    names = ("id", "source", "state", "options", "attempts")
    statement = sa.select(*(_JOB.c[name] for name in names)).where(_JOB.c.id == job_id)
    row = tx.execute(statement.where(_JOB.c.state.in_(RUNNING))).mappings().one_or_none()
    return None if row is None else ImportRun(**row)


def count_attempt(tx: WriteTx, job_id: UUID, step: int = 1) -> None:
    """Record that a process begins the run, or with -1 that it may be made again without blame."""
    statement = sa.update(_JOB).where(_JOB.c.id == job_id)
    tx.execute(statement.values(attempts=_JOB.c.attempts + step))


def count_articles(tx: ReadTx, job_id: UUID) -> int:
    """The number of articles that an import made."""
    batches = sa.select(col(ImportBatch.id)).where(col(ImportBatch.job_id) == job_id)
    made = col(Article.import_batch_id).in_(batches)
    return int(tx.execute(sa.select(sa.func.count()).where(made)).scalar_one())


def begin_phase(tx: WriteTx, job_id: UUID, phase: Phase, total: int, now: datetime) -> None:
    """Record that a part of the run begins, and its size."""
    values = {"phase": phase, "done": 0, "total": total, "phase_began_at": now}
    tx.execute(sa.update(_JOB).where(_JOB.c.id == job_id).values(values))


def record_progress(tx: WriteTx, job_id: UUID, count: int) -> bool:
    """Record how far the phase is; true when somebody wants the run stopped."""
    tx.execute(sa.update(_JOB).where(_JOB.c.id == job_id).values(done=count))
    wanted = tx.execute(sa.select(_JOB.c.stop_wanted).where(_JOB.c.id == job_id)).scalar()
    return bool(wanted)


def complete(
    tx: WriteTx,
    job_id: UUID,
    state: JobState,
    now: datetime,
    name: ReportName | None = None,
    report: dict[str, Any] | None = None,
) -> None:
    """End a run, with its report if there is one."""
    values: dict[str, Any] = {"state": state, "stop_wanted": False, "updated_at": now}
    if name is not None:
        values[name] = report
    tx.execute(sa.update(_JOB).where(_JOB.c.id == job_id).values(values))


def fail(tx: WriteTx, job_id: UUID, code: str, message: str, now: datetime) -> None:
    """End a run that could not do its work, with the reason."""
    values = {"state": "failed", "failure_code": code, "failure_message": message}
    is_running = _JOB.c.state.in_(RUNNING)
    statement = sa.update(_JOB).where(_JOB.c.id == job_id, is_running)
    tx.execute(statement.values(**values, stop_wanted=False, updated_at=now))


def list_parts(tx: ReadTx, job_id: UUID) -> list[FilePart]:
    """The parts of all files of an import, in the order of their files and places."""
    statement = sa.select(*(_PART.c[name] for name in PART_FIELDS)).where(_PART.c.job_id == job_id)
    ordered = statement.order_by(_PART.c.role, _PART.c.name, _PART.c.start)
    return [FilePart(**row) for row in tx.execute(ordered).mappings()]


def object_names(tx: ReadTx) -> set[str]:
    """The names in the storage that parts of files have."""
    return set(tx.execute(sa.select(_PART.c.object_name)).scalars())


def forget_parts(tx: WriteTx, job_id: UUID) -> list[str]:
    """Forget the files of an import; return the names in the storage that nothing needs now."""
    names = list(
        tx.execute(sa.select(_PART.c.object_name).where(_PART.c.job_id == job_id)).scalars()
    )
    tx.execute(sa.delete(_PART).where(_PART.c.job_id == job_id))
    return names


def list_abandoned(tx: ReadTx, now: datetime) -> Sequence[UUID]:
    """The imports with files that nobody has touched for a week."""
    statement = (
        sa.select(_JOB.c.id)
        .where(_JOB.c.updated_at < now - _KEPT, _JOB.c.state.not_in(RUNNING))
        .where(sa.exists().where(_PART.c.job_id == _JOB.c.id))
    )
    return list(tx.execute(statement).scalars())
