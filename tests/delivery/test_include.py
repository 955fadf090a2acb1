"""`fields=` and `include=`: one wish, in lists and in the detail."""

from typing import Any

import pytest

from app.editorial import aliases, articles
from app.editorial.content import ArticleInput, prepare
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench


def renamed(bench: Bench, title: str, new_slug: str) -> None:
    key = builders.published(bench.runtime, title=title, tags=("water",))
    content = ArticleInput(
        lang="en", title=title, slug=new_slug, tags=("water",), body="Longer body."
    )
    with bench.runtime.publishing() as tx:
        ready = prepare(content, bench.runtime.site_rules)
        row = articles.edit(tx, EDITOR, key, 1, ready, tx.moment)
        aliases.upsert(tx, EDITOR, f"/old/{title}.html", new_slug, None)
    builders.publish(bench.runtime, (key, row.revision))


@pytest.fixture
def service(bench: Bench) -> Bench:
    builders.tag(bench.runtime, "water")
    renamed(bench, "river", "the-river")
    renamed(bench, "lake", "the-lake")
    builders.published(bench.runtime, title="Sea")
    return bench


def items(bench: Bench, query: str) -> dict[str, Any]:
    answer = bench.client.get(f"/v1/articles?{query}")
    assert answer.status_code == 200, answer.text
    return {item["slug"]: item for item in answer.json()["data"]}


def test_a_list_adds_what_the_detail_always_has(service: Bench) -> None:
    plain = items(service, "")
    whole = items(service, "include=related,paths")
    assert list(whole) == list(plain)
    assert {slug: item["paths"] for slug, item in whole.items()} == {
        "sea": [],
        "the-lake": ["/old/lake.html", "/news/lake", "/lake"],
        "the-river": ["/old/river.html", "/news/river", "/river"],
    }
    related = {slug: [r["slug"] for r in item["related"]] for slug, item in whole.items()}
    assert related == {"sea": [], "the-lake": ["the-river"], "the-river": ["the-lake"]}
    for slug, item in whole.items():
        detail = service.client.get(f"/v1/articles/{slug}").json()["data"]
        again = service.client.get(f"/v1/articles/{slug}?include=related,paths").json()["data"]
        assert again == detail
        assert {name: detail[name] for name in item} == item
        assert set(detail) - set(item) == {
            *("body_html", "toc", "reading_minutes", "words", "seo", "neighbours"),
        }
        assert {name: item[name] for name in plain[slug]} == plain[slug]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("fields=slug,paths", ["slug", "paths"]),
        ("fields=slug&include=paths", ["slug", "paths"]),
        ("fields=related,slug", ["related", "slug"]),
        ("fields=slug,slug&include=related,related", ["slug", "related"]),
        ("fields=title,slug&include=related,paths", ["title", "slug", "related", "paths"]),
    ],
)
def test_fields_and_include_together(service: Bench, query: str, names: list[str]) -> None:
    for item in items(service, query).values():
        assert list(item) == names
    detail = service.client.get(f"/v1/articles/the-lake?{query}").json()["data"]
    assert list(detail) == names


def test_links_keep_the_wish(service: Bench) -> None:
    first = service.client.get("/v1/articles?limit=1&fields=slug&include=paths").json()
    assert "fields=slug&include=paths" in first["links"]["next"]
    second = service.client.get(first["links"]["next"]).json()
    assert second["data"] == [
        {"slug": "the-lake", "paths": ["/old/lake.html", "/news/lake", "/lake"]}
    ]


LIST = "known: related, paths, tag, author, archive."
DETAIL = "known: related, paths, jsonld."
REFUSED = [
    ("/v1/articles?include=relatd", "unknown_inclusion", "include", "did you mean 'related'?"),
    ("/v1/articles?include=zzz", "unknown_inclusion", "include", LIST),
    ("/v1/articles/the-lake?include=zzz", "unknown_inclusion", "include", DETAIL),
    ("/v1/articles?fields=titel", "unknown_field", "fields", "did you mean 'title'?"),
    ("/v1/articles/the-lake?fields=body", "unknown_field", "fields", "did you mean 'body_html'?"),
]


@pytest.mark.parametrize(("url", "code", "parameter", "hint"), REFUSED)
def test_an_unknown_name_is_refused_with_a_hint(
    service: Bench, url: str, code: str, parameter: str, hint: str
) -> None:
    answer = service.client.get(url)
    name = url.rpartition("=")[2]
    message = f"There is no {code.removeprefix('unknown_')} {name!r}; {hint}"
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "type": f"urn:willay:problem:{code}",
            "title": "Bad Request",
            "status": 400,
            "code": code,
            "detail": message,
            "errors": [{"code": code, "message": message, "parameter": parameter}],
        },
    )


@pytest.mark.parametrize("parameter", ["fields", "include"])
def test_a_list_has_no_bodies(service: Bench, parameter: str) -> None:
    problem = service.client.get(f"/v1/articles?{parameter}=title,body_html").json()
    assert (problem["status"], problem["code"]) == (400, "detail_only")
    assert problem["detail"] == (
        "body_html is in the detail only; read /v1/articles/{slug} for it."
    )
    assert problem["errors"][0]["parameter"] == parameter
