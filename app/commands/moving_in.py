"""Runs an import from another system, and prints its report."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import typer

from app.commands.progress import progress
from app.importers.options import ImportOptions
from app.importers.source_index import SourceIndex, open_index
from app.importers.source_report import SourceReport
from app.interchange import batch_import
from app.interchange.import_entry import ImportEntry
from app.kit.clock import Clock
from app.kit.page_urls import PageUrls
from app.runtime import open_runtime
from app.settings import Settings


class SourceImport(Protocol):
    """An import of one source: `survey` reads all of it once, `entries` gives its records."""

    report: SourceReport
    has_site: bool
    name: str
    """The name of the source in its records."""

    def survey(self, advance: Callable[[int], None]) -> None:
        """Learn what the source holds; `advance` receives the bytes that were read."""

    def entries(self) -> Iterator[ImportEntry]:
        """The records in the order in which they refer to each other."""


SourceOpener = Callable[
    [Sequence[Path], ImportOptions, SourceIndex, Sequence[str], PageUrls, Clock], SourceImport
]


def run_import(
    opener: SourceOpener,
    paths: Sequence[Path],
    options: ImportOptions,
    *,
    dry_run: bool,
    announce: bool,
    as_json: bool,
) -> None:
    """Import a source and print the report. The exit code is 1 when something was refused, or when
    the counts do not balance."""
    size = sum(_size_of(path) for path in paths)
    with open_runtime(Settings()) as runtime, open_index() as index:
        rules = runtime.site_rules
        source = opener(paths, options, index, rules.languages, rules.page_urls, runtime.clock)
        source.has_site = batch_import.has_site(runtime)
        with progress("Reading", size) as advance:
            source.survey(advance)
        with progress("Importing", size) as advance:
            report = batch_import.import_records(
                runtime,
                source.entries(),
                dry_run=dry_run,
                advance=advance,
                source=source.name,
                quiet=not announce,
            )
    is_balanced = source.report.is_balanced(report.read)
    if as_json:
        summary = {"dry_run": dry_run, **source.report.as_json(), **report.as_json()}
        summary["balanced"] = report.is_balanced and is_balanced
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo("\n".join([source.report.as_text(), report.as_text()]))
        if not is_balanced:
            typer.echo("The source's counts do not add up; please report this with the file.")
        if dry_run:
            typer.echo("This was a dry run; nothing was kept.")
    if not (report.is_whole and is_balanced):
        raise typer.Exit(1)


def _size_of(path: Path) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size
