"""The outbox: letters that are planned in the transaction of the act that they tell of.

So an act that is undone sends nothing, and an act that is committed loses no letter. Whoever plans
a letter names an account or a reader, not an address, and no secret: both are found when it is sent
(`letters`). `editorial`, `accounts` and `newsletters` plan in their own transactions, so this
module is below them.
May import: changes, models, database, kit.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx, WriteTx
from app.kit.ids import uuid7
from app.models.account import Account
from app.models.letter import Letter

NoticeKind = Literal["submitted", "returned", "approved", "mentioned", "release"]
"""What an account may hear of: a text to review, its own text sent back or approved, its name in a
note, and a scheduled publication that was cancelled or failed."""

AccountLetterKind = Literal["invitation", "reset", "trial"] | NoticeKind
"""A letter to an account; `trial` is an issue of a newsletter before its readers get it."""

ReaderLetterKind = Literal["confirmation", "subscribed", "issue"]
"""A letter to a reader: to confirm, about a subscription that stands, an issue of a newsletter."""

LetterKind = AccountLetterKind | ReaderLetterKind
LetterState = Literal["planned", "handed", "uncertain", "sent", "refused", "failed"]

NOTICES: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)
REVIEWERS: Final = ("editor", "publisher", "admin")
"""The roles with the scope `articles:review`."""

_AWAITED: Final = frozenset(("invitation", "reset", "trial", "confirmation", "subscribed"))
"""Letters that somebody waits for. They go before notices, and these before issues."""

_NEWS_FOR: Final = timedelta(days=3)
"""A notice that could not be sent for so long is not sent any more."""


def plan_letter(
    tx: WriteTx,
    kind: AccountLetterKind,
    account_id: UUID,
    key: str,
    now: datetime,
    expires_at: datetime,
    *,
    facts: Mapping[str, Any] | None = None,
    letter_id: UUID | None = None,
) -> None:
    """Plan a letter; nothing happens if one was planned under this key already."""
    row = _to_row(kind, key, now, expires_at, facts) | {"account_id": account_id}
    _insert(tx, [row | {"id": letter_id or row["id"]}])


def plan_reader_letters(
    tx: WriteTx,
    kind: ReaderLetterKind,
    subject: str,
    readers: Iterable[UUID],
    now: datetime,
    expires_at: datetime,
    *,
    issue_id: UUID | None = None,
) -> None:
    """Plan a letter to each of some readers about one subject, unless it is planned already."""
    _insert(
        tx,
        [
            _to_row(kind, f"{kind}:{subject}:{reader}", now, expires_at, None)
            | {"reader_id": reader, "issue_id": issue_id}
            for reader in readers
        ],
    )


def _to_row(
    kind: LetterKind,
    key: str,
    now: datetime,
    expires_at: datetime,
    facts: Mapping[str, Any] | None,
) -> dict[str, Any]:
    return {
        "id": uuid7(now),
        "key": key,
        "kind": kind,
        "urgency": _urgency(kind),
        "facts": dict(facts or {}),
        "state": "planned",
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
        "expires_at": expires_at,
    }


def _urgency(kind: LetterKind) -> int:
    return 0 if kind in _AWAITED else 2 if kind == "issue" else 1


def _insert(tx: WriteTx, rows: list[dict[str, Any]]) -> None:
    if rows:
        epoch = head(tx).epoch
        statement = tx.insert_into(Letter).on_conflict_do_nothing(index_elements=[col(Letter.key)])
        tx.execute(statement, [row | {"epoch": epoch} for row in rows])


def plan_notice(
    tx: WriteTx,
    kind: NoticeKind,
    readers: Iterable[UUID],
    subject: str,
    now: datetime,
    *,
    by: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Tell accounts of an act of `by`, except `by` and those who do not want such notices.

    `subject` identifies the act, such as an article's id and revision. `facts` names people by
    their ids, so that a letter has their present names.
    """
    columns = (col(Account.id), col(Account.notices_off))
    is_reader = (col(Account.id).in_(set(readers) - {by}), col(Account.suspended_at).is_(None))
    accounts = tx.execute(sa.select(*columns).where(*is_reader).order_by(col(Account.id))).all()
    every_fact = {"by": str(by) if by is not None else None, **(facts or {})}
    willing = [account.id for account in accounts if kind not in account.notices_off]
    args = (now, now + _NEWS_FOR, every_fact)
    _insert(
        tx,
        [_to_row(kind, f"{kind}:{subject}:{to}", *args) | {"account_id": to} for to in willing],
    )


def reviewers(tx: ReadTx) -> list[UUID]:
    """The accounts that may review texts."""
    statement = sa.select(col(Account.id)).where(col(Account.role).in_(REVIEWERS))
    return list(tx.execute(statement).scalars())


def planned_since(tx: ReadTx, kind: LetterKind, account_id: UUID, since: datetime) -> int:
    """The number of letters of a kind that were planned for an account since an instant."""
    statement = sa.select(sa.func.count()).where(
        col(Letter.account_id) == account_id,
        col(Letter.kind) == kind,
        col(Letter.created_at) >= since,
    )
    return int(tx.execute(statement).scalar_one())
