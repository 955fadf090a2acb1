"""The manifest of a copy, and its verification."""

import json
from collections.abc import Callable, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.backup.portable import TypeName
from app.errors import Invalid
from app.public.vocabulary import Moment

FILE_NAME: Final = "manifest.json"
FORMAT: Final = "willay-backup"

Advance = Callable[[int], None]


def _safe_path(path: str) -> str:
    parts = path.split("/")
    if "\\" in path or any(part in ("", ".", "..") for part in parts):
        raise ValueError("leads out of the folder")
    return path


class _ManifestModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BackupColumn(_ManifestModel):
    """A column of a copied table."""

    name: str
    type: TypeName
    nullable: bool


class BackupTable(_ManifestModel):
    """A copied table. `inner` are the columns that refer to other rows of the same table."""

    name: str
    file: Annotated[str, AfterValidator(_safe_path)]
    rows: int
    key: tuple[str, ...]
    inner: tuple[str, ...]
    columns: tuple[BackupColumn, ...]


class BackupFile(_ManifestModel):
    """A file of the copy."""

    bytes: int
    sha256: str


class Manifest(_ManifestModel):
    """The description of a copy, written last, so that only complete copies have one.

    Each of `tables` refers only to tables before it. `key_mark` identifies the installation's key
    that second factors were made with, and reveals nothing about it.
    """

    format: Literal["willay-backup"] = FORMAT
    format_version: Literal[1] = 1
    willay: str
    made_at: Moment
    database: str
    schema_revision: str
    sequence: int
    epoch: str
    key_mark: str | None
    media: str
    tables: tuple[BackupTable, ...]
    files: Mapping[Annotated[str, AfterValidator(_safe_path)], BackupFile] = Field(
        default_factory=dict
    )

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.bytes for file in self.files.values())

    def text(self) -> str:
        """The text of the file."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def read(folder: Path) -> Manifest:
    """The manifest of a copy; `Invalid` when it is missing or malformed."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise Invalid("no_copy", f"{folder} holds no whole copy: there is no {FILE_NAME} in it.")
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = f"{path} cannot be understood: {where}: {first['msg']}."
        raise Invalid("broken_copy", message) from error


def verify(folder: Path, manifest: Manifest, advance: Advance) -> None:
    """Compare the files with the manifest; `Invalid` names the first that is absent or differs.

    `advance` receives the number of bytes that were read.
    """
    for table in manifest.tables:
        if table.file not in manifest.files:
            raise Invalid("broken_copy", f"The manifest says nothing of {table.file}.")
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            raise Invalid("broken_copy", f"{name} is missing from the copy.")
        if path.stat().st_size != expected.bytes or sha256_of(path) != expected.sha256:
            raise Invalid("broken_copy", f"{name} is not what was written; the copy is damaged.")
        advance(expected.bytes)


def sha256_of(path: Path) -> str:
    """The digest of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
