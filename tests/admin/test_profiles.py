"""Slugs, links and roles of committee members; names and statements of sponsors by language."""

from typing import Any

import pytest

from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench
from tests.search.follow import follow, matching_ids

Desk = tuple[Bench, Headers]


@pytest.fixture
def desk(quiet: Bench) -> Desk:
    return quiet, bearer(quiet.runtime, "publisher")


def create(desk: Desk, path: str, **fields: Any) -> dict[str, Any]:
    bench, headers = desk
    answer = bench.client.post(f"/v1/admin/{path}", json=fields, headers=headers)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def patch(desk: Desk, made: dict[str, Any], **fields: Any) -> Any:
    bench, headers = desk
    path = "committee" if "role" in made else "sponsors"
    here = f"/v1/admin/{path}/{made['id']}"
    revision = bench.client.get(here, headers=headers).headers["etag"]
    return bench.client.patch(here, json=fields, headers={**headers, "If-Match": revision})


def roles(bench: Bench, *queries: str) -> list[str]:
    return [
        bench.client.get(f"/v1/committee{query}").json()["data"][0]["role"] for query in queries
    ]


def test_a_role_is_told_in_the_language_of_the_reader(desk: Desk) -> None:
    bench, _ = desk
    made = create(desk, "committee", name="Rosa", role={"en": "Chair", "es": "Presidenta"})
    asked = ("", "?lang=en", "?lang=es")
    assert roles(bench, *asked) == ["Chair", "Chair", "Presidenta"]
    assert patch(desk, made, role={"en": None}).json()["data"]["role"] == {"es": "Presidenta"}
    assert roles(bench, *asked) == ["Presidenta"] * 3
    # One text for all languages replaces those of each; a language may then differ from it.
    assert patch(desk, made, role="Chair").json()["data"]["role"] == {"und": "Chair"}
    assert roles(bench, *asked) == ["Chair"] * 3
    patch(desk, made, role={"es": "Presidenta"})
    assert roles(bench, *asked) == ["Chair", "Chair", "Presidenta"]
    patch(desk, made, role={"es": None, "und": None})
    assert roles(bench, *asked) == ["Member", "Member", "Integrante"]
    follow(bench.runtime)
    assert len(matching_ids(bench.runtime, "integrante")) == 1
    for sent in ({"role": {"de": "x"}}, {"role": {"en": ""}}, {"role": 5}, {"role": None}):
        assert patch(desk, made, **sent).status_code == 422, sent


def test_a_slug_is_made_from_the_name_and_of_one_member(desk: Desk) -> None:
    bench, headers = desk
    first, second = (create(desk, "committee", name="Rosa Ñáñez") for _ in range(2))
    assert (first["slug"], second["slug"]) == ("rosa-nanez", "rosa-nanez-2")
    sent = {"name": "X", "slug": "rosa-nanez"}
    taken = bench.client.post("/v1/admin/committee", json=sent, headers=headers)
    assert problem(taken) == (409, "slug_taken")
    assert problem(patch(desk, second, slug="rosa-nanez")) == (409, "slug_taken")
    renamed = patch(desk, second, name="Rosa Other").json()["data"]
    assert (renamed["slug"], renamed["name"]) == ("rosa-nanez-2", "Rosa Other")
    assert patch(desk, second, slug="other").json()["data"]["slug"] == "other"
    here = f"/v1/admin/committee/{first['id']}"
    assert bench.client.delete(here, headers={**headers, "If-Match": '"1"'}).status_code == 204
    assert create(desk, "committee", name="Rosa Ñáñez")["slug"] == "rosa-nanez"
    assert [one["slug"] for one in bench.client.get("/v1/committee").json()["data"]] == [
        *("other", "rosa-nanez"),
    ]


def test_links_are_changed_whole(desk: Desk) -> None:
    bench, _ = desk
    links = [{"label": "Union", "url": "https://union.example/"}]
    made = create(desk, "committee", name="Rosa", links=links)
    assert made["links"] == links
    assert bench.client.get("/v1/committee").json()["data"][0]["links"] == links
    assert patch(desk, made, links=links).json()["data"]["revision"] == 1
    assert patch(desk, made, affiliation="A union").json()["data"]["links"] == links
    assert patch(desk, made, links=[]).json()["data"]["links"] == []


def test_a_sponsor_speaks_the_language_of_the_reader(desk: Desk) -> None:
    bench, _ = desk
    made = create(
        desk,
        "sponsors",
        name="The Lake Trust",
        names={"es": "Fundación del Lago"},
        statement="We care.",
        statements={"es": "Nos importa."},
    )

    def told(query: str) -> tuple[str, str | None]:
        [one] = bench.client.get(f"/v1/sponsors{query}").json()["data"]
        return one["name"], one["statement"]

    assert told("") == told("?lang=en") == ("The Lake Trust", "We care.")
    assert told("?lang=es") == ("Fundación del Lago", "Nos importa.")
    follow(bench.runtime)
    assert matching_ids(bench.runtime, "fundación") == matching_ids(bench.runtime, "trust")
    patch(desk, made, names={"es": None}, statement=None)
    assert told("") == told("?lang=en") == ("The Lake Trust", "Nos importa.")
    assert told("?lang=es") == ("The Lake Trust", "Nos importa.")
    for sent in ({"names": {"de": "x"}}, {"statements": {"de": "x"}}, {"names": {"es": ""}}):
        assert patch(desk, made, **sent).status_code == 422, sent
    answer = bench.client.get("/v1/sponsors?lang=de")
    assert problem(answer) == (400, "unknown_language")
