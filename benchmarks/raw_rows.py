"""Rows straight into the tables of a store, and the entries of the log that belong to them."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from app.database import Database
from app.models.change import Change
from app.models.publication import Publication
from app.models.tag import Tag


def write(connection: sa.Connection, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Through the driver: SQLAlchemy's processing of each value would take three times as long."""
    target = SQLModel.metadata.tables[str(table.__tablename__)]
    columns = ", ".join(rows[0])
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        statement = f"INSERT INTO {target.name} ({columns}) VALUES ({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, [tuple(map(_stored, row.values())) for row in rows])
        return
    psycopg: Any = connection.connection.driver_connection
    with (
        psycopg.cursor() as cursor,
        cursor.copy(f"COPY {target.name} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([json.dumps(v) if type(v) is dict else v for v in row.values()])


def _stored(value: Any) -> Any:
    """As SQLAlchemy stores it in SQLite."""
    if type(value) is UUID:
        return value.hex
    if type(value) is datetime:
        return _text(value)
    return json.dumps(value) if type(value) is dict else value


@lru_cache(maxsize=1_000)
def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def vacuum(database: Database) -> None:
    """What autovacuum does within minutes: statistics, and the map for index-only scans."""
    engine = sa.create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # The map leaves out rows whose commit is not yet on disk, as a server that does not wait
        # for its disk has them; a commit that waits takes all earlier ones along.
        connection.exec_driver_sql("SET synchronous_commit = on")
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("VACUUM")
    engine.dispose()


def write_log(connection: sa.Connection, now: datetime) -> int:
    """Write the entries of all tags and publications until `now`, earliest first; return the number
    of the last."""
    is_retracted = col(Publication.ended) == "retracted"
    sources = [
        ("tag", Tag.id, "created", Tag.created_at, sa.true()),
        ("article", Publication.article_id, "published", Publication.visible_from, sa.true()),
        ("article", Publication.article_id, "retracted", Publication.visible_until, is_retracted),
    ]
    arms: list[sa.Select[*tuple[Any, ...]]] = [
        sa.select(
            col(at).label("at"),
            sa.literal(kind).label("kind"),
            col(subject).label("subject_id"),
            sa.literal(cause).label("cause"),
        ).where(col(at) <= now, condition)
        for kind, subject, cause, at, condition in sources
    ]
    entries = sa.union_all(*arms).subquery().c
    place = sa.func.row_number().over(order_by=[entries.at, entries.subject_id])
    columns = ["sequence", "at", "kind", "subject_id", "cause"]
    numbered = sa.select(place, entries.at, entries.kind, entries.subject_id, entries.cause)
    connection.execute(sa.insert(Change).from_select(columns, numbered))
    return int(connection.execute(sa.select(sa.func.max(col(Change.sequence)))).scalar_one())


def move_sequence(connection: sa.Connection) -> None:
    """Let PostgreSQL number the next publication after those that were written with their ids."""
    sequence = sa.func.pg_get_serial_sequence("publication", "id")
    connection.execute(sa.select(sa.func.setval(sequence, sa.func.max(col(Publication.id)))))
