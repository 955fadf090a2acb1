"""Tokens on both databases: never more than their maker, their owner's role, or their time."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.accounts import tokens, users
from app.accounts.inputs import AccountChange, AccountInput
from app.accounts.principal import OPERATOR, require
from app.accounts.scopes import SCOPES_OF
from app.accounts.tokens import TokenInput
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from tests.accounts.people import (
    DESK,
    PASSWORD,
    Either,
    account,
    door,
    holder,
    logged_in,
    stored,
    token,
)


def test_a_token_is_shown_once_and_kept_as_a_hash(either: Either) -> None:
    runtime, _ = either
    _, who = logged_in(runtime)
    made = token(runtime, who, "articles:read", "articles:write")
    assert re.fullmatch(r"willay_[0-9a-f]{8}_[0-9A-Za-z_-]{43}", made.token)
    assert made.info.scopes == ("articles:read", "articles:write")
    secret = made.token.split("_", 2)[2]
    assert secret not in repr(stored(runtime))
    with runtime.database.reading() as tx:
        assert tokens.of_account(tx, who, who.account_id) == [made.info]
    bearer = holder(runtime, made.token)
    assert (bearer.via, bearer.credential) == ("token", made.info.id)
    assert bearer.scopes == {"articles:read", "articles:write"}
    with pytest.raises(Forbidden, match="articles:publish"):
        require(bearer, "articles:publish")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text[:-1],
        lambda text: text + "\n",
        lambda text: text.replace("willay", "WILLAY"),
        lambda text: "willay_00000000_" + text.split("_", 2)[2],
        lambda _: "willay_\x00",
        lambda _: "",
    ],
)
def test_what_is_no_token_is_refused_in_the_same_words(either: Either, spoil) -> None:
    runtime, _ = either
    _, who = logged_in(runtime)
    made = token(runtime, who, "articles:read")
    with pytest.raises(Unauthenticated) as refused:
        holder(runtime, spoil(made.token))
    assert str(refused.value) == "The token is unknown, expired or revoked. [token_invalid]"


def test_a_demotion_acts_at_once_and_a_promotion_widens_no_token(either: Either) -> None:
    runtime, clock = either
    secret, who = logged_in(runtime, role="publisher")
    made = token(runtime, who, "*")
    assert holder(runtime, made.token).scopes == SCOPES_OF["publisher"]
    for role in ("writer", "admin"):
        with runtime.database.writing() as tx:
            users.change(tx, OPERATOR, who.account_id, AccountChange(role=role), clock())
        assert holder(runtime, secret).scopes == SCOPES_OF[role]
        expected = SCOPES_OF[role] & SCOPES_OF["publisher"]
        assert holder(runtime, made.token).scopes == expected


def test_a_token_makes_no_token_that_can_more_or_lives_longer(
    either: Either, subtests: pytest.Subtests
) -> None:
    runtime, clock = either
    _, boss = logged_in(runtime, "boss@example.org", "admin")
    other = account(runtime)
    ends = clock() + timedelta(days=3)
    made = token(runtime, boss, "tokens:own", "users:write", "articles:read", expires_at=ends)
    deputy = holder(runtime, made.token)
    before = stored(runtime)
    with pytest.raises(Forbidden, match="audit:read"):
        token(runtime, deputy, "articles:read", "audit:read")
    with pytest.raises(Forbidden, match="outlives"):
        token(runtime, deputy, "articles:read", expires_at=ends + timedelta(seconds=1))
    with pytest.raises(Forbidden, match="own account"), runtime.database.writing() as tx:
        tokens.create(tx, deputy, other, TokenInput(name="t", scopes=["articles:read"]), clock())
    for role in ("writer", "admin"):
        asked = AccountInput(email="new@example.org", role=role)
        with pytest.raises(Forbidden, match="you lack"), runtime.database.writing() as tx:
            users.create(tx, deputy, asked, clock())
    with runtime.database.writing() as tx:
        for command in (users.reset, users.suspend, users.unsuspend):
            with (
                subtests.test(command=command),
                pytest.raises(Forbidden, match="you lack"),
            ):
                command(tx, deputy, boss.account_id, clock())
        with pytest.raises(Forbidden, match="you lack"):
            users.change(tx, deputy, other, AccountChange(role="admin"), clock())
    assert stored(runtime) == before
    everything = token(runtime, deputy, "*")
    assert holder(runtime, everything.token).scopes == deputy.scopes
    assert everything.info.expires_at == ends


def test_what_a_token_made_dies_with_it(either: Either, subtests: pytest.Subtests) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    first = token(runtime, who, "*")
    second = token(runtime, holder(runtime, first.token), "*")
    third = token(runtime, holder(runtime, second.token), "articles:read")
    beside = token(runtime, who, "articles:read")
    with runtime.database.writing() as tx:
        tokens.revoke(tx, who, first.info.id, clock())
        tokens.revoke(tx, who, first.info.id, clock())
    for made in (first, second, third):
        with subtests.test(made=made), pytest.raises(Unauthenticated):
            holder(runtime, made.token)
    assert holder(runtime, beside.token).scopes == {"articles:read"}


def test_making_and_revoking_at_once_leaves_no_orphan(either: Either) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    for _ in range(5):
        first = token(runtime, who, "*")
        maker = holder(runtime, first.token)

        def revoke(token_id: str = first.info.id) -> None:
            with runtime.database.writing() as tx:
                tokens.revoke(tx, who, token_id, clock())

        with ThreadPoolExecutor(4) as pool:
            made = [pool.submit(token, runtime, maker, "articles:read") for _ in range(2)]
            pool.submit(revoke).result(timeout=30)
            made.append(pool.submit(token, runtime, maker, "articles:read"))
        for child in made:
            if child.exception(timeout=30) is None:
                with pytest.raises(Unauthenticated):
                    holder(runtime, child.result().token)
            else:
                assert isinstance(child.exception(), Unauthenticated)


def test_expiry_suspension_and_reset(either: Either) -> None:
    runtime, clock = either
    _, boss = logged_in(runtime, "boss@example.org", "admin")
    _, who = logged_in(runtime, role="admin")
    personal, machine = (token(runtime, who, "*", kind=kind) for kind in ("personal", "machine"))
    short = token(runtime, who, "*", expires_at=clock() + timedelta(seconds=10))
    clock.move(seconds=10)
    with pytest.raises(Unauthenticated):
        holder(runtime, short.token)
    with runtime.database.writing() as tx:
        users.reset(tx, boss, who.account_id, clock())
    with pytest.raises(Unauthenticated):
        holder(runtime, personal.token)
    assert holder(runtime, machine.token).account_id == who.account_id
    with runtime.database.writing() as tx:
        users.suspend(tx, boss, who.account_id, clock())
        asked = TokenInput(name="t", scopes=["*"])
        with pytest.raises(Conflict, match="suspended"):
            tokens.create(tx, OPERATOR, who.account_id, asked, clock())
    with pytest.raises(Unauthenticated):
        holder(runtime, machine.token)
    with runtime.database.writing() as tx:
        users.unsuspend(tx, boss, who.account_id, clock())
    assert holder(runtime, machine.token).account_id == who.account_id
    with pytest.raises(Unauthenticated):
        holder(runtime, personal.token)


def test_refused_requests_for_a_token(either: Either, subtests: pytest.Subtests) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    _, bob = logged_in(runtime, "bob@example.org", "writer")
    with pytest.raises(Invalid, match="did you mean 'articles:read'"):
        token(runtime, who, "articles:reed")
    with pytest.raises(Forbidden, match="articles:publish"):
        token(runtime, who, "articles:publish")
    with pytest.raises(Invalid, match="stands alone"):
        token(runtime, who, "*", "articles:read")
    with pytest.raises(Forbidden, match="users:write"):
        token(runtime, who, "articles:read", kind="machine")
    for days in (0, -1, 5_000):
        with subtests.test(days=days), pytest.raises(Invalid, match="expired"):
            token(runtime, who, "*", expires_at=clock() + timedelta(days=days))
    asked = TokenInput(name="t", scopes=["articles:publish"])
    with pytest.raises(Invalid, match="no articles:publish"), runtime.database.writing() as tx:
        tokens.create(tx, OPERATOR, bob.account_id, asked, clock())
    mine = token(runtime, who, "*")
    with runtime.database.writing() as tx:
        for token_id in (mine.info.id, "00000000", "x\x00"):
            with subtests.test(token_id=token_id), pytest.raises(NotFound):
                tokens.revoke(tx, bob, token_id, clock())
        with pytest.raises(Forbidden, match="users:write"):
            tokens.of_account(tx, bob, who.account_id)
        with pytest.raises(Forbidden, match="users:write"):
            tokens.of_account(tx, bob)
    assert holder(runtime, mine.token).account_id == who.account_id


def test_a_suspension_meanwhile_wins_over_a_login(either: Either) -> None:
    """Whichever comes first, nobody is left logged in to a suspended account."""
    runtime, clock = either
    account_id = account(runtime)

    def suspend() -> None:
        with runtime.database.writing() as tx:
            users.suspend(tx, OPERATOR, account_id, clock())

    with ThreadPoolExecutor(3) as pool:
        tries = [
            pool.submit(door(runtime).login, "ana@example.org", PASSWORD, None, DESK)
            for _ in range(2)
        ]
        pool.submit(suspend).result(timeout=30)
    for attempt in tries:
        error = attempt.exception(timeout=30)
        assert error is None or isinstance(error, Unauthenticated)
        if error is None:
            with pytest.raises(Unauthenticated):
                holder(runtime, attempt.result().secret)
