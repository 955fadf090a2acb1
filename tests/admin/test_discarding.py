"""The draft beside a live text: discarded, compared, and the slug that it has until then."""

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench


def test_the_working_copy_is_the_live_text_again(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    for slug in ("water", "land"):
        builders.tag(quiet.runtime, slug)
    where = desk.create(title="Live", tags=["water"], summary="As it is.")
    desk.act(where, "publish")
    live = desk.data(where)
    desk.patch(where, title="Draft", slug="draft", tags=["land"], summary="", body="Half")
    desk.act(where, "submit", note="See.")
    before = desk.data(where)
    assert problem(desk.act(where, "discard", before["revision"] - 1)) == (412, "stale_revision")
    answer = desk.act(where, "discard")
    assert answer.status_code == 200, answer.text
    after = answer.json()["data"]
    moving = {"revision", "changed_at"}
    assert {k: v for k, v in after.items() if k not in moving} == {
        k: v for k, v in live.items() if k not in moving
    }
    assert after["revision"] == before["revision"] + 1
    titles = [row["title"] for row in desk.get(f"{ARTICLES}?tag=water&q=live").json()["data"]]
    assert titles == ["Live"]
    assert desk.get(f"{ARTICLES}?q=half").json()["data"] == []
    # The draft's slug is free, its text is not lost, and work goes on.
    assert desk.create(title="Other", slug="draft")
    number = before["text_revision"]
    assert desk.get(f"{where}/revisions/{number}").json()["data"]["content"]["body"] == "Half"
    assert problem(desk.act(where, "discard")) == (409, "nothing_to_discard")
    assert desk.patch(where, summary="Newer.").json()["data"]["state"] == "draft"
    assert desk.act(where, f"revisions/{number}/restore").json()["data"]["body"] == "Half"
    assert desk.act(where, "publish").status_code == 200
    assert quiet.client.get("/v1/articles/live").json()["data"]["title"] == "Draft"


def test_what_cannot_be_discarded(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    assert problem(desk.act(where, "discard")) == (409, "not_public")
    desk.act(where, "publish")
    desk.patch(where, body="Later.")
    desk.act(where, "publish", visible_from="2026-06-01T00:00:00Z")
    assert problem(desk.act(where, "discard")) == (409, "still_scheduled")
    desk.act(where, "cancel")
    assert desk.act(where, "discard").json()["data"]["state"] == "published"
    desk.act(where, "unpublish")
    desk.patch(where, body="More.")
    assert problem(desk.act(where, "discard")) == (409, "not_public")
    quiet.client.delete(where, headers=desk.matching(where))
    assert problem(desk.act(where, "discard")) == (409, "in_trash")
    assert problem(desk.act(where, "discard", note="x")) == (422, "unknown_field")


def test_a_draft_is_compared_with_what_readers_see(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(body="One **two** three.")
    assert problem(desk.get(f"{where}/diff?from=public")) == (409, "not_public")
    desk.act(where, "publish")
    desk.patch(where, summary="New.")
    desk.patch(where, body="One **2** three.\n\nFour!")
    found = desk.get(f"{where}/diff?from=public&rendered=true").json()["data"]
    assert (found["from_revision"], found["to_revision"]) == (1, 4)
    fields = {change["field"]: change for change in found["fields"]}
    assert list(fields) == ["summary", "body"]
    expected = (
        "<p>One <strong><del>two</del><ins>2</ins></strong> three.</p>\n<p><ins>Four!</ins></p>"
    )
    assert fields["body"]["html"] == expected
    assert "html" not in fields["summary"]
    plain = desk.get(f"{where}/diff?from=previous").json()["data"]
    assert ["html" in change for change in plain["fields"]] == [False]
    back = desk.get(f"{where}/diff?from=4&to=public").json()["data"]
    assert (back["from_revision"], back["to_revision"]) == (4, 1)
    for query in ("from=newest", "from=public&to=previous", "from=1&rendered=yes", "from=0"):
        assert problem(desk.get(f"{where}/diff?{query}")) == (400, "invalid_parameter")
    assert problem(desk.get(f"{where}/diff?from=public&to=77")) == (404, "revision_not_found")


def test_a_slug_follows_the_title_until_it_is_published(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    first = desk.create(title="Untitled")
    second = desk.create(title="Untitled")
    assert desk.data(second)["slug"] == "untitled-2"
    assert desk.patch(second, title="A march").json()["data"]["slug"] == "a-march"
    assert desk.patch(second, title="A march!").json()["data"]["slug"] == "a-march"
    assert desk.patch(first, title="A march").json()["data"]["slug"] == "a-march-2"
    assert desk.patch(first, title="。。").json()["data"]["slug"] == "a-march-2"
    assert desk.create(title="Untitled", slug="untitled")
    autosaved = desk.patch(second, query="?autosave=true", title="A long march")
    assert autosaved.json()["data"]["slug"] == "a-long-march"
    desk.act(second, "publish")
    assert desk.patch(second, title="Other").json()["data"]["slug"] == "a-long-march"


@pytest.mark.parametrize("way", ["created", "patched", "patched alike", "above", "scheduled"])
def test_a_slug_that_others_know_stays(quiet: Bench, way: str) -> None:
    desk = Newsdesk.of(quiet)
    kind = "page" if way == "above" else "article"
    where = desk.create(kind=kind, **({"slug": "own"} if way == "created" else {}))
    slug = "a-title"
    match way:
        case "created":
            slug = "own"
        case "patched":
            slug = "mine"
            desk.patch(where, slug=slug)
        case "patched alike":
            assert desk.patch(where, slug=slug).json()["data"]["revision"] == 1
        case "above":
            desk.create(kind="page", title="Below", parent=slug)
        case _:
            desk.act(where, "publish", visible_from="2026-06-01T00:00:00Z")
    assert desk.patch(where, title="New").json()["data"]["slug"] == slug
