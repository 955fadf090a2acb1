"""The store's schema: bring it up to date, and refuse to start on a stale one.

May import: database, errors, resources. The migrations themselves are in `migrations/`.
"""

from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.database import Database
from app.errors import Unavailable
from app.resources import path_of


def migrate(database: Database, target: str = "head") -> None:
    """Upgrade (or downgrade) the store to a revision; the default is the newest."""
    with database.altering() as connection:
        move(connection, target)


def move(connection: sa.Connection, target: str = "head") -> None:
    """As `migrate`, in the transaction of a connection."""
    config = _config()
    config.attributes["connection"] = connection
    current = revision_of(connection)
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    if any(one is not None and one not in (*known, "head", "base") for one in (current, target)):
        raise Unavailable("schema_newer", _NEWER)
    goes_down = target == "base" or (
        target in known and current in known and known.index(target) > known.index(current)
    )
    (command.downgrade if goes_down else command.upgrade)(config, target)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that a store is at; none when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def check(database: Database) -> None:
    """`Unavailable` unless the store's schema is the one that this program was written for."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    found = _found(database) if database.is_there else None
    if found == wanted:
        return
    known = {s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable("schema_newer", _NEWER)
    state = "empty" if found is None else f"at {found}, not {wanted}"
    raise Unavailable("schema_stale", f"The store's schema is {state}; run `willay migrate` first.")


def _found(database: Database) -> str | None:
    with database.reading() as tx:
        tables = sa.inspect(tx.connection).get_table_names()
        return revision_of(tx.connection) if tables else None


_NEWER: Final = "The store was migrated by a newer Willay; run that version."


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(path_of("migrations")))
    return config
