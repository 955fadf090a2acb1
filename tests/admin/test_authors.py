"""Authors at the desk: HTTP in, whole bodies out."""

from typing import Any

import pytest

from app import audit
from app.audit import AuditFilter
from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench

Desk = tuple[Bench, Headers]
AUTHORS = "/v1/admin/authors"
NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def desk(quiet: Bench) -> Desk:
    return quiet, bearer(quiet.runtime, "publisher")


def create(desk: Desk, **fields: Any) -> dict[str, Any]:
    bench, headers = desk
    answer = bench.client.post(AUTHORS, json=fields, headers=headers)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    assert answer.headers["location"] == f"{AUTHORS}/{data['id']}"
    assert answer.headers["etag"] == '"1"'
    return data


def test_the_life_of_a_record(desk: Desk) -> None:
    bench, headers = desk
    face = str(builders.medium(bench.runtime))
    made = create(desk, name="Ana Pérez", biography={"en": "A writer."})
    assert made == {
        "id": made["id"],
        "revision": 1,
        "slug": "ana-perez",
        "name": "Ana Pérez",
        "biography": {"en": "A writer."},
        "portrait": None,
        "links": [],
        "always_public": False,
        "is_public": False,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    here = f"{AUTHORS}/{made['id']}"
    change = {
        "biography": {"es": "Escritora."},
        "portrait": face,
        "links": [{"label": "Blog", "url": "https://ana.example/"}],
        "always_public": True,
    }
    first = {**headers, "If-Match": '"1"'}
    changed = bench.client.patch(here, json=change, headers=first)
    assert changed.json()["data"] == {
        **made,
        **change,
        "biography": {"en": "A writer.", "es": "Escritora."},
        "is_public": True,
        "revision": 2,
        "updated_at": changed.json()["data"]["updated_at"],
    }
    assert bench.client.get(here, headers=headers).json() == changed.json()
    second = {**headers, "If-Match": '"2"'}
    same = bench.client.patch(here, json=change, headers=second)
    assert same.json() == changed.json()  # equal values change nothing
    assert problem(bench.client.patch(here, json=change, headers=first)) == (412, "stale_revision")
    assert problem(bench.client.delete(here, headers=headers)) == (428, "if_match_required")
    assert bench.client.delete(here, headers=second).status_code == 204
    assert bench.client.get("/v1/authors").json()["data"] == []
    for answer in (
        bench.client.get(here, headers=headers),
        bench.client.patch(here, json={}, headers=second),
        bench.client.delete(here, headers=second),
    ):
        assert problem(answer) == (404, "author_not_found")
    create(desk, name="Ana Pérez")  # the slug is free again
    with bench.runtime.database.reading() as tx:
        entries = audit.list_events(tx, AuditFilter(subject_kind="author")).entries[::-1]
    assert [entry.action for entry in entries] == [
        *("author.created", "author.changed", "author.removed", "author.created"),
    ]
    assert entries[1].after == {"portrait": face, "always_public": True}
    assert "Escritora" not in repr(entries)


def test_a_slug_is_of_one_author(desk: Desk) -> None:
    bench, headers = desk
    create(desk, name="Ana")
    luis = create(desk, name="Luis")
    taken = bench.client.post(AUTHORS, json={"name": "Aná"}, headers=headers)
    assert problem(taken) == (409, "slug_taken")
    here, first = f"{AUTHORS}/{luis['id']}", {**headers, "If-Match": '"1"'}
    assert problem(bench.client.patch(here, json={"slug": "ana"}, headers=first)) == (
        *(409, "slug_taken"),
    )
    moved = bench.client.patch(here, json={"slug": "luis-r"}, headers=first).json()["data"]
    assert (moved["slug"], moved["name"], moved["revision"]) == ("luis-r", "Luis", 2)
    listed = bench.client.get(AUTHORS, headers=headers).json()
    assert [one["slug"] for one in listed["data"]] == ["ana", "luis-r"]
    assert listed["meta"] == {"total": 2}


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "/name", "missing_field"),
    ({"name": ""}, "/name", "invalid_field"),
    ({"name": "a\nb"}, "/name", "invalid_field"),
    ({"name": "X", "slug": "No Slug"}, "/slug", "invalid_field"),
    ({"name": "..."}, "/slug", "slug_missing"),
    ({"name": "X", "biography": {"de": "x"}}, "/biography/de", "unknown_language"),
    ({"name": "X", "biography": "x"}, "/biography", "invalid_field"),
    ({"name": "X", "portrait": NOBODY}, "/portrait", "unknown_media"),
    ({"name": "X", "portrait": "x"}, "/portrait", "invalid_field"),
    ({"name": "X", "links": [{"label": "x"}]}, "/links/0/url", "missing_field"),
    (
        {"name": "X", "links": [{"label": "x", "url": "javascript:x"}]},
        "/links/0/url",
        "invalid_field",
    ),
    (
        {"name": "X", "links": [{"label": "", "url": "https://x.example/"}]},
        "/links/0/label",
        "invalid_field",
    ),
    (
        {"name": "X", "links": [{"label": "x", "url": "https://x.example/"}] * 21},
        *("/links", "invalid_field"),
    ),
    ({"name": "X", "always_public": "yes"}, "/always_public", "invalid_field"),
    ({"name": "X", "articles_count": 5}, "/articles_count", "unknown_field"),
]


def test_bad_input_is_refused_and_leaves_nothing(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    for sent, pointer, code in BAD:
        with subtests.test(sent=sent):
            answer = bench.client.post(AUTHORS, json=sent, headers=headers)
            assert problem(answer) == (422, code)
            assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert bench.client.get(AUTHORS, headers=headers).json() == {"data": [], "meta": {"total": 0}}


def test_a_portrait_is_a_picture_that_is_here(desk: Desk) -> None:
    bench, headers = desk
    gone = builders.medium(bench.runtime)
    publisher = {**headers, "If-Match": '"1"'}
    down = f"/v1/admin/media/{gone}/takedown"
    assert bench.client.post(down, json={"reason": "Asked."}, headers=publisher).status_code == 200
    paper = builders.medium(bench.runtime, b"%PDF-1.4\n%%EOF\n")
    for key, code in ((gone, "media_taken_down"), (paper, "not_an_image")):
        sent = {"name": "X", "portrait": str(key)}
        for path, field in ((AUTHORS, "portrait"), ("/v1/admin/committee", "portrait")):
            answer = bench.client.post(path, json=sent, headers=headers)
            assert problem(answer) == (422, code)
            assert answer.json()["errors"][0]["pointer"] == f"/{field}"
        sponsor = {"name": "X", "image": str(key)}
        answer = bench.client.post("/v1/admin/sponsors", json=sponsor, headers=headers)
        assert problem(answer) == (422, code)


def test_only_those_who_publish_may(quiet: Bench) -> None:
    editor = bearer(quiet.runtime, "editor")
    answer = quiet.client.post(AUTHORS, json={"name": "X"}, headers=editor)
    assert problem(answer) == (403, "scope_missing")
    assert quiet.client.get(AUTHORS, headers=editor).status_code == 200


def test_a_repeated_request_makes_one_author(desk: Desk) -> None:
    bench, headers = desk
    keyed = {**headers, "Idempotency-Key": "ana-1"}
    first, again = (
        bench.client.post(AUTHORS, json={"name": "Ana"}, headers=keyed) for _ in range(2)
    )
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
