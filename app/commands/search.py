"""`willay search`: is the index true, and make it anew."""

import json
from typing import Annotated

import typer

from app.commands.progress import progress
from app.runtime import opened
from app.search.protocol import Key
from app.settings import Settings
from app.worker import indexing

_TOLD = 20
"""Differences of one sort that are named one by one."""

search = typer.Typer(no_args_is_help=True, help="The search index: prove it, rebuild it.")


@search.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON")] = False,
) -> None:
    """Hold every document against the store, both ways; exits 1 when they differ."""
    with opened(Settings()) as runtime:
        engine = runtime.search.to_write()
        with progress("Checking", indexing.size(runtime)) as advance:
            found = indexing.compare(runtime, engine, advance)
    wrong = {"missing": found.missing, "outdated": found.outdated, "surplus": found.surplus}
    if as_json:
        said = {what: [_named(key) for key in keys] for what, keys in wrong.items()}
        counts = {"documents": found.documents, "behind_changes": found.behind}
        typer.echo(json.dumps(counts | said))
    else:
        for what, keys in wrong.items():
            for key in keys[:_TOLD]:
                typer.echo(f"{what}: {_named(key)}")
            if len(keys) > _TOLD:
                typer.echo(f"{what}: {len(keys) - _TOLD} more; --json tells all.")
        verdict = "agrees with the store" if found.agrees else "differs from the store"
        late = f", {found.behind} changes behind" if found.behind else ""
        typer.echo(f"{found.documents} documents: search {verdict}{late}.")
    if not found.agrees:
        raise typer.Exit(1)


@search.command()
def rebuild() -> None:
    """Write every document anew, while searches go on."""
    with opened(Settings()) as runtime:
        engine = runtime.search.to_write()
        with progress("Rebuilding", indexing.size(runtime)) as advance:
            indexing.rebuild(runtime, engine, advance)
        typer.echo(f"{engine.count()} documents.")


def _named(key: Key) -> str:
    return f"{key.kind} {key.id}"
