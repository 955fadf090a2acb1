"""One import from first look to report: archives are unpacked, the source is surveyed and read."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from app.errors import Invalid
from app.importers.archives import (
    is_archive,
    is_packed_file,
    require_archive,
    single_folder,
    unpacked_file,
    unpacked_folder,
)
from app.importers.options import ImportOptions
from app.importers.source_import import SourceImport
from app.importers.source_index import open_index
from app.importers.source_report import SourceReport
from app.interchange import batch_import, jsonl_reader
from app.interchange.batch_import import Advance
from app.interchange.import_entry import ImportEntry
from app.interchange.report import ImportReport
from app.runtime import Runtime

Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Shows a phase by its name and its size in bytes; what it yields receives each step."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of a source, item by item and record by record. The interchange format has no
    items beside its records."""

    report: ImportReport
    source: SourceReport | None = None

    @property
    def are_items_balanced(self) -> bool:
        """Whether every item of the source is accounted for."""
        return self.source is None or self.source.is_balanced(self.report.read)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was to come came in."""
        return self.report.is_whole and self.are_items_balanced

    def as_json(self) -> dict[str, Any]:
        """The reports for programs, as one."""
        items = self.source.as_json() if self.source is not None else {}
        balanced = self.report.is_balanced and self.are_items_balanced
        return {**items, **self.report.as_json(), "balanced": balanced}


@dataclass(frozen=True, slots=True)
class RunMode:
    """How an import runs: whether it only tries, whether webhooks hear of it once, and the desk's
    import that it belongs to."""

    dry_run: bool
    quiet: bool = True
    job_id: UUID | None = None


def run_source(
    runtime: Runtime,
    opener: type[SourceImport],
    paths: Sequence[Path],
    options: ImportOptions,
    progress: Progress,
    mode: RunMode,
) -> ImportOutcome:
    """Import a source of another system. `Invalid` and `TooLarge` for archives."""
    with ExitStack() as stack:
        index = stack.enter_context(open_index())
        place = runtime.settings.data_dir
        paths, inside = _unpack_all(stack, paths, place, opener.paths_in)
        options = _find_media(stack, options, inside, place)
        size = sum(_size_of(path) for path in paths)
        rules = runtime.site_rules
        source = opener(
            paths,
            options,
            index,
            rules.languages,
            rules.page_urls,
            runtime.clock,
            batch_import.has_site(runtime),
        )
        with progress("Reading", size) as advance:
            source.survey(advance)
        report = _import(runtime, source.entries(), source.name, size, progress, mode)
        return ImportOutcome(report, source.report)


def run_records(
    runtime: Runtime, paths: Sequence[Path], progress: Progress, mode: RunMode
) -> ImportOutcome:
    """Import files in the interchange format, or archives with such files and their media.
    `Invalid` and `TooLarge` for archives."""
    with ExitStack() as stack:
        place = runtime.settings.data_dir
        files, _ = _unpack_all(stack, paths, place, lambda inside: sorted(inside.rglob("*.jsonl")))
        size = sum(_size_of(path) for path in files)
        entries = jsonl_reader.read_entries(files)
        return ImportOutcome(_import(runtime, entries, "jsonl", size, progress, mode))


def _import(
    runtime: Runtime,
    entries: Iterable[ImportEntry],
    name: str,
    size: int,
    progress: Progress,
    mode: RunMode,
) -> ImportReport:
    label, work = ("Checking", 2 * size) if mode.dry_run else ("Importing", size)
    with progress(label, work) as advance:
        return batch_import.import_records(
            runtime,
            entries,
            dry_run=mode.dry_run,
            advance=advance,
            source=name,
            quiet=mode.quiet,
            job_id=mode.job_id,
        )


def _unpack_all(
    stack: ExitStack,
    paths: Sequence[Path],
    place: Path,
    paths_in: Callable[[Path], Sequence[Path]],
) -> tuple[list[Path], Path | None]:
    """The paths, with what `paths_in` finds in an unpacked archive in its place until the stack
    ends; and the folder of the first archive."""
    files: list[Path] = []
    folder: Path | None = None
    for path in paths:
        if is_archive(path):
            inside = single_folder(stack.enter_context(unpacked_folder(path, place)))
            files += _require_export(path, paths_in(inside))
            folder = folder or inside
        elif is_packed_file(path):
            files.append(stack.enter_context(unpacked_file(path, place)))
        else:
            files.append(path)
    return files, folder


def _find_media(
    stack: ExitStack, options: ImportOptions, inside: Path | None, place: Path
) -> ImportOptions:
    """The options with a folder of media: the one that is named, unpacked if it is an archive, or
    that of the export itself."""
    folder = options.media.folder or inside
    if folder is not None and not folder.is_dir():
        folder = stack.enter_context(unpacked_folder(require_archive(folder), place))
    return replace(options, media=replace(options.media, folder=folder))


def _require_export(archive: Path, inner_paths: Sequence[Path]) -> Sequence[Path]:
    if not inner_paths:
        message = f"{archive.name} is an archive without an export; name another one."
        raise Invalid("empty_archive", message)
    return inner_paths


def _size_of(path: Path) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size
