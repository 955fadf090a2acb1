"""The files of an import of the desk: parts in the storage, put together where an import reads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from app.editorial import import_runs
from app.editorial.import_jobs import FilePart
from app.errors import NotFound
from app.kit.temporary_folders import delete_abandoned_folders
from app.runtime import Runtime

_AHEAD: Final = timedelta(minutes=1)
"""So far ahead of ours another machine's clock may be, which dates what it stores."""


@dataclass(slots=True)
class ImportFiles:
    """The files of an export in the order of their names, and the archive of its media."""

    exports: list[Path] = field(default_factory=list)
    media: Path | None = None


def collect_files(runtime: Runtime, job_id: UUID, folder: Path) -> ImportFiles:
    """Write the files of an import into a folder; `NotFound` (`files_not_found`) when a part is
    gone, as in a store that was restored: its copy holds no files of imports."""
    with runtime.database.reading() as tx:
        parts = import_runs.list_parts(tx, job_id)
    files = ImportFiles()
    for part in parts:
        path = folder / part.role / part.name
        if part.start == 0:
            path.parent.mkdir(exist_ok=True)
            if part.role == "export":
                files.exports.append(path)
            else:
                files.media = path
        with path.open("ab") as file:
            file.writelines(_read_part(runtime, part))
    return files


def _read_part(runtime: Runtime, part: FilePart) -> Iterator[bytes]:
    try:
        yield from runtime.storage.read(part.object_name, 0, part.size)
    except NotFound as error:
        message = f"{part.name} is no longer here; send the files of this import again."
        raise NotFound("files_not_found", message) from error


def discard_files(runtime: Runtime, job_id: UUID) -> None:
    """Forget the files of an import and delete their bytes: they hold what the old site knew of
    persons."""
    with runtime.database.writing() as tx:
        names = import_runs.forget_parts(tx, job_id)
    for name in names:
        runtime.storage.discard(name, runtime.clock() + _AHEAD)


def discard_abandoned_files(runtime: Runtime) -> None:
    """Discard the files of imports that nobody has touched for a week, and what imports that were
    killed left on this machine."""
    delete_abandoned_folders(runtime.settings.data_dir)
    with runtime.database.reading() as tx:
        abandoned = import_runs.list_abandoned(tx, runtime.clock())
    for job_id in abandoned:
        discard_files(runtime, job_id)
