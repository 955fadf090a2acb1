"""A person's name beside their acts: in any table, in the audit, in stored answers."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlmodel import col

from app import audit
from app.audit import ERASED
from app.changes import PublishTx
from app.models import every_table
from app.models.idempotency import IdempotencyKey
from app.models.import_job import ImportJob
from app.models.letter import Letter
from app.models.partner import Partner


def erase_traces(tx: PublishTx, account: UUID | None, words: Sequence[str]) -> dict[str, int]:
    """Replace the words; the account's id stays, because it names nobody any more."""
    erased = {}
    for column, condition in _actor_columns(account, words):
        struck = sa.update(column.table).where(condition).values({column.name: ERASED})
        erased[f"{column.table.name}.{column.name}"] = tx.execute(struck).rowcount
    update = sa.update(Partner).where(col(Partner.contact_email).in_(words))
    erased["partner.contact_email"] = tx.execute(update.values(contact_email=None)).rowcount
    return {
        **erased,
        "audit entries": audit.erase(tx, account, words),
        "stored answers of others": erase_answers(tx, words),
        "letters to others": erase_letters(tx, words),
        "reports of imports": erase_reports(tx, words),
    }


def erase_answers(tx: PublishTx, words: Sequence[str]) -> int:
    """Delete the stored answers that hold one of some words."""
    is_mentioned = sa.or_(*(_contains(word) for word in words))
    return tx.execute(sa.delete(IdempotencyKey).where(is_mentioned)).rowcount


def erase_letters(tx: PublishTx, words: Sequence[str]) -> int:
    """Delete the letters that tell of somebody by one of some words, sent or not."""
    facts = sa.cast(col(Letter.facts), sa.Text)
    spelled = [json.dumps(word)[1:-1] for word in words]
    is_mentioned = sa.or_(*(facts.contains(word, autoescape=True) for word in spelled))
    return tx.execute(sa.delete(Letter).where(is_mentioned)).rowcount


def erase_reports(tx: PublishTx, words: Sequence[str]) -> int:
    """Delete the reports of imports that name one of some words."""
    names = ("check_report", "import_report", "undo_report")
    spelled = [json.dumps(word)[1:-1] for word in words]
    is_mentioned = sa.or_(
        *(
            sa.cast(col(getattr(ImportJob, name)), sa.Text).contains(word, autoescape=True)
            for name in names
            for word in spelled
        )
    )
    update = sa.update(ImportJob).where(is_mentioned)
    return tx.execute(update.values(dict.fromkeys(names, sa.null()))).rowcount


def _actor_columns(
    account: UUID | None, words: Sequence[str]
) -> Iterator[tuple[sa.Column[str], sa.ColumnElement[bool]]]:
    """Every column of names such as `saved_by`, with the condition that it names this person.

    Most of them have the account beside them (`saved_by_id`), so another person of the same name is
    left alone.
    """
    for table in every_table().sorted_tables:
        for column in table.columns:
            if not column.name.endswith("_by") or not _is_text(column.type):
                continue
            condition: sa.ColumnElement[bool] = column.in_(words)
            id_column = table.columns.get(f"{column.name}_id")
            if id_column is not None:
                is_own = sa.false() if account is None else id_column == account
                condition = sa.or_(is_own, sa.and_(id_column.is_(None), condition))
            yield column, sa.and_(condition, column != ERASED)


def _is_text(kind: sa.types.TypeEngine[Any]) -> bool:
    return isinstance(kind.impl_instance if isinstance(kind, sa.TypeDecorator) else kind, sa.String)


def _contains(word: str) -> sa.ColumnElement[bool]:
    return col(IdempotencyKey.body).contains(to_json(word)[1:-1].decode(), autoescape=True)
