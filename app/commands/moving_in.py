"""Runs an import from another system, and prints its report."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import typer

from app.commands.progress import progress
from app.editorial.import_jobs import ContentType
from app.errors import Invalid
from app.importers.archives import require_archive
from app.importers.media_plan import MediaOptions
from app.importers.options import ImportOptions, check_options
from app.importers.source_import import SourceImport
from app.importers.source_run import ImportOutcome, RunMode, run_source
from app.runtime import open_runtime
from app.settings import Settings


def build_options(
    media: MediaOptions | None = None,
    *,
    lang: str | None,
    source: str,
    site: str = "",
    timezone: str | None = None,
    types: Sequence[str] = (),
    taxonomies: Sequence[str] = (),
    drop_unknown: bool = False,
) -> ImportOptions:
    """The options of an import, checked; wrong ones are a misuse. `types` are `NAME=KIND`."""
    kinds = dict(text.partition("=")[::2] for text in types)
    if not set(kinds.values()) <= {"article", "page"}:
        raise typer.BadParameter("write --type NAME=article or --type NAME=page")
    if media is not None and media.folder is not None:
        require_folder(media.folder)
    try:
        return check_options(
            Settings(),
            media,
            lang=lang,
            source=source,
            site=site,
            timezone=timezone,
            types=cast(dict[str, ContentType], kinds),
            taxonomies=taxonomies,
            drop_unknown=drop_unknown,
        )
    except Invalid as error:
        raise typer.BadParameter(f"--{error.message}") from error


def run_import(
    opener: type[SourceImport],
    paths: Sequence[Path],
    options: ImportOptions,
    *,
    dry_run: bool,
    announce: bool,
    as_json: bool,
) -> None:
    """Import a source and print the report. The exit code is 1 when something was refused, or when
    the counts do not balance."""
    mode = RunMode(dry_run, quiet=not announce)
    with open_runtime(Settings()) as runtime:
        outcome = run_source(runtime, opener, paths, options, progress, mode)
    print_outcome(outcome, dry_run=dry_run, as_json=as_json)


def print_outcome(
    outcome: ImportOutcome, *, dry_run: bool, as_json: bool, tells_undo: bool = True
) -> None:
    """Print the reports; exit with 1 when not everything came in."""
    if as_json:
        summary = {"dry_run": dry_run, **outcome.as_json()}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        if outcome.source is not None:
            typer.echo(outcome.source.as_text())
        typer.echo(outcome.report.as_text(tells_undo=tells_undo))
        if not outcome.are_items_balanced:
            typer.echo("The source's counts do not add up; please report this with the file.")
        if dry_run:
            typer.echo("This was a dry run; nothing was kept.")
    if not outcome.is_whole:
        raise typer.Exit(1)


def require_folder(path: Path) -> None:
    """Make a file that is no archive a misuse where a folder is needed."""
    if path.is_dir():
        return
    try:
        require_archive(path)
    except Invalid as error:
        raise typer.BadParameter(error.message) from error
