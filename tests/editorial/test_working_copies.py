"""What lists of working copies find, on both databases; a page ends where the next begins."""

from uuid import UUID

import pytest

from app.editorial.copy_filter import CopyFilter
from app.editorial.draft_index import DraftOrder
from app.editorial.working_copies import page, total
from app.errors import BadRequest
from tests import builders
from tests.editorial.desk import ANA, BEN, Desk, Either


def titles(
    desk: Desk, chosen: CopyFilter, limit: int = 100, order: DraftOrder = "-changed"
) -> list[str]:
    """All that is found, walked page by page."""
    found: list[str] = []
    cursor: str | None = None
    more = True
    while more:
        with desk.runtime.database.reading() as tx:
            rows, cursor = page(tx, chosen, cursor, limit, desk.clock(), order)
            assert len(rows) <= limit
            found += [row.article.title for row in rows]
            more = cursor is not None
    with desk.runtime.database.reading() as tx:
        assert total(tx, chosen, desk.clock()) == len(found)
    return found


def test_every_filter_on_both_databases(either: Either, subtests: pytest.Subtests) -> None:
    desk = Desk(*either)
    builders.tag(desk.runtime, "water")
    steps = {
        "draft": [],
        "in_review": ["submit"],
        "approved": ["submit", "approve"],
        "scheduled": ["schedule"],
        "published": ["publish"],
        "expired": [],
        "unpublished": ["publish", "unpublish"],
        "retracted": ["publish", "retract"],
    }
    desk.act(desk.create(title="expired"), "publish until")
    desk.clock.move(hours=2)
    for title in (title for title in steps if title != "expired"):
        key = desk.create(title=title, tags=("water",) if title == "approved" else ())
        for step in steps[title]:
            desk.act(key, step)
    for state in steps:
        with subtests.test(state=state):
            assert titles(desk, CopyFilter(states=(state,))) == [state]  # type: ignore[arg-type]  # a state
    assert sorted(titles(desk, CopyFilter(states=("draft", "retracted", "published")))) == [
        *("draft", "published", "retracted")
    ]
    assert titles(desk, CopyFilter(live=True)) == ["published"]
    assert len(titles(desk, CopyFilter(live=False))) == 7
    assert titles(desk, CopyFilter(tag="water")) == ["approved"]
    assert sorted(titles(desk, CopyFilter(words="PUBLISHED"))) == ["published", "unpublished"]
    assert titles(desk, CopyFilter(words="pub_ished")) == []
    assert titles(desk, CopyFilter(kind="page")) == []
    assert len(titles(desk, CopyFilter(lang="en", updated_since=desk.clock()))) == 7
    assert len(titles(desk, CopyFilter(saved_by=UUID(int=1)))) == 8
    assert titles(desk, CopyFilter(saved_by=UUID(int=2))) == []
    # Many of them were changed at one moment: the id decides, and none is seen twice.
    whole = titles(desk, CopyFilter())
    assert len(set(whole)) == len(whole) == 8
    assert all(titles(desk, CopyFilter(), limit) == whole for limit in (1, 3, 8))
    with desk.runtime.database.reading() as tx, pytest.raises(BadRequest, match="no tag"):
        page(tx, CopyFilter(tag="nothing"), None, 20, desk.clock())


def test_who_saved_and_what_is_in_the_trash(either: Either) -> None:
    desk = Desk(*either)
    one, two = desk.create(title="One"), desk.create(ANA, title="Two")
    desk.save(one, BEN, summary="Ben was here.")
    assert titles(desk, CopyFilter(saved_by=UUID(int=2))) == ["One"]
    desk.act(two, "trash")
    assert titles(desk, CopyFilter()) == ["One"]
    assert titles(desk, CopyFilter(trashed=True)) == ["Two"]
