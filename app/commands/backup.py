"""`willay backup` and `willay restore`: a copy of a running service, and a service from a copy."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app import milestones
from app.accounts import keys
from app.backup import manifest, restoring, taking
from app.backup.manifest import Manifest
from app.commands.progress import progress
from app.kit.clock import rfc3339
from app.runtime import opened
from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON")]


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty")],
    as_json: AsJson = False,
) -> None:
    """Copy the running service: database, media, and settings without secrets.

    The copy is complete, or the command fails.
    """
    settings = Settings()
    with opened(settings) as runtime:
        with progress("Copying", taking.count(runtime.database)) as advance:
            made = taking.take(runtime.database, settings, runtime.clock, folder, advance)
        with runtime.database.writing() as tx:
            milestones.note(tx, "backup", str(folder.absolute()), runtime.clock())
        secret = runtime.settings.data_dir / keys.FILE_NAME
    said = f"Copied {_contents(made)} to {folder}."
    if secret.exists():
        said += f" {secret} is a secret and not in the copy; keep one of it elsewhere."
    _say(said, made, as_json)


def restore(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that `willay backup` made")
    ],
    as_json: AsJson = False,
) -> None:
    """Restore a copy into an empty database, SQLite or PostgreSQL.

    Afterwards the change feed refuses cursors of the copied service, so that partners start again.
    """
    settings = Settings()
    told = manifest.read(folder)
    with progress("Verifying", told.bytes) as advance:
        copy = restoring.opened(folder, told, advance)
    with (
        opened(settings, checked=False) as runtime,
        progress("Restoring", sum(table.rows for table in told.tables)) as advance,
    ):
        restoring.restore(runtime.database, settings.data_dir, copy, advance)
    said = f"Restored {_contents(told)}, as of {rfc3339(told.made_at)}."
    mark = keys.mark_of(settings.data_dir, settings.secret_key)
    if told.key_mark not in (None, mark):
        said += (
            f" Put the copied service's {keys.FILE_NAME} into {settings.data_dir} (or set its"
            " WILLAY_SECRET_KEY): second factors and webhooks need it."
        )
    _say(said, told, as_json)


def _contents(told: Manifest) -> str:
    media = sum(name.startswith("media/") for name in told.files)
    rows = sum(table.rows for table in told.tables)
    return f"{rows} rows of {len(told.tables)} tables and {media} media files at {told.sequence}"


def _say(message: str, told: Manifest, as_json: bool) -> None:
    """The message on stderr; on stdout the JSON."""
    if not as_json:
        typer.echo(message, err=True)
        return
    report: dict[str, Any] = {
        "made_at": rfc3339(told.made_at),
        "willay": told.willay,
        "schema_revision": told.schema_revision,
        "sequence": told.sequence,
        "rows": {table.name: table.rows for table in told.tables},
        "media_files": sum(name.startswith("media/") for name in told.files),
        "bytes": told.bytes,
    }
    typer.echo(json.dumps(report))
