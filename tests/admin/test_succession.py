"""A new committee takes office on a day, all at once."""

from typing import Any

import pytest

from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench

COMMITTEE = "/v1/admin/committee"


@pytest.fixture
def headers(quiet: Bench) -> Headers:
    return bearer(quiet.runtime, "publisher")


def member(bench: Bench, headers: Headers, name: str, role: str, **said: Any) -> str:
    body = {"name": name, "role": {"en": role}, "group": "officers", **said}
    answer = bench.client.post(COMMITTEE, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def in_office(bench: Bench) -> dict[str, str]:
    data = bench.client.get("/v1/committee").json()["data"]
    return {one["name"]: one["role"] for one in data}


def test_everybody_changes_on_the_day(quiet: Bench, headers: Headers) -> None:
    ana = member(quiet, headers, "Ana", "Chair", biography={"en": "A historian."})
    luis = member(quiet, headers, "Luis", "Treasurer")
    member(quiet, headers, "Rosa", "Secretary")
    answer = quiet.client.post(
        f"{COMMITTEE}/succession",
        json={
            "on": "2026-04-18",
            "leaving": [luis],
            "moving": [{"id": ana, "role": {"en": "President"}}],
            "joining": [{"name": "Iris", "role": {"en": "Treasurer"}, "group": "officers"}],
        },
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    before = {"Ana": "Chair", "Luis": "Treasurer", "Rosa": "Secretary"}
    assert in_office(quiet) == before
    quiet.clock.now = quiet.clock.now.replace(month=4, day=17)
    assert in_office(quiet) == before
    quiet.clock.now = quiet.clock.now.replace(day=18)
    assert in_office(quiet) == {"Ana": "President", "Rosa": "Secretary", "Iris": "Treasurer"}
    terms = [one for one in answer.json()["data"] if one["name"] == "Ana"]
    assert [(one["term_from"], one["term_to"]) for one in terms] == [
        (None, "2026-04-17"),
        ("2026-04-18", None),
    ]
    assert terms[1]["biography"] == {"en": "A historian."}
    assert [one["slug"] for one in terms] == ["ana", "ana-2"]


def test_all_or_nothing_and_everything_wrong_is_told(quiet: Bench, headers: Headers) -> None:
    ana = member(quiet, headers, "Ana", "Chair")
    gone = member(quiet, headers, "Luis", "Treasurer", term_to="2026-01-01")
    nobody = "01900000-0000-7000-8000-000000000000"
    before = quiet.client.get(COMMITTEE, headers=headers).json()
    answer = quiet.client.post(
        f"{COMMITTEE}/succession",
        json={
            "on": "2026-04-18",
            "leaving": [ana, gone, nobody],
            "moving": [{"id": ana, "group": "staff"}],
            "joining": [
                {"name": "Iris", "term_from": "2026-05-01"},
                {"name": "Olga", "term_to": "2026-04-01"},
            ],
        },
        headers=headers,
    )
    assert answer.status_code == 422
    assert [(it["code"], it["pointer"]) for it in answer.json()["errors"]] == [
        ("named_twice", "/leaving/0"),
        ("not_in_office", "/leaving/1"),
        ("unknown_member", "/leaving/2"),
        ("named_twice", "/moving/0/id"),
        ("another_day", "/joining/0/term_from"),
        ("reversed_range", "/joining/1/term_to"),
    ]
    assert quiet.client.get(COMMITTEE, headers=headers).json() == before


def test_bad_input_is_refused(quiet: Bench, headers: Headers) -> None:
    for body, code in (
        ({}, "missing_field"),
        ({"on": "the 18th"}, "invalid_field"),
        ({"on": "2026-04-18", "leaving": ["x"]}, "invalid_field"),
        ({"on": "2026-04-18", "joining": [{"name": "I", "role": {"fr": "x"}}]}, "unknown_language"),
    ):
        answer = quiet.client.post(f"{COMMITTEE}/succession", json=body, headers=headers)
        assert problem(answer) == (422, code), answer.text
    writer = bearer(quiet.runtime, "writer", email="w@example.org")
    refused = quiet.client.post(
        f"{COMMITTEE}/succession", json={"on": "2026-04-18"}, headers=writer
    )
    assert refused.status_code == 403
