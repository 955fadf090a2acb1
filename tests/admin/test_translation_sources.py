"""A translation knows its source: whether it moved on, since when, and how; and its own state."""

from typing import Any
from uuid import uuid4

from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench


def translate(desk: Newsdesk, where: str, **sent: Any) -> str:
    body = {"lang": "es", **sent}
    answer = desk.bench.client.post(f"{where}/translations", headers=desk.headers, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def source_of(desk: Newsdesk, where: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.data(where)["translated_from"]
    return found


def put(desk: Newsdesk, where: str, **sent: Any) -> Any:
    address = f"{where}/translated-from"
    return desk.bench.client.put(address, headers=desk.matching(where), json=sent)


def listed(desk: Newsdesk, query: str) -> list[str]:
    rows = desk.get(f"{ARTICLES}?order=title&{query}").json()["data"]
    return [row["title"] for row in rows]


def test_it_was_begun_translated_left_behind_and_caught_up(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(title="News", body="One two.")
    key = desk.data(where)["id"]
    twin = translate(desk, where)
    fresh = {"id": key, "lang": "en", "slug": "news", "title": "News", "text_revision": 1}
    fresh |= {"newest_revision": 1, "is_stale": False, "stale_since": None, "is_translated": False}
    assert source_of(desk, twin) == fresh
    assert desk.data(where)["translated_from"] is None
    desk.patch(twin, title="Noticias")
    assert source_of(desk, twin)["is_translated"] is False
    desk.patch(twin, body="Uno dos.")
    assert source_of(desk, twin) == {**fresh, "is_translated": True}
    assert listed(desk, "stale_translation=es") == []
    quiet.clock.move(minutes=5)
    desk.patch(where, body="One three.")
    quiet.clock.move(minutes=5)
    desk.patch(where, summary="Short.")
    stale = {"newest_revision": 3, "is_stale": True, "stale_since": "2026-03-01T12:05:00Z"}
    assert source_of(desk, twin) == {**fresh, "is_translated": True, **stale}
    assert listed(desk, "stale_translation=es") == ["News"]
    diff = desk.get(f"{twin}/translated-from/diff?rendered=true").json()["data"]
    assert (diff["from_revision"], diff["to_revision"]) == (1, 3)
    assert [change["field"] for change in diff["fields"]] == ["summary", "body"]
    assert diff["fields"][1]["html"] == "<p>One <del>two</del><ins>three</ins>.</p>"
    half = put(desk, twin, id=key, text_revision=2).json()["data"]["translated_from"]
    assert (half["is_stale"], half["stale_since"]) == (True, "2026-03-01T12:10:00Z")
    whole = put(desk, twin, id=key)
    assert whole.json()["data"]["translated_from"]["is_stale"] is False
    assert listed(desk, "stale_translation=es") == []


def test_readiness_warns_of_both(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(summary="S.")
    twin = translate(desk, where)
    desk.patch(where, body="Newer.")
    codes = [one["code"] for one in desk.get(f"{twin}/readiness").json()["data"]["warnings"]]
    assert codes == ["no_image", "no_tags", "not_translated", "stale_translation"]


def test_no_autosave_takes_the_text_away_that_is_followed(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    desk.patch(where, query="?autosave=true", body="Auto 1.")
    twin = translate(desk, where)
    followed = source_of(desk, twin)["text_revision"]
    for number in range(3):
        desk.patch(where, query="?autosave=true", body=f"Auto {number + 2}.")
    assert desk.get(f"{where}/revisions/{followed}").status_code == 200
    assert source_of(desk, twin)["is_stale"] is True
    assert desk.get(f"{twin}/translated-from/diff").status_code == 200


def test_what_is_linked_may_say_what_it_follows(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where, twin = desk.create(title="News"), desk.create(title="Noticias", lang="es")
    key = desk.data(where)["id"]
    assert problem(put(desk, twin, id=key)) == (422, "not_linked")
    other = desk.data(twin)["id"]
    linked = f"{where}/translations/{other}"
    assert quiet.client.put(linked, headers=desk.matching(where)).status_code == 200
    assert problem(desk.get(f"{twin}/translated-from/diff")) == (404, "no_source")
    assert problem(put(desk, twin, id=other)) == (422, "not_linked")
    assert problem(put(desk, twin, id=str(uuid4()))) == (422, "not_linked")
    assert problem(put(desk, twin, id=key, text_revision=9)) == (404, "revision_not_found")
    assert put(desk, twin, id=key).status_code == 200
    assert source_of(desk, twin)["id"] == key
    headers = desk.matching(where)
    assert quiet.client.delete(f"{where}/translations", headers=headers).status_code == 200
    assert desk.data(twin)["translated_from"] is None


def test_what_has_no_translation(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one = desk.create(title="One")
    desk.create(title="Two")
    desk.create(title="Tres", lang="es")
    twin = translate(desk, one, title="Uno")
    assert listed(desk, "missing_translation=es") == ["Two"]
    assert listed(desk, "missing_translation=en") == ["Tres"]
    quiet.client.delete(twin, headers=desk.matching(twin))
    assert listed(desk, "missing_translation=es") == ["One", "Two"]
