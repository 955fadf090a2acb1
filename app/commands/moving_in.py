"""Runs an import from another system, and prints its report."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from app.commands.progress import progress
from app.errors import Invalid
from app.importers.archives import is_archive, single_folder, unpacked_folder
from app.importers.media_plan import MediaOptions
from app.importers.options import ImportOptions
from app.importers.record_fields import to_address, to_language
from app.importers.source_import import SourceImport
from app.importers.source_index import open_index
from app.interchange import batch_import
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
    drop_unknown: bool = False,
) -> ImportOptions:
    """The options of an import, checked; wrong ones are a misuse. `types` are `NAME=KIND`."""
    settings = Settings()
    try:
        zone = ZoneInfo(timezone or settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter("give a zone such as America/Lima to --timezone") from error
    known_lang = to_language(lang, settings.languages) if lang is not None else None
    if lang is not None and known_lang is None:
        known = ", ".join(settings.languages)
        raise typer.BadParameter(f"--lang is none of WILLAY_LANGUAGES ({known}); add it there")
    if site and to_address(site) is None:
        raise typer.BadParameter("give an address such as https://old.example to --site")
    kinds = dict(text.partition("=")[::2] for text in types)
    if not set(kinds.values()) <= {"article", "page"}:
        raise typer.BadParameter("write --type NAME=article or --type NAME=page")
    return ImportOptions(
        media=media or MediaOptions(),
        lang=known_lang,
        zone=zone,
        site=site,
        source=source,
        drop_unknown=drop_unknown,
        types=kinds,
    )


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
    settings = Settings()
    with ExitStack() as stack:
        runtime = stack.enter_context(open_runtime(settings))
        index = stack.enter_context(open_index())
        paths, options = _unpack_all(stack, opener, paths, options, settings.data_dir)
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


def _unpack_all(
    stack: ExitStack,
    opener: type[SourceImport],
    paths: Sequence[Path],
    options: ImportOptions,
    place: Path,
) -> tuple[list[Path], ImportOptions]:
    """The paths and the options with unpacked folders in place of archives, until the stack ends.
    Media come from the archive of the export itself, if no other folder is named."""
    files: list[Path] = []
    folder = options.media.folder
    for path in paths:
        if is_archive(path):
            inside = single_folder(stack.enter_context(unpacked_folder(path, place)))
            inner_paths = opener.paths_in(inside)
            if not inner_paths:
                message = f"{path.name} is an archive without an export; name another one."
                raise Invalid("empty_archive", message)
            files += inner_paths
            folder = folder or inside
        else:
            files.append(path)
    if folder is not None and not folder.is_dir():
        folder = stack.enter_context(unpacked_folder(require_archive(folder), place))
    return files, replace(options, media=replace(options.media, folder=folder))


def require_archive(path: Path) -> Path:
    """The path of a ZIP archive, where another file is a misuse."""
    if not is_archive(path):
        raise typer.BadParameter(f"{path.name} is neither a folder nor a ZIP archive")
    return path


def _size_of(path: Path) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    return path.stat().st_size
