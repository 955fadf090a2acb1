"""`willay reader`: who subscribes, for the person who asks what is stored of them."""

import json
from typing import Annotated

import typer

from app.accounts.principal import OPERATOR
from app.changes import head
from app.kit.clock import rfc3339
from app.newsletters import bounces, readers
from app.newsletters.addresses import AddressBook, normalised_address
from app.runtime import open_runtime
from app.settings import Settings

reader = typer.Typer(no_args_is_help=True, help="Readers of newsletters.")

Address = Annotated[str, typer.Argument(metavar="EMAIL", help="The address of a reader")]


@reader.command("count")
def count_readers() -> None:
    """Count readers by state, rhythm and language, as JSON."""
    with open_runtime(Settings()) as runtime, runtime.database.reading() as tx:
        tags = runtime.memory.tags(tx, head(tx))
        counts = {
            "readers": [row._asdict() for row in readers.count_readers(tx)],
            "topics": dict(readers.count_topics(tx, tags)),
            "suppressed": bounces.count_suppressed(tx),
        }
    typer.echo(json.dumps(counts))


@reader.command("show")
def show_reader(email: Address) -> None:
    """Print all that is stored of an address, as JSON, for its owner.

    The exit code is 1 when nothing is. `willay erase EMAIL` forgets it.
    """
    address = _parse_address(email)
    with open_runtime(Settings()) as runtime, runtime.database.reading() as tx:
        key, tags = runtime.key(), runtime.memory.tags(tx, head(tx))
        row = readers.find_reader(tx, AddressBook(key), address)
        record = bounces.find_suppression(tx, AddressBook(key), address)
        stored = readers.to_subscription(row, key, tags) if row is not None else None
    if stored is None and record is None:
        typer.echo("Nothing is stored of this address.", err=True)
        raise typer.Exit(1)
    shown: dict[str, object] = {}
    if stored is not None:
        shown = {
            "email": stored.email,
            "state": stored.state,
            "rhythm": stored.rhythm,
            "lang": stored.lang,
            "topics": [tag.slug for tag in stored.topics],
            "created_at": rfc3339(stored.created_at),
            "confirmed_at": rfc3339(stored.consented_at) if stored.consented_at else None,
            "consent": stored.consent,
        }
    suppressed = record.suppressed if record is not None else None
    typer.echo(json.dumps(shown | {"suppressed": suppressed}, ensure_ascii=False))


@reader.command("allow")
def allow_reader(email: Address) -> None:
    """Let letters go to an address again that bounced or complained, at its owner's wish."""
    address = _parse_address(email)
    with open_runtime(Settings()) as runtime, runtime.database.writing() as tx:
        is_lifted = bounces.lift_suppression(tx, AddressBook(runtime.key()), address)
        if is_lifted:
            readers.record_decision(tx, OPERATOR, "allow", runtime.clock())
    if not is_lifted:
        typer.echo("Nothing keeps letters from this address.", err=True)
        raise typer.Exit(1)
    typer.echo("Letters may go to this address; it has to subscribe again.", err=True)


def _parse_address(email: str) -> str:
    try:
        return normalised_address(email)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
