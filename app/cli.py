"""The command line: thin. Results on stdout, messages on stderr; 0 done, 1 refused, 2 misused."""

import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from pydantic import ValidationError

from app import author_counts, counts, logs, machine, schema, serving
from app.commands import (
    accounts,
    backup,
    erase,
    exporting,
    importing,
    letters,
    mail,
    readers,
    search,
)
from app.errors import WillayError
from app.kit.json_text import readable_json
from app.runtime import open_runtime
from app.settings import Settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(importing.importing, name="import")
cli.add_typer(exporting.exporting, name="export")
cli.add_typer(accounts.user, name="user")
cli.add_typer(accounts.token, name="token")
cli.add_typer(search.search, name="search")
cli.add_typer(letters.letter, name="letter")
cli.add_typer(mail.mail, name="mail")
cli.add_typer(readers.reader, name="reader")
cli.command()(backup.backup)
cli.command()(backup.restore)
cli.command()(erase.erase)


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
