"""What is kept stays within its bounds, and what is asked for stays longest."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.published.response_cache import Answer, ResponseCache


def answer(size: int) -> Answer:
    return Answer(b"x" * size, {}, "")


@given(st.lists(st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 3_000)), max_size=60))
def test_never_more_than_its_bytes_and_never_another_answer(
    asked: list[tuple[str, int]],
) -> None:
    kept, last = ResponseCache(16_000), dict[str, Answer]()
    for tag, size in asked:
        made = answer(size)
        kept.keep(tag, made)
        if made.size <= 2_000:
            last[tag] = made
    held = {tag: one for tag in "abcdefghij" if (one := kept.get(tag)) is not None}
    assert sum(one.size for one in held.values()) <= 16_000
    assert all(one is last[tag] for tag, one in held.items())


def test_what_is_not_asked_for_goes_first() -> None:
    kept = ResponseCache(10_000)
    for tag in "abcd":
        kept.keep(tag, answer(200))
    for tag in "efghi":
        assert kept.get("a") is not None
        kept.keep(tag, answer(200))
    assert kept.get("a") is not None
    assert kept.get("b") is None
    kept.keep("large", answer(9_000))
    assert kept.get("large") is None
    ResponseCache(0).keep("a", answer(0))


def test_threads_keep_within_its_bytes_together() -> None:
    kept = ResponseCache(16_000)

    def work(seed: int) -> None:
        chance = Random(seed)
        for _ in range(2_000):
            tag = chance.choice("abcdefghijklmnopqrstuvwxyz")
            held = kept.get(tag)
            assert held is None or held.keys == tag
            kept.keep(tag, Answer(b"x" * chance.randrange(1_000), {}, tag))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    held = [one for tag in "abcdefghijklmnopqrstuvwxyz" if (one := kept.get(tag)) is not None]
    assert 8_000 < sum(one.size for one in held) <= 16_000
