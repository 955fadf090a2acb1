"""`willay backup` and `willay restore`: a copy of a running service, and a service from a copy."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app import milestones
from app.accounts import keys
from app.backup import creation, manifest, restoration
from app.backup.manifest import Manifest
from app.commands.progress import progress
from app.kit.clock import rfc3339
from app.runtime import open_runtime
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
    with open_runtime(settings) as runtime:
        with progress("Copying", creation.count(runtime.database)) as advance:
            manifest = creation.create_backup(
                runtime.database, settings, runtime.clock, folder, advance
            )
        with runtime.database.writing() as tx:
            milestones.record(tx, "backup", str(folder.absolute()), runtime.clock())
        secret = runtime.settings.data_dir / keys.FILE_NAME
    message = f"Copied {_describe_contents(manifest)} to {folder}."
    if secret.exists():
        message += f" {secret} is a secret and not in the copy; keep one of it elsewhere."
    _print_result(message, manifest, as_json)


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
    contents = manifest.read(folder)
    with progress("Verifying", contents.bytes) as advance:
        copy = restoration.open_backup(folder, contents, advance)
    with (
        open_runtime(settings, check_schema=False) as runtime,
        progress("Restoring", sum(table.rows for table in contents.tables)) as advance,
    ):
        restoration.restore(runtime.database, settings.data_dir, copy, advance)
    message = f"Restored {_describe_contents(contents)}, as of {rfc3339(contents.made_at)}."
    mark = keys.mark_of(settings.data_dir, settings.secret_key)
    if contents.key_mark not in (None, mark):
        message += (
            f" Put the copied service's {keys.FILE_NAME} into {settings.data_dir} (or set its"
            " WILLAY_SECRET_KEY): second factors, webhooks and addresses of readers need it."
        )
    _print_result(message, contents, as_json)


def _describe_contents(copy: Manifest) -> str:
    media = sum(name.startswith("media/") for name in copy.files)
    rows = sum(table.rows for table in copy.tables)
    return f"{rows} rows of {len(copy.tables)} tables and {media} media files at {copy.sequence}"


def _print_result(message: str, manifest: Manifest, as_json: bool) -> None:
    """Print the message to stderr, or the JSON to stdout."""
    if not as_json:
        typer.echo(message, err=True)
        return
    report: dict[str, Any] = {
        "made_at": rfc3339(manifest.made_at),
        "willay": manifest.willay,
        "schema_revision": manifest.schema_revision,
        "sequence": manifest.sequence,
        "rows": {table.name: table.rows for table in manifest.tables},
        "media_files": sum(name.startswith("media/") for name in manifest.files),
        "bytes": manifest.bytes,
    }
    typer.echo(json.dumps(report))
