"""`willay search`: checks the index, and rebuilds it."""

import json
from typing import Annotated, Any

import typer

from app.commands.progress import progress
from app.runtime import open_runtime
from app.search.protocol import Key
from app.settings import Settings
from app.worker import rebuilding
from app.worker.index_documents import count_documents
from app.worker.verification import Comparison, compare

_TOLD = 20
"""Differences of one sort that are printed one by one."""

search = typer.Typer(no_args_is_help=True, help="Check the search index, or rebuild it.")


@search.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False,
) -> None:
    """Compare every document of the index with the database.

    The exit code is 1 when they differ, and 0 only when they agree.
    """
    comparisons: list[Comparison] = []
    with open_runtime(Settings()) as runtime:
        for engine in runtime.search.engines():
            with progress(f"Checking {engine.name}", count_documents(runtime)) as advance:
                comparisons.append(compare(runtime, engine, advance))
    if as_json:
        main, *others = (_as_json(checked) for checked in comparisons)
        typer.echo(json.dumps(main | {"standby": others[0]} if others else main))
    else:
        for checked in comparisons:
            _print_comparison(checked)
    if not all(checked.agrees for checked in comparisons):
        raise typer.Exit(1)


@search.command()
def rebuild() -> None:
    """Write the index anew. Searches go on meanwhile."""
    with open_runtime(Settings()) as runtime:
        for engine in runtime.search.engines():
            with progress(f"Rebuilding {engine.name}", count_documents(runtime)) as advance:
                rebuilding.rebuild(runtime, engine, advance)
            typer.echo(f"{engine.name}: {engine.count()} documents.")


@search.command()
def rollback() -> None:
    """Bring back the Meilisearch index that the last rebuild replaced. It catches up by itself."""
    with open_runtime(Settings()) as runtime:
        engine = runtime.search.get()
        if not rebuilding.restore_previous(engine):
            typer.echo("No replaced index was kept; run `willay search rebuild`.", err=True)
            raise typer.Exit(1)
        typer.echo(f"{engine.name}: {engine.count()} documents.")


def _print_comparison(comparison: Comparison) -> None:
    for what, keys in _differences(comparison).items():
        for key in keys[:_TOLD]:
            typer.echo(f"{what}: {_key_text(key)}")
        if len(keys) > _TOLD:
            typer.echo(f"{what}: {len(keys) - _TOLD} more; --json tells all.")
    for name in comparison.strangers:
        typer.echo(f"strange: {name}")
    for name in comparison.settings:
        typer.echo(f"setting: {name}")
    for parked in comparison.parked:
        typer.echo(f"parked: {_key_text(parked.key)}: {parked.reason}")
    verdict = "agrees with the store" if comparison.agrees else "differs from the store"
    late = f", {comparison.behind} changes behind" if comparison.behind else ""
    typer.echo(f"{comparison.engine}: {comparison.documents} documents: search {verdict}{late}.")


def _differences(comparison: Comparison) -> dict[str, list[Key]]:
    return {
        "missing": comparison.missing,
        "outdated": comparison.outdated,
        "altered": comparison.altered,
        "surplus": comparison.surplus,
    }


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "engine": comparison.engine,
        "documents": comparison.documents,
        "behind_changes": comparison.behind,
        **{
            what: [_key_text(key) for key in keys]
            for what, keys in _differences(comparison).items()
        },
        "strange": list(comparison.strangers),
        "settings": list(comparison.settings),
        "parked": [_key_text(parked.key) for parked in comparison.parked],
    }


def _key_text(key: Key) -> str:
    return f"{key.kind} {key.id}"
