"""One article's life over HTTP, its translations, its previews, and many at once."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.kit.clock import rfc3339
from app.models import every_table
from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench


def test_an_article_s_life(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="river")

    def public() -> tuple[int, str]:
        answer = quiet.client.get("/v1/articles/river")
        told = answer.json()
        return answer.status_code, told["data"]["title"] if "data" in told else told["code"]

    assert problem(desk.act(where, "approve")) == (409, "wrong_state")
    assert desk.act(where, "submit").json()["data"]["state"] == "in_review"
    assert desk.act(where, "return", note="Shorter.").json()["data"]["review_note"] == "Shorter."
    start = rfc3339(quiet.clock() + timedelta(hours=1))
    end = rfc3339(quiet.clock() + timedelta(hours=5))
    planned = desk.act(where, "publish", visible_from=start, visible_until=end).json()["data"]
    assert (planned["state"], planned["live"]) == ("scheduled", None)
    assert planned["scheduled"] == [
        {
            **{"revision": 1, "slug": "river", "published_by": "Admin"},
            **{"visible_from": start, "visible_until": end},
        }
    ]
    assert public() == (404, "article_not_found")
    assert desk.act(where, "cancel").json()["data"]["state"] == "draft"
    desk.act(where, "publish", visible_from=start, visible_until=end)
    quiet.clock.move(hours=2)
    assert desk.data(where)["state"] == "published"
    assert public() == (200, "A title")
    correct = desk.act(where, "correct", note="It was Tuesday.", changes={"title": "Tuesday"})
    assert correct.json()["data"]["live"]["visible_until"] == end
    assert public() == (200, "Tuesday")
    shown = quiet.client.get("/v1/articles/river").json()["data"]
    assert [one["note"] for one in shown["corrections"]] == ["It was Tuesday."]
    delete = quiet.client.delete(where, headers=desk.matching(where))
    assert problem(delete) == (409, "still_public")
    retracted = desk.act(where, "retract", reason="The letter was forged.").json()["data"]
    assert retracted["state"] == "retracted"
    assert retracted["ended"]["note"] == "The letter was forged."
    assert public() == (410, "gone")
    assert "forged" in quiet.client.get("/v1/articles/river").json()["detail"]
    assert quiet.client.delete(where, headers=desk.matching(where)).status_code == 204
    assert problem(desk.act(where, "publish")) == (409, "in_trash")
    assert public() == (410, "gone")
    assert desk.act(where, "restore").json()["data"]["state"] == "retracted"
    entries = desk.get("/v1/admin/audit?subject_kind=article&limit=100").json()["data"]
    assert [entry["action"].removeprefix("article.") for entry in entries[::-1]] == [
        *("created", "submitted", "returned", "published", "cancelled", "published"),
        *("corrected", "retracted", "trashed", "restored"),
    ]
    assert entries[2]["after"] == {
        **{"reason": "The letter was forged.", "revision": 8, "state": "retracted"},
    }


@pytest.mark.parametrize(
    ("act", "sent", "code"),
    [
        ("publish", {"visible_from": "2026-03-01T12:00:00"}, "invalid_field"),
        ("publish", {"visible_form": "2026-03-01T12:00:00Z"}, "unknown_field"),
        ("publish", {"visible_until": "2020-01-01T00:00:00Z"}, "reversed_range"),
        ("publish", {"visible_from": "0000-01-01T00:00:00Z"}, "invalid_field"),
        ("publish", {"visible_from": 1}, "invalid_field"),
        ("retract", {"reason": "  "}, "invalid_field"),
        ("retract", {"note": "Wrong name"}, "missing_field"),
        ("correct", {"note": "a\u0007"}, "invalid_field"),
        ("correct", {"note": "x", "changes": {"kind": "page"}}, "kind_fixed"),
        ("correct", {"note": "x", "changes": {"id": "y"}}, "unknown_field"),
        ("return", {"note": "x" * 5_001}, "invalid_field"),
        ("unpublish", {"reason": "x"}, "unknown_field"),
    ],
)
def test_bad_acts(quiet: Bench, act: str, sent: dict[str, Any], code: str) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    desk.act(where, "publish")
    before = desk.data(where)
    assert problem(desk.act(where, act, **sent)) == (422, code)
    assert desk.data(where) == before


def test_duplicates_and_translations(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="water")
    desk.act(where, "publish")
    made = quiet.client.post(f"{where}/duplicate", headers=desk.headers)
    assert (made.status_code, made.json()["data"]["slug"]) == (201, "a-title")
    assert made.json()["data"]["state"] == "draft"
    spanish = quiet.client.post(
        f"{where}/translations", headers=desk.headers, json={"lang": "es", "title": "El agua"}
    )
    assert spanish.status_code == 201
    twin = spanish.headers["location"]
    assert [one["lang"] for one in desk.data(twin)["translations"]] == ["en"]
    again = quiet.client.post(f"{where}/translations", headers=desk.headers, json={"lang": "es"})
    assert problem(again) == (409, "translation_exists")
    wrong = quiet.client.post(f"{where}/translations", headers=desk.headers, json={"lang": "fr"})
    assert problem(wrong) == (422, "unknown_language")
    desk.act(twin, "publish")
    public = "/v1/articles/water"
    assert quiet.client.get(public).json()["data"]["translations"] == [
        {"lang": "es", "slug": "el-agua", "title": "El agua"}
    ]
    alone = quiet.client.delete(f"{twin}/translations", headers=desk.matching(twin))
    assert alone.json()["data"]["translations"] == []
    assert quiet.client.get(public).json()["data"]["translations"] == []
    other = twin.rsplit("/", 1)[1]
    linked = quiet.client.put(f"{where}/translations/{other}", headers=desk.matching(where))
    assert [one["id"] for one in linked.json()["data"]["translations"]] == [other]
    assert len(quiet.client.get(public).json()["data"]["translations"]) == 1


def test_a_preview_s_life(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water", names={"en": "Water"})
    builders.published(quiet.runtime, title="Near", tags=("water",))
    where = desk.create(slug="draft", tags=["water"])
    made = quiet.client.post(f"{where}/previews", headers=desk.headers)
    assert made.status_code == 201
    link = made.json()["data"]
    path = link["url"].removeprefix("http://127.0.0.1:8000")
    quiet.clock.move(seconds=1)
    pinned = quiet.client.post(
        f"{where}/previews", headers=desk.headers, json={"revision": 1, "hours": 1}
    ).json()["data"]
    desk.patch(where, title="A newer title")

    shown = quiet.client.get(path)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "private, no-store")
    assert shown.headers["x-robots-tag"] == "noindex, nofollow"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "etag" not in shown.headers
    draft = shown.json()["data"]
    assert draft.pop("is_preview") is True
    assert draft.pop("preview_expires_at") == link["expires_at"] == "2026-03-04T12:00:00Z"
    desk.act(where, "publish")
    public = quiet.client.get("/v1/articles/draft").json()["data"]
    assert {**draft, "published_at": 0, "updated_at": 0} == {
        **public,
        **{"published_at": 0, "updated_at": 0},
    }
    assert public["related"] != []
    assert quiet.client.get(f"/v1/preview/{pinned['token']}").json()["data"]["title"] == "A title"

    quiet.clock.move(hours=1)
    assert problem(quiet.client.get(f"/v1/preview/{pinned['token']}")) == (410, "preview_gone")
    listed = desk.get(f"{where}/previews").json()
    assert [one["id"] for one in listed["data"]] == [pinned["id"], link["id"]]
    assert link["token"] not in desk.get(f"{where}/previews").text
    here = made.headers["location"]
    assert desk.data(here)["revoked_at"] is None
    assert quiet.client.delete(here, headers=desk.headers).status_code == 204
    gone = quiet.client.get(path)
    assert (problem(gone), gone.json()["reason"]) == ((410, "preview_gone"), "removed")
    assert problem(quiet.client.delete(here, headers=desk.headers)) == (409, "already_revoked")
    known = "x", "k" * 43, link["id"], link["token"][:-1]
    for wrong in (*known, "é", "x" * 3_000, "a.b", "a%20b"):
        with subtests.test(wrong=wrong):
            answer = quiet.client.get(f"/v1/preview/{wrong}")
            code = "preview_not_found" if wrong in known else "not_found"
            assert problem(answer) == (404, code)
            assert answer.headers["cache-control"] == "no-store"
    for sent in ({"hours": 0}, {"hours": 9_999}, {"revision": 0}, {"url": "x"}):
        with subtests.test(sent=sent):
            answer = quiet.client.post(f"{where}/previews", headers=desk.headers, json=sent)
            assert answer.status_code == 422
    missing = {"revision": 99}
    answer = quiet.client.post(f"{where}/previews", headers=desk.headers, json=missing)
    assert problem(answer) == (404, "revision_not_found")


def test_a_preview_s_secret_is_told_once(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    headers = {**desk.headers, "Idempotency-Key": "once"}
    first, again = (
        quiet.client.post(f"{where}/previews", headers=headers).json()["data"] for _ in range(2)
    )
    assert again == {**first, "token": None, "url": None}
    secret = first["token"]
    with quiet.runtime.database.reading() as tx:
        for table in every_table().sorted_tables:
            assert secret not in repr([tuple(row) for row in tx.execute(sa.select(table))])


def bulk(desk: Newsdesk, mode: str, *operations: dict[str, Any], **over: Any) -> Any:
    sent = {"mode": mode, "operations": list(operations), **over}
    return desk.bench.client.post(f"{ARTICLES}/bulk", headers=desk.headers, json=sent)


def three(desk: Newsdesk) -> list[str]:
    builders.tag(desk.bench.runtime, "water")
    return [desk.create(title=title, slug=title.lower()) for title in ("One", "Two", "Three")]


def test_each_for_itself(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    wheres = three(desk)
    ids = [where.rsplit("/", 1)[1] for where in wheres]
    later = rfc3339(quiet.clock() + timedelta(hours=1))
    assert bulk(desk, "per_item", {"op": "publish", "id": ids[0], "revision": 1}).is_success
    answer = bulk(
        desk,
        "per_item",
        {"op": "publish", "id": ids[0], "revision": 1},
        {"op": "approve", "id": ids[1], "revision": 1},
        {"op": "submit", "id": ids[1], "revision": 1},
        {"op": "approve", "id": ids[1], "revision": 2},
        {"op": "add_tag", "id": ids[2], "revision": 1, "tag": "water"},
        {"op": "add_tag", "id": ids[2], "revision": 2, "tag": "nothing"},
        {"op": "remove_tag", "id": ids[2], "revision": 1, "tag": "water"},
        {"op": "publish", "id": ids[2], "revision": 2, "visible_from": later},
        {"op": "trash", "id": ids[0], "revision": 2},
        {"op": "unpublish", "id": ids[0], "revision": 2, "note": "Sorry."},
        {"op": "trash", "id": ids[0], "revision": 3},
        {"op": "restore", "id": ids[0], "revision": 4},
        {"op": "restore", "id": "01900000-0000-7000-8000-000000000000", "revision": 1},
    )
    assert answer.status_code == 200
    told = [(one["code"], one["revision"]) for one in answer.json()["data"]]
    assert told == [
        *(("stale_revision", None), ("wrong_state", None), (None, 2), (None, 3)),
        *((None, 2), ("unknown_tag", None), ("stale_revision", None), (None, 3)),
        *(("still_public", None), (None, 3), (None, 4), (None, 5)),
        ("article_not_found", None),
    ]
    assert answer.json()["meta"] == {"done": 7, "refused": 6}
    states = [desk.data(where)["state"] for where in wheres]
    assert states == ["unpublished", "approved", "scheduled"]
    assert desk.data(wheres[2])["tags"] == ["water"]
    assert quiet.client.get("/v1/articles/one").status_code == 410
    # What was refused left nothing in the log either.
    with quiet.runtime.publishing() as tx:
        assert tx.sequence == 3


def test_all_or_nothing(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    wheres = three(desk)
    ids = [where.rsplit("/", 1)[1] for where in wheres]
    before = [desk.data(where) for where in wheres]
    published = [{"op": "publish", "id": key, "revision": 1} for key in ids]
    wrong = {**published[1], "revision": 7}
    refused = bulk(desk, "all_or_nothing", published[0], wrong, published[2])
    assert problem(refused) == (409, "bulk_refused")
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [
        ("/operations/1", "stale_revision")
    ]
    assert [desk.data(where) for where in wheres] == before
    assert quiet.client.get("/v1/articles").json()["data"] == []
    assert bulk(desk, "all_or_nothing", *published).json()["meta"] == {"done": 3, "refused": 0}
    assert len(quiet.client.get("/v1/articles").json()["data"]) == 3


def test_bulk_is_bounded_and_strict(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    good = {"op": "submit", "id": "01900000-0000-7000-8000-000000000000", "revision": 1}
    assert bulk(desk, "per_item", *[good] * 200).json()["meta"] == {"done": 0, "refused": 200}
    for answer in (
        bulk(desk, "per_item", *[good] * 201),
        bulk(desk, "per_item"),
        bulk(desk, "some", good),
        bulk(desk, "per_item", {**good, "op": "delete"}),
        bulk(desk, "per_item", {**good, "revision": 0}),
        bulk(desk, "per_item", {**good, "revision": 2**31}),
        bulk(desk, "per_item", {**good, "id": "1"}),
        bulk(desk, "per_item", {**good, "tag": "water"}),
        bulk(desk, "per_item", {"op": "submit", "id": good["id"]}),
        bulk(desk, "per_item", good, owner="me"),
    ):
        with subtests.test(answer=answer):
            assert answer.status_code == 422, answer.text
