"""`Idempotency-Key`: a request that arrives twice takes effect once and is answered alike.

The key is claimed and the answer kept in the transaction of the effect itself, so a crash between
commit and answer loses neither, and a request that was refused leaves the key free. A twin that
comes meanwhile waits for that transaction and gets its answer. Keys are an account's own and are
forgotten after a day. May import: models, database, errors, kit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.database import WriteTx
from app.errors import Conflict, Invalid
from app.models.idempotency import IdempotencyKey

KEPT_FOR: Final = timedelta(hours=24)
MOST: Final = 20_000
"""Keys of one account in that time."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as it was given before."""

    status: int
    headers: Mapping[str, str]
    body: str


def claim_key(
    tx: WriteTx, account_id: UUID, key: str, request_digest: str, now: datetime
) -> StoredResponse | None:
    """The answer given to this request before; else the key is this transaction's.

    `Invalid` when the key came with another request, `Conflict` past `MOST` of them.
    """
    is_own = col(IdempotencyKey.account_id) == account_id
    old = col(IdempotencyKey.created_at) <= now - KEPT_FOR
    tx.execute(sa.delete(IdempotencyKey).where(is_own, old))
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    values = {
        "account_id": account_id,
        "key": key,
        "request_digest": request_digest,
        "created_at": now,
    }
    # By RETURNING: psycopg forgets the row count of an INSERT once its cursor is closed.
    claimed = insert(IdempotencyKey).values(values).on_conflict_do_nothing()
    if tx.execute(claimed.returning(col(IdempotencyKey.key))).first() is not None:
        number: int = tx.execute(sa.select(sa.func.count()).where(is_own)).scalar_one()
        if number > MOST:
            message = f"{MOST} keys in a day are enough; send this without an Idempotency-Key."
            raise Conflict("too_many_keys", message)
        return None
    statement = sa.select(
        col(IdempotencyKey.request_digest),
        col(IdempotencyKey.status),
        col(IdempotencyKey.headers),
        col(IdempotencyKey.body),
    )
    row = tx.execute(statement.where(is_own, col(IdempotencyKey.key) == key)).one()
    if row.request_digest != request_digest:
        raise Invalid(
            "idempotency_key_reused",
            "This Idempotency-Key came with another request; use a new one.",
        )
    return StoredResponse(row.status, row.headers, row.body)


def store_response(tx: WriteTx, account_id: UUID, key: str, response: StoredResponse) -> None:
    """Remember what is answered to the request that claimed the key."""
    tx.execute(
        sa.update(IdempotencyKey)
        .where(col(IdempotencyKey.account_id) == account_id, col(IdempotencyKey.key) == key)
        .values(status=response.status, headers=dict(response.headers), body=response.body)
    )
