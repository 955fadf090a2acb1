"""The audit on both databases: appended, never altered, free of secrets, forgetful on request."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from app import audit
from app.accounts import users
from app.accounts.inputs import AccountChange
from app.accounts.principal import OPERATOR
from app.audit import AuditFilter, By
from app.database import WriteTx
from app.errors import BadRequest
from app.models.audit import AuditEntry
from app.runtime import Runtime
from tests.accounts.people import (
    DESK,
    KEY,
    PASSWORD,
    Either,
    account,
    door,
    logged_in,
    token,
    with_totp,
)


def entries(runtime: Runtime, **filters: object) -> list[audit.AuditEvent]:
    with runtime.database.reading() as tx:
        return audit.list_events(tx, AuditFilter(**filters), limit=100).entries


def test_it_tells_who_did_what_from_where_with_what_changed(either: Either) -> None:
    runtime, clock = either
    _, boss = logged_in(runtime, "boss@example.org", "admin")
    ana = account(runtime)
    with runtime.database.writing() as tx:
        users.change(tx, boss, ana, AccountChange(role="writer", name="Ana"), clock())
    told = entries(runtime, subject_kind="account", subject_id=str(ana))
    assert [(e.action, e.email, e.by) for e in told] == [
        ("account.changed", "boss@example.org", boss.by),
        ("account.created", None, By("operator")),
    ]
    assert boss.by.address == DESK.address
    assert told[0].at == clock()
    assert told[0].before == {"name": "ana@example.org", "role": "editor"}
    assert told[0].after == {"name": "Ana", "role": "writer"}
    assert told[1].before is None
    assert told[1].after == {
        "email": "ana@example.org",
        "name": "ana@example.org",
        "role": "editor",
        "suspended": False,
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing'",
        "UPDATE audit_entry SET after = NULL",
        "DELETE FROM audit_entry",
        "INSERT OR REPLACE INTO audit_entry (id, at, via, action, subject_kind, subject_id)"
        " VALUES (1, '2026-01-01', 'x', 'x', 'x', 'x')",
        "TRUNCATE audit_entry",
    ],
)
def test_the_database_refuses_to_alter_it(either: Either, statement: str) -> None:
    runtime, _ = either
    other = "TRUNCATE" if runtime.database.is_sqlite else "INSERT"
    if statement.startswith(other):
        pytest.skip("the other database's words")
    account(runtime)
    before = entries(runtime)
    with pytest.raises(DatabaseError, match="append-only"), runtime.database.writing() as tx:
        tx.execute(sa.text(statement))
    assert entries(runtime) == before != []


def test_an_erasure_forgets_a_person_and_nothing_else(either: Either) -> None:
    runtime, clock = either
    _, ana = logged_in(runtime, "ana@example.org", "admin")
    bob = account(runtime, "bob@example.org")
    with runtime.database.writing() as tx:
        users.change(tx, ana, ana.account_id, AccountChange(name='Añá "50%" Quispe'), clock())
        users.change(tx, ana, bob, AccountChange(name="Bob"), clock())
    before = entries(runtime)
    with runtime.database.writing() as tx:
        count = audit.erase(tx, ana.account_id, ['Añá "50%" Quispe', "ana@example.org"])
    after = entries(runtime)
    assert [(e.id, e.at, e.action, e.by.account_id) for e in after] == [
        (e.id, e.at, e.action, e.by.account_id) for e in before
    ]
    assert sum(a != b for a, b in zip(after, before, strict=True)) == count > 0
    shown = repr([(e.before, e.after, e.by.address) for e in after])
    assert "Añá" not in shown
    assert "ana@" not in shown
    assert "bob@example.org" in shown
    assert DESK.address not in shown
    with pytest.raises(DatabaseError, match="append-only"), runtime.database.writing() as tx:
        tx.execute(sa.update(AuditEntry).values(after=None))
    with pytest.raises(DatabaseError, match="append-only"), runtime.database.writing() as tx:
        _rewrite_an_act(tx)
    with pytest.raises(ValueError, match="empty"), runtime.database.writing() as tx:
        audit.erase(tx, None, ["ok", ""])


def _rewrite_an_act(tx: WriteTx) -> None:
    tx.execute(sa.text("INSERT INTO audit_erasure (id) VALUES (1)"))
    tx.execute(sa.update(AuditEntry).values(action="nothing"))


def test_no_secret_is_ever_in_it(either: Either) -> None:
    runtime, clock = either
    secret, who = logged_in(runtime, role="admin")
    made = token(runtime, who, "*")
    totp_secret, codes = with_totp(runtime, who)
    clock.move(minutes=5)
    new = door(runtime).change_password(who, PASSWORD, "another long sentence", DESK)
    with runtime.database.writing() as tx:
        reset = users.reset(tx, OPERATOR, who.account_id, clock()).secret
    told = repr(entries(runtime))
    assert len(entries(runtime)) >= 6
    # A secret may hold a `_` of its own, so its end is counted, not parted off.
    tails = [text[-20:] for text in (secret, new.secret, made.token, str(reset))]
    assert all(len(tail) == 20 for tail in tails)
    secrets = [*tails, *codes, totp_secret, PASSWORD, "another long sentence", "argon2"]
    assert not [word for word in secrets if word in told]
    assert KEY.mark not in told


def test_only_listed_fields_are_kept_and_only_what_json_can_say(either: Either) -> None:
    runtime, clock = either
    with runtime.database.writing() as tx:
        audit.record(
            tx,
            OPERATOR.by,
            clock(),
            "webhook.created",
            "webhook",
            "1",
            after={"name": "feed", "secret": "s3cret", "topics": {"b", "a"}, "active": clock()},
        )
        with pytest.raises(TypeError):
            audit.record(tx, OPERATOR.by, clock(), "x", "tag", "1", after={"slug": object()})
    assert entries(runtime)[0].after == {
        "active": "2026-03-01T12:00:00Z",
        "name": "feed",
        "topics": ["a", "b"],
    }


def test_every_page_is_walked_once(either: Either, subtests: pytest.Subtests) -> None:
    runtime, clock = either
    with runtime.database.writing() as tx:
        for number in range(25):
            audit.record(tx, OPERATOR.by, clock(), "tag.created", "tag", str(number % 2))
            clock.move(seconds=1)
    only = AuditFilter(subject_kind="tag", subject_id="1", action="tag.created")
    walked, cursor = [], None
    with runtime.database.reading() as tx:
        for _ in range(10):
            page = audit.list_events(tx, only, cursor, limit=5)
            walked += [entry.id for entry in page.entries]
            cursor = page.next
            if cursor is None:
                break
        assert walked == sorted({*walked}, reverse=True)
        assert len(walked) == 12
        with pytest.raises(BadRequest):
            audit.list_events(tx, AuditFilter(), audit.list_events(tx, only, limit=5).next)
        for broken in ("", "x" * 47, "é"):
            with subtests.test(broken=broken), pytest.raises(BadRequest):
                audit.list_events(tx, only, broken)
        with pytest.raises(BadRequest):
            audit.list_events(tx, AuditFilter(subject_id="\x00"))
    assert entries(runtime, since=clock()) == []
    assert len(entries(runtime, until=clock())) == 25
