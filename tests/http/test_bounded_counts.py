"""Counts of requests stay within their bounds, and are those of whoever was seen last."""

from hypothesis import given
from hypothesis import strategies as st

from app.rates import WindowCounters

SIZE = 4


@given(st.lists(st.tuples(st.sampled_from("abcdefghijklm"), st.integers(0, 2)), max_size=120))
def test_a_count_is_that_of_its_client_and_window_until_four_others_were_seen(
    asked: list[tuple[str, int]],
) -> None:
    counters, seen = WindowCounters(SIZE), list[tuple[str, int]]()
    for key, window in asked:
        others = set[str]()
        least = every = 1
        for former, its_window in reversed(seen):
            if former == key and its_window != window:
                break
            if former != key:
                others.add(former)
                continue
            every += 1
            if len(others) < SIZE and least == every - 1:
                least += 1
                others.clear()
        count = counters.add(key, window)
        assert least <= count <= every
        seen.append((key, window))
        assert len(counters) <= 2 * SIZE
