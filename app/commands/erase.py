"""`willay erase`: forgets a person, and reports what was done and what is out of reach."""

import json
from dataclasses import asdict
from typing import Annotated, Final

import typer

from app.commands.progress import progress
from app.database import Database
from app.erasure.person import BEYOND, ErasureReport, ErasureRequest, forget
from app.letters import folder, queue
from app.newsletters.addresses import AddressBook
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.worker.index_documents import count_documents
from app.worker.rebuilding import rewrite

_IN_USE: Final = (
    "The store's files still hold what was erased, for others used them all the time; stop what"
    " uses them (a backup, a long query), then say `willay erase PERSON --sweep --yes`."
)


class _DryRunRollback(Exception):
    """Ends the transaction of a dry run without a commit."""


def erase(
    person: Annotated[
        str, typer.Argument(help="An e-mail address, or a name exactly as Willay has it")
    ],
    byline: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="Also remove this name from bylines, and what is said of the author."
            " You can repeat it",
        ),
    ] = [],  # noqa: B006  # typer copies it
    media_credits: Annotated[
        bool, typer.Option("--media-credits", help="Also remove the names from credits of pictures")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be erased, and erase nothing")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase. There is no way back")] = False,
    sweep: Annotated[
        bool,
        typer.Option("--sweep", help="Only rewrite the database files, after a run that could not"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Erase a person: the account, logins, authorship and audit.

    The report says what was erased and what the command cannot reach.
    """
    if not (yes or dry_run):
        raise typer.BadParameter("there is no way back; try --dry-run, then say --yes")
    wish = ErasureRequest(person, byline, media_credits)
    with open_runtime(Settings()) as runtime:
        act = _dry_run if dry_run else _erase
        report = ErasureReport() if sweep else act(runtime, wish)
        swept = dry_run or _sweep_files(runtime, runtime.database)
    if as_json:
        summary = asdict(report) | {"dry_run": dry_run, "swept": swept, "beyond": list(BEYOND)}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo(_report_text(report, dry_run))
    if not swept:
        typer.echo(_IN_USE, err=True)
        raise typer.Exit(1)


def _erase(runtime: Runtime, wish: ErasureRequest) -> ErasureReport:
    with runtime.publishing() as tx:
        report = forget(tx, wish, AddressBook(runtime.key()))
    with runtime.database.reading() as read:
        folder.remove_letters(runtime.settings.outbox, queue.known_letters(read))
    return report


def _dry_run(runtime: Runtime, wish: ErasureRequest) -> ErasureReport:
    """Erase and roll back, so that the report shows what an erasure would do."""
    try:
        with runtime.publishing() as tx:
            report = forget(tx, wish, AddressBook(runtime.key()))
            raise _DryRunRollback
    except _DryRunRollback:
        return report


def _sweep_files(runtime: Runtime, database: Database) -> bool:
    """Remove erased data from files: from freed pages and from old segments of the index."""
    for engine in runtime.search.engines():
        with progress(f"Rewriting search ({engine.name})", count_documents(runtime)) as advance:
            rewrite(runtime, engine, advance)
        engine.release()
    return database.compact()


def _report_text(report: ErasureReport, dry_run: bool) -> str:
    lines = ["Would be erased:" if dry_run else "Erased:"]
    lines += [f"  {place}: {number}" for place, number in report.erased.items()]
    if report.left:
        lines.append("The name still stands in texts, which an editor has to judge:")
        lines += [f"  {place}: {number}" for place, number in report.left.items()]
    lines.append("Out of reach of this command:")
    lines += [f"  {place}" for place in BEYOND]
    return "\n".join(lines)
