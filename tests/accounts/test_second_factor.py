"""The second factor on both databases: no code works twice, not even at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from app.accounts import second_factor, sessions
from app.accounts.keys import SecretKey
from app.accounts.principal import Origin
from app.accounts.revocation import log_out_everywhere
from app.errors import Conflict, Forbidden, Invalid, Throttled, Unauthenticated, Unavailable
from tests.accounts.people import (
    DESK,
    ELSEWHERE,
    KEY,
    PASSWORD,
    Either,
    door,
    logged_in,
    stored,
    token,
    with_totp,
)


def test_turning_it_on_asks_for_a_password_and_a_code_and_ends_other_sessions(
    either: Either,
) -> None:
    runtime, clock = either
    secret, who = logged_in(runtime)
    other = door(runtime).login("ana@example.org", PASSWORD, None, ELSEWHERE)
    entrance = door(runtime)
    with pytest.raises(Unauthenticated):
        entrance.prove(who, "not the password", None, DESK)
    proof = entrance.prove(who, PASSWORD, None, DESK)
    with runtime.database.writing() as tx:
        enrolment = second_factor.enrol(tx, proof, KEY, clock(), "Peru Support Group")
    assert enrolment.uri.startswith("otpauth://totp/Peru%20Support%20Group:ana%40example.org?")
    assert enrolment.secret not in repr(stored(runtime))
    entrance.login("ana@example.org", PASSWORD, None, DESK)  # not confirmed: no code yet
    with pytest.raises(Invalid, match="clock"), runtime.database.writing() as tx:
        second_factor.confirm(tx, who, "000000", KEY, clock())
    code = pyotp.TOTP(enrolment.secret).at(clock())
    with runtime.database.writing() as tx:
        codes = second_factor.confirm(tx, who, code, KEY, clock())
        assert second_factor.codes_left(tx, proof.account_id) == 10
    assert len({*codes}) == 10
    assert not any(code in repr(stored(runtime)) for code in codes)
    assert entrance.identify(secret, DESK) == who
    with pytest.raises(Unauthenticated):
        entrance.identify(other.secret, DESK)
    with pytest.raises(Conflict, match="disable it first"), runtime.database.writing() as tx:
        second_factor.enrol(tx, proof, KEY, clock(), "Willay")
    with pytest.raises(Unauthenticated, match="used already"):
        entrance.login("ana@example.org", PASSWORD, code, DESK)  # the confirming code is used up


def test_login_needs_a_code_and_takes_each_once(either: Either, subtests: pytest.Subtests) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    secret, codes = with_totp(runtime, who)
    totp = pyotp.TOTP(secret)
    clock.move(minutes=5)
    entrance = door(runtime)
    before = stored(runtime)
    for code, said in (
        (None, "code_required"),
        ("", "code_required"),
        (totp.at(clock(), counter_offset=-2), "code_wrong"),
        ("١٢٣٤٥٦", "code_wrong"),
    ):
        with subtests.test(code=code, said=said):
            with pytest.raises(Unauthenticated) as refused:
                entrance.login("ana@example.org", PASSWORD, code, DESK)
            assert refused.value.code == said
    with pytest.raises(Unauthenticated) as blind:
        entrance.login("ana@example.org", "not the password", totp.at(clock()), DESK)
    assert blind.value.code == "wrong_credentials"
    assert stored(runtime) == before
    code = totp.at(clock())
    entrance.login("ana@example.org", PASSWORD, f"{code[:3]} {code[3:]}", DESK)
    older = totp.at(clock(), counter_offset=-1)
    for used in (code, older):
        with pytest.raises(Unauthenticated, match="used already"):
            entrance.login("ana@example.org", PASSWORD, used, DESK)
    entrance.login("ana@example.org", PASSWORD, codes[0].lower().replace("-", " "), DESK)
    with pytest.raises(Unauthenticated, match="used already"):
        entrance.login("ana@example.org", PASSWORD, codes[0], DESK)


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_of_logins_with_the_same_code_exactly_one_wins(either: Either, kind: str) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    secret, codes = with_totp(runtime, who)
    clock.move(minutes=5)
    code = pyotp.TOTP(secret).at(clock()) if kind == "totp" else codes[3]

    def attempt(number: int) -> str:
        # Another process each, so that neither throttle nor hasher stands between them.
        try:
            door(runtime).login("ana@example.org", PASSWORD, code, Origin(f"192.0.2.{number}"))
        except Unauthenticated as error:
            return error.code
        return "let in"

    with ThreadPoolExecutor(4) as pool:
        heard = sorted(pool.map(attempt, range(4)))
    assert heard == ["code_wrong", "code_wrong", "code_wrong", "let in"]


def test_turning_it_off_needs_the_password_and_a_code(either: Either) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    secret, codes = with_totp(runtime, who)
    clock.move(minutes=5)
    entrance = door(runtime)
    password_only = entrance.prove(who, PASSWORD, None, DESK)
    with runtime.database.writing() as tx:
        for command in (second_factor.disable, second_factor.renew_codes):
            with pytest.raises(Forbidden, match="a code"):
                command(tx, password_only, clock())
    with pytest.raises(Unauthenticated):
        entrance.prove(who, PASSWORD, "123456", DESK)
    both = entrance.prove(who, PASSWORD, pyotp.TOTP(secret).at(clock()), DESK)
    with runtime.database.writing() as tx:
        renewed = second_factor.renew_codes(tx, both, clock())
    with pytest.raises(Unauthenticated):
        entrance.prove(who, PASSWORD, codes[0], DESK)
    both = entrance.prove(who, PASSWORD, renewed[0], DESK)
    with runtime.database.writing() as tx:
        second_factor.disable(tx, both, clock())
    entrance.login("ana@example.org", PASSWORD, None, DESK)
    rows = stored(runtime)
    assert (rows["totp"], rows["recovery_code"]) == ([], [])


def test_a_proof_is_worth_nothing_after_the_password_changed(either: Either) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    entrance = door(runtime)
    proof = entrance.prove(who, PASSWORD, None, DESK)
    entrance.change_password(who, PASSWORD, "another long sentence", DESK)
    with pytest.raises(Unauthenticated), runtime.database.writing() as tx:
        second_factor.enrol(tx, proof, KEY, clock(), "Willay")


def test_a_token_reaches_nothing_that_is_for_sessions(either: Either) -> None:
    runtime, clock = either
    _, who = logged_in(runtime, role="admin")
    made = token(runtime, who, "*")
    thief = door(runtime).identify(made.token, DESK)
    entrance = door(runtime)
    with pytest.raises(Forbidden, match="Log in"):
        entrance.change_password(thief, PASSWORD, "another long sentence", DESK)
    with pytest.raises(Forbidden, match="Log in"):
        entrance.prove(thief, PASSWORD, None, DESK)
    with runtime.database.writing() as tx:
        with pytest.raises(Forbidden, match="Log in"):
            second_factor.confirm(tx, thief, "123456", KEY, clock())
        with pytest.raises(Forbidden, match="Log in"):
            log_out_everywhere(tx, thief, clock())
        with pytest.raises(Forbidden, match="Log in"):
            sessions.of_own(tx, thief, clock())


def test_codes_are_not_guessed_by_who_knows_the_password(either: Either) -> None:
    """From ever new addresses: five tries, then ever longer waits; the usual desk is let in."""
    runtime, clock = either
    _, who = logged_in(runtime)
    secret, _ = with_totp(runtime, who)
    clock.move(minutes=5)
    entrance = door(runtime)
    heard = []
    for number in range(8):
        try:
            entrance.login("ana@example.org", PASSWORD, "000000", Origin(f"192.0.2.{number}"))
        except (Unauthenticated, Throttled) as error:
            heard.append(error.code)
    assert heard == ["code_wrong"] * 5 + ["too_many_attempts"] * 3
    entrance.login("ana@example.org", PASSWORD, pyotp.TOTP(secret).at(clock()), DESK)


def test_another_key_is_told_apart_and_recovery_codes_still_work(either: Either) -> None:
    runtime, clock = either
    _, who = logged_in(runtime)
    secret, codes = with_totp(runtime, who)
    clock.move(minutes=5)
    entrance = door(runtime, SecretKey(b"another key" * 5))
    with pytest.raises(Unavailable, match="restore it"):
        entrance.login("ana@example.org", PASSWORD, pyotp.TOTP(secret).at(clock()), DESK)
    entrance.login("ana@example.org", PASSWORD, codes[0], DESK)
