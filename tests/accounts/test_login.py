"""Logging in and out on both databases: what is refused, in which words, at what cost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from uuid import UUID

import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts import sessions, users
from app.accounts.passwords import Hasher
from app.accounts.principal import OPERATOR, Origin
from app.accounts.revocation import log_out_everywhere
from app.errors import Forbidden, Invalid, NotFound, Throttled, Unauthenticated, Unavailable
from app.models.account import Account
from tests.accounts.people import (
    DESK,
    ELSEWHERE,
    PASSWORD,
    Either,
    account,
    door,
    logged_in,
    stored,
    token,
)


def test_a_login_is_a_new_opaque_session_kept_as_a_hash(either: Either) -> None:
    runtime, clock = either
    account_id = account(runtime)
    entrance = door(runtime)
    first = entrance.login(" ANA@example.org ", PASSWORD, None, DESK)
    second = entrance.login("ana@example.org", PASSWORD, None, DESK)
    assert first.secret != second.secret
    assert first.secret.startswith("willay_session_")
    assert first.expires_at == clock() + sessions.LASTS
    who = entrance.identify(first.secret, DESK)
    assert who == first.principal
    assert (who.account_id, who.role, who.via) == (account_id, "editor", "session")
    assert "articles:review" in who.scopes
    assert "users:write" not in who.scopes
    rows = repr(stored(runtime))
    assert first.secret not in rows
    assert first.secret.removeprefix(sessions.PREFIX) not in rows
    assert PASSWORD not in rows


def test_what_is_refused_costs_and_says_the_same_and_leaves_nothing(
    either: Either, subtests: pytest.Subtests
) -> None:
    runtime, _ = either
    account(runtime, "boss@example.org", "admin")
    gone = account(runtime, "gone@example.org")
    fresh = account(runtime, "fresh@example.org")
    account(runtime)
    with runtime.database.writing() as tx:
        users.suspend(tx, OPERATOR, gone, runtime.clock())
        users.reset(tx, OPERATOR, fresh, runtime.clock())
    before = stored(runtime)
    said = set()
    for email, password in (
        ("ana@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("fresh@example.org", PASSWORD),
        ("no e-mail at all", PASSWORD),
        ("ana@example.org\x00", PASSWORD),
        ("ana@example.org", PASSWORD + "\ud800"),
    ):
        with subtests.test(email=email, password=password):
            hasher = Hasher()
            with pytest.raises(Unauthenticated) as refused:
                door(runtime, hasher=hasher).login(email, password, None, DESK)
            said.add((str(refused.value), hasher.verifications))
    assert said == {("The e-mail or the password is wrong. [wrong_credentials]", 1)}
    assert stored(runtime) == before


def test_a_session_that_the_client_brings_is_never_taken_over(
    either: Either, subtests: pytest.Subtests
) -> None:
    runtime, _ = either
    account(runtime)
    planted = sessions.PREFIX + "A" * 43
    made = door(runtime).login("ana@example.org", PASSWORD, None, DESK)
    assert made.secret != planted
    for secret in (planted, "", "willay_session_", "x" * 10_000, "willay_00000000_" + "A" * 43):
        with subtests.test(secret=secret), pytest.raises(Unauthenticated):
            door(runtime).identify(secret, DESK)


@pytest.mark.parametrize("by", ["end", "end_all", "password", "suspension", "reset", "admin"])
def test_what_ends_a_session_ends_it_at_once(either: Either, by: str) -> None:
    runtime, clock = either
    boss_id = account(runtime, "boss@example.org", "admin")
    boss = door(runtime).login("boss@example.org", PASSWORD, None, ELSEWHERE).principal
    secret, who = logged_in(runtime)
    other = door(runtime).login("ana@example.org", PASSWORD, None, ELSEWHERE)
    assert who.account_id is not None
    entrance = door(runtime)
    now = clock()
    ended = [secret, other.secret]
    match by:
        case "password":
            new = entrance.change_password(who, PASSWORD, "another long sentence", DESK)
            assert entrance.identify(new.secret, DESK).account_id == who.account_id
            with pytest.raises(Unauthenticated):
                entrance.login("ana@example.org", PASSWORD, None, DESK)
            entrance.login("ana@example.org", "another long sentence", None, DESK)
        case _:
            with runtime.database.writing() as tx:
                match by:
                    case "end":
                        sessions.end(tx, who, UUID(other.principal.credential), now)
                        ended = [other.secret]
                    case "end_all":
                        assert log_out_everywhere(tx, who, now) == 2
                    case "suspension":
                        users.suspend(tx, OPERATOR, who.account_id, now)
                    case "reset":
                        users.reset(tx, OPERATOR, who.account_id, now)
                    case "admin":
                        assert log_out_everywhere(tx, boss, now, who.account_id) == 2
    for gone in ended:
        with pytest.raises(Unauthenticated, match="log in again"):
            entrance.identify(gone, DESK)
    if by == "end":
        assert entrance.identify(secret, DESK) == who
    with runtime.database.reading() as tx:
        assert len(sessions.of_own(tx, boss, now)) == 1
    assert boss.account_id == boss_id


def test_sessions_end_by_themselves_and_use_keeps_them_awake(either: Either) -> None:
    runtime, clock = either
    secret, _ = logged_in(runtime)
    entrance = door(runtime)
    began = clock()
    while clock() + sessions.IDLE / 2 < began + sessions.LASTS:
        clock.move(seconds=(sessions.IDLE / 2).total_seconds())
        entrance.identify(secret, DESK)
    clock.now = began + sessions.LASTS
    with pytest.raises(Unauthenticated):
        entrance.identify(secret, DESK)
    idle = entrance.login("ana@example.org", PASSWORD, None, DESK)
    clock.move(seconds=sessions.IDLE.total_seconds())
    with pytest.raises(Unauthenticated):
        entrance.identify(idle.secret, DESK)


def test_use_is_noted_at_most_once_a_minute(either: Either) -> None:
    runtime, clock = either
    secret, who = logged_in(runtime)
    made = token(runtime, who, "articles:read")
    entrance = door(runtime)
    entrance.identify(made.token, DESK)
    clock.move(seconds=59)
    before = stored(runtime)
    entrance.identify(secret, DESK)
    entrance.identify(made.token, DESK)
    assert stored(runtime) == before
    clock.move(seconds=1)
    entrance.identify(secret, DESK)
    entrance.identify(made.token, DESK)
    with runtime.database.reading() as tx:
        assert [s.last_used_at for s in sessions.of_own(tx, who, clock())] == [clock()]
    assert stored(runtime)["api_token"] != before["api_token"]


def test_reading_goes_on_while_the_store_cannot_be_written(either: Either) -> None:
    runtime, clock = either
    if not runtime.database.is_sqlite:
        pytest.skip("PostgreSQL locks rows, not the store")
    secret, who = logged_in(runtime)
    clock.move(minutes=5)
    with ThreadPoolExecutor(1) as pool, runtime.database.writing():
        assert pool.submit(door(runtime).identify, secret, DESK).result(timeout=30) == who


def test_own_sessions_are_listed_and_others_are_out_of_reach(either: Either) -> None:
    runtime, clock = either
    _, ana = logged_in(runtime)
    _, bob = logged_in(runtime, "bob@example.org", "publisher")
    door(runtime).login("ana@example.org", PASSWORD, None, Origin("::1", "x\r\ny" + "z" * 900))
    with runtime.database.reading() as tx:
        found = sessions.of_own(tx, ana, clock())
    assert sorted((s.address, s.is_current) for s in found) == [
        ("203.0.113.7", True),
        ("::1", False),
    ]
    assert max(len(s.user_agent) for s in found) == 200
    assert ana.credential is not None
    with runtime.database.writing() as tx:
        with pytest.raises(NotFound):
            sessions.end(tx, bob, found[0].id, clock())
        with pytest.raises(Forbidden, match="users:write"):
            log_out_everywhere(tx, bob, clock(), ana.account_id)


def test_a_password_is_not_guessed_with_a_stolen_session(either: Either) -> None:
    runtime, _ = either
    _, who = logged_in(runtime)
    entrance = door(runtime)
    with pytest.raises(Invalid, match="12 to 200"):
        entrance.change_password(who, "wrong", "short", ELSEWHERE)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            entrance.change_password(who, "wrong", "a long new sentence", ELSEWHERE)
    with pytest.raises(Throttled):
        entrance.change_password(who, PASSWORD, "a long new sentence", ELSEWHERE)


def test_changing_the_email_in_every_try_does_not_help(either: Either) -> None:
    runtime, _ = either
    entrance = door(runtime)
    for tried in range(30):
        with pytest.raises(Unauthenticated):
            entrance.login(f"a{tried}@example.org", PASSWORD, None, ELSEWHERE)
    with pytest.raises(Throttled) as refused:
        entrance.login("a30@example.org", PASSWORD, None, ELSEWHERE)
    assert entrance.hasher.verifications == 30
    assert refused.value.retry_after == 10


def test_stuffing_is_bounded_work_and_the_rest_is_refused_at_once(either: Either) -> None:
    """Two hash, three wait; 40 from as many addresses: the others hear "overloaded" quickly."""
    runtime, _ = either
    account(runtime)
    before = stored(runtime)
    hasher = Hasher(at_once=2, waiting_at_most=3)
    entrance = door(runtime, hasher=hasher)

    def attempt(number: int) -> str:
        start = monotonic()
        try:
            entrance.login(f"u{number}@example.org", PASSWORD, None, Origin(f"192.0.2.{number}"))
        except Unavailable as error:
            assert monotonic() - start < 2
            return error.code
        except Unauthenticated as error:
            return error.code
        return "let in"

    with ThreadPoolExecutor(40) as pool:
        heard = list(pool.map(attempt, range(40)))
    assert set(heard) <= {"overloaded", "store_busy", "wrong_credentials"}
    assert heard.count("wrong_credentials") == hasher.verifications
    assert stored(runtime) == before


def test_a_password_with_old_parameters_is_hashed_anew_at_login(either: Either) -> None:
    runtime, _ = either
    account(runtime)
    weak = PasswordHash((Argon2Hasher(1, 1024, 1),)).hash(PASSWORD)
    with runtime.database.writing() as tx:
        tx.execute(sa.update(Account).values(password_hash=weak))
    entrance = door(runtime)
    entrance.login("ana@example.org", PASSWORD, None, DESK)
    with runtime.database.reading() as tx:
        kept = tx.execute(sa.select(Account.password_hash)).scalar_one()
    assert "m=19456,t=2,p=1" in kept
    entrance.login("ana@example.org", PASSWORD, None, DESK)


def test_a_reset_lets_its_owner_in_once_within_a_day(either: Either) -> None:
    runtime, clock = either
    secret, who = logged_in(runtime)
    assert who.account_id is not None
    entrance = door(runtime)

    def reset() -> str:
        with runtime.database.writing() as tx:
            made = users.reset(tx, OPERATOR, who.account_id, clock()).secret
        assert made is not None
        return made

    first, second = reset(), reset()
    assert first not in repr(stored(runtime))
    with pytest.raises(Unauthenticated, match="too old"):
        entrance.redeem_reset(first, "a sentence of mine", DESK)
    with pytest.raises(Invalid):
        entrance.redeem_reset(second, "short", DESK)
    with ThreadPoolExecutor(2) as pool:
        tries = [
            pool.submit(entrance.redeem_reset, second, f"a sentence of mine {n}", DESK)
            for n in range(2)
        ]
        errors = [tried.exception(timeout=30) for tried in tries]
    assert sorted(type(error).__name__ for error in errors) == ["NoneType", "Unauthenticated"]
    entrance.login("ana@example.org", f"a sentence of mine {errors.index(None)}", None, DESK)
    with pytest.raises(Unauthenticated):
        entrance.identify(secret, DESK)
    third = reset()
    clock.move(seconds=timedelta(hours=24).total_seconds())
    with pytest.raises(Unauthenticated, match="too old"):
        entrance.redeem_reset(third, "a sentence of mine", DESK)
