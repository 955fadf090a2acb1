"""Take content out."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.progress import progress
from app.runtime import open_runtime
from app.settings import Settings

if TYPE_CHECKING:
    from app.interchange.jsonl_writer import MediaFolder

exporting = typer.Typer(no_args_is_help=True, help="Take content out.")


@exporting.command("jsonl")
def export_jsonl(
    output: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, metavar="FILE", help="Where to write; standard output without it"
        ),
    ] = None,
    media: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            metavar="FOLDER",
            help="Export the media too, and put their files into this folder beside `--output`",
        ),
    ] = None,
) -> None:
    """Export the whole archive with drafts and schedules, in the interchange format."""
    from app.interchange import jsonl_writer

    folder = _media_folder(output, media) if media is not None else None
    with (
        open_runtime(Settings()) as runtime,
        output.open("w", encoding="utf-8") if output else nullcontext(sys.stdout) as file,
        progress(
            "Exporting", jsonl_writer.count_records(runtime, with_media=folder is not None)
        ) as advance,
    ):
        for line in jsonl_writer.export_lines(runtime, folder):
            file.write(line + "\n")
            advance(1)
        if folder is not None:
            folder.write_files(runtime)


@exporting.command("folder")
def export_folder(
    folder: Annotated[
        Path,
        typer.Argument(
            file_okay=False, metavar="FOLDER", help="A new folder, or one of an earlier export"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Export all texts as files of Markdown or HTML with front matter, and the media beside them.

    Into the folder of an earlier export it writes only what has changed. It has drafts too, in a
    folder of their own. It is for other programs; `export jsonl` keeps everything.
    """
    from app.interchange import jsonl_writer
    from app.interchange.folder_writer import FolderExport

    with open_runtime(Settings()) as runtime:
        export = FolderExport(runtime, folder)
        with progress("Exporting", jsonl_writer.count_records(runtime)) as advance:
            export.write(advance)
    counts = {name: export.counts[name] for name in ("written", "unchanged", "removed")}
    text = ", ".join(f"{number} {name}" for name, number in counts.items())
    typer.echo(json.dumps(counts) if as_json else f"Files: {text}.")


def _media_folder(output: Path | None, media: Path) -> "MediaFolder":
    """The folder for media; it must lie beside the file of records, or below that folder."""
    from app.interchange.jsonl_writer import MediaFolder

    if output is None:
        raise typer.BadParameter("name the file of records with --output too")
    root, place = output.resolve().parent, media.resolve()
    if place == root or not place.is_relative_to(root):
        raise typer.BadParameter(f"choose a folder within {root}, where the records lie")
    return MediaFolder(place, place.relative_to(root).as_posix())
