"""What was public and is made for later again: readers are told that it is embargoed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import rfc3339
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench
from tests.feeds.reading import texts, tree


class Reader:
    """A partner who follows the change feed."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.cursor = bench, ""
        self.news()

    def news(self) -> list[tuple[str, str | None, list[str]]]:
        """What is new since it last asked."""
        body = self.bench.client.get("/v1/changes", params={"cursor": self.cursor}).json()
        self.cursor = body["meta"]["cursor"]
        return [(one["type"], one["reason"], one["paths"]) for one in body["data"]]

    def page(self) -> tuple[int, str | None]:
        answer = self.bench.client.get("/v1/articles/river")
        return answer.status_code, answer.json().get("reason")


def later(bench: Bench, hours: float = 1) -> str:
    return rfc3339(bench.clock() + timedelta(hours=hours))


def in_two_steps(desk: Newsdesk, where: str) -> Any:
    desk.act(where, "unpublish", note="Too early.")
    return desk.act(where, "publish", visible_from=later(desk.bench))


def at_once(desk: Newsdesk, where: str) -> Any:
    return desk.act(where, "unpublish", note="Too early.", visible_from=later(desk.bench))


@pytest.mark.parametrize("take_back", [in_two_steps, at_once])
def test_what_is_taken_back_until_later_is_embargoed(
    quiet: Bench, take_back: Callable[[Newsdesk, str], Any]
) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="river")
    desk.act(where, "publish")
    reader = Reader(quiet)
    quiet.clock.move(minutes=1)
    held = take_back(desk, where).json()["data"]
    assert (held["state"], held["live"], held["ended"]["reason"]) == (
        *("scheduled", None),
        "embargoed",
    )
    assert held["scheduled"][0]["visible_from"] == later(quiet)
    assert reader.news() == [("delete", "embargoed", ["/news/river", "/river"])]
    assert reader.page() == (410, "embargoed")
    said = "This article was taken back and will be public again later. Too early."
    assert quiet.client.get("/v1/articles/river").json()["detail"] == said
    atom = tree(quiet.client.get("/v1/feeds/articles.atom").content)
    assert texts(atom, "at:deleted-entry/at:comment") == [said]
    # Another time is nobody's business.
    desk.act(where, "publish", visible_from=later(quiet, 0.5), cancels=True)
    assert reader.news() == []
    quiet.clock.move(minutes=31)
    assert reader.page() == (200, None)
    assert reader.news() == [("upsert", None, [])]


def test_a_schedule_that_is_cancelled_leaves_it_unpublished(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="river")
    desk.act(where, "publish")
    at_once(desk, where)
    reader = Reader(quiet)
    for act, sent in (("cancel", {}), ("unpublish", {"cancels": True})):
        assert desk.act(where, act, **sent).json()["data"]["state"] == "unpublished"
        assert reader.news() == [("delete", "unpublished", ["/news/river", "/river"])]
        assert reader.page() == (410, "unpublished")
        desk.act(where, "publish", visible_from=later(quiet))
        assert reader.news() == [("delete", "embargoed", ["/news/river", "/river"])]


def test_a_retraction_stands_and_a_first_schedule_is_told_to_nobody(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where, other = desk.create(slug="river"), desk.create(slug="lake")
    desk.act(where, "publish")
    desk.act(where, "retract", reason="Forged.")
    reader = Reader(quiet)
    desk.act(where, "publish", visible_from=later(quiet))
    desk.act(other, "publish", visible_from=later(quiet))
    assert reader.news() == []
    assert reader.page() == (410, "retracted")
    assert quiet.client.get("/v1/articles/lake").status_code == 404
    # A correction that is planned hides nothing meanwhile.
    quiet.clock.move(hours=2)
    assert len(reader.news()) == 2
    desk.act(where, "publish", visible_from=later(quiet))
    assert reader.news() == []
    assert reader.page() == (200, None)


def test_it_cannot_be_public_again_before_it_is_taken_back(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="river")
    never = desk.act(where, "unpublish", visible_from=later(quiet))
    assert problem(never) == (409, "not_public")
    desk.act(where, "publish")
    before = desk.data(where)
    for hours in (0, -1):
        answer = desk.act(where, "unpublish", visible_from=later(quiet, hours))
        assert problem(answer) == (422, "not_later")
        assert answer.json()["errors"][0]["pointer"] == "/visible_from"
    assert desk.data(where) == before
    assert desk.data(where)["state"] == "published"
