"""Events as editors write them: whole answers, refusals, and what an import does with them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench

EVENTS = "/v1/admin/events"
NEW: dict[str, Any] = {"titles": {"en": "Annual meeting"}, "starts": "2026-11-21"}


@pytest.fixture
def headers(quiet: Bench) -> Headers:
    return bearer(quiet.runtime, "publisher")


def created(bench: Bench, headers: Headers, **over: Any) -> dict[str, Any]:
    answer = bench.client.post(EVENTS, json={**NEW, **over}, headers=headers)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    assert answer.headers["location"] == f"{EVENTS}/{data['id']}"
    return data


def test_an_event_from_its_first_day_to_its_last(quiet: Bench, headers: Headers) -> None:
    client = quiet.client
    builders.tag(quiet.runtime, "water")
    made = created(quiet, headers, tags=["water"], announce_at="2026-03-02T00:00:00Z")
    assert made == {
        "id": made["id"],
        "revision": 1,
        "titles": {"en": "Annual meeting"},
        "descriptions": {},
        "starts": "2026-11-21",
        "ends": None,
        "place": None,
        "url": None,
        "tags": ["water"],
        "announce_at": "2026-03-02T00:00:00Z",
        "withdraw_at": None,
        "is_public": False,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    at = f"{EVENTS}/{made['id']}"
    change = {
        "titles": {"es": "Asamblea anual"},
        "starts": "2026-11-21T10:00:00Z",
        "ends": "2026-11-21T12:00:00Z",
        "announce_at": None,
        "tags": [],
    }
    match = {**headers, "If-Match": '"1"'}
    changed = client.patch(at, json=change, headers=match).json()["data"]
    assert changed == {
        **made,
        **change,
        "titles": {"en": "Annual meeting", "es": "Asamblea anual"},
        "revision": 2,
        "is_public": True,
        "updated_at": changed["updated_at"],
    }
    assert client.get(EVENTS, headers=headers).json() == {"data": [changed], "meta": {"total": 1}}
    assert client.get(at, headers=headers).json()["data"] == changed
    match = {**headers, "If-Match": '"2"'}
    assert client.delete(at, headers=match).status_code == 204
    assert problem(client.get(at, headers=headers)) == (404, "event_not_found")
    admin = bearer(quiet.runtime)
    trail = client.get("/v1/admin/audit?subject_kind=event", headers=admin).json()["data"]
    assert [entry["action"] for entry in trail] == [
        "event.removed",
        "event.changed",
        "event.created",
    ]
    assert trail[1]["after"]["ends"] == "2026-11-21T12:00:00Z"
    entries = client.get("/v1/changes").json()["data"]
    assert [(e["kind"], e["type"], e["reason"]) for e in entries if e["kind"] == "event"] == [
        ("event", "delete", "removed")
    ]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"titles": {}}, "invalid_field", "/titles"),
    ({"titles": {"en": ""}}, "invalid_field", "/titles/en"),
    ({"titles": {"qu": "Hatun"}}, "unknown_language", "/titles/qu"),
    ({"starts": "soon"}, "invalid_field", "/starts"),
    ({"starts": 5}, "invalid_field", "/starts"),
    ({"starts": None}, "invalid_field", "/starts"),
    ({"ends": "2026-11-20"}, "reversed_range", "/ends"),
    ({"ends": "2026-11-21T10:00:00Z"}, "mixed_dates", "/ends"),
    ({"url": "ftp://example.org/"}, "invalid_field", "/url"),
    ({"tags": ["none"]}, "unknown_tag", "/tags/0"),
    (
        {"announce_at": "2026-05-02T00:00:00Z", "withdraw_at": "2026-05-01T00:00:00Z"},
        "reversed_range",
        "/withdraw_at",
    ),
    ({"venue": "London"}, "unknown_field", "/venue"),
]


def test_what_cannot_be_an_event(quiet: Bench, headers: Headers, subtests: pytest.Subtests) -> None:
    made = created(quiet, headers)
    at, match = f"{EVENTS}/{made['id']}", {**headers, "If-Match": '"1"'}
    for over, code, pointer in WRONG:
        answers = [quiet.client.post(EVENTS, json={**NEW, **over}, headers=headers)]
        if over != {"titles": {}}:  # of a change: nothing in any language
            answers.append(quiet.client.patch(at, json=over, headers=match))
        for answer in answers:
            with subtests.test(over=over):
                assert problem(answer) == (422, code)
                assert answer.json()["errors"][0]["pointer"] == pointer
    assert quiet.client.get(EVENTS, headers=headers).json()["data"] == [made]


def test_its_last_title_stays(quiet: Bench, headers: Headers) -> None:
    made = created(quiet, headers)
    match = {**headers, "If-Match": '"1"'}
    change = {"titles": {"en": None}}
    answer = quiet.client.patch(f"{EVENTS}/{made['id']}", json=change, headers=match)
    assert problem(answer) == (422, "untitled_event")


def test_only_who_may_publish_writes_them(quiet: Bench) -> None:
    editor = bearer(quiet.runtime, "editor")
    assert quiet.client.get(EVENTS, headers=editor).status_code == 200
    assert problem(quiet.client.post(EVENTS, json=NEW, headers=editor)) == (
        403,
        "scope_missing",
    )


def test_an_import_knows_an_event_again_by_its_start_and_titles(
    quiet: Bench, tmp_path: Path
) -> None:
    def imported(*records: dict[str, Any]) -> dict[str, int]:
        source = tmp_path / "events.jsonl"
        source.write_text("\n".join(json.dumps({"type": "event", **one}) for one in records))
        report = builders.imported(quiet.runtime, source)
        refused = {"refused": len(report.refused)} if report.refused else {}
        return dict(report.outcomes) | refused

    year = {**NEW, "place": "London"}
    another = {**NEW, "starts": "2027-11-20"}
    assert imported(year, another) == {"event created": 2}
    assert imported(year, another) == {"event unchanged": 2}
    assert imported({**year, "place": "Leeds"}) == {"event updated": 1}
    headers = bearer(quiet.runtime, "publisher")
    rows = quiet.client.get(EVENTS, headers=headers).json()["data"]
    assert [(row["starts"], row["place"]) for row in rows] == [
        ("2026-11-21", "Leeds"),
        ("2027-11-20", None),
    ]
    match = {**headers, "If-Match": '"2"'}
    first = f"{EVENTS}/{UUID(rows[0]['id'])}"
    quiet.client.patch(first, json={"place": "York"}, headers=match)
    assert imported({**year, "place": "Bath"}) == {"refused": 1}
    quiet.client.delete(first, headers={**headers, "If-Match": '"3"'})
    assert imported(year) == {"refused": 1}
