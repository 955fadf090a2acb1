"""Sponsors and committee members at the desk: HTTP in, whole bodies out."""

from datetime import timedelta
from typing import Any

import pytest

from app import audit
from app.audit import AuditFilter
from app.interchange import jsonl_writer
from tests.admin.desk import Headers, bearer, problem
from tests.builders import imported
from tests.conftest import Bench
from tests.search.follow import follow, matching_ids, search_agrees

Desk = tuple[Bench, Headers]
TODAY = "2026-03-01"
NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def desk(quiet: Bench) -> Desk:
    return quiet, bearer(quiet.runtime, "publisher")


def create(desk: Desk, path: str, **fields: Any) -> dict[str, Any]:
    bench, headers = desk
    answer = bench.client.post(f"/v1/admin/{path}", json=fields, headers=headers)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    assert answer.headers["location"] == f"/v1/admin/{path}/{data['id']}"
    assert answer.headers["etag"] == '"1"'
    return data


def names(bench: Bench, path: str) -> list[str]:
    return [one["name"] for one in bench.client.get(f"/v1/{path}").json()["data"]]


def test_a_sponsor_s_life(desk: Desk) -> None:
    bench, headers = desk
    made = create(
        desk,
        "sponsors",
        name="The Lake Trust",
        kind="funder",
        url="https://lake.example/",
        valid_from="2026-03-02",
    )
    assert made == {
        "id": made["id"],
        "revision": 1,
        "name": "The Lake Trust",
        "names": {},
        "kind": "funder",
        "url": "https://lake.example/",
        "logo": None,
        "image": None,
        "statement": None,
        "statements": {},
        "valid_from": "2026-03-02",
        "valid_to": None,
        "position": 0,
        "is_public": False,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert names(bench, "sponsors") == []
    here = f"/v1/admin/sponsors/{made['id']}"
    change = {"valid_from": TODAY, "valid_to": TODAY, "url": None, "logo": "http://x.example/l.png"}
    changed = bench.client.patch(here, json=change, headers={**headers, "If-Match": '"1"'})
    assert changed.status_code == 200
    assert changed.json()["data"] == {
        **made,
        **change,
        "revision": 2,
        "is_public": True,
        "updated_at": changed.json()["data"]["updated_at"],
    }
    assert bench.client.get(here, headers=headers).json() == changed.json()
    [shown] = bench.client.get("/v1/sponsors").json()["data"]
    assert (shown["name"], shown["url"], shown["logo"]) == (
        *("The Lake Trust", None, "http://x.example/l.png"),
    )
    # The last valid day is over: nothing has to run for it.
    bench.clock.move(days=1)
    assert names(bench, "sponsors") == []
    [listed] = bench.client.get("/v1/admin/sponsors", headers=headers).json()["data"]
    assert (listed["name"], listed["is_public"]) == ("The Lake Trust", False)


def test_a_member_s_life(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    chair = create(
        desk, "committee", name="Rosa Lago", role="Chair", group="officers", term_to=TODAY
    )
    assert (chair["position"], chair["is_public"], chair["biography"]) == (0, True, {})
    create(desk, "committee", name="Juan Río", biography={"es": "Poeta."})
    here = f"/v1/admin/committee/{chair['id']}"
    first = {**headers, "If-Match": '"1"'}
    for sent, code in (
        ({"biography": {"de": "x"}}, "unknown_language"),
        ({"term_from": "2026-03-02"}, "reversed_range"),
        ({"name": None}, "invalid_field"),
        ({"position": 3}, "unknown_field"),
        ({"rol": "x"}, "unknown_field"),
        ({"term_to": "2026-02-30"}, "invalid_field"),
        ({"term_to": 5}, "invalid_field"),
        ({"group": "officer"}, "invalid_field"),
    ):
        with subtests.test(sent=sent, code=code):
            assert problem(bench.client.patch(here, json=sent, headers=first)) == (422, code)
    assert bench.client.get(here, headers=headers).json()["data"] == chair
    kept = bench.client.patch(here, json={"affiliation": "A union"}, headers=first).json()["data"]
    assert kept["role"] == {"und": "Chair"}
    follow(bench.runtime)
    assert len(matching_ids(bench.runtime, "rosa")) == 1
    second = {**headers, "If-Match": '"2"'}
    assert problem(bench.client.delete(here, headers=first)) == (412, "stale_revision")
    assert problem(bench.client.delete(here, headers=headers)) == (428, "if_match_required")
    assert bench.client.delete(here, headers=second).status_code == 204
    assert names(bench, "committee") == ["Juan Río"]
    for answer in (
        bench.client.get(here, headers=headers),
        bench.client.patch(here, json={}, headers=second),
        bench.client.delete(here, headers=second),
    ):
        with subtests.test(answer=answer):
            assert problem(answer) == (404, "committee_member_not_found")
    follow(bench.runtime)
    assert matching_ids(bench.runtime, "rosa") == set()
    assert search_agrees(bench.runtime)


@pytest.mark.parametrize("path", ["sponsors", "committee"])
def test_an_order_names_everybody_once(desk: Desk, path: str, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    everyone = [create(desk, path, name=name) for name in ("A", "B", "C")]
    past = {"valid_to" if path == "sponsors" else "term_to": "2020-01-01"}
    everyone.append(create(desk, path, name="Past", **past))
    a, b, c, over = (one["id"] for one in everyone)
    assert names(bench, path) == ["A", "B", "C"]
    there = f"/v1/admin/{path}/order"
    for ids, wrong in (
        ([c, a], {("missing_id", "/ids")}),
        ([c, a, b, over, NOBODY], {("unknown_id", "/ids/4")}),
        ([c, a, b, c, over], {("repeated_id", "/ids/3")}),
        ([], {("missing_id", "/ids")}),
    ):
        with subtests.test(ids=ids, wrong=wrong):
            answer = bench.client.post(there, json={"ids": ids}, headers=headers)
            assert problem(answer) == (422, "incomplete_order")
            assert {(one["code"], one["pointer"]) for one in answer.json()["errors"]} == wrong
    for sent in ({"ids": "x"}, {"ids": ["x"]}, {"ids": [1]}, {}, {"ids": [a], "id": a}):
        with subtests.test(sent=sent):
            assert bench.client.post(there, json=sent, headers=headers).status_code == 422
    assert names(bench, path) == ["A", "B", "C"]
    sent = {"ids": [over, c, a, b]}
    answer = bench.client.post(there, json=sent, headers=headers)
    assert answer.status_code == 200
    assert [one["name"] for one in answer.json()["data"]] == ["Past", "C", "A", "B"]
    assert [one["position"] for one in answer.json()["data"]] == [0, 1, 2, 3]
    assert answer.json() == bench.client.get(f"/v1/admin/{path}", headers=headers).json()
    assert names(bench, path) == ["C", "A", "B"]
    again = bench.client.post(there, json=sent, headers=headers)
    assert again.json() == answer.json()  # nothing moved, so no revision did
    assert create(desk, path, name="D")["position"] == 4


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "/name"),
    ({"name": ""}, "/name"),
    ({"name": "a\nb"}, "/name"),
    ({"name": "a\u0000b"}, "/name"),
    ({"name": "X", "url": "javascript:alert(1)"}, "/url"),
    ({"name": "X", "url": "JaVaScRiPt:alert(1)"}, "/url"),
    ({"name": "X", "url": "data:text/html,<script>"}, "/url"),
    ({"name": "X", "url": "ftp://x.example/"}, "/url"),
    ({"name": "X", "url": "//x.example/"}, "/url"),
    ({"name": "X", "url": "https://"}, "/url"),
    ({"name": "X", "url": 'https://x.example/"onload="x'}, "/url"),
    ({"name": "X", "logo": "file:///etc/passwd"}, "/logo"),
    ({"name": "X", "logo": "https://x.example/ x"}, "/logo"),
    ({"name": "X", "logo": "https://[::1"}, "/logo"),
    ({"name": "X", "statement": "x" * 5_001}, "/statement"),
    ({"name": "X", "kind": "owner"}, "/kind"),
    ({"name": "X", "position": 0}, "/position"),
    ({"name": "X", "id": NOBODY}, "/id"),
    ({"name": "X", "visible_from": TODAY}, "/visible_from"),
    ({"name": "X", "valid_from": "yesterday"}, "/valid_from"),
    ({"name": "X", "valid_from": "0000-01-01"}, "/valid_from"),
    ({"name": "X", "valid_from": "2026-03-02", "valid_to": "2026-03-01"}, "/valid_to"),
]


def test_bad_input_is_refused_and_leaves_nothing(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    for sent, pointer in BAD:
        with subtests.test(sent=sent, pointer=pointer):
            answer = bench.client.post("/v1/admin/sponsors", json=sent, headers=headers)
            assert answer.status_code == 422
            assert pointer in [one["pointer"] for one in answer.json()["errors"]], answer.text
    listed = bench.client.get("/v1/admin/sponsors", headers=headers).json()
    assert listed == {"data": [], "meta": {"total": 0}}
    edge = create(desk, "sponsors", name="X", valid_from="0001-01-01", valid_to="9999-12-31")
    assert edge["is_public"]


def test_who_was_removed_here_does_not_come_back_by_import(desk: Desk, tmp_path: Any) -> None:
    bench, headers = desk
    source = tmp_path / "people.jsonl"
    known = '"external_source": "old-site", "external_id": '
    source.write_text(
        f'{{"type": "sponsor", "name": "The Lake Trust", {known}"s1"}}\n'
        f'{{"type": "committee_member", "name": "Rosa Lago", {known}"m1"}}\n'
    )
    assert imported(bench.runtime, source).refused == []
    for path in ("sponsors", "committee"):
        [one] = bench.client.get(f"/v1/admin/{path}", headers=headers).json()["data"]
        gone = bench.client.delete(
            f"/v1/admin/{path}/{one['id']}", headers={**headers, "If-Match": '"1"'}
        )
        assert gone.status_code == 204
    again = imported(bench.runtime, source)
    assert [refusal.code for refusal in again.refused] == ["removed_here"] * 2
    assert names(bench, "sponsors") == names(bench, "committee") == []
    assert list(jsonl_writer.export_lines(bench.runtime)) == []
    assert jsonl_writer.count_records(bench.runtime) == 0


def test_the_audit_tells_what_was_done(desk: Desk) -> None:
    bench, headers = desk
    one, two = (create(desk, "sponsors", name=name) for name in ("One", "Two"))
    here = f"/v1/admin/sponsors/{one['id']}"
    first = {**headers, "If-Match": '"1"'}
    bench.client.patch(here, json={"statement": "We care.", "valid_to": TODAY}, headers=first)
    order = {"ids": [two["id"], one["id"]]}
    bench.client.post("/v1/admin/sponsors/order", json=order, headers=headers)
    bench.client.delete(here, headers={**headers, "If-Match": '"3"'})
    with bench.runtime.database.reading() as tx:
        found_ = audit.list_events(tx, AuditFilter(subject_kind="sponsor")).entries[::-1]
    about = [(e.action, e.before, e.after) for e in found_ if e.subject_id == one["id"]]
    assert about[1:3] == [
        (
            *("sponsor.changed", {"statement": None, "valid_to": None}),
            {"statement": "We care.", "valid_to": TODAY},
        ),
        ("sponsor.ordered", {"position": 0}, {"position": 1}),
    ]
    assert [action for action, _, _ in about] == [
        f"sponsor.{what}" for what in ("created", "changed", "ordered", "removed")
    ]
    assert about[3][1] is not None
    assert about[3][1]["statement"] == "We care."
    assert {e.email for e in found_} == {"publisher@example.org"}
    assert {e.by.via for e in found_} == {"token"}


def test_only_those_who_publish_may(quiet: Bench) -> None:
    editor = bearer(quiet.runtime, "editor")
    for path in ("sponsors", "committee"):
        answer = quiet.client.post(f"/v1/admin/{path}", json={"name": "X"}, headers=editor)
        assert problem(answer) == (403, "scope_missing")
        assert quiet.client.get(f"/v1/admin/{path}", headers=editor).status_code == 200


def test_a_schedule_of_a_person_that_is_moved_leaves_no_trace(desk: Desk) -> None:
    """Somebody announced for tomorrow and removed today was never public."""
    bench, headers = desk
    made = create(desk, "sponsors", name="Soon", valid_from="2026-03-02")
    gone = bench.client.delete(
        f"/v1/admin/sponsors/{made['id']}", headers={**headers, "If-Match": '"1"'}
    )
    assert gone.status_code == 204
    bench.clock.now += timedelta(days=2)
    assert bench.runtime.promote() is False
    assert names(bench, "sponsors") == []
