"""The command line: thin. Results on stdout, messages on stderr; 0 done, 1 refused, 2 misused."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app import schema
from app.errors import WillayError
from app.runtime import opened
from app.settings import Settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
importing = typer.Typer(no_args_is_help=True, help="Bring content in.")
cli.add_typer(importing, name="import")


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes")] = 1,
) -> None:
    """Run the API."""
    import uvicorn

    if host is not None:
        os.environ["WILLAY_HOST"] = host
    if port is not None:
        os.environ["WILLAY_PORT"] = str(port)
    settings = Settings()
    with opened(settings):
        """Refuse a stale schema before any process starts."""
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


@cli.command()
def migrate() -> None:
    """Bring the store's schema up to date."""
    with opened(Settings(), checked=False) as runtime:
        schema.migrate(runtime.database)
    typer.echo("The store's schema is up to date.", err=True)


@importing.command("jsonl")
def import_jsonl(
    paths: list[Path],
    dry_run: Annotated[bool, typer.Option(help="Check all, keep nothing")] = False,
    if_empty: Annotated[bool, typer.Option(help="Do nothing when there is content")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON")] = False,
) -> None:
    """Import files of the interchange format; each record enters whole or is refused."""
    from app.importers import jsonl

    with opened(Settings()) as runtime:
        if if_empty and not jsonl.is_empty(runtime):
            typer.echo("There is content already; nothing was imported.", err=True)
            return
        report = jsonl.run(runtime, paths, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(report.as_json()))
    else:
        typer.echo(report.as_text(), err=True)
    if report.refused:
        raise typer.Exit(1)


@cli.command()
def openapi() -> None:
    """Print the contract."""
    from app.main import create_app

    with opened(Settings(), checked=False) as runtime:
        text = json.dumps(create_app(runtime).openapi(), indent=1, ensure_ascii=False)
    typer.echo(text)


def main() -> None:
    """The console script."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        cli()
    except WillayError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except ValidationError as error:
        typer.echo(f"A setting is wrong: {error}", err=True)
        sys.exit(2)
