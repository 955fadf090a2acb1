"""Accounts that get letters, planned letters, and a sender that a test steps by hand."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from app import outbox
from app.accounts import users
from app.accounts.inputs import AccountInput
from app.accounts.principal import OPERATOR
from app.kit.clock import system_clock
from app.letters.sending import LEASE, LetterSender
from app.letters.smtp import SmtpLimits
from app.models.letter import Letter
from app.models.search import SearchLease
from app.runtime import Runtime
from tests.accounts.people import hashed

QUICK = SmtpLimits(command=0.5, opening=1.0, envelope=1.0, text=0.5)


def reader(runtime: Runtime, email: str = "ana@example.org", **over: Any) -> UUID:
    fields = {"role": "editor", "name": "Ana Pérez"} | over
    with runtime.database.writing() as tx:
        account = AccountInput(email=email, **fields)
        return users.create(tx, OPERATOR, account, runtime.clock(), hashed()).id


def notice(runtime: Runtime, account: UUID, title: str = "A march", **facts: Any) -> UUID:
    """A planned notice; its id."""
    subject = uuid4().hex
    told = {"title": title, "article": str(UUID(int=7)), "note": None, **facts}
    with runtime.database.writing() as tx:
        outbox.plan_notice(tx, "submitted", [account], subject, runtime.clock(), facts=told)
        statement = sa.select(col(Letter.id)).where(col(Letter.key).contains(subject))
        found: UUID = tx.execute(statement).scalar_one()
        return found


@contextmanager
def sender(runtime: Runtime, port: int | None = None, **over: Any) -> Iterator[LetterSender]:
    """A sender of its own, by the server at a port or into files."""
    mail = {"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "Desk <desk@example.org>"}
    change = {**(mail if port else {}), "mail_rate": 1_000.0, **over}
    given = runtime.settings.model_dump() | change
    settings = type(runtime.settings)(**given)
    letters = LetterSender(runtime.database, settings, runtime.key, runtime.clock, QUICK)
    try:
        yield letters
    finally:
        letters.close()


def states(runtime: Runtime) -> dict[UUID, tuple[str, str | None]]:
    """The state and the problem of every letter."""
    with runtime.database.reading() as tx:
        columns = (col(Letter.id), col(Letter.state), col(Letter.problem))
        return {row.id: (row.state, row.problem) for row in tx.execute(sa.select(*columns))}


def end_lease(runtime: Runtime) -> None:
    """As if the time for which a killed process holds the lease had passed."""
    with runtime.database.writing() as tx:
        past = system_clock() - timedelta(seconds=1)
        own = col(SearchLease.name) == LEASE
        tx.execute(sa.update(SearchLease).where(own).values(expires_at=past))


def files(runtime: Runtime, known: AbstractSet[str] = frozenset()) -> dict[str, EmailMessage]:
    """The letters in the folder by the names of their files, except those that are known."""
    paths = sorted(runtime.settings.outbox.glob("[0-9a-f]*.eml"))
    return {
        path.name: message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
        for path in paths
        if path.name not in known
    }


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
