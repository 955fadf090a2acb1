"""Two rankings made into one: the first hits in another order, and nothing else changed."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.search.fusion import WINDOW, for_far, for_near, fuse, is_for_both
from app.search.protocol import Hit, Key, Query, SearchResult

scores = st.lists(st.floats(0.01, 30), max_size=60).map(lambda some: sorted(some, reverse=True))


def found(keys: list[int], scores: list[float], corrected: str | None = None) -> SearchResult:
    hits = (
        Hit(Key("article", UUID(int=key)), 1, score)
        for key, score in zip(keys, scores, strict=False)
    )
    return SearchResult(tuple(hits), len(keys), corrected=corrected)


@given(scores, st.permutations(range(60)), st.integers(1, 25), st.sampled_from(["a b", '"a b"']))
def test_pages_hold_each_hit_once_and_the_last_ones_where_they_were(
    near: list[float], far: list[int], limit: int, text: str
) -> None:
    """Whatever the server says, and whichever of the two answers a page."""
    whole = found(list(range(len(near))), near)
    said = found(far, [1 - at / 100 for at in range(60)])
    seen: list[Hit] = []
    for page in range(1, 80):
        query = Query(text, limit=limit, page=page, extra=3)
        if is_for_both(query):
            asked = for_near(query)
            part = replace(whole, hits=whole.hits[: asked.limit])
            got = fuse(query, part, replace(said, hits=said.hits[: for_far(query).limit])).hits
        else:
            start = (page - 1) * limit
            got = whole.hits[start : start + limit + 3]
        seen += got[:limit]
    keys = [hit.key for hit in seen]
    assert sorted(key.id for key in keys) == [hit.key.id for hit in whole.hits]
    assert keys[WINDOW:] == [hit.key for hit in whole.hits[WINDOW:]]


def test_the_server_has_a_say_that_is_not_the_last() -> None:
    ask, near = Query("two words"), found([1, 2, 3], [10, 9.5, 1])
    liked = fuse(ask, near, found([2], [1.0]))
    assert [hit.key.id.int for hit in liked.hits] == [2, 1, 3]
    far_off = fuse(ask, near, found([3], [1.0]))
    assert [hit.key.id.int for hit in far_off.hits] == [1, 2, 3]
    unheard = fuse(ask, near, found([9, 3], [1.0, 0.2]))
    assert [hit.key.id.int for hit in unheard.hits] == [1, 2, 3]
    misspelt = fuse(ask, replace(near, corrected="two words"), found([3], [1.0]))
    assert [hit.key.id.int for hit in misspelt.hits] == [3, 1, 2]
    quoted = fuse(Query('"two words" more'), near, found([3, 2], [0.1, 0.1]))
    assert [hit.key.id.int for hit in quoted.hits] == [3, 2, 1]


def test_questions_dates_and_late_pages_are_for_one() -> None:
    assert is_for_both(Query("two words"))
    assert is_for_both(Query('"two words" more', page=2, limit=10))
    assert not is_for_both(Query("what happened to the land"))
    assert not is_for_both(Query('"what happened to the land"'))
    assert not is_for_both(Query(""))
    assert not is_for_both(Query("two words", order="newest"))
    assert not is_for_both(Query("two words", page=3, limit=10))
