"""The people whom a note mentions: by `@` and a name in its text, or by their accounts.

An account answers to its name as a slug (`@ana-perez`) and to the first part of its e-mail
(`@ana`), in whatever letters. A name that fits nobody, or several people, mentions nobody, and the
writer is told.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.errors import Detail, Invalid
from app.kit.text import slug_of
from app.models.account import Account
from app.models.note import ArticleNote, NoteMention

_MENTION: Final = re.compile(r"(?<![\w.@/-])@(\w[\w.'-]*)")
_MENTIONS_AT_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class FoundMentions:
    """The accounts that are mentioned, and the names in the text that fit nobody or several."""

    account_ids: Sequence[UUID]
    unknown_names: Sequence[str]


def find_mentions(tx: ReadTx, text: str, account_ids: Sequence[UUID]) -> FoundMentions:
    """The accounts of a text, after those that are named by id. `Invalid` for an id of nobody."""
    names = list(dict.fromkeys(match[1].rstrip(".'-") for match in _MENTION.finditer(text)))
    if not names and not account_ids:
        return FoundMentions((), ())
    active = sa.select(col(Account.id), col(Account.name), col(Account.email)).where(
        col(Account.suspended_at).is_(None)
    )
    people = tx.execute(active).all()
    known = {row.id for row in people}
    for place, account_id in enumerate(account_ids):
        if account_id not in known:
            message = f"There is no active account {account_id}; leave it out."
            detail = Detail("unknown_account", message, pointer=f"/mentions/{place}")
            raise Invalid("unknown_account", message, (detail,))
    by_handle: dict[str, set[UUID]] = defaultdict(set)
    for row in people:
        for handle in handles_of(row.name, row.email):
            by_handle[handle].add(row.id)
    found, unknown = dict.fromkeys(account_ids), list[str]()
    for name in names[:_MENTIONS_AT_MOST]:
        holders = by_handle.get(slug_of(name), set())
        if len(holders) == 1:
            found |= dict.fromkeys(holders)
        else:
            unknown.append(name)
    return FoundMentions(list(found), [*unknown, *names[_MENTIONS_AT_MOST:]])


def handles_of(name: str, email: str) -> set[str]:
    """What an account answers to."""
    return {handle for part in (name, email.partition("@")[0]) if (handle := slug_of(part))}


def record_mentions(
    tx: WriteTx, note: ArticleNote, account_ids: Sequence[UUID], now: datetime
) -> list[UUID]:
    """Record whom a note mentions, and return those whom it did not mention before.

    This is the one place where a new mention is known. Whoever writes to people about it acts here,
    in the same transaction, or reads `note_mention` later.
    """
    mentioned: list[UUID] = []
    for account_id in account_ids:
        values = {"note_id": note.id, "account_id": account_id, "mentioned_at": now}
        statement = tx.insert_into(NoteMention).values(values).on_conflict_do_nothing()
        is_new = tx.execute(statement.returning(col(NoteMention.account_id))).first() is not None
        if is_new and account_id != note.written_by_id:
            mentioned.append(account_id)
    return mentioned
