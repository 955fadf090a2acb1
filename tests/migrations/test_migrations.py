"""Migrations make the tables that the models describe; a store of another age is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from app import schema
from app.editorial import aliases, articles, tag_merge, tags
from app.editorial.content import ArticleInput, prepare
from app.editorial.copy_filter import CopyFilter
from app.editorial.working_copies import page
from app.errors import Conflict, Unavailable
from app.runtime import Runtime, open_runtime
from tests import builders
from tests.conftest import MovingClock
from tests.editorial.desk import Desk

Either = tuple[Runtime, MovingClock]
ROOT = Path(__file__).parents[2]

STALE = "run `willay migrate` first"
NEWER = "migrated by a newer Willay; run that version"


def described(connection: sa.Connection) -> dict[str, Any]:
    """Everything that the database knows of every table but Alembic's own."""
    inspector = sa.inspect(connection)

    def named(found: list[Any]) -> list[str]:
        return sorted(json.dumps(one, sort_keys=True, default=str) for one in found)

    return {
        table: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table),
            "references": named(inspector.get_foreign_keys(table)),
            "unique": named(inspector.get_unique_constraints(table)),
            "checks": named(inspector.get_check_constraints(table)),
            "indexes": named(inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_make_what_the_models_describe_and_go_down(either: Either) -> None:
    database = either[0].database
    schema.require_current(database)
    with database.altering() as connection:
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
        migrated = described(connection)
    schema.migrate(database, "base")
    with database.altering() as connection:
        assert described(connection) == {}
        SQLModel.metadata.create_all(connection)
        declared = described(connection)
        SQLModel.metadata.drop_all(connection)
    assert migrated == declared
    # The comparison sees what it is for.
    assert "publication_interval_check" in repr(migrated["publication"]["checks"])
    assert "visible_from < visible_until" in repr(migrated["publication"]["indexes"])
    schema.migrate(database)
    schema.require_current(database)
    builders.published(either[0])


def test_texts_and_tags_of_an_older_store_are_found(either: Either) -> None:
    """Down to before the desk and up again: texts, their tags and who saved them are as before."""
    runtime, clock = either
    desk = Desk(runtime, clock)
    for slug in ("water", "land"):
        builders.tag(runtime, slug)
    public, draft = desk.create(tags=("water", "land")), desk.create(tags=("land",))
    desk.act(public, "publish")
    desk.save(public, title="Newer", tags=("water",))
    desk.act(draft, "submit")
    before = [desk.copy(key).copy for key in (public, draft)]
    schema.migrate(runtime.database, "0003")
    schema.migrate(runtime.database)
    after = [desk.copy(key).copy for key in (public, draft)]
    assert [copy.content for copy in after] == [copy.content for copy in before]
    assert [copy.article.changed_by for copy in after] == ["Ana", "Ana"]
    assert [copy.article.revision for copy in after] == [3, 1]
    for slug, keys in (("water", [public]), ("land", [draft])):
        with runtime.database.reading() as tx:
            found, _ = page(tx, CopyFilter(tag=slug), None, 20, clock())
        assert [one.article.id for one in found] == keys
    for words, keys in (("newer BODY", [public]), ("body", [draft, public]), ("nothing", [])):
        with runtime.database.reading() as tx:
            found, _ = page(tx, CopyFilter(words=words), None, 20, clock(), "title")
        assert [one.article.id for one in found] == keys
    assert desk.save(draft, title="Saved") == 2


def test_to_migrate_again_changes_nothing(either: Either) -> None:
    runtime, _ = either
    key = builders.published(runtime)
    schema.migrate(runtime.database)
    with runtime.database.reading() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM change")).scalar() == 1
        assert tx.execute(sa.text("SELECT count(*) FROM change_head")).scalar() == 1
    assert key


def test_tags_and_aliases_of_an_older_store_are_taken_over(either: Either) -> None:
    """What drafts carry, what slugs lead to, what paths are called: made out of what there was."""
    runtime, clock = either
    one, two = builders.tag(runtime, "one"), builders.tag(runtime, "two", parent="one")
    draft, _ = builders.draft(runtime, title="Draft", tags=["two", "one"])
    live = builders.published(runtime, title="Live", slug="live", tags=["one"])
    untagged = prepare(ArticleInput(lang="en", title="Live", tags=("two",)), runtime.site_rules)
    with runtime.publishing() as tx:
        articles.edit(tx, builders.EDITOR, live, 1, untagged, clock())
        aliases.upsert(tx, builders.EDITOR, "/old/live", "live", None)
        aliases.upsert(tx, builders.EDITOR, "/old/gone", None, "It is gone.")
    schema.migrate(runtime.database, "0003")
    schema.migrate(runtime.database)
    with runtime.database.reading() as tx:
        asked = sa.text("SELECT article_id, tag_id FROM article_tag")
        carried = tx.execute(asked.columns(article_id=sa.Uuid, tag_id=sa.Uuid)).all()
        assert set(carried) == {(draft, one), (draft, two), (live, two)}
        known = aliases.page(tx, None, 9)
        assert [(a.path, a.slug, a.tag, a.gone, a.revision) for a in known] == [
            ("/old/gone", None, None, "It is gone.", 1),
            ("/old/live", "live", None, None, 1),
        ]
        assert len({alias.id for alias in known}) == 2
        assert articles.read(tx, draft).content.tags == ("two", "one")
    with runtime.publishing() as tx:
        assert tags.ids_of(tx, ["one", "two"]) == [one, two]
        with pytest.raises(Conflict, match="2 articles carry"):
            tag_merge.remove(tx, builders.EDITOR, two, 1)


def test_a_store_of_another_age_is_refused(either: Either) -> None:
    runtime, clock = either
    schema.migrate(runtime.database, "base")
    for version, sentence in ((None, STALE), ("9999", NEWER)):
        with runtime.database.altering() as connection:
            connection.execute(sa.text("DELETE FROM alembic_version"))
            if version is not None:
                row = {"version": version}
                connection.execute(sa.text("INSERT INTO alembic_version VALUES (:version)"), row)
        with pytest.raises(Unavailable, match=sentence):
            schema.require_current(runtime.database)
        with pytest.raises(Unavailable, match=sentence), open_runtime(runtime.settings, clock):
            pass
    with pytest.raises(Unavailable, match=NEWER):
        schema.migrate(runtime.database)


def test_serve_says_what_to_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from app.console import main; main()", "serve", "--port", "0"],
        cwd=ROOT,
        env={"WILLAY_DATA_DIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert STALE in done.stderr
    assert "Traceback" not in done.stderr


def test_files_are_named_by_their_place_in_the_chain() -> None:
    """So the newest is known without Alembic, and nobody takes a number twice."""
    chain = ScriptDirectory.from_config(schema._alembic_config()).walk_revisions()
    assert schema.revisions() == [script.revision for script in chain][::-1]


def test_no_command_waits_for_alembic_but_migrate() -> None:
    program = "import sys; from app import cli, main; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
