"""The identification of the person, and the call of every place in turn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts.inputs import normalised_email
from app.accounts.principal import OPERATOR
from app.changes import PublishTx
from app.database import ReadTx
from app.erasure import author_records, belongings, notes, texts, traces
from app.errors import Conflict, Invalid, NotFound
from app.models.account import Account
from app.newsletters import readers
from app.newsletters.addresses import AddressBook, normalised_address

BEYOND: Final = (
    "copies made by `willay backup`, and dumps and snapshots of the database",
    "what partners, search engines and caches have fetched; the change log tells those who follow",
    "letters that were sent, and letters as files on other machines",
    "logs of proxies, of this service and of PostgreSQL, and blocks that the disk itself has freed",
    "PostgreSQL's write-ahead log until it is written over, its archive and its replicas",
)
"""The copies that no command here can reach."""

_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """The person to forget: an e-mail, or a name as accounts and texts spell it.

    `bylines` are names to remove from articles, public ones too, with what is said of these
    authors; `credits` also removes these names and the person's own from credits of pictures.
    """

    person: str
    bylines: Sequence[str] = ()
    credits: bool = False


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """The erased rows by place, and the number of texts that still have the name, by kind."""

    erased: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def public(self) -> bool:
        """Whether public content has changed."""
        return bool(self.erased.get("public articles") or self.erased.get("authors"))


def forget(tx: PublishTx, wish: ErasureRequest, book: AddressBook) -> ErasureReport:
    """Erase and report; `book` finds the readers of newsletters.

    `NotFound` when nothing here names the person, `Conflict` when several accounts have the name or
    when it is the last admin's.
    """
    account, words = _identify(tx, wish.person)
    names = [word for word in words if "@" not in word]
    erased: dict[str, int] = {}
    if account is not None:
        erased |= belongings.erase_account(tx, account)
    erased["newsletters"] = _erase_readers(tx, words, book)
    erased |= traces.erase_traces(tx, account, words)
    erased |= notes.erase_notes(tx, account, words)
    erased |= author_records.erase_author_records(tx, wish.bylines)
    erased |= texts.erase_names(tx, wish.bylines, [*names, *wish.bylines] if wish.credits else [])
    erased = {place: number for place, number in erased.items() if number}
    if not erased:
        raise NotFound("person_not_found", f"Nothing here is of {wish.person[:80]!r}.")
    done = {"name": "erase", "outcome": "done"}
    subject = account or "unnamed"
    audit.record(tx, OPERATOR.by, tx.moment, "person.erased", "operation", subject, after=done)
    return ErasureReport(erased, texts.count_mentions(tx, [*words, *wish.bylines]))


def _erase_readers(tx: PublishTx, words: Sequence[str], book: AddressBook) -> int:
    """The number of rows about who gets newsletters at these addresses."""
    return sum(readers.erase_address(tx, book, word) for word in words if "@" in word)


def _identify(tx: ReadTx, person: str) -> tuple[UUID | None, list[str]]:
    """The account, if there is one, and the words that name the person."""
    text = person.strip()
    if len(text) < _SHORTEST:
        raise Invalid("person_too_short", f"Name the person by at least {_SHORTEST} characters.")
    if "@" in text:
        text = _normalise_address(text)
        where: Any = col(Account.email) == text
    else:
        where = col(Account.name) == text
    statement = sa.select(col(Account.id), col(Account.email), col(Account.name)).where(where)
    rows = tx.execute(statement).all()
    if len(rows) > 1:
        emails = ", ".join(sorted(row.email for row in rows))
        raise Conflict(
            "several_accounts", f"Several accounts have that name; give one of {emails}."
        )
    if not rows:
        return None, [text]
    row = rows[0]
    return row.id, list(dict.fromkeys([text, row.email, row.name]))


def _normalise_address(text: str) -> str:
    """An address of an account or of a reader; a reader's may hold letters beyond ASCII."""
    try:
        return normalised_email(text)
    except ValueError:
        pass
    try:
        return normalised_address(text)
    except ValueError as error:
        raise Invalid("invalid_email", f"{text[:80]!r} {error}.") from error
