"""The command line: thin. Results on stdout, messages on stderr; 0 done, 1 refused, 2 misused."""

import json
import os
import signal
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from app import author_counts, counts, logs, machine, schema, serving
from app.commands import accounts, backup, erase, letters, mail, readers, search
from app.commands.progress import progress
from app.errors import WillayError
from app.kit.dates import day_of
from app.kit.json_text import readable_json
from app.resources import path_of
from app.runtime import open_runtime
from app.settings import Settings

if TYPE_CHECKING:
    from app.interchange.jsonl_writer import MediaFolder

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
importing = typer.Typer(no_args_is_help=True, help="Bring content in.")
exporting = typer.Typer(no_args_is_help=True, help="Take content out.")
cli.add_typer(importing, name="import")
cli.add_typer(exporting, name="export")
cli.add_typer(accounts.user, name="user")
cli.add_typer(accounts.token, name="token")
cli.add_typer(search.search, name="search")
cli.add_typer(letters.letter, name="letter")
cli.add_typer(mail.mail, name="mail")
cli.add_typer(readers.reader, name="reader")
cli.command()(backup.backup)
cli.command()(backup.restore)
cli.command()(erase.erase)


Files = Annotated[
    list[Path],
    typer.Argument(
        exists=True, dir_okay=False, readable=True, metavar="FILE", help="One file or more"
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every record and keep nothing")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON")]


@cli.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on, in place of `WILLAY_HOST`")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on, in place of `WILLAY_PORT`")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="The number of processes")] = 1,
) -> None:
    """Run the API. It refuses to start when the database schema is not that of the program."""
    if host is not None:
        os.environ["WILLAY_HOST"] = host
    if port is not None:
        os.environ["WILLAY_PORT"] = str(port)
    settings = Settings()
    with open_runtime(settings) as runtime:  # which refuses a stale schema
        if runtime.search.near is not None:
            runtime.search.near.check_place()
    machine.allow_files()
    if workers > 1:
        serving.become_parent(workers)
    serving.run_processes(settings, workers)


@cli.command()
def worker() -> None:
    """Index, send webhooks and do all other work in the background, without serving the API.

    Use it where `WILLAY_SERVE_WORKER` is `false`. SIGINT or SIGTERM ends it.
    """
    from app.worker.followers import build_followers
    from app.worker.loop import Worker

    with open_runtime(Settings()) as runtime:
        follows = Worker(runtime, build_followers(runtime))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: follows.ask_to_stop())
        follows.run()


@cli.command("doctor")
def examine(as_json: AsJson = False) -> None:
    """Say what is wrong and what to do about it. The exit code is 1 when something is wrong."""
    from app import doctor

    with open_runtime(Settings(), check_schema=False, examining=True) as runtime:
        findings = list(doctor.examine(runtime))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            mark = f"PROBLEM: {finding.remedy}" if finding.remedy else "ok"
            typer.echo(f"{finding.subject}: {finding.state}. {mark}")
    if any(finding.remedy for finding in findings):
        raise typer.Exit(1)


@cli.command()
def migrate() -> None:
    """Bring the database schema up to date."""
    with open_runtime(Settings(), check_schema=False) as runtime:
        schema.migrate(runtime.database)
    typer.echo("The store's schema is up to date.", err=True)


@cli.command()
def recount() -> None:
    """Count the visible articles anew, when `willay doctor` says that the kept counts differ.

    The service may run meanwhile. Publishing waits: some ten seconds for 200,000 articles.
    """
    with open_runtime(Settings()) as runtime, runtime.publishing() as tx:
        counts.rebuild(tx, tx.moment)
        author_counts.rebuild(tx)
    typer.echo("The visible articles are counted anew.", err=True)


@importing.command("jsonl")
def import_jsonl(
    paths: Files,
    dry_run: DryRun = False,
    if_empty: Annotated[
        bool, typer.Option(help="Do nothing when the database has content")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import files in the interchange format. Each record is imported whole or refused."""
    from app.interchange import batch_import, jsonl_reader

    with open_runtime(Settings()) as runtime:
        if if_empty and not batch_import.is_empty(runtime):
            typer.echo("There is content already; nothing was imported.", err=True)
            return
        size = sum(path.stat().st_size for path in paths)
        with progress("Importing", size) as advance:
            report = batch_import.import_records(
                runtime, jsonl_reader.read_entries(paths), dry_run=dry_run, advance=advance
            )
    typer.echo(json.dumps(report.as_json()) if as_json else report.as_text())
    if report.refused:
        raise typer.Exit(1)


@importing.command("sample")
def import_sample(as_json: AsJson = False) -> None:
    """Import the sample content that comes with Willay, unless the database has content."""
    import_jsonl([path_of("sample/peru.jsonl")], if_empty=True, as_json=as_json)


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
            runtime, pages.entries, dry_run=dry_run, advance=advance
        )
    if as_json:
        summary = {"pages": [page.as_json() for page in pages.pages], **report.as_json()}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo("\n".join([*(page.as_text() for page in pages.pages), report.as_text()]))
    if report.refused:
        raise typer.Exit(1)


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


def _media_folder(output: Path | None, media: Path) -> "MediaFolder":
    """The folder for media; it must lie beside the file of records, or below that folder."""
    from app.interchange.jsonl_writer import MediaFolder

    if output is None:
        raise typer.BadParameter("name the file of records with --output too")
    root, place = output.resolve().parent, media.resolve()
    if place == root or not place.is_relative_to(root):
        raise typer.BadParameter(f"choose a folder within {root}, where the records lie")
    return MediaFolder(place, place.relative_to(root).as_posix())


@cli.command()
def openapi(
    public: Annotated[
        bool, typer.Option("--public", help="Only what readers and partners need.")
    ] = False,
) -> None:
    """Print the OpenAPI contract."""
    from app.http.contract.audience import public_contract
    from app.main import create_app

    with open_runtime(Settings(), check_schema=False) as runtime:
        contract = create_app(runtime).openapi()
    shown = public_contract(contract) if public else contract
    typer.echo(readable_json(shown))


def _log_form() -> tuple[str, str]:
    """The configured level and format; the command itself reports invalid settings."""
    try:
        settings = Settings()
    except ValidationError:
        return "info", "text"
    return settings.log_level, settings.log_format


def main() -> None:
    """The console script."""
    logs.configure(*_log_form())
    logs.take_over()
    try:
        cli()
    except WillayError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)  # the reader closed the pipe and wants no more
    except OSError as error:  # for example another user's folder, a full disk, a used port
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{place}{error.strerror or error}; mend that first. [system]", err=True)
        sys.exit(1)
    except ValidationError as error:
        typer.echo(f"A setting is wrong: {error}", err=True)
        sys.exit(2)
