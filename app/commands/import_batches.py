"""Imports that changed something: a list of them, and how one is taken back."""

import json
from typing import Annotated
from uuid import UUID

import typer

from app.commands.progress import progress
from app.runtime import open_runtime
from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON")]


def list_batches(as_json: AsJson = False) -> None:
    """List the imports that changed something, the newest first, with the names to undo them by."""
    from app.editorial import import_batches

    with open_runtime(Settings()) as runtime, runtime.database.reading() as tx:
        batches = import_batches.list_batches(tx)
    rows = [batch.model_dump(mode="json") for batch in batches]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        undone = row["undone_at"]
        end = f"undone {undone}" if undone else row["ended_at"] or "not completed"
        typer.echo(f"{row['id']}  {row['began_at']}  {row['source']}  {end}")


def undo(
    batch: Annotated[UUID, typer.Argument(metavar="BATCH", help="The id that the import printed")],
    as_json: AsJson = False,
) -> None:
    """Take back what an import made and nobody edited since.

    Its articles answer 410 with the reason `import_undone`, and their addresses are free for the
    next import. Media that nothing else shows go too.
    """
    from app.interchange.undo import undo_batch

    with open_runtime(Settings()) as runtime, progress("Undoing", 0) as advance:
        report = undo_batch(runtime, batch, advance)
    typer.echo(json.dumps(report.as_json()) if as_json else report.as_text())
