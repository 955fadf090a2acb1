"""Accounts on both databases: one spelling of an e-mail, and never without an admin."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.accounts import users
from app.accounts.inputs import AccountChange, AccountInput, normalised_email
from app.accounts.principal import OPERATOR
from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.models.account import Account
from tests.accounts.people import Either, account, logged_in, stored


def test_an_email_is_taken_once_however_it_is_spelled(
    either: Either, subtests: pytest.Subtests
) -> None:
    runtime, _ = either
    account(runtime, "Ana@Example.org")
    for spelled in ("ana@example.org", " ANA@EXAMPLE.ORG", "ａna@example.org"):
        with subtests.test(spelled=spelled):
            with pytest.raises(Conflict, match=r"ana@example\.org already"):
                account(runtime, spelled)
            with runtime.database.reading() as tx:
                found = users.get_account(tx, OPERATOR, users.id_of(tx, spelled))
            assert (found.email, found.name, found.revision) == (
                "ana@example.org",
                "ana@example.org",
                1,
            )
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(account, runtime, "bob@example.org") for _ in range(4)]
        errors = [one.exception(timeout=30) for one in made]
    assert sorted(type(error).__name__ for error in errors) == ["Conflict"] * 3 + ["NoneType"]


@given(st.text(max_size=40))
@example("a@b")
@example("a@b\x00")
@example("а@example.org")  # the first letter is Cyrillic
@example("a@example..org")
def test_an_email_is_its_own_normal_form_or_refused(text: str) -> None:
    try:
        plain = normalised_email(text)
    except ValueError:
        return
    assert normalised_email(plain) == plain == plain.lower()
    assert plain.isascii()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "а@example.org", "role": "writer"},
        {"email": "ana", "role": "writer"},
        {"email": "ana@example.org", "role": "king"},
        {"email": "ana@example.org", "role": "writer", "name": "a\x00"},
        {"email": "ana@example.org", "role": "writer", "password_hash": "x"},
    ],
)
def test_what_is_no_account_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AccountInput(**wrong)


def test_only_admins_manage_accounts(either: Either, subtests: pytest.Subtests) -> None:
    runtime, clock = either
    _, publisher = logged_in(runtime, role="publisher")
    _, writer = logged_in(runtime, "bob@example.org", "writer")
    before = stored(runtime)
    with runtime.database.writing() as tx:
        own = users.get_account(tx, writer, writer.account_id)
        assert (own.email, own.has_password, own.has_totp) == ("bob@example.org", True, False)
        for step, act in {
            "list": lambda: users.list_accounts(tx, publisher),
            "read": lambda: users.get_account(tx, publisher, writer.account_id),
            "create": lambda: users.create(
                tx, publisher, AccountInput(email="c@example.org", role="writer"), clock()
            ),
            "change": lambda: users.change(
                tx, publisher, publisher.account_id, AccountChange(role="admin"), clock()
            ),
            "suspend": lambda: users.suspend(tx, publisher, writer.account_id, clock()),
            "reset": lambda: users.reset(tx, publisher, writer.account_id, clock()),
            "suspend nobody": lambda: users.suspend(tx, publisher, uuid4(), clock()),
        }.items():
            with (
                subtests.test(step=step),
                pytest.raises(Forbidden, match="users:write"),
            ):
                act()
    assert stored(runtime) == before


def test_changes_ask_for_the_revision_that_was_read(either: Either) -> None:
    runtime, clock = either
    account_id = account(runtime)
    with runtime.database.writing() as tx:
        changed = users.change(
            tx, OPERATOR, account_id, AccountChange(name="Ana Quispe"), clock(), 1
        )
        assert (changed.name, changed.role, changed.revision) == ("Ana Quispe", "editor", 2)
        with pytest.raises(Stale):
            users.change(tx, OPERATOR, account_id, AccountChange(name="Other"), clock(), 1)
        with pytest.raises(NotFound):
            users.change(tx, OPERATOR, uuid4(), AccountChange(name="Other"), clock())
        with pytest.raises(NotFound):
            users.id_of(tx, "nobody@example.org")
        with pytest.raises(Invalid):
            users.id_of(tx, "nobody\x00")


def test_the_last_active_admin_stays(either: Either) -> None:
    runtime, clock = either
    boss = account(runtime, "boss@example.org", "admin")
    away = account(runtime, "away@example.org", "admin")
    with runtime.database.writing() as tx:
        users.suspend(tx, OPERATOR, away, clock())
        users.suspend(tx, OPERATOR, away, clock())
        for refused in (
            lambda: users.suspend(tx, OPERATOR, boss, clock()),
            lambda: users.change(tx, OPERATOR, boss, AccountChange(role="publisher"), clock()),
        ):
            with pytest.raises(Conflict, match="last active admin"):
                refused()
        users.change(tx, OPERATOR, away, AccountChange(role="writer"), clock())
        users.change(tx, OPERATOR, boss, AccountChange(role="admin", name="Boss"), clock())
        users.reset(tx, OPERATOR, boss, clock())


@pytest.mark.parametrize(
    "ways", [("suspend", "suspend"), ("demote", "demote"), ("suspend", "demote")]
)
def test_two_admins_who_shut_each_other_out_at_once(either: Either, ways: tuple[str, str]) -> None:
    runtime, clock = either
    for turn in range(4):
        pair = [account(runtime, f"{turn}{n}@example.org", "admin") for n in range(2)]
        gate = Barrier(2)

        def shut_out(account_id: UUID, way: str, gate: Barrier = gate) -> None:
            gate.wait(timeout=30)
            with runtime.database.writing() as tx:
                if way == "suspend":
                    users.suspend(tx, OPERATOR, account_id, clock())
                else:
                    users.change(tx, OPERATOR, account_id, AccountChange(role="writer"), clock())

        with ThreadPoolExecutor(2) as pool:
            errors = [
                done.exception(timeout=30)
                for done in [pool.submit(shut_out, *each) for each in zip(pair, ways, strict=True)]
            ]
        assert sorted(type(error).__name__ for error in errors) == ["Conflict", "NoneType"]
        with runtime.database.writing() as tx:
            last = [a for a in users.list_accounts(tx, OPERATOR) if a.role == "admin"]
            left = [a.id for a in last if a.suspended_at is None]
            assert len(left) == 1
            # Leave nobody behind for the next turn, past the rule.
            tx.session.get(Account, left[0]).role = "writer"
