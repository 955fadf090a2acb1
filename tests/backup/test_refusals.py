"""Half a copy is never taken for one, and a restore that is refused leaves nothing behind."""

import gzip
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app import schema
from app.backup.portable import type_name
from app.database import Database
from app.errors import Conflict, Invalid, Unavailable
from app.models import every_table
from app.published import changes
from tests import builders
from tests.backup.copies import empty_store, restore, rows, take
from tests.conftest import Bench

Change = Callable[[Path], object]


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))


def refilled(folder: Path, name: str, content: bytes) -> None:
    """Another content, which the manifest vouches for."""
    packed = gzip.compress(content)
    (folder / name).write_bytes(packed)
    file = {"bytes": len(packed), "sha256": sha256(packed).hexdigest()}
    rewritten(folder, lambda told: told["files"].update({name: file}))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


TAGS = "tables/tag.jsonl.gz"

DAMAGES: dict[str, tuple[Change, str]] = {
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "there is no manifest.json"),
    "half a manifest": (
        lambda f: (f / "manifest.json").write_text((f / "manifest.json").read_text()[:900]),
        "cannot be understood",
    ),
    "a manifest of something else": (
        lambda f: (f / "manifest.json").write_text('{"format": "other"}'),
        "cannot be understood",
    ),
    "a later format": (
        lambda f: rewritten(f, lambda told: told.update(format_version=2)),
        "format_version",
    ),
    "a flipped bit": (lambda f: flip(f / TAGS), "tag.jsonl.gz is not what was written"),
    "a file cut short": (
        lambda f: (f / TAGS).write_bytes((f / TAGS).read_bytes()[:-1]),
        "tag.jsonl.gz is not what was written",
    ),
    "a file that is gone": (lambda f: (f / TAGS).unlink(), "tag.jsonl.gz is missing"),
    "a way out of the folder": (
        lambda f: rewritten(
            f, lambda t: t["files"].update({"media/../../x": {"bytes": 0, "sha256": ""}})
        ),
        "leads out of the folder",
    ),
    "an absolute path": (
        lambda f: rewritten(
            f, lambda t: t["files"].update({"/etc/passwd": {"bytes": 0, "sha256": ""}})
        ),
        "leads out of the folder",
    ),
    "a file that nobody vouches for": (
        lambda f: rewritten(f, lambda t: t["files"].pop(TAGS)),
        "says nothing of tables/tag.jsonl.gz",
    ),
    "a row too few": (lambda f: refilled(f, TAGS, b""), "holds 0 rows, not 2"),
    "no JSON": (lambda f: refilled(f, TAGS, b"{half\n"), "line 1, holds no row of tag"),
    "no gzip": (
        lambda f: (
            (f / TAGS).write_bytes(b"plain"),
            rewritten(
                f,
                lambda t: t["files"].update(
                    {TAGS: {"bytes": 5, "sha256": sha256(b"plain").hexdigest()}}
                ),
            ),
        ),
        "line 1, holds no row of tag",
    ),
    "a table that no schema has": (
        lambda f: rewritten(f, lambda t: t["tables"][0].update(name="sqlite_master")),
        "sqlite_master is not one of its schema",
    ),
    "a column that no schema has": (
        lambda f: rewritten(f, lambda t: t["tables"][0]["columns"][0].update(name="x")),
        "is not one of its schema",
    ),
    "a newer schema": (
        lambda f: rewritten(f, lambda t: t.update(schema_revision="9999")),
        "migrated by a newer Willay",
    ),
}


def with_copy(bench: Bench, tmp_path: Path) -> Path:
    builders.tag(bench.runtime, "water")
    builders.tag(bench.runtime, "river", parent="water")
    builders.published(bench.runtime, tags=("river",))
    media = bench.runtime.settings.data_dir / "media"
    media.mkdir()
    (media / "one.jpg").write_bytes(b"one")
    take(bench.runtime, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_is_refused_and_nothing_is_kept(
    damage: str, quiet: Bench, tmp_path: Path
) -> None:
    folder = with_copy(quiet, tmp_path)
    change, sentence = DAMAGES[damage]
    change(folder)
    with empty_store(tmp_path / "two", quiet.clock) as other:
        with pytest.raises((Invalid, Unavailable), match=sentence):
            restore(other, folder)
        with other.database.altering() as connection:
            assert schema.revision_of(connection) is None
        left = {path.name for path in (tmp_path / "two").rglob("*")}
        assert left <= {"willay.db", "willay.db-wal", "willay.db-shm"}


def test_a_store_with_content_is_refused_and_left_alone(quiet: Bench, tmp_path: Path) -> None:
    folder = with_copy(quiet, tmp_path)
    before = rows(quiet.runtime)
    with pytest.raises(
        Conflict, match=r"not empty \(there are rows in article\); name another one"
    ):
        restore(quiet.runtime, folder)
    assert rows(quiet.runtime) == before
    with empty_store(tmp_path / "two", quiet.clock) as other:
        (tmp_path / "two" / "media").mkdir(parents=True)
        (tmp_path / "two" / "media" / "mine.jpg").write_bytes(b"mine")
        with pytest.raises(Conflict, match="name a folder that is new or empty"):
            restore(other, folder)
        with other.database.altering() as connection:
            assert schema.revision_of(connection) is None


def test_a_store_that_was_only_migrated_is_empty(quiet: Bench, tmp_path: Path) -> None:
    folder = with_copy(quiet, tmp_path)
    with empty_store(tmp_path / "two", quiet.clock) as other:
        schema.migrate(other.database)
        restore(other, folder)
        assert rows(other) == rows(quiet.runtime)


def test_a_copy_of_an_older_schema_is_brought_forward(quiet: Bench, tmp_path: Path) -> None:
    folder = with_copy(quiet, tmp_path)

    before = before_the_epoch(tmp_path / "old")

    def age(told: dict[str, Any]) -> None:
        told["schema_revision"] = before["revision"]
        told["tables"] = [table for table in told["tables"] if table["name"] in before["tables"]]
        for table in told["tables"]:
            known = before["tables"][table["name"]]
            table["columns"] = [one for one in table["columns"] if one["name"] in known]

    rewritten(folder, age)
    with empty_store(tmp_path / "two", quiet.clock) as other:
        restore(other, folder)
        schema.require_current(other.database)
        assert rows(other) == rows(quiet.runtime)
        with other.database.reading() as tx, quiet.runtime.database.reading() as old:
            assert not changes.is_mine(tx, changes.cursor_at(old, 1))


def before_the_epoch(folder: Path) -> dict[str, Any]:
    """The schema's revision before the log had an epoch, and the columns of its tables."""
    database = Database(f"sqlite:///{folder / 'older.db'}")
    try:
        script = ScriptDirectory.from_config(schema._alembic_config()).get_revision("0007")
        assert isinstance(script.down_revision, str)
        schema.migrate(database, script.down_revision)
        with database.reading() as tx:
            store = sa.inspect(tx.connection)
            tables = {
                name: {column["name"] for column in store.get_columns(name)}
                for name in store.get_table_names()
            }
        return {"revision": script.down_revision, "tables": tables}
    finally:
        database.close()


def test_a_folder_in_use_is_refused(quiet: Bench, tmp_path: Path) -> None:
    folder = with_copy(quiet, tmp_path)
    for taken in (folder, folder / "manifest.json"):
        before = sorted(path.name for path in tmp_path.rglob("*"))
        with pytest.raises(Conflict, match="name a folder that is new or empty"):
            take(quiet.runtime, taken)
        assert sorted(path.name for path in tmp_path.rglob("*")) == before
    (tmp_path / "empty").mkdir()
    assert take(quiet.runtime, tmp_path / "empty").sequence == 3
    with pytest.raises(Unavailable, match="mend that and try again"):
        take(quiet.runtime, folder / "manifest.json" / "below")


def test_what_is_interrupted_leaves_no_copy(quiet: Bench, tmp_path: Path) -> None:
    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    builders.published(quiet.runtime)
    with pytest.raises(KeyboardInterrupt):
        take(quiet.runtime, tmp_path / "backups" / "copy", stop)
    assert list((tmp_path / "backups").iterdir()) == []


def test_every_column_has_a_portable_form_and_tables_come_in_order() -> None:
    seen: set[str] = set()
    for table in every_table().sorted_tables:
        assert all(type_name(column.type) for column in table.columns)
        others = {key.column.table.name for key in table.foreign_keys} - {table.name}
        assert others <= seen, f"{table.name} refers to what comes later"
        seen.add(table.name)
    with pytest.raises(TypeError, match="no portable form"):
        type_name(sa.ARRAY(sa.Integer))
