"""The tree of pages: what it refuses, and what readers see when a page above goes and comes."""

from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench


def page(desk: Newsdesk, slug: str, parent: str | None = None, **over: Any) -> str:
    """A published page: its address at the desk."""
    where = desk.create(kind="page", slug=slug, title=slug, parent=parent, **over)
    answer = desk.act(where, "publish")
    assert answer.status_code == 200, answer.text
    return where


def parent(bench: Bench, slug: str) -> str | None:
    """The page above a page, as the detail and every list say."""
    said = bench.client.get(f"/v1/articles/{slug}").json()["data"]["parent"]
    items = bench.client.get("/v1/articles?kind=page").json()["data"]
    assert [item["parent"] for item in items if item["slug"] == slug] == [said]
    return said  # type: ignore[no-any-return]


def told(bench: Bench, since: str) -> list[str | None]:
    """The slugs of the pages that the change feed names after a cursor."""
    changes = bench.client.get(f"/v1/changes?cursor={since}").json()["data"]
    return [change["item"]["slug"] if change["item"] else None for change in changes]


def cursor(bench: Bench) -> str:
    answer = bench.client.get("/v1/changes?limit=100").json()
    assert answer["meta"]["caught_up"]
    return str(answer["meta"]["cursor"])


def test_a_page_follows_the_page_above_it_through_all_its_acts(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    top = page(desk, "top")
    page(desk, "low", "top")
    assert parent(quiet, "low") == "top"
    place = cursor(quiet)
    assert desk.patch(top, slug="summit").status_code == 200
    assert parent(quiet, "low") == "top", "a draft changes nothing"
    assert desk.act(top, "publish").status_code == 200
    assert parent(quiet, "low") == "summit", "the name follows a new slug"
    assert told(quiet, place) == ["summit", "low"]
    place = cursor(quiet)
    assert desk.act(top, "unpublish").status_code == 200
    assert parent(quiet, "low") is None, "nothing that is invisible is named"
    assert told(quiet, place) == [None, "low"]
    place = cursor(quiet)
    later = quiet.clock.now + timedelta(hours=1)
    assert desk.act(top, "publish", visible_from=later.isoformat()).status_code == 200
    assert parent(quiet, "low") is None
    quiet.clock.move(hours=2)
    assert parent(quiet, "low") == "summit", "it comes back at its time"
    assert set(told(quiet, place)) >= {"summit", "low"}
    assert quiet.client.get("/v1/articles/low").status_code == 200


def test_the_page_above_may_be_a_draft_and_appear_later(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    draft = desk.create(kind="page", slug="top", title="top")
    low = page(desk, "low", "top")
    assert parent(quiet, "low") is None
    assert desk.data(low)["parent"] == "top"
    assert desk.act(draft, "publish").status_code == 200
    assert parent(quiet, "low") == "top"
    trashed = quiet.client.delete(draft, headers=desk.matching(draft))
    assert trashed.status_code == 409, "what is public is not trashed"


def test_a_draft_above_that_got_another_slug_is_asked_for_at_publication(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    draft = desk.create(kind="page", slug="top", title="top")
    low = desk.create(kind="page", slug="low", title="low", parent="top")
    assert desk.patch(draft, slug="summit").status_code == 200
    assert problem(desk.act(low, "publish")) == (422, "unknown_parent")
    assert desk.patch(low, parent="summit").status_code == 200
    assert desk.act(low, "publish").status_code == 200


def test_a_page_is_never_below_itself(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one = page(desk, "one")
    page(desk, "two", "one")
    three = page(desk, "three", "two")
    for name in ("one", "two", "three"):
        refused = desk.patch(one, parent=name)
        assert refused.status_code == 422, name
        assert refused.json()["errors"][0]["pointer"] in ("/parent", "/")
    assert problem(desk.patch(one, parent="three")) == (422, "parent_cycle")
    builders.published(quiet.runtime, title="news", slug="news")
    assert problem(desk.patch(one, parent="news")) == (422, "parent_not_page")
    assert desk.patch(three, parent=None).status_code == 200
    assert desk.patch(one, parent="three").status_code == 200, "the drafts are a tree"
    assert problem(desk.act(one, "publish")) == (422, "parent_cycle"), "readers would see none"
    assert desk.act(three, "publish").status_code == 200
    assert desk.act(one, "publish").status_code == 200
    assert [parent(quiet, slug) for slug in ("three", "one", "two")] == [None, "three", "one"]
    restored = desk.act(three, "revisions/1/restore")
    assert problem(restored) == (422, "parent_cycle"), "an old text is checked too"


def test_a_scheduled_page_counts_for_the_tree(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one, two = page(desk, "one"), page(desk, "two")
    assert desk.patch(one, parent="two").status_code == 200
    later = (quiet.clock.now + timedelta(days=1)).isoformat()
    assert desk.act(one, "publish", visible_from=later).status_code == 200
    assert desk.patch(one, parent=None).status_code == 200
    assert desk.patch(two, parent="one").status_code == 200
    assert problem(desk.act(two, "publish")) == (422, "parent_cycle")
    assert desk.act(one, "cancel").status_code == 200
    assert desk.act(two, "publish").status_code == 200


def test_a_tree_has_four_levels(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = {slug: page(desk, slug) for slug in ("a", "b", "c", "d", "e")}
    for low, high in (("d", "c"), ("c", "b"), ("b", "a")):
        assert desk.patch(where[low], parent=high).status_code == 200
    assert problem(desk.patch(where["e"], parent="d")) == (422, "too_deep")
    assert problem(desk.patch(where["a"], parent="e")) == (422, "too_deep"), "the branch moves too"
    assert desk.patch(where["e"], parent="c").status_code == 200


@pytest.mark.parametrize("query", ["", "&lang=en", "&ids={ids}", "&updated_since=2020-01-01"])
def test_pages_are_listed_by_their_places(quiet: Bench, query: str) -> None:
    desk = Newsdesk.of(quiet)
    places = {"third": 7, "first": 0, "second": 7, "last": 1_000_000, "also-first": 0}
    keys = {}
    for slug, place in places.items():
        keys[slug] = page(desk, slug, position=place)
        quiet.clock.move(seconds=1)
    expected = ["first", "also-first", "third", "second", "last"]
    ids = ",".join(key.rsplit("/", 1)[-1] for key in keys.values())
    url = f"/v1/articles?kind=page&order=position&limit=2{query.format(ids=ids)}"
    seen, back = [], None
    while url:
        answer = quiet.client.get(url).json()
        seen += [item["slug"] for item in answer["data"]]
        url, back = answer["links"]["next"], answer["links"]["prev"]
    assert seen == expected
    assert back is not None
    before = quiet.client.get(back).json()["data"]
    assert [item["slug"] for item in before] == expected[2:4]
    assert [it["position"] for it in before] == [7, 7]


def test_pages_with_a_tag_are_listed_by_their_places(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    for slug in ("land", "water"):
        builders.tag(quiet.runtime, slug)
    for slug, place in (("b", 2), ("a", 1), ("c", 3)):
        page(desk, slug, position=place, tags=["water"])
    page(desk, "d", position=0, tags=["land"])
    url = "/v1/articles?kind=page&order=position&tag=water|land&limit=3"
    first = quiet.client.get(url).json()
    assert [item["slug"] for item in first["data"]] == ["d", "a", "b"]
    assert [it["slug"] for it in quiet.client.get(first["links"]["next"]).json()["data"]] == ["c"]
    url = "/v1/articles?kind=page&order=position&tag=water"
    assert [it["slug"] for it in quiet.client.get(url).json()["data"]] == ["a", "b", "c"]


def test_only_pages_have_places(quiet: Bench) -> None:
    for query in ("order=position", "order=position&kind=article"):
        assert problem(quiet.client.get(f"/v1/articles?{query}")) == (400, "pages_only")
    ordered = quiet.client.get("/v1/articles?kind=page&order=position&limit=1")
    assert ordered.status_code == 200
    newest = quiet.client.get("/v1/articles?kind=page&order=newest&cursor=x")
    assert newest.status_code == 400
