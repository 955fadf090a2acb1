"""Accounts for tests: plain functions, valid by default."""

from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.accounts import second_factor, tokens, users
from app.accounts.authenticator import Authenticator
from app.accounts.inputs import AccountInput
from app.accounts.keys import SecretKey
from app.accounts.passwords import HashedPassword, Hasher, validate_password
from app.accounts.principal import OPERATOR, Origin, Principal
from app.accounts.scopes import Role
from app.accounts.throttle import Throttle
from app.accounts.tokens import IssuedToken, TokenInput
from app.runtime import Runtime
from tests.conftest import MovingClock

Either = tuple[Runtime, MovingClock]

PASSWORD = "a bridge over the Rímac"
DESK = Origin("203.0.113.7", "Firefox")
ELSEWHERE = Origin("198.51.100.9", "curl")
KEY = SecretKey(b"k" * 48)


@cache
def hashed() -> HashedPassword:
    return Hasher().hash(validate_password(PASSWORD, "nobody@example.org"))


def door(runtime: Runtime, key: SecretKey = KEY, hasher: Hasher | None = None) -> Authenticator:
    """An authenticator as one process has it."""
    return Authenticator(
        runtime.database, runtime.clock, lambda: key, hasher or Hasher(), Throttle()
    )


def account(runtime: Runtime, email: str = "ana@example.org", role: Role = "editor") -> UUID:
    with runtime.database.writing() as tx:
        asked = AccountInput(email=email, role=role)
        return users.create(tx, OPERATOR, asked, runtime.clock(), hashed()).id


def logged_in(
    runtime: Runtime, email: str = "ana@example.org", role: Role = "editor"
) -> tuple[str, Principal]:
    """A new account's session: its secret, and who it is."""
    account(runtime, email, role)
    session = door(runtime).login(email, PASSWORD, None, DESK)
    return session.secret, session.principal


def token(runtime: Runtime, by: Principal, *scopes: str, **over: Any) -> IssuedToken:
    """A token of the principal's own account."""
    assert by.account_id is not None
    asked = TokenInput(name="test", scopes=list(scopes), **over)
    proof = door(runtime).prove(by, PASSWORD, None, DESK) if by.via == "session" else None
    with runtime.database.writing() as tx:
        return tokens.create(tx, by, by.account_id, asked, runtime.clock(), proof)


def holder(runtime: Runtime, secret: str) -> Principal:
    return door(runtime).identify(secret, DESK)


def with_totp(runtime: Runtime, by: Principal) -> tuple[str, list[str]]:
    """A second factor, turned on: its secret and the recovery codes."""
    proof = door(runtime).prove(by, PASSWORD, None, DESK)
    with runtime.database.writing() as tx:
        enrolment = second_factor.enrol(tx, proof, KEY, runtime.clock(), "Willay")
    code = pyotp.TOTP(enrolment.secret).at(runtime.clock())
    with runtime.database.writing() as tx:
        return enrolment.secret, second_factor.confirm(tx, by, code, KEY, runtime.clock())


def stored(runtime: Runtime) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with runtime.database.reading() as tx:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(sa.select(table)).all()), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
