"""Empty the trash: articles that were there long, and that readers never saw, are deleted for good.

An article that was public once stays in the trash, because its old addresses still tell readers why
it is gone, and partners' harvests that it was withdrawn. Everything that belongs to a deleted
article goes with it; the audit keeps that it was there.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.audit import By
from app.database import WriteTx
from app.editorial.commands import audit_state
from app.models import every_table
from app.models.article import Article
from app.models.publication import Publication

AT_ONCE: Final = 50
"""The articles that one transaction deletes, so that no editor waits long."""

_WORKER: Final = By("operator")


def empty_trash(tx: WriteTx, trashed_before: datetime, now: datetime) -> int:
    """Delete a portion of the articles that were trashed before a moment; returns how many."""
    was_shown = sa.exists().where(
        col(Publication.article_id) == col(Article.id),
        col(Publication.visible_from) < col(Publication.visible_until),
    )
    statement = (
        sa.select(Article)
        .where(col(Article.trashed_at) < trashed_before, ~was_shown)
        .order_by(col(Article.trashed_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = list(tx.session.execute(statement).scalars())
    ids: list[UUID] = [row.id for row in rows]
    for row in rows:
        before = audit_state(row)
        audit.record(tx, _WORKER, now, "article.purged", "article", row.id, before=before)
        tx.session.expunge(row)
    tx.session.flush()
    articles = every_table().tables["article"]
    if ids:
        _delete_with_dependents(tx, articles, articles.c.id.in_(ids))
    return len(ids)


def _delete_with_dependents(
    tx: WriteTx, table: sa.Table, condition: sa.ColumnElement[bool]
) -> None:
    """Delete rows, and before them whatever refers to them in any table."""
    for child in every_table().sorted_tables:
        for key in child.foreign_keys:
            if key.column.table is table and child is not table:
                referred: sa.Select[Any] = sa.select(key.column).where(condition)
                _delete_with_dependents(tx, child, key.parent.in_(referred))
    tx.execute(sa.delete(table).where(condition))
