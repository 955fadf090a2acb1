"""The store's schema: bring it up to date, and refuse to start on a stale one.

May import: database, errors, resources. The migrations themselves are in `migrations/`, each in a
file that begins with its number. Alembic is imported only to migrate: it costs every command a
third of a second.
"""

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from app.database import Database
from app.errors import Unavailable
from app.resources import path_of

if TYPE_CHECKING:
    from alembic.config import Config


def migrate(database: Database, target: str = "head") -> None:
    """Upgrade (or downgrade) the store to a revision; the default is the newest."""
    with database.altering() as connection:
        migrate_connection(connection, target)


def migrate_connection(connection: sa.Connection, target: str = "head") -> None:
    """Like `migrate`, in the transaction of a connection."""
    from alembic import command

    config = _alembic_config()
    config.attributes["connection"] = connection
    current, known_revisions = revision_of(connection), revisions()
    if any(
        name is not None and name not in (*known_revisions, "head", "base")
        for name in (current, target)
    ):
        raise Unavailable("schema_newer", _NEWER)
    goes_down = target == "base" or (
        target in known_revisions
        and current in known_revisions
        and known_revisions.index(target) < known_revisions.index(current)
    )
    (command.downgrade if goes_down else command.upgrade)(config, target)


def revisions() -> list[str]:
    """Every revision that this program knows, from the first to the newest."""
    files = (path_of("migrations") / "versions").glob("[0-9]*.py")
    return sorted(path.name.partition("_")[0] for path in files)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision of a store; None when it is empty."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def require_current(database: Database) -> None:
    """`Unavailable` unless the store's schema is the one that this program was written for."""
    known_revisions = revisions()
    current = _current_revision(database) if database.is_there else None
    if current == known_revisions[-1]:
        return
    if current is not None and current not in known_revisions:
        raise Unavailable("schema_newer", _NEWER)
    state = "empty" if current is None else f"at {current}, not {known_revisions[-1]}"
    raise Unavailable("schema_stale", f"The store's schema is {state}; run `willay migrate` first.")


def _current_revision(database: Database) -> str | None:
    with database.reading() as tx:
        return revision_of(tx.connection)


_NEWER: Final = "The store was migrated by a newer Willay; run that version."


def _alembic_config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(path_of("migrations")))
    return config
