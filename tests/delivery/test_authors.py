"""Authors as readers see them: names under articles, and what editors said of them."""

from typing import Any
from uuid import UUID

import pytest

from app.editorial import authors, publishing
from app.editorial.authors import AuthorRecordChange, AuthorRecordInput
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench

LINKS = ({"label": "Her own page", "url": "https://ana.example/"},)


def record(bench: Bench, **fields: Any) -> UUID:
    with bench.runtime.publishing() as tx:
        return authors.create(tx, EDITOR, AuthorRecordInput(**fields)).id


def get(bench: Bench, path: str) -> Any:
    answer = bench.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_an_author_is_first_a_name_under_articles(quiet: Bench) -> None:
    builders.published(quiet.runtime, title="Old", authors=({"name": "Ana Perez"},))
    quiet.clock.move(days=1)
    new = builders.published(quiet.runtime, title="New", authors=({"name": "Ana Pérez"},))
    builders.draft(quiet.runtime, authors=({"name": "Only Drafts"},))
    plain = {
        "slug": "ana-perez",
        "name": "Ana Pérez",
        "biography": None,
        "portrait": None,
        "links": [],
        "articles_count": 2,
    }
    assert get(quiet, "/v1/authors") == [plain]
    assert get(quiet, "/v1/authors/ana-perez") == plain
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, new, "It was wrong.")
    one_less = {**plain, "name": "Ana Perez", "articles_count": 1}
    assert get(quiet, "/v1/authors/ana-perez") == one_less


def test_a_record_says_more(quiet: Bench) -> None:
    runtime = quiet.runtime
    builders.published(runtime, title="One", authors=({"name": "Ana"},))
    builders.published(runtime, title="Dos", lang="es", authors=({"name": "Ana"},))
    face = builders.medium(runtime, alt={"es": "Un rostro"}, credit="Rosa Lago")
    file = f"/v1/media/{face}/320.jpg"
    assert quiet.client.get(file).status_code == 404
    said = {"en": "She reports on rivers.", "es": "Escribe sobre ríos."}
    record(quiet, slug="ana", name="Ana Pérez", biography=said, portrait=face, links=LINKS)
    found = get(quiet, "/v1/authors/ana")
    assert found["portrait"] | {"sizes": len(found["portrait"]["sizes"])} == {
        "url": f"http://127.0.0.1:8000/v1/media/{face}/400.jpg",
        "alt": "Un rostro",
        "caption": None,
        "credit": "Rosa Lago",
        "width": 400,
        "height": 300,
        "colour": found["portrait"]["colour"],
        "focal_point": None,
        "sizes": 4,
    }
    assert {**found, "portrait": None} == {
        "slug": "ana",
        "name": "Ana Pérez",
        "biography": said["en"],
        "portrait": None,
        "links": list(LINKS),
        "articles_count": 2,
    }
    spanish = get(quiet, "/v1/authors/ana?lang=es")
    assert (spanish["biography"], spanish["articles_count"]) == (said["es"], 1)
    assert get(quiet, "/v1/authors?lang=es") == [spanish]
    assert quiet.client.get(file).status_code == 200


def test_a_record_without_articles_is_shown_only_if_editors_want_that(quiet: Bench) -> None:
    runtime = quiet.runtime
    face = builders.medium(runtime)
    file = f"/v1/media/{face}/320.jpg"
    key = record(quiet, name="Rosa Lago", portrait=face)
    assert get(quiet, "/v1/authors") == []
    for path in ("/v1/authors/rosa-lago", "/v1/authors/nobody"):
        answer = quiet.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "author_not_found")
        assert "/v1/authors lists" in answer.json()["detail"]
    assert quiet.client.get(file).status_code == 404
    stored = quiet.client.get("/v1/authors").headers["ETag"]
    with runtime.publishing() as tx:
        authors.edit(tx, EDITOR, key, AuthorRecordChange(always_public=True))
    assert quiet.client.get("/v1/authors").headers["ETag"] != stored
    assert [one["slug"] for one in get(quiet, "/v1/authors")] == ["rosa-lago"]
    assert get(quiet, "/v1/authors/rosa-lago")["articles_count"] == 0
    shown = quiet.client.get(file)
    assert shown.headers["Surrogate-Key"] == f"media/{face} author/{key} all"
    with runtime.publishing() as tx:
        authors.edit(tx, EDITOR, key, AuthorRecordChange(always_public=False))
    assert quiet.client.get(file).status_code == 404
    # Articles make her public, and their end makes her private again.
    article = builders.published(runtime, authors=({"name": "Rosa Lago"},))
    shown = quiet.client.get(file)
    assert shown.headers["Surrogate-Key"] == f"media/{face} author/{key} article/{article} all"
    assert get(quiet, "/v1/authors/rosa-lago")["portrait"] is not None
    with runtime.publishing() as tx:
        publishing.unpublish(tx, EDITOR, article)
    assert quiet.client.get(file).status_code == 404
    assert get(quiet, "/v1/authors") == []


def test_the_list_comes_in_pages_in_the_order_of_slugs(quiet: Bench) -> None:
    written = [f"w{number}" for number in range(5)]
    for name in written:
        builders.published(quiet.runtime, title=name, authors=({"name": name}, {"name": "w0"}))
    for name in ("a1", "w2", "z9"):
        record(quiet, slug=name, name=name.upper(), always_public=True)
    record(quiet, name="hidden")
    expected = sorted({*written, "a1", "z9"})
    for limit in (1, 2, 3, 6, 7, 100):
        seen: list[str] = []
        url = f"/v1/authors?limit={limit}"
        while url:
            answer = quiet.client.get(url).json()
            assert len(answer["data"]) <= limit
            seen += [one["slug"] for one in answer["data"]]
            url = answer["links"]["next"]
        assert seen == expected, limit
    assert get(quiet, "/v1/authors/w2")["name"] == "W2"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid_parameter"),
        ("limit=101", "invalid_parameter"),
        ("lang=de", "unknown_language"),
        ("cursor=x", "invalid_cursor"),
        ("page=2", "unknown_parameter"),
    ],
)
def test_bad_questions_are_refused(quiet: Bench, query: str, code: str) -> None:
    answer = quiet.client.get(f"/v1/authors?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_forged_cursor_is_refused(quiet: Bench) -> None:
    from app.kit.paging import encode_text

    for key in ("\0", "Ana", "a b", "", "' OR 1"):
        answer = quiet.client.get("/v1/authors", params={"cursor": encode_text(key, "authors")})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), key


def test_capitals_lead_to_the_small_letters(quiet: Bench) -> None:
    builders.published(quiet.runtime, authors=({"name": "Ana"},))
    answer = quiet.client.get("/v1/authors/ANA", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].endswith("ana")) == (301, True)
