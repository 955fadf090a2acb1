"""Counts of requests stay within their bounds, and are those of whoever was seen last."""

from hypothesis import given
from hypothesis import strategies as st

from app.rates import WindowCounters

SIZE = 4


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 2)), max_size=80))
def test_a_count_is_that_of_its_client_and_window_until_four_others_were_seen(
    asked: list[tuple[str, int]],
) -> None:
    counters, seen = WindowCounters(SIZE), list[tuple[str, int]]()
    for key, window in asked:
        others = set[str]()
        count = 1
        for former, its_window in reversed(seen):
            if len(others) >= SIZE or (former == key and its_window != window):
                break
            if former == key:
                count += 1
                others.clear()
            else:
                others.add(former)
        assert counters.add(key, window) == count
        seen.append((key, window))
        assert len(counters) == min(SIZE, len({one for one, _ in seen}))
