"""`willay search`: is the index true, and make it anew."""

import json
from typing import Annotated, Any

import typer

from app.commands.progress import progress
from app.runtime import opened
from app.search.protocol import Key
from app.settings import Settings
from app.worker import rebuilding
from app.worker.proving import Comparison, compare
from app.worker.reading import size

_TOLD = 20
"""Differences of one sort that are named one by one."""

search = typer.Typer(no_args_is_help=True, help="Check the search index, or rebuild it.")


@search.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False,
) -> None:
    """Compare every document of the index with the database.

    The exit code is 1 when they differ, and 0 only when they agree.
    """
    found: list[Comparison] = []
    with opened(Settings()) as runtime:
        for engine in runtime.search.engines():
            with progress(f"Checking {engine.name}", size(runtime)) as advance:
                found.append(compare(runtime, engine, advance))
    if as_json:
        main, *others = (_as_json(one) for one in found)
        typer.echo(json.dumps(main | {"standby": others[0]} if others else main))
    else:
        for one in found:
            _say(one)
    if not all(one.agrees for one in found):
        raise typer.Exit(1)


@search.command()
def rebuild() -> None:
    """Write the index anew. Searches go on meanwhile."""
    with opened(Settings()) as runtime:
        for engine in runtime.search.engines():
            with progress(f"Rebuilding {engine.name}", size(runtime)) as advance:
                rebuilding.rebuild(runtime, engine, advance)
            typer.echo(f"{engine.name}: {engine.count()} documents.")


@search.command()
def rollback() -> None:
    """Bring back the Meilisearch index that the last rebuild replaced. It catches up by itself."""
    with opened(Settings()) as runtime:
        engine = runtime.search.get()
        if not rebuilding.restore(engine):
            typer.echo("No replaced index was kept; run `willay search rebuild`.", err=True)
            raise typer.Exit(1)
        typer.echo(f"{engine.name}: {engine.count()} documents.")


def _say(found: Comparison) -> None:
    for what, keys in _wrong(found).items():
        for key in keys[:_TOLD]:
            typer.echo(f"{what}: {_named(key)}")
        if len(keys) > _TOLD:
            typer.echo(f"{what}: {len(keys) - _TOLD} more; --json tells all.")
    for name in found.strangers:
        typer.echo(f"strange: {name}")
    for name in found.settings:
        typer.echo(f"setting: {name}")
    for one in found.parked:
        typer.echo(f"parked: {_named(one.key)}: {one.reason}")
    verdict = "agrees with the store" if found.agrees else "differs from the store"
    late = f", {found.behind} changes behind" if found.behind else ""
    typer.echo(f"{found.engine}: {found.documents} documents: search {verdict}{late}.")


def _wrong(found: Comparison) -> dict[str, list[Key]]:
    return {
        "missing": found.missing,
        "outdated": found.outdated,
        "altered": found.altered,
        "surplus": found.surplus,
    }


def _as_json(found: Comparison) -> dict[str, Any]:
    return {
        "engine": found.engine,
        "documents": found.documents,
        "behind_changes": found.behind,
        **{what: [_named(key) for key in keys] for what, keys in _wrong(found).items()},
        "strange": list(found.strangers),
        "settings": list(found.settings),
        "parked": [_named(one.key) for one in found.parked],
    }


def _named(key: Key) -> str:
    return f"{key.kind} {key.id}"
