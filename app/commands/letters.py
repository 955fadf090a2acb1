"""`willay letter`: what became of letters, and those to send again."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final, get_args
from uuid import UUID

import typer

from app.accounts.principal import OPERATOR
from app.kit.clock import rfc3339
from app.letters import register
from app.letters.register import LetterInfo
from app.outbox import LetterState
from app.runtime import open_runtime
from app.settings import Settings

letter = typer.Typer(no_args_is_help=True, help="Letters by e-mail.")

_MOST: Final = 1_000
State = Annotated[
    str, typer.Option(help=f"List letters in this state: {', '.join(get_args(LetterState))}")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]


@letter.command("list")
def list_letters(state: State = "uncertain", as_json: AsJson = False) -> None:
    """List the newest letters in a state, without their content."""
    known: dict[str, LetterState] = {name: name for name in get_args(LetterState)}
    if state not in known:
        raise typer.BadParameter(f"the states are {', '.join(known)}")
    with open_runtime(Settings()) as runtime, runtime.database.reading() as tx:
        page = register.list_letters(tx, known[state], limit=_MOST)
    _print_letters(page.letters, as_json)


@letter.command("resend")
def resend_letters(
    letters: Annotated[
        list[UUID] | None, typer.Argument(metavar="ID", help="The ids of letters")
    ] = None,
    uncertain: Annotated[
        bool, typer.Option("--uncertain", help="Send every uncertain letter again")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send letters again that are uncertain, refused or failed.

    An uncertain letter may have arrived: it then arrives twice.
    """
    if not letters and not uncertain:
        raise typer.BadParameter("name letters, or say --uncertain")
    with open_runtime(Settings()) as runtime, runtime.database.writing() as tx:
        chosen = list(letters or ())
        if uncertain:
            page = register.list_letters(tx, "uncertain", limit=_MOST)
            chosen += [info.id for info in page.letters if info.id not in chosen]
        now = runtime.clock()
        again = [register.resend(tx, OPERATOR, letter_id, now) for letter_id in chosen]
    typer.echo(f"{len(again)} letters go again.", err=True)
    _print_letters(again, as_json)


def _print_letters(letters: list[LetterInfo], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(info) for info in letters], default=_to_text))
        return
    for info in letters:
        at = rfc3339(info.settled_at or info.created_at)
        problem = info.problem or "-"
        recipient = info.account_id or info.reader_id
        typer.echo(f"{info.id}\t{info.kind}\t{info.state}\t{at}\t{problem}\t{recipient}")


def _to_text(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
