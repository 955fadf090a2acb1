"""Bring content in: from the interchange format, and from other systems."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.commands import import_batches
from app.commands.progress import progress
from app.kit.dates import day_of
from app.resources import path_of
from app.runtime import open_runtime
from app.settings import Settings

importing = typer.Typer(no_args_is_help=True, help="Bring content in.")
importing.command("batches")(import_batches.list_batches)
importing.command("undo")(import_batches.undo)

Files = Annotated[
    list[Path],
    typer.Argument(
        exists=True, dir_okay=False, readable=True, metavar="FILE", help="One file or more"
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every record and keep nothing")]
Announce = Annotated[
    bool,
    typer.Option(
        "--announce", help="Tell webhooks of each article, and not of the import once at its end"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON")]


@importing.command("jsonl")
def import_jsonl(
    paths: Files,
    dry_run: DryRun = False,
    if_empty: Annotated[
        bool, typer.Option(help="Do nothing when the database has content")
    ] = False,
    announce: Announce = False,
    as_json: AsJson = False,
) -> None:
    """Import files in the interchange format, or ZIPs of them and their media.

    Each record is imported whole or refused.
    """
    _import_records(paths, dry_run, if_empty, announce, as_json)


def _import_records(
    paths: list[Path],
    dry_run: bool,
    if_empty: bool,
    announce: bool,
    as_json: bool,
    tells_undo: bool = True,
) -> None:
    from app.commands.moving_in import print_outcome
    from app.importers.source_run import RunMode, run_records
    from app.interchange import batch_import

    with open_runtime(Settings()) as runtime:
        if if_empty and not batch_import.is_empty(runtime):
            typer.echo("There is content already; nothing was imported.", err=True)
            return
        outcome = run_records(runtime, paths, progress, RunMode(dry_run, quiet=not announce))
    print_outcome(outcome, dry_run=dry_run, as_json=as_json, tells_undo=tells_undo)


@importing.command("sample")
def import_sample(as_json: AsJson = False) -> None:
    """Import the sample content that comes with Willay, unless the database has content."""
    # Whoever sees Willay for the first time has nothing to take back.
    _import_records(
        [path_of("sample/peru.jsonl")],
        dry_run=False,
        if_empty=True,
        announce=False,
        as_json=as_json,
        tells_undo=False,
    )


@importing.command("listing")
def import_listing(
    paths: Files,
    undated_at: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD", help="The date of items that have none; today without it"
        ),
    ] = None,
    dry_run: DryRun = False,
    announce: Announce = False,
    as_json: AsJson = False,
) -> None:
    """Import pages of the Peru Support Group's two sites, saved as text.

    The report accounts for every line.
    """
    from app.importers import listing
    from app.interchange import batch_import

    try:
        day = day_of(undated_at) if undated_at else None
    except ValueError as error:
        raise typer.BadParameter("give a day such as 2019-05-31") from error
    pages = listing.read_pages(paths, day)
    with open_runtime(Settings()) as runtime, progress("Importing", len(pages.entries)) as advance:
        report = batch_import.import_records(
            runtime,
            pages.entries,
            dry_run=dry_run,
            advance=advance,
            source="listing",
            quiet=not announce,
        )
    if as_json:
        summary = {"pages": [page.as_json() for page in pages.pages], **report.as_json()}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo("\n".join([*(page.as_text() for page in pages.pages), report.as_text()]))
    if not report.is_whole:
        raise typer.Exit(1)


Media = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        metavar="FOLDER",
        help="The folder with the files of the media, or a ZIP of it",
    ),
]
FetchMedia = Annotated[
    bool,
    typer.Option(help="Read files that no folder has from the old site, by https"),
]
FetchAtMost = Annotated[int, typer.Option(min=1, help="The most files to read from the old site")]
Language = Annotated[
    str | None, typer.Option("--lang", help="The language of texts that name none")
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--timezone", help="The zone of dates that have none; `WILLAY_TIMEZONE` without it"
    ),
]
OldAddress = Annotated[
    str, typer.Option("--site", metavar="URL", help="The address of the old site")
]
SourceName = Annotated[
    str,
    typer.Option("--source", help="The name under which a later import knows these texts again"),
]
UnknownCodes = Annotated[
    bool,
    typer.Option(
        "--drop-unknown/--keep-unknown",
        help="Drop the brackets of unknown shortcodes, or keep them; the text within always stays",
    ),
]
Types = Annotated[
    list[str],
    typer.Option(
        "--type", metavar="NAME=KIND", help="A type of content that is an `article` or a `page` too"
    ),
]
Taxonomies = Annotated[
    list[str],
    typer.Option("--taxonomy", metavar="NAME", help="A taxonomy whose terms become tags too"),
]


@importing.command("wordpress")
def import_wordpress(
    paths: Files,
    media: Media = None,
    fetch_media: FetchMedia = False,
    fetch_at_most: FetchAtMost = 10_000,
    lang: Language = None,
    timezone: Zone = None,
    types: Types = [],  # noqa: B006  # typer reads it and never changes it
    taxonomies: Taxonomies = [],  # noqa: B006  # as above
    drop_unknown: UnknownCodes = False,
    source: SourceName = "",
    dry_run: DryRun = False,
    announce: Announce = False,
    as_json: AsJson = False,
) -> None:
    """Import export files of WordPress (Tools, Export), all parts of one site together.

    What is not public there is a draft here, or is left. The report accounts for every item.
    """
    from app.commands.moving_in import build_options, run_import
    from app.importers.media_plan import MediaOptions
    from app.importers.wordpress.entries import WordPressImport

    options = build_options(
        MediaOptions(media, fetch_media, fetch_at_most),
        lang=lang,
        timezone=timezone,
        types=types,
        taxonomies=taxonomies,
        drop_unknown=drop_unknown,
        source=source,
    )
    run_import(WordPressImport, paths, options, dry_run=dry_run, announce=announce, as_json=as_json)


@importing.command("ghost")
def import_ghost(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            metavar="FILE",
            help="The export, in JSON, or a ZIP of it and its content",
        ),
    ],
    site: OldAddress = "",
    media: Media = None,
    fetch_media: FetchMedia = False,
    fetch_at_most: FetchAtMost = 10_000,
    lang: Language = None,
    source: SourceName = "",
    dry_run: DryRun = False,
    announce: Announce = False,
    as_json: AsJson = False,
) -> None:
    """Import an export of Ghost (Settings, Export), of any version.

    What only members could read is a draft here. The report accounts for every row.
    """
    from app.commands.moving_in import build_options, run_import
    from app.importers.ghost.entries import GhostImport
    from app.importers.media_plan import MediaOptions

    options = build_options(
        MediaOptions(media, fetch_media, fetch_at_most), site=site, lang=lang, source=source
    )
    run_import(GhostImport, [path], options, dry_run=dry_run, announce=announce, as_json=as_json)


@importing.command("folder")
def import_folder(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True, readable=True, metavar="FOLDER", help="The folder, or a ZIP of it"
        ),
    ],
    site: OldAddress = "",
    lang: Language = None,
    timezone: Zone = None,
    drop_unknown: UnknownCodes = False,
    source: SourceName = "",
    dry_run: DryRun = False,
    announce: Announce = False,
    as_json: AsJson = False,
) -> None:
    """Import a folder of Markdown or HTML: of Hugo, Jekyll, Astro, or a plain one.

    Pictures come from the folder itself. The report accounts for every file.
    """
    from app.commands.moving_in import build_options, require_folder, run_import
    from app.importers.folder.entries import FolderImport

    require_folder(path)
    options = build_options(
        site=site, lang=lang, timezone=timezone, drop_unknown=drop_unknown, source=source
    )
    run_import(FolderImport, [path], options, dry_run=dry_run, announce=announce, as_json=as_json)
