"""A change of one language leaves the others alone (RFC 7396), wherever a map of them is kept."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench

TAGS, COMMITTEE = "/v1/admin/tags", "/v1/admin/committee"


def made(desk: Newsdesk, kind: str) -> str:
    """Something with texts in two languages."""
    both = {"en": "English", "es": "Español"}
    if kind == "media":
        key = builders.medium(desk.bench.runtime, alt=both, caption=both, credit="Ana")
        return f"/v1/admin/media/{key}"
    sent: dict[str, Any] = {"name": "Ana", "role": "Chair", "biography": both}
    if kind == "tags":
        words = {"en": ["one", "two"], "es": ["uno"]}
        sent = {"slug": "lima", "names": both, "descriptions": both, "synonyms": words}
    if kind == "events":
        sent = {"titles": both, "descriptions": both, "starts": "2026-05-09"}
    if kind == "authors":
        sent = {"name": "Ana", "biography": both}
    if kind == "sponsors":
        sent = {"name": "Ana", "names": both, "statements": both}
    answer = desk.bench.client.post(f"/v1/admin/{kind}", headers=desk.headers, json=sent)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


MAPS = [
    ("tags", "names", False),
    ("tags", "descriptions", True),
    ("tags", "synonyms", True),
    ("committee", "biography", True),
    ("authors", "biography", True),
    ("sponsors", "names", True),
    ("sponsors", "statements", True),
    ("events", "titles", False),
    ("events", "descriptions", True),
    ("media", "alt", True),
    ("media", "caption", True),
]


@pytest.mark.parametrize(("kind", "field", "may_be_empty"), MAPS)
def test_a_change_merges_by_language(
    quiet: Bench, kind: str, field: str, may_be_empty: bool
) -> None:
    desk = Newsdesk.of(quiet)
    where = made(desk, kind)
    before = desk.data(where)
    new: Any = ["nuevo"] if field == "synonyms" else "Nuevo"
    steps: list[tuple[dict[str, Any] | None, dict[str, Any]]] = [
        ({"es": new}, {**before[field], "es": new}),
        ({} if may_be_empty else {"fr": None}, {**before[field], "es": new}),
        ({"en": None}, {"es": new}),
        ({"en": None, "es": new}, {"es": new}),
        ({"en": before[field]["en"]}, {**before[field], "es": new}),
    ]
    for sent, expected in steps:
        assert desk.patch(where, **{field: sent}).status_code == 200
        after = desk.data(where)
        assert after[field] == expected
        moving = {field, "revision", "updated_at"}
        assert {n: v for n, v in after.items() if n not in moving} == {
            n: v for n, v in before.items() if n not in moving
        }
    wrong = desk.patch(where, **{field: {"fr": new}})
    assert problem(wrong) == (422, "unknown_language")
    assert desk.patch(where, **{field: {"fr": None}}).status_code == 200
    for sent in ({"en": None, "es": None}, None):
        answer = desk.patch(where, **{field: sent})
        if may_be_empty:
            assert (answer.status_code, desk.data(where)[field]) == (200, {})
        else:
            code = (
                {"tags": "nameless_tag", "events": "untitled_event"}[kind]
                if sent
                else "invalid_field"
            )
            assert problem(answer) == (422, code)
            assert desk.data(where)[field] == {**before[field], "es": new}


def test_one_language_of_a_picture_keeps_articles_in_the_other_publishable(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = made(desk, "media")
    desk.patch(where, alt={"es": "Otro"})
    article = desk.create(image={"media_id": where.rsplit("/", 1)[1]})
    assert desk.act(article, "publish").status_code == 200


def test_rights_keep_what_a_change_does_not_name(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    licence = "https://creativecommons.org/licenses/by/4.0/"
    where = desk.create(rights={"licence": licence, "syndicatable": False})
    desk.patch(where, rights={"credit": "Ana"})
    assert desk.data(where)["rights"] == {
        **{"licence": licence, "credit": "Ana", "syndicatable": False}
    }
    desk.patch(where, rights={"licence": None})
    assert desk.data(where)["rights"]["licence"] is None


def test_every_change_of_a_map_can_take_a_language_away(quiet: Bench) -> None:
    """What the contract calls a map in a PATCH takes null for a value: else it would replace."""
    contract = quiet.client.get("/openapi.json").json()
    schemas = contract["components"]["schemas"]
    maps = set()
    for path, methods in contract["paths"].items():
        body = methods.get("patch", {}).get("requestBody")
        if body is None:
            continue
        name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        for field, schema in schemas[name]["properties"].items():
            for value in _values(schema):
                maps.add(field)
                assert "null" in value["type"], (path, field)
    assert maps == {field for _, field, _ in MAPS} | {
        *("role", "contact", "policies")  # see test_profiles.py and tests/site
    }


def _values(schema: Any) -> Iterator[dict[str, Any]]:
    """The schemas of what maps hold by keys that are no names."""
    for one in (schema, *schema.get("anyOf", [])):
        yield from one.get("patternProperties", {}).values()
        if isinstance(more := one.get("additionalProperties"), dict):
            yield more
