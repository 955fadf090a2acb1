"""`Idempotency-Key`: a repeated request takes effect once and gets the same answer.

The transaction of the effect itself claims the key and stores the answer. So a crash between commit
and answer loses neither, and a refused request leaves the key free. A duplicate that arrives
meanwhile waits for that transaction and gets its answer. Each account has its own keys; they expire
after a day. May import: models, database, errors, kit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import WriteTx
from app.errors import Conflict, Invalid
from app.models.idempotency import IdempotencyKey

KEPT_FOR: Final = timedelta(hours=24)
MOST: Final = 20_000
"""The most keys that one account may use in that time."""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A stored answer."""

    status: int
    headers: Mapping[str, str]
    body: str


def claim_key(
    tx: WriteTx, account_id: UUID, key: str, request_digest: str, now: datetime
) -> StoredResponse | None:
    """The stored answer to this request, or None once this transaction has claimed the key.

    `Invalid` if the key came with another request, `Conflict` above `MOST` keys.
    """
    is_own = col(IdempotencyKey.account_id) == account_id
    old = col(IdempotencyKey.created_at) <= now - KEPT_FOR
    tx.execute(sa.delete(IdempotencyKey).where(is_own, old))
    values = {
        "account_id": account_id,
        "key": key,
        "request_digest": request_digest,
        "created_at": now,
    }
    # RETURNING, because psycopg forgets an INSERT's row count once its cursor is closed.
    claimed = tx.insert_into(IdempotencyKey).values(values).on_conflict_do_nothing()
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
    """Store the answer to the request that claimed the key."""
    tx.execute(
        sa.update(IdempotencyKey)
        .where(col(IdempotencyKey.account_id) == account_id, col(IdempotencyKey.key) == key)
        .values(status=response.status, headers=dict(response.headers), body=response.body)
    )
