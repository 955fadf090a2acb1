"""Tags at the desk: HTTP in, whole bodies out, and what the public then reads."""

from typing import Any

import pytest

from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench
from tests.search.follow import follow

AT = "2026-03-01T12:00:00"


@pytest.fixture
def desk(quiet: Bench) -> tuple[Bench, Headers]:
    return quiet, bearer(quiet.runtime, "publisher")


Desk = tuple[Bench, Headers]


def create(desk: Desk, **fields: Any) -> Any:
    bench, headers = desk
    answer = bench.client.post("/v1/admin/tags", json=fields, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_tag_s_life(desk: Desk) -> None:
    bench, headers = desk
    made = create(desk, slug="land", names={"en": "Land", "es": "Tierra"})
    tag = made.json()["data"]
    where = f"/v1/admin/tags/{tag['id']}"
    assert (made.headers["location"], made.headers["etag"]) == (where, '"1"')
    assert made.headers["cache-control"] == "no-store"
    assert tag == {
        "id": tag["id"],
        "revision": 1,
        "slug": "land",
        "former_slugs": [],
        "type": "topic",
        "names": {"en": "Land", "es": "Tierra"},
        "descriptions": {},
        "synonyms": {},
        "parent": None,
        "status": "accepted",
        "used_by": 0,
        "created_at": tag["created_at"],
        "updated_at": tag["created_at"],
    }
    assert tag["created_at"].startswith(AT)
    create(desk, slug="nature", type="series", names={"en": "Nature"})
    change = {"slug": "territory", "parent": "nature", "synonyms": {"en": ["soil"]}}
    changed = bench.client.patch(where, json=change, headers={**headers, "If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["data"] == {
        **tag,
        **change,
        "revision": 2,
        "former_slugs": ["land"],
        "updated_at": changed.json()["data"]["updated_at"],
    }
    read = bench.client.get(where, headers=headers)
    assert (read.json(), read.headers["etag"]) == (changed.json(), '"2"')
    listed = bench.client.get("/v1/admin/tags", headers=headers).json()
    assert [one["slug"] for one in listed["data"]] == ["nature", "territory"]
    assert listed["data"][1] == changed.json()["data"]
    assert listed["meta"] == {"total": 2}
    moved = bench.client.get("/v1/tags/land?lang=es", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (301, "territory?lang=es")
    assert bench.client.get("/v1/tags/land?lang=es").json()["data"]["name"] == "Tierra"
    gone = bench.client.delete(where, headers={**headers, "If-Match": '"2"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert problem(bench.client.get(where, headers=headers)) == (404, "tag_not_found")
    for slug in ("land", "territory"):
        assert problem(bench.client.get(f"/v1/tags/{slug}")) == (410, "gone")


def test_a_merge_and_a_removal_with_a_replacement(desk: Desk) -> None:
    bench, headers = desk
    for slug in ("a", "b", "c"):
        create(desk, slug=slug, names={"en": slug})
    builders.published(bench.runtime, title="One", slug="one", tags=["a"])
    builders.draft(bench.runtime, title="Two", tags=["a", "b"])
    known = {
        one["slug"]: one
        for one in bench.client.get("/v1/admin/tags", headers=headers).json()["data"]
    }
    assert [known[slug]["used_by"] for slug in "abc"] == [2, 1, 0]
    first = {**headers, "If-Match": '"1"'}
    here = f"/v1/admin/tags/{known['a']['id']}"
    refused = bench.client.delete(here, headers=first)
    assert problem(refused) == (409, "tag_in_use")
    assert refused.json()["detail"].startswith("2 articles carry the tag 'a'")
    for sent in ({"into": "nothing"}, {"into": "a"}):
        answer = bench.client.post(f"{here}/merge", json=sent, headers=first)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/into"
    merged = bench.client.post(f"{here}/merge", json={"into": "b"}, headers=first)
    assert (merged.status_code, merged.headers["etag"]) == (200, '"2"')
    data = merged.json()["data"]
    assert (data["slug"], data["former_slugs"], data["used_by"]) == ("b", ["a"], 2)
    there = f"/v1/admin/tags/{data['id']}"
    second = {**headers, "If-Match": '"2"'}
    assert bench.client.delete(f"{there}?replacement=c", headers=second).status_code == 204
    [item] = bench.client.get("/v1/articles?tag=a").json()["data"]
    assert item["tags"] == [{"slug": "c", "type": "topic", "name": "c"}]
    [left] = bench.client.get("/v1/admin/tags", headers=headers).json()["data"]
    assert (left["slug"], left["former_slugs"], left["used_by"]) == ("c", ["a", "b"], 2)


def test_who_changes_must_have_read(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    here = create(desk, slug="land", names={"en": "Land"}).headers["location"]
    for method, path, sent in (
        ("PATCH", here, {"slug": "soil"}),
        ("DELETE", here, None),
        ("POST", f"{here}/merge", {"into": "land"}),
    ):
        with subtests.test(method=method, path=path, sent=sent):
            answer = bench.client.request(method, path, json=sent, headers=headers)
            assert problem(answer) == (428, "if_match_required")
    first = {**headers, "If-Match": '"1"'}
    assert bench.client.patch(here, json={"slug": "soil"}, headers=first).status_code == 200
    late = bench.client.patch(here, json={"slug": "earth"}, headers=first)
    assert problem(late) == (412, "stale_revision")
    assert late.json()["current_revision"] == 2
    assert late.json()["changed_by"] == "Publisher"
    assert late.json()["changed_at"].startswith(AT)
    # To say the same again is no change: its revision stays.
    same = bench.client.patch(here, json={"slug": "soil"}, headers={**headers, "If-Match": '"2"'})
    assert same.headers["etag"] == '"2"'


def test_a_request_sent_twice_makes_one_tag(desk: Desk) -> None:
    bench, headers = desk
    keyed = {**headers, "Idempotency-Key": "once"}
    sent = {"slug": "land", "names": {"en": "Land"}}
    first = bench.client.post("/v1/admin/tags", json=sent, headers=keyed)
    again = bench.client.post("/v1/admin/tags", json=sent, headers=keyed)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len(bench.client.get("/v1/admin/tags", headers=headers).json()["data"]) == 1
    assert problem(bench.client.post("/v1/admin/tags", json=sent, headers=headers)) == (
        *(409, "slug_taken"),
    )


DEEP = '{"en": ' * 5_000 + "1" + "}" * 5_000
BAD: list[tuple[Any, str, str]] = [
    ({"names": {"en": "X"}}, "missing_field", "/slug"),
    ({"slug": "x"}, "missing_field", "/names"),
    ({"slug": "x", "names": {}}, "invalid_field", "/names"),
    ({"slug": "x", "names": {"en": ""}}, "invalid_field", "/names/en"),
    ({"slug": "x", "names": {"en": "  "}}, "invalid_field", "/names/en"),
    ({"slug": "x", "names": {"en": "a\u0000b"}}, "invalid_field", "/names/en"),
    ({"slug": "x", "names": {"en": "a\u0085b"}}, "invalid_field", "/names/en"),
    ({"slug": "x", "names": {"en": "x" * 301}}, "invalid_field", "/names/en"),
    ({"slug": "x", "names": {"de": "X"}}, "unknown_language", "/names/de"),
    ({"slug": "x", "names": {"en": "X"}, "synonyms": {"de": ["x"]}}, "unknown_language", None),
    ({"slug": "x", "names": {"E": "X"}}, "invalid_field", None),
    ({"slug": "x", "names": "X"}, "invalid_field", "/names"),
    ({"slug": "x", "names": {"en": 1}}, "invalid_field", "/names/en"),
    ({"slug": "../x", "names": {"en": "X"}}, "invalid_field", "/slug"),
    ({"slug": "x'--", "names": {"en": "X"}}, "invalid_field", "/slug"),
    ({"slug": "x" * 121, "names": {"en": "X"}}, "invalid_field", "/slug"),
    ({"slug": "x", "names": {"en": "X"}, "type": "toppic"}, "invalid_field", "/type"),
    ({"slug": "x", "names": {"en": "X"}, "parent": "nothing"}, "unknown_tag", "/parent"),
    ({"slug": "x", "names": {"en": "X"}, "id": "x"}, "unknown_field", "/id"),
    ({"slug": "x", "names": {"en": "X"}, "revision": 9}, "unknown_field", "/revision"),
    ({"slug": "x", "name": {"en": "X"}}, "missing_field", "/names"),
    ({"slug": "x", "names": {"en": "X"}, "synonyms": {"en": ["w"] * 101}}, "invalid_field", None),
    ([], "invalid_field", ""),
    (DEEP, None, None),
    ("{", "malformed_json", None),
    (b'{"slug": "x", "names": {"en": "\xff"}}', "malformed_json", None),
]


def test_bad_input_is_refused_and_leaves_nothing(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    typed = {**headers, "Content-Type": "application/json"}
    for sent, code, pointer in BAD:
        with subtests.test(sent=sent, code=code, pointer=pointer):
            content = sent if isinstance(sent, str | bytes) else None
            given = {"content": content} if content is not None else {"json": sent}
            answer = bench.client.post("/v1/admin/tags", headers=typed, **given)
            assert 400 <= answer.status_code < 500
            if code is not None:
                assert answer.json()["code"] == code, (sent, answer.text)
            if pointer is not None:
                assert pointer in [one["pointer"] for one in answer.json()["errors"]], answer.text
    assert bench.client.get("/v1/admin/tags", headers=headers).json()["data"] == []
    hinted = bench.client.post(
        "/v1/admin/tags", json={"slug": "x", "names": {"en": "X"}, "parrent": "y"}, headers=headers
    )
    assert "did you mean 'parent'?" in hinted.text


def test_a_bad_change_is_refused_and_changes_nothing(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    here = create(desk, slug="land", names={"en": "Land"}).headers["location"]
    create(desk, slug="field", names={"en": "Field"}, parent="land")
    create(desk, slug="water", names={"en": "Water"})
    before = bench.client.get(here, headers=headers).json()
    for sent, status, code in (
        ({"slug": None}, 422, "invalid_field"),
        ({"names": None}, 422, "invalid_field"),
        ({"names": {}}, 422, "invalid_field"),
        ({"descriptions": {"de": "x"}}, 422, "unknown_language"),
        ({"parent": "field"}, 422, "tag_cycle"),
        ({"parent": "land"}, 422, "tag_cycle"),
        ({"parent": "nothing"}, 422, "unknown_tag"),
        ({"slug": "water"}, 409, "slug_taken"),
        ({"id": "01900000-0000-7000-8000-000000000000"}, 422, "unknown_field"),
        ({"used_by": 0}, 422, "unknown_field"),
        ([], 422, "invalid_field"),
    ):
        with subtests.test(sent=sent, status=status, code=code):
            answer = bench.client.patch(here, json=sent, headers={**headers, "If-Match": '"1"'})
            assert problem(answer) == (status, code)
    for etag, code in (('"x"', "invalid_if_match"), ("*", "invalid_if_match")):
        answer = bench.client.patch(here, json={}, headers={**headers, "If-Match": etag})
        assert problem(answer) == (400, code)
    assert bench.client.get(here, headers=headers).json() == before
    nobody = "/v1/admin/tags/01900000-0000-7000-8000-000000000000"
    first = {**headers, "If-Match": '"1"'}
    assert problem(bench.client.patch(nobody, json={}, headers=first)) == (404, "tag_not_found")
    assert bench.client.get("/v1/admin/tags/x", headers=headers).status_code == 404
    for query in ("replacement=nothing", "replacement=land"):
        assert bench.client.delete(f"{here}?{query}", headers=first).status_code == 422
    assert bench.client.delete(f"{here}?replacment=water", headers=first).status_code == 400


def test_markup_in_a_name_stays_text(desk: Desk) -> None:
    """A name is plain text on the wire, and is escaped where search makes HTML of it."""
    bench, headers = desk
    create(desk, slug="x", names={"en": "<script>alert(1)</script> land"})
    follow(bench.runtime)
    assert bench.client.get("/v1/tags/x").json()["data"]["name"].startswith("<script>")
    [hit] = bench.client.get("/v1/search?q=land").json()["data"]
    assert "<script>" not in hit["highlights"]["title"]
    [one] = bench.client.get("/v1/search/suggest?q=land").json()["data"]
    assert "<script>" not in one["highlighted"]
    assert headers


def named(bench: Bench, name: str) -> set[str]:
    """Every public address among these whose answer has the name."""
    addresses = (
        *("/v1/articles", "/v1/articles/story", "/v1/articles?tag=land", "/v1/articles?tag=top"),
        *("/v1/articles?fields=tags", "/v1/search?q=story", "/v1/search?q=story&facets=tags"),
        *("/v1/search?kind=tag", "/v1/search/suggest?q=" + name[:4], "/v1/search?q=" + name),
        *("/v1/tags", "/v1/tags/land", "/v1/tags?parent=top", "/v1/tags?type=place"),
    )
    return {one for one in addresses if f'"{name}"' in bench.client.get(one).text}


def test_a_new_name_shows_in_every_public_document(desk: Desk) -> None:
    bench, headers = desk
    create(desk, slug="top", names={"en": "Top"})
    here = create(desk, slug="land", type="place", parent="top", names={"en": "Oldname"})
    where = here.headers["location"]
    builders.published(bench.runtime, title="Story", slug="story", tags=["land"])
    follow(bench.runtime)
    before = named(bench, "Oldname")
    assert len(before) == 14
    # Each was read, so that what a process remembers and what caches hold is old now.
    etags = {one: bench.client.get(one).headers["etag"] for one in before}
    change = {"names": {"en": "Newname"}}
    bench.client.patch(where, json=change, headers={**headers, "If-Match": '"1"'})
    follow(bench.runtime)
    after = named(bench, "Newname")
    assert {one.replace("Newname", "Oldname").replace("=Newn", "=Oldn") for one in after} == before
    assert named(bench, "Oldname") == set()
    for one, etag in etags.items():
        answer = bench.client.get(one, headers={"If-None-Match": etag})
        assert answer.status_code == 200, one
    archive = bench.client.get("/v1/archive?tag=land").json()["data"]
    assert [year["count"] for year in archive] == [1]


def test_the_roles_that_may(quiet: Bench) -> None:
    sent = {"slug": "land", "names": {"en": "Land"}}
    writer, editor = (bearer(quiet.runtime, role) for role in ("writer", "editor"))
    made = quiet.client.post("/v1/admin/tags", json=sent, headers=writer)
    assert (made.status_code, made.json()["data"]["status"]) == (201, "proposed")
    change = {**writer, "If-Match": '"1"'}
    there = made.headers["location"]
    refused = quiet.client.patch(there, json={"type": "place"}, headers=change)
    assert problem(refused) == (403, "scope_missing")
    change = {**editor, "If-Match": '"1"'}
    assert quiet.client.patch(there, json={"type": "place"}, headers=change).status_code == 200
    assert quiet.client.get(made.headers["location"], headers=writer).status_code == 200


def test_a_merge_can_be_seen_in_numbers_before(quiet: Bench) -> None:
    headers = bearer(quiet.runtime, "publisher")
    runtime, client = quiet.runtime, quiet.client
    one, _ = builders.tag(runtime, "gold"), builders.tag(runtime, "mining")
    builders.tag(runtime, "silver", parent="gold")
    for number, carried in enumerate((["gold"], ["gold", "mining"], ["mining"], ["silver"])):
        builders.published(runtime, title=f"Public {number}", tags=carried)
    builders.draft(runtime, title="Draft", tags=["gold"])
    builders.event(runtime, tags=["gold"])
    before = client.get(f"/v1/admin/tags/{one}", headers=headers).json()
    answer = client.get(f"/v1/admin/tags/{one}/merge?into=mining", headers=headers)
    assert answer.json()["data"] == {
        "into": "mining",
        "public_articles": 2,
        "public_with_both": 1,
        "working_copies": 3,
        "working_copies_with_both": 1,
        "events": 1,
        "children": 1,
        "addresses": 1,
    }
    assert client.get(f"/v1/admin/tags/{one}", headers=headers).json() == before
    for query in ("into=gold", "into=nothing", "into="):
        refused = client.get(f"/v1/admin/tags/{one}/merge?{query}", headers=headers)
        assert refused.status_code == 400, query
    nobody = "01900000-0000-7000-8000-000000000000"
    refused = client.get(f"/v1/admin/tags/{nobody}/merge?into=gold", headers=headers)
    assert problem(refused) == (404, "tag_not_found")
