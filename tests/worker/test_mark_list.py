"""The marks of an index, compared with little memory: nothing is lost, whatever they say."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.search.protocol import DOCUMENT_KINDS, Key, Mark
from app.worker.mark_list import MarkList

KEYS = st.builds(Key, st.sampled_from(DOCUMENT_KINDS), st.integers(0, 9).map(lambda n: UUID(int=n)))
MARKS = st.builds(Mark, st.integers(0, 2**63 - 1), st.binary(max_size=20))


@given(st.lists(st.tuples(KEYS, MARKS)), st.lists(KEYS, unique=True))
def test_what_is_asked_for_is_taken_once_and_all_else_is_left(
    held: list[tuple[Key, Mark]], asked: list[Key]
) -> None:
    marks = MarkList(held)
    assert len(marks) == len(held)
    left = list(held)
    for key in asked:
        taken = marks.take(key)
        of_the_key = [mark for other, mark in left if other == key]
        assert taken in of_the_key or (taken is None and not of_the_key)
        if taken is not None:
            left.remove((key, taken))
    assert sorted(map(repr, marks.left())) == sorted(map(repr, left))


@given(st.one_of(st.integers(max_value=-1), st.integers(min_value=2**63)))
def test_a_version_that_none_of_ours_has_stays_one(forged: int) -> None:
    key = Key("article", UUID(int=1))
    assert MarkList([(key, Mark(forged, b"x"))]).take(key) == Mark(-1, b"x")
