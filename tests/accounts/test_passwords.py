"""Passwords: which are allowed, how many are hashed at once, how attempts are slowed down."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts import throttle
from app.accounts.passwords import Hasher, generate_password, validate_password
from app.accounts.throttle import AttemptCounter, BackoffRule, Throttle
from app.errors import Invalid, Throttled, Unavailable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = "ana.quispe.mamani@example.org"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("elevenchars", "12 to 200"),
        ("x y" * 67, "12 to 200"),
        ("ﷺ" * 12, "12 to 200"),  # each becomes 18 characters
        ("a good sentence\x00", "control"),
        ("a good sentence\ud800", "control"),
        ("Ana.Quispe.Mamani", "e-mail"),
        (ANA.upper(), "e-mail"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        ("abcabcabcabcabc", "repeats"),
        ("123456789012345", "repeats"),
        ("zyxwvutsrqponml", "repeats"),
        ("Password12345!", "tried first"),
        ("1234Contraseña", "tried first"),
    ],
)
def test_a_password_that_breaks_a_rule_is_told_which(password: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        validate_password(password, ANA)
    assert refused.value.code == "weak_password"
    assert refused.value.details[0].pointer == "/password"


@given(st.text(max_size=250))
@settings(max_examples=300)
def test_any_text_is_allowed_or_refused_and_normalised_once(text: str) -> None:
    try:
        plain = validate_password(text, ANA)
    except Invalid:
        return
    assert validate_password(plain, ANA) == plain


def test_generated_passwords_are_allowed_and_differ() -> None:
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(validate_password(one, ANA) == one for one in made)


def test_every_keyboard_types_the_same_password() -> None:
    hasher = Hasher()
    kept = hasher.hash(validate_password("El cóndor pasa, señor", ANA))
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.verify("El co\u0301ndor pasa, sen\u0303or", kept).is_right
    assert not hasher.verify("El condor pasa, senor", kept).is_right
    assert not hasher.verify("El cóndor pasa, señor" + "x" * 200, kept).is_right
    assert not hasher.verify("x" * 100_000, kept).is_right
    assert hasher.verifications == 2 + 0  # what is too long is refused without work


def test_what_does_not_get_a_turn_in_time_is_refused() -> None:
    hasher = Hasher(at_once=1, waiting_at_most=1, wait_seconds=0.05)
    inside, leave = threading.Event(), threading.Event()

    def occupy() -> None:
        with hasher._hash_slot():
            inside.set()
            leave.wait(30)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(occupy)
        assert inside.wait(30)
        with pytest.raises(Unavailable, match="try again"):
            hasher.verify("a good sentence", None)
        leave.set()
    assert hasher.verifications == 0
    assert not hasher.verify("a good sentence", None).is_right
    assert hasher.verifications == 1


@given(st.lists(st.integers(0, 2_000), max_size=200))
def test_attempts_are_bounded_however_they_are_spaced(gaps: list[int]) -> None:
    """In any stretch no more pass than the free ones and one for each delay that fits."""
    rule = BackoffRule(3, timedelta(seconds=10), timedelta(seconds=80), timedelta(hours=24))
    counter, now = AttemptCounter(rule), NOON
    passed = []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if counter.wait("k", now) <= timedelta(0):
            counter.add("k", now)
            passed.append(now)
    for place, (before, after) in enumerate(pairwise(passed), start=1):
        assert after - before >= rule.delay(place)
    assert [rule.delay(n).total_seconds() for n in range(9)] == [0, 0, 0, 10, 20, 40, 80, 80, 80]


def test_a_counter_forgets_after_a_while_and_is_bounded() -> None:
    counter = AttemptCounter(throttle.PAIR, size=100)
    for number in range(1_000):
        counter.add(f"k{number}", NOON)
    assert len(counter) == 100
    for _ in range(30):
        counter.add("k", NOON)
    assert counter.wait("k", NOON) == timedelta(minutes=15)
    assert counter.wait("k", NOON - timedelta(days=1)) == timedelta(0)  # the clock was set back
    assert counter.wait("k", NOON - timedelta(seconds=1)) > timedelta(0)
    assert counter.wait("k", NOON + timedelta(hours=1)) == timedelta(0)


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["add", "ask", "clear"]))),
)
def test_a_counter_knows_whoever_tried_last_and_forgets_nobody_else_s_tries(
    acts: list[tuple[str, str]],
) -> None:
    """To ask for a wait is no try, so that it keeps nobody in memory."""
    rule = BackoffRule(0, timedelta(seconds=1), timedelta(hours=1))
    counter, tries = AttemptCounter(rule, size=3), dict[str, int]()
    for key, act in acts:
        if act == "add":
            tries[key] = tries.pop(key, 0) + 1
            counter.add(key, NOON)
            if len(tries) > 3:
                del tries[next(iter(tries))]
        elif act == "clear":
            tries.pop(key, None)
            counter.clear(key)
        wait = rule.delay(tries[key]) if key in tries else timedelta(0)
        assert counter.wait(key, NOON) == wait
        assert len(counter) == len(tries)


def admitted(door: Throttle, network: str, now: datetime, *, is_usual: bool = False) -> bool:
    try:
        door.admit(ANA, network, now, is_usual=is_usual)
    except Throttled:
        return False
    return True


def test_nobody_can_lock_somebody_else_out_of_their_usual_desk() -> None:
    """A botnet is slowed to one try in half a minute for all its members together."""
    door = Throttle()
    tries = [admitted(door, f"bot{number}", NOON) for number in range(1_000)]
    assert sum(tries) == 20
    assert admitted(door, "desk", NOON, is_usual=True)
    later = NOON
    through = 0
    for number in range(3_600):
        later += timedelta(seconds=1)
        through += admitted(door, f"late{number}", later)
    assert through <= 3_600 / 30 + 10
    assert admitted(door, "desk", later, is_usual=True)


def test_one_network_at_one_account_waits_ever_longer() -> None:
    door = Throttle()
    now, passed = NOON, 0
    for _ in range(24 * 3_600 // 10):
        now += timedelta(seconds=10)
        passed += admitted(door, "one", now, is_usual=True)
    assert passed <= 5 + 6 + 24 * 4


def test_logging_in_oneself_does_not_wash_away_what_was_tried_at_others() -> None:
    door = Throttle()
    tried = 0
    for number in range(100):
        try:
            door.admit(f"victim{number}", "attacker", NOON, is_usual=False)
            tried += 1
            door.admit("own", "attacker", NOON, is_usual=True)
        except Throttled:
            break
        door.give_back("own", "attacker", is_usual=True)
        door.clear("own", "attacker")
    assert tried == 30


def test_a_hundred_at_the_same_moment_do_not_slip_through() -> None:
    door = Throttle()
    with ThreadPoolExecutor(16) as pool:
        passed = list(pool.map(lambda _: admitted(door, "one", NOON), range(100)))
    assert sum(passed) == 5
