"""PostgreSQL databases for tests: made from a migrated template, and used again when clean.

A database that is given back is emptied in 5 ms where making one costs 50; but only one that a test
left as it was made: at the same schema, with nobody connected to it. All others are dropped.
"""

import secrets
import time
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

import psycopg

from app import schema
from app.database import Database

_USES_AT_MOST: Final = 200
"""Dead rows stay, for nobody vacuums: then a new database is cheaper."""

_TEMPLATE: Final = "willay_template"

# Everything a test may have changed besides rows: tables, columns, indexes, triggers, functions,
# settings of the database, and what ANALYZE found, by which other tests would be planned.
_FINGERPRINT: Final = """
SELECT md5(concat_ws('|',
  (SELECT string_agg(concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull), ','
     ORDER BY c.relname, a.attnum)
   FROM pg_class c LEFT JOIN pg_attribute a
     ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE c.relnamespace = 'public'::regnamespace),
  (SELECT string_agg(concat_ws(' ', conname, contype), ',' ORDER BY conname)
   FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
  (SELECT string_agg(concat_ws(' ', tgrelid::regclass, tgname, tgenabled), ',' ORDER BY tgname)
   FROM pg_trigger WHERE NOT tgisinternal),
  (SELECT string_agg(concat_ws(' ', proname, md5(prosrc)), ',' ORDER BY proname)
   FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting
   WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())),
  (SELECT count(*) FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
   WHERE c.relnamespace = 'public'::regnamespace),
  (SELECT string_agg(version_num, ',') FROM alembic_version)
))
"""

_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class Databases:
    """The databases of one server."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._numbers = count(1)
        self._free: list[str] = []
        self._uses: dict[str, int] = {}
        self._links: dict[str, psycopg.Connection] = {}
        self._reset = ""
        self._fingerprint = ""
        self.made = self.reused = 0

    def migrated(self) -> str:
        """The address of an empty store at the newest schema, with an epoch of its own."""
        if self._free:
            self.reused += 1
            return self.address(self._free.pop())
        name = self._create(self._template())
        self._uses[name] = 0
        self._link(name).execute(_epoch())
        return self.address(name)

    def bare(self) -> str:
        """The address of a database without tables."""
        return self.address(self._create("template1"))

    def copied(self, url: str) -> str:
        """The address of a copy of a store to which nobody is connected: a backup of its files."""
        self._unlink(self._name(url))
        return self.address(self._create(self._name(url)))

    def give_back(self, url: str) -> None:
        """Somebody else may use it; it is dropped unless it is clean."""
        name = self._name(url)
        if self._uses.get(name, 0) < _USES_AT_MOST and self._is_clean(name):
            self._link(name).execute(f"BEGIN; {self._reset} {_epoch()}; COMMIT")
            self._uses[name] = self._uses.get(name, 0) + 1
            self._free.append(name)
        else:
            self._unlink(name)
            self._on_server(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """Where a database is."""
        return self._server.replace("/postgres?", f"/{name}?")

    def files(self, url: str) -> list[Path]:
        """Those of one database and of the server as a whole, as a disk would keep them."""
        self._on_server("CHECKPOINT")
        row = (
            self._link(self._name(url))
            .execute(
                "SELECT current_setting('data_directory'), oid::text FROM pg_database"
                " WHERE datname = current_database()"
            )
            .fetchone()
        )
        assert row is not None
        folder = Path(row[0])
        others = {path for path in (folder / "base").iterdir() if path.name != row[1]}
        away = {folder / "pg_wal", folder / "log", *others}
        return [
            path
            for path in folder.rglob("*")
            if path.is_file() and away.isdisjoint((path, *path.parents))
        ]

    @cache  # noqa: B019  # one object a process
    def _template(self) -> str:
        self._on_server(f"CREATE DATABASE {_TEMPLATE}")
        database = Database(self.address(_TEMPLATE))
        schema.migrate(database)
        database.close()
        link = self._link(_TEMPLATE)
        self._reset = _reset(link)
        self._fingerprint = _text(link, _FINGERPRINT)
        self._unlink(_TEMPLATE)
        return _TEMPLATE

    def _is_clean(self, name: str) -> bool:
        link = self._link(name)
        if _text(link, "SELECT to_regclass('alembic_version')") is None:
            return False
        self._template()
        if _text(link, _FINGERPRINT) != self._fingerprint:
            return False
        deadline = time.monotonic() + 0.2  # whoever closed a connection a moment ago still leaves
        while _text(link, _OTHERS) != "0":
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _create(self, template: str) -> str:
        name = f"willay_{next(self._numbers)}"
        self._on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        self.made += 1
        return name

    def _name(self, url: str) -> str:
        before, after = self._server.split("/postgres?")
        return url.removeprefix(f"{before}/").removesuffix(f"?{after}")

    def _link(self, name: str) -> psycopg.Connection:
        if name not in self._links:
            self._links[name] = psycopg.connect(self.address(name), autocommit=True)
        return self._links[name]

    def _unlink(self, name: str) -> None:
        if name in self._links:
            self._links.pop(name).close()

    def _on_server(self, statement: str) -> None:
        self._link("postgres").execute(statement)

    def close(self) -> None:
        """Leave the server alone."""
        for name in list(self._links):
            with suppress(psycopg.Error):
                self._unlink(name)


def _epoch() -> str:
    """A migration draws it at random, once; copies of one template would share it."""
    return f"UPDATE change_head SET epoch = '{secrets.token_hex(8)}'"


def _reset(link: psycopg.Connection) -> str:
    """Statements that take any database of this schema back to the rows that this one holds."""
    tables = [
        row[0]
        for row in link.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
    ]
    # Nothing that the store refuses to delete is kept, and no order of tables matters.
    words = ["SET LOCAL session_replication_role = replica;"]
    for table in tables:
        words.append(f'DELETE FROM "{table}";')
        for (row,) in link.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t'):
            text = row.replace("'", "''")
            words.append(
                f'INSERT INTO "{table}" SELECT * FROM'
                f" jsonb_populate_record(NULL::\"{table}\", '{text}');"
            )
    words += [
        f'ALTER SEQUENCE "{row[0]}" RESTART;'
        for row in link.execute(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
        )
    ]
    return " ".join(words)


def _text(link: psycopg.Connection, query: str) -> str | None:
    row = link.execute(query).fetchone()
    return None if row is None or row[0] is None else str(row[0])
