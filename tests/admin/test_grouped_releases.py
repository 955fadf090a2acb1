"""Texts that become public together: scheduled, moved, cancelled, and what one does meanwhile."""

from typing import Any

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.admin.scheduling import (
    RELEASES,
    calendar,
    key_of,
    later,
    post_release,
    released,
    remove,
    three,
)
from tests.conftest import Bench

NOBODY = "01900000-0000-7000-8000-000000000000"


def approved(desk: Newsdesk, where: str) -> str:
    desk.act(where, "submit")
    assert desk.act(where, "approve").json()["data"]["state"] == "approved"
    return where


def public(bench: Bench) -> set[str]:
    return {it["slug"] for it in bench.client.get("/v1/articles?limit=100").json()["data"]}


def states(desk: Newsdesk, wheres: list[str]) -> list[str]:
    return [desk.data(where)["state"] for where in wheres]


def test_a_release_s_life(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    wheres = [approved(desk, where) for where in three(desk)]
    nine, ten = later(desk, hours=1), later(desk, hours=2)
    made = post_release(desk, nine, wheres)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    release = made.headers["location"]
    told = made.json()["data"]
    assert (told["state"], told["at"], told["until"], told["cancelled"]) == (
        *("scheduled", nine, None),
        [],
    )
    assert {(it["slug"], it["title"], it["text_revision"]) for it in told["items"]} == {
        *(("one", "One", 1), ("two", "Two", 1), ("three", "Three", 1))
    }
    assert {(it["outcome"], it["state"], it["replaces"]) for it in told["items"]} == {
        ("scheduled", "scheduled", False)
    }
    assert {it["scheduled_by"]["name"] for it in told["items"]} == {"Admin"}
    assert told == {**desk.data(release), "cancelled": []}

    moved = desk.patch(release, at=ten, until=later(desk, hours=5))
    assert (moved.status_code, moved.headers["etag"]) == (200, '"2"')
    assert [it["visible_from"] for it in desk.data(wheres[0])["scheduled"]] == [ten]
    quiet.clock.move(hours=1, minutes=30)
    assert public(quiet) == set()
    assert desk.patch(release, until=None).json()["data"]["until"] is None
    quiet.clock.move(hours=1)
    assert public(quiet) == {"one", "two", "three"}
    begun = desk.data(release)
    assert begun["state"] == "begun"
    assert {it["outcome"] for it in begun["items"]} == {"public"}
    assert problem(desk.patch(release, at=later(desk, hours=1))) == (409, "release_begun")
    assert problem(remove(desk, release)) == (409, "release_begun")
    # Its end can move still.
    assert desk.patch(release, until=later(desk, hours=1)).status_code == 200
    quiet.clock.move(hours=2)
    assert public(quiet) == set()
    assert states(desk, wheres) == ["expired"] * 3
    assert problem(desk.patch(release, until=None)) == (409, "release_over")
    entries = desk.get("/v1/admin/audit?subject_kind=release&limit=100").json()["data"][::-1]
    assert [entry["action"] for entry in entries] == ["release.scheduled", *["release.moved"] * 3]
    assert {entry["subject_id"] for entry in entries} == {key_of(release)}
    assert entries[1]["before"] == {"visible_from": nine}
    assert entries[1]["after"]["visible_from"] == ten
    own = desk.get(f"/v1/admin/audit?subject_id={key_of(wheres[0])}").json()["data"][::-1]
    acts = [entry["action"].removeprefix("article.") for entry in own]
    assert acts == ["created", "submitted", "approved", "published", *["moved"] * 3]


def test_a_cancelled_release_gives_the_review_back(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    first, second, third = three(desk)
    approved(desk, first)
    desk.act(second, "submit")
    wheres = [first, second, third]
    release = released(desk, later(desk, hours=1), wheres)
    assert states(desk, wheres) == ["scheduled"] * 3
    moved = later(desk, hours=2)
    assert desk.patch(release, at=moved).status_code == 200
    assert remove(desk, release).status_code == 204
    assert states(desk, wheres) == ["approved", "in_review", "draft"]
    assert desk.data(release)["state"] == "cancelled"
    assert {it["outcome"] for it in desk.data(release)["items"]} == {"cancelled"}
    assert problem(remove(desk, release)) == (409, "release_over")
    assert problem(desk.patch(release, at=moved)) == (409, "release_over")
    assert calendar(desk) == []
    quiet.clock.move(hours=3)
    assert public(quiet) == set()
    # `publish` with a time and `cancel` are the same functions.
    desk.act(first, "publish", visible_from=later(desk, hours=1))
    assert desk.act(first, "cancel").json()["data"]["state"] == "approved"
    # What was released before is what it was before.
    desk.act(third, "publish")
    desk.act(third, "unpublish")
    again = released(desk, later(desk, hours=1), [third])
    assert remove(desk, again).status_code == 204
    assert desk.data(third)["state"] == "unpublished"


def test_acts_on_one_article_leave_the_others(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    wheres = [*three(desk), desk.create(slug="four"), desk.create(slug="five")]
    one, two, three_, four, five = wheres
    desk.act(two, "publish")
    desk.patch(two, summary="Newer.")
    desk.act(three_, "publish")
    desk.patch(three_, summary="Newer.")
    nine = later(desk, hours=1)
    release = released(desk, nine, wheres)
    assert [it["replaces"] for it in desk.data(release)["items"]] == [
        it["slug"] in ("two", "three") for it in desk.data(release)["items"]
    ]
    trashed = quiet.client.delete(five, headers=desk.matching(five))
    assert problem(trashed) == (409, "still_scheduled")
    assert desk.act(one, "cancel").json()["data"]["state"] == "draft"
    assert desk.act(two, "retract", reason="Forged.", cancels=True).is_success
    assert desk.act(three_, "unpublish", cancels=True).is_success
    # An edit changes nothing of what is scheduled, and a correction of what is public is carried.
    desk.patch(four, title="Edited", slug="edited")
    quiet.client.delete(one, headers=desk.matching(one))
    assert desk.data(release)["revision"] == 4
    assert problem(desk.patch(release, 3, at=later(desk, hours=2))) == (412, "stale_revision")
    outcomes = {it["slug"]: it["outcome"] for it in desk.data(release)["items"]}
    assert outcomes == {
        **dict.fromkeys(("one", "two", "three"), "cancelled"),
        **dict.fromkeys(("four", "five"), "scheduled"),
    }
    assert {slug for _, _, slug in calendar(desk)} == {"four", "five"}
    assert desk.patch(release, at=later(desk, hours=2)).status_code == 200
    assert {slug for _, _, slug in calendar(desk)} == {"four", "five"}
    quiet.clock.move(hours=3)
    assert public(quiet) == {"four", "five"}
    assert quiet.client.get("/v1/articles/four").json()["data"]["title"] == "A title"
    kept = {it["slug"]: it["outcome"] for it in desk.data(release)["items"]}
    assert kept == {**outcomes, "four": "public", "five": "public"}


def test_a_correction_stays_in_the_release(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="one", title="One")
    desk.act(where, "publish")
    desk.patch(where, summary="Newer.")
    nine, ten = later(desk, hours=1), later(desk, hours=2)
    release = released(desk, nine, [where], until=later(desk, hours=9))
    corrected = desk.act(where, "correct", note="The name.", changes={"title": "Uno"})
    assert corrected.is_success
    [item] = desk.data(release)["items"]
    assert (item["title"], item["outcome"], item["replaces"]) == ("Uno", "scheduled", True)
    assert desk.patch(release, at=ten).status_code == 200
    quiet.clock.move(hours=3)
    assert quiet.client.get("/v1/articles/one").json()["data"]["title"] == "Uno"
    desk.act(where, "correct", note="Again.", changes={"title": "Un"})
    [item] = desk.data(release)["items"]
    assert (item["title"], item["outcome"]) == ("Un", "public")
    end = later(desk, hours=1)
    assert desk.patch(release, until=end).status_code == 200
    assert calendar(desk) == [("ends", end, "one")]


def test_two_people_move_one_release(quiet: Bench) -> None:
    ana, ben = Newsdesk.of(quiet), Newsdesk.of(quiet, "publisher")
    wheres = three(ana)
    release = released(ana, later(ana, hours=1), wheres)
    assert problem(quiet.client.delete(release, headers=ana.headers)) == (428, "if_match_required")
    assert ben.patch(release, 1, at=later(ben, hours=2)).status_code == 200
    lost = ana.patch(release, 1, at=later(ana, hours=3))
    assert problem(lost) == (412, "stale_revision")
    told = lost.json()
    assert (told["current_revision"], told["changed_by"], told["changed_at"]) == (
        *(2, "Publisher"),
        "2026-03-01T12:00:00.000001Z",
    )
    assert problem(remove(ana, release, 1)) == (412, "stale_revision")
    assert ana.data(release)["at"] == later(ana, hours=2)
    assert {it["scheduled_by"]["name"] for it in ana.data(release)["items"]} == {"Admin"}
    # The same again is no change.
    assert ben.patch(release, 2, at=later(ben, hours=2)).headers["etag"] == '"2"'


def test_bad_items_are_told_all_at_once(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one, two, bare = desk.create(slug="one"), desk.create(slug="two"), desk.create(body="")
    quiet.client.delete(two, headers=desk.matching(two))
    items: list[dict[str, Any]] = [
        {"article": key_of(one), "text_revision": 7},
        {"article": NOBODY},
        {"article": key_of(two)},
        {"article": key_of(bare)},
        {"article": key_of(bare)},
    ]
    before = [desk.data(where) for where in (one, two, bare)]
    refused = post_release(desk, later(desk, hours=1), [], items=items)
    assert problem(refused) == (409, "release_refused")
    assert [(it["pointer"], it["code"]) for it in refused.json()["errors"]] == [
        ("/items/0/text_revision", "text_moved"),
        ("/items/1/article", "article_not_found"),
        ("/items/2/article", "in_trash"),
        ("/items/3/article", "empty_article"),
        ("/items/4/article", "repeated_article"),
    ]
    assert [desk.data(where) for where in (one, two, bare)] == before
    assert calendar(desk) == []
    assert desk.get("/v1/admin/audit?subject_kind=release").json()["data"] == []


def test_what_would_be_cancelled_is_told(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one, two, three_ = three(desk)
    at = later(desk, hours=3)
    for where in (one, two):
        desk.act(where, "publish", visible_from=at)
    refused = post_release(desk, later(desk, hours=1), [one, two, three_])
    assert problem(refused) == (409, "would_cancel")
    assert {it["slug"] for it in refused.json()["releases"]} == {"one", "two"}
    assert [it["pointer"] for it in refused.json()["errors"]] == [
        *("/items/0/article", "/items/1/article")
    ]
    made = post_release(desk, later(desk, hours=1), [one, two, three_], cancels=True)
    assert {it["slug"] for it in made.json()["data"]["cancelled"]} == {"one", "two"}
    assert len(calendar(desk)) == 3
    actions = [
        entry["action"]
        for entry in desk.get("/v1/admin/audit?subject_kind=release&limit=9").json()["data"][::-1]
    ]
    assert actions == [
        *("release.scheduled", "release.scheduled"),
        *("release.cancelled", "release.cancelled", "release.scheduled"),
    ]


def test_a_move_passes_no_other_text_of_an_article(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one, two, _ = three(desk)
    monday = released(desk, later(desk, hours=1), [one, two])
    desk.patch(one, title="Second")
    friday = released(desk, later(desk, hours=5), [one])
    for release, hours in ((monday, 5), (monday, 6), (friday, 1)):
        before = calendar(desk)
        refused = desk.patch(release, at=later(desk, hours=hours))
        assert problem(refused) == (409, "release_refused")
        assert [it["code"] for it in refused.json()["errors"]] == ["would_pass"]
        assert "one: Text" in refused.json()["errors"][0]["message"]
        assert calendar(desk) == before
    assert desk.patch(monday, at=later(desk, hours=4)).status_code == 200
    assert desk.patch(friday, at=later(desk, hours=4.5)).status_code == 200
    assert remove(desk, monday).status_code == 204
    assert states(desk, [one, two]) == ["scheduled", "draft"]
    assert remove(desk, friday).status_code == 204
    assert states(desk, [one, two]) == ["draft", "draft"]


def test_two_languages_of_one_story_begin_together(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="water")
    twin = quiet.client.post(
        f"{where}/translations", headers=desk.headers, json={"lang": "es", "title": "El agua"}
    ).headers["location"]
    released(desk, later(desk, hours=1), [where, twin])
    quiet.clock.move(hours=2)
    shown = quiet.client.get("/v1/articles/water").json()["data"]
    assert [it["slug"] for it in shown["translations"]] == ["el-agua"]


@pytest.mark.parametrize(
    ("sent", "code", "pointer"),
    [
        ({"at": "2026-03-01T11:59:00Z"}, "not_later", "/at"),
        ({"at": "2026-03-01T12:00:00Z"}, "not_later", "/at"),
        ({"at": "soon"}, "invalid_moment", "/at"),
        ({"at": ""}, "invalid_moment", "/at"),
        ({"at": "2030-02-30T09:00"}, "invalid_moment", "/at"),
        ({"at": "9999-12-31T23:59"}, "invalid_moment", "/at"),
        ({"at": "2030-01-01"}, "invalid_moment", "/at"),
        ({"at": None}, "invalid_field", "/at"),
        ({"at": 1900000000}, "invalid_field", "/at"),
        ({"until": "2026-03-01T13:00:00Z"}, "reversed_range", "/until"),
        ({"until": "never"}, "invalid_moment", "/until"),
        ({"items": []}, "invalid_field", "/items"),
        ({"items": [{"article": "1"}]}, "invalid_field", "/items/0/article"),
        ({"items": [{"article": NOBODY, "text_revision": 0}]}, None, "/items/0/text_revision"),
        ({"items": [{"article": NOBODY, "text": 1}]}, "unknown_field", "/items/0/text"),
        ({"items": [{"article": NOBODY}] * 501}, "invalid_field", "/items"),
        ({"when": "2030-01-01T09:00:00Z"}, "unknown_field", "/when"),
    ],
)
def test_bad_releases(quiet: Bench, sent: dict[str, Any], code: str | None, pointer: str) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    refused = post_release(desk, "2026-03-01T13:00:00Z", [where], **sent)
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert error["pointer"] == pointer
    assert error["code"] == (code or error["code"])
    assert calendar(desk) == []


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"at": "2026-03-01T11:59:00Z"}, "not_later"),
        ({"at": None}, "invalid_field"),
        ({"until": "2026-03-01T12:30:00Z"}, "reversed_range"),
        ({"items": []}, "unknown_field"),
    ],
)
def test_bad_moves(quiet: Bench, sent: dict[str, Any], code: str) -> None:
    desk = Newsdesk.of(quiet)
    release = released(desk, later(desk, hours=1), [desk.create()])
    before = desk.data(release)
    assert problem(desk.patch(release, **sent)) == (422, code)
    assert desk.data(release) == before


def test_ids_that_are_nobody_s_and_rights(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    nobody = f"{RELEASES}/{NOBODY}"
    assert problem(desk.get(nobody)) == (404, "release_not_found")
    assert problem(desk.patch(nobody, 1, at=later(desk, hours=1))) == (404, "release_not_found")
    assert problem(remove(desk, nobody, 1)) == (404, "release_not_found")
    previews = quiet.client.post(f"{nobody}/previews", headers=desk.headers)
    assert problem(previews) == (404, "release_not_found")
    assert problem(desk.get(f"{RELEASES}/x")) == (404, "not_found")
    where = desk.create()
    release = released(desk, later(desk, hours=1), [where])
    writer = Newsdesk.of(quiet, "editor")
    assert writer.data(release)["items"][0]["article"] == key_of(where)
    assert problem(writer.patch(release, at=later(desk, hours=2))) == (403, "scope_missing")
    assert problem(remove(writer, release)) == (403, "scope_missing")
    assert problem(post_release(writer, later(desk, hours=1), [where])) == (403, "scope_missing")


def test_previews_of_a_release_are_made_in_one_act(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    wheres = three(desk)
    release = released(desk, later(desk, hours=1), wheres)
    desk.patch(wheres[0], title="Edited")
    desk.act(wheres[1], "cancel")
    headers = {**desk.headers, "Idempotency-Key": "links"}
    made = quiet.client.post(f"{release}/previews", headers=headers, json={"hours": 2})
    assert made.status_code == 201
    links = made.json()["data"]
    shown = [quiet.client.get(f"/v1/preview/{link['token']}").json()["data"] for link in links]
    assert {it["title"] for it in shown} == {"One", "Three"}
    assert {link["revision"] for link in links} == {1}
    again = quiet.client.post(f"{release}/previews", headers=headers, json={"hours": 2})
    assert [link["token"] for link in again.json()["data"]] == [None, None]
    quiet.clock.move(hours=2)
    late = quiet.client.post(f"{release}/previews", headers=desk.headers)
    assert problem(late) == (409, "release_over")


def test_what_is_moved_is_frozen_anew(quiet: Bench) -> None:
    """A move earlier than a date that readers would see is refused; else the date follows."""
    desk = Newsdesk.of(quiet)
    dated = desk.create(slug="dated", published_at=later(desk, hours=4))
    plain = desk.create(slug="plain")
    release = released(desk, later(desk, hours=5), [dated, plain])
    refused = desk.patch(release, at=later(desk, hours=3))
    assert [it["code"] for it in refused.json()["errors"]] == ["date_ahead"]
    assert desk.patch(release, at=later(desk, hours=4)).status_code == 200
    four = later(desk, hours=4)
    quiet.clock.move(hours=5)
    data = quiet.client.get("/v1/articles").json()["data"]
    assert {it["slug"]: it["published_at"] for it in data} == {"dated": four, "plain": four}


def test_a_release_brings_a_whole_tree_of_pages(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    top = desk.create(kind="page", slug="about")
    below = desk.create(kind="page", slug="staff", parent="about")
    released(desk, later(desk, hours=1), [below, top])
    quiet.clock.move(hours=2)
    shown = quiet.client.get("/v1/articles/staff").json()["data"]
    assert shown["parent"] == "about"


def test_five_hundred_texts(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    keys = [str(builders.draft(quiet.runtime, title=f"n{n}")[0]) for n in range(500)]
    release = released(desk, later(desk, hours=1), keys)
    assert len(desk.data(release)["items"]) == 500
    assert desk.patch(release, at=later(desk, hours=2)).status_code == 200
    quiet.clock.move(hours=2)
    quiet.runtime.promote()
    count = quiet.client.get("/v1/articles?count=true&limit=1").json()["meta"]["total"]
    assert count == 500
