"""`/v1/search` as a front end uses it: whole answers, every filter, bad input, late indexes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.editorial import articles, publishing
from app.editorial.people import MEMBERS, SPONSORS, MemberInput, SponsorInput
from app.interchange import batch_import, jsonl_reader
from app.worker.indexing import IndexFollower
from app.worker.verification import compare
from tests import builders
from tests.builders import EDITOR
from tests.commands import ROOT
from tests.conftest import Bench


@pytest.fixture
def service(quiet: Bench) -> Bench:
    """Five articles, two tags, a sponsor and a member, indexed."""
    runtime = quiet.runtime
    builders.tag(runtime, "land", names={"en": "Land", "es": "Tierra"})
    builders.tag(
        runtime,
        "water",
        parent="land",
        names={"en": "Water", "es": "Agua"},
        synonyms={"en": ("rivers",)},
    )
    for number, (title, lang, tags) in enumerate(
        [
            ("A lake in Cajamarca", "en", ("water",)),
            ("La laguna y la minería", "es", ("water",)),
            ("Elections called", "en", ()),
            ('<b>Mining</b> & "law"', "en", ("land",)),
            ("El niño y la niña", "es", ()),
        ]
    ):
        builders.published(
            runtime,
            title=title,
            slug=f"n{number}",
            lang=lang,
            tags=tags,
            summary=f"Summary {number}.",
            authors=({"name": "Ana Pérez"},),
            published_at=datetime(2019 + number, 5, 1, tzinfo=UTC),
        )
    with runtime.publishing() as tx:
        SPONSORS.add(tx, EDITOR, SponsorInput(name="The Lake Trust"))
        MEMBERS.add(tx, EDITOR, MemberInput(name="Rosa Lago", role="Chair"))
    index(quiet)
    return quiet


def index(bench: Bench) -> None:
    bench.runtime.promote()
    follower = IndexFollower(bench.runtime)
    while follower.step():
        pass


def names(bench: Bench, query: str) -> list[str]:
    answer = bench.client.get(f"/v1/search?{query}")
    assert answer.status_code == 200, answer.text
    items = [hit["item"] for hit in answer.json()["data"]]
    return [item.get("slug") or item["name"] for item in items]


def test_a_whole_answer(service: Bench) -> None:
    answer = service.client.get("/v1/search?q=cajamarca&facets=tags,lang,year,kind&limit=1")
    body: dict[str, Any] = answer.json()
    assert body["data"][0].pop("score") > 0
    article = service.client.get("/v1/articles?ids=" + body["data"][0]["item"]["id"]).json()["data"]
    assert body == {
        "data": [
            {
                "kind": "article",
                "highlights": {
                    "title": "A lake in <mark>Cajamarca</mark>",
                    "summary": "Summary 0.",
                    "body": "A body.",
                },
                "item": article[0],
            }
        ],
        "meta": {
            "limit": 1,
            "page": 1,
            "total": 1,
            "total_is_exact": True,
            "engine": "embedded",
            "degraded": False,
            "freshness": {"behind_changes": 0},
            "facets": {
                "tags": [
                    {"value": "land", "name": "Land", "count": 1, "type": "topic"},
                    {"value": "water", "name": "Water", "count": 1, "type": "topic"},
                ],
                "lang": [{"value": "en", "name": "en", "count": 1}],
                "year": [{"value": "2019", "name": "2019", "count": 1}],
                "kind": [{"value": "article", "name": "article", "count": 1}],
            },
        },
        "links": {
            "self": f"{service.runtime.settings.public_url}/v1/search"
            "?q=cajamarca&facets=tags,lang,year,kind&limit=1",
            "next": None,
            "prev": None,
        },
    }
    tag = answer.headers["ETag"]
    again = service.client.get(str(answer.url), headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=the+lake+trust", ["The Lake Trust", "n0"]),
        ("q=lake&kind=article", ["n0"]),
        ("q=nino", ["n4"]),
        ("q=ni%C3%B1o", ["n4"]),
        ("q=elecsions", ["n2"]),
        ("q=agua&lang=en&kind=article", ["n0"]),
        ("q=rosa", ["rosa-lago"]),
        ("q=%22lake+in%22&kind=article", ["n0"]),
        ("q=lake+-cajamarca", ["The Lake Trust"]),
        ("q=&kind=article", ["n4", "n3", "n2", "n1", "n0"]),
        ("q=&kind=article&order=oldest", ["n0", "n1", "n2", "n3", "n4"]),
        ("q=&tag=land", ["n3", "n1", "n0"]),
        ("q=&tag=land,-water", ["n3"]),
        ("q=&author=ana-perez&lang=es", ["n4", "n1"]),
        ("q=&lang=en&fallback=es&kind=article", ["n4", "n3", "n2", "n1", "n0"]),
        ("q=&kind=page", []),
        ("q=&kind=page,article&lang=es", ["n4", "n1"]),
        ("q=&from_date=2020-01-01&to_date=2021-12-31", ["n2", "n1"]),
        ("q=zzzzqqqq", []),
    ],
)
def test_what_is_found(service: Bench, query: str, expected: list[str]) -> None:
    found = names(service, query)
    assert found == expected or (sorted(found) == sorted(expected) and "q=lake" in query)


def test_a_story_is_found_once_in_the_first_language_that_has_it(service: Bench) -> None:
    [lake, laguna] = [
        UUID(service.client.get(f"/v1/articles/{slug}").json()["data"]["id"])
        for slug in ("n0", "n1")
    ]
    with service.runtime.publishing() as tx:
        row = articles.lock_article(tx, lake, None)
        articles.link_translations(tx, row, [laguna], tx.moment)
    index(service)
    assert names(service, "q=&tag=water") == ["n1", "n0"]
    assert names(service, "q=&tag=water&lang=es&fallback=en") == ["n1"]
    assert names(service, "q=&tag=water&lang=en&fallback=es") == ["n0"]
    assert names(service, "q=laguna&lang=en&fallback=es&kind=article") == []
    with service.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, lake, "Forged.")
    index(service)
    assert names(service, "q=&tag=water&lang=en&fallback=es") == ["n1"]
    comparison = compare(service.runtime, service.runtime.search.get())
    assert (comparison.agrees, comparison.behind) == (True, 0)


def test_pages_are_found_with_articles_and_alone(service: Bench) -> None:
    builders.published(service.runtime, title="Our aims and the lake", slug="aims", kind="page")
    index(service)
    assert set(names(service, "q=lake&kind=article")) == {"n0", "aims"}
    assert names(service, "q=lake&kind=page") == ["aims"]
    [hit] = service.client.get("/v1/search?q=aims&kind=page").json()["data"]
    assert (hit["kind"], hit["item"]["kind"]) == ("article", "page")


def test_a_correction_is_told_with_the_way_to_insist(service: Bench) -> None:
    meta = service.client.get("/v1/search?q=elecsions").json()["meta"]
    assert meta["corrected"]["q"] == "elections"
    insisting = service.client.get(meta["corrected"]["insist"]).json()
    assert (insisting["data"], "corrected" in insisting["meta"]) == ([], False)


def test_highlights_are_safe(service: Bench) -> None:
    [hit] = service.client.get("/v1/search?q=mining&kind=article").json()["data"]
    assert hit["highlights"]["title"] == (
        "&lt;b&gt;<mark>Mining</mark>&lt;/b&gt; &amp; &quot;law&quot;"
    )


def test_a_late_index_shows_nothing_that_is_gone(service: Bench) -> None:
    [hit] = service.client.get("/v1/search?q=elections").json()["data"]
    with service.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, UUID(hit["item"]["id"]), "Forged.")
    late = service.client.get("/v1/search?q=elections").json()
    assert late["data"] == []
    assert late["meta"]["freshness"]["behind_changes"] == 1
    ready = service.client.get("/readyz").json()
    assert (ready["status"], ready["search"]["behind_changes"]) == ("ok", 1)
    index(service)
    caught_up = service.client.get("/v1/search?q=elections").json()["meta"]
    assert (caught_up["total"], caught_up["freshness"]["behind_changes"]) == (0, 0)


def test_pages_hold_each_hit_once(service: Bench) -> None:
    url: str | None = "/v1/search?q=&kind=article&limit=2"
    seen = []
    while url is not None:
        page = service.client.get(url).json()
        seen += [hit["item"]["slug"] for hit in page["data"]]
        assert page["meta"]["total"] == 5
        url = page["links"]["next"]
    assert seen == ["n4", "n3", "n2", "n1", "n0"]


def test_suggestions(service: Bench) -> None:
    data = service.client.get("/v1/search/suggest?q=la").json()["data"]
    assert {one["title"] for one in data} >= {"Land", "La laguna y la minería"}
    [lake] = service.client.get("/v1/search/suggest?q=a+lake+in+c").json()["data"]
    assert (lake["kind"], lake["slug"], lake["title"]) == ("article", "n0", "A lake in Cajamarca")
    assert "<mark>" in lake["highlighted"]


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("q=x&kind=sponsr", "unknown_kind", "kind"),
        ("q=x&kind=page,tag", "mixed_kinds", "kind"),
        ("q=x&fallback=es", "fallback_without_lang", "fallback"),
        ("q=x&lang=en&fallback=fr", "unknown_language", "fallback"),
        ("q=x&facets=tag", "unknown_facet", "facets"),
        ("q=x&order=best", "invalid_parameter", "order"),
        ("q=x&limit=101", "invalid_parameter", "limit"),
        ("q=x&page=0", "invalid_parameter", "page"),
        ("q=x&page=501", "page_too_deep", "page"),
        ("q=x&lang=fr", "unknown_language", "lang"),
        ("q=x&tag=nope", "unknown_tag", "tag"),
        ("q=x&query=y", "unknown_parameter", "query"),
        ("q=" + "x" * 2001, "invalid_parameter", "q"),
    ],
)
def test_bad_input(service: Bench, query: str, code: str, parameter: str) -> None:
    answer = service.client.get(f"/v1/search?{query}")
    problem = answer.json()
    assert answer.status_code == 400
    [error] = problem["errors"]
    assert (error["parameter"], error["code"], problem["code"]) == (parameter, code, code)


def test_any_text_is_answered(service: Bench) -> None:
    batch_import.import_records(
        service.runtime, jsonl_reader.read_entries([ROOT / "sample" / "peru.jsonl"])
    )
    index(service)

    below = service.client.get("/v1/tags?parent=mining").json()["data"]
    family = {"mining", *(one["slug"] for one in below)}

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        text=st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=80)
        | st.lists(
            st.sampled_from(
                [
                    "water",
                    "agua",
                    '"',
                    "-",
                    "AND",
                    "OR",
                    "title:",
                    "*",
                    "~2",
                    "^9",
                    "(",
                    ")",
                    "[a TO",
                    "/.*/",
                    "😀",
                    "ماء",
                ]
            ),
            max_size=30,
        ).map(" ".join),
        lang=st.sampled_from(["", "en", "es"]),
        tag=st.sampled_from(["", "mining", "-mining"]),
    )
    def check(text: str, lang: str, tag: str) -> None:
        asked = {"q": text, "lang": lang, "tag": tag, "facets": "tags", "limit": "5"}
        answer = service.client.get("/v1/search", params=asked)
        if answer.status_code == 400:  # a control character of another category
            assert answer.json()["code"] == "control_character"
            return
        assert answer.status_code == 200, (text, answer.text)
        body = answer.json()
        for hit in body["data"]:
            item = hit["item"]
            if hit["kind"] == "article" and lang:
                assert item["lang"] == lang
            if tag:
                carries = bool(family & {one["slug"] for one in item.get("tags", ())})
                assert carries == (tag == "mining")

    check()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", None),
        ("q=", None),
        ("q=%20%20", None),
        ("q=" + "+".join("w" for _ in range(1_000)), None),
        ("q=" + "+".join(f"word{n}" for n in range(1_000)), "invalid_parameter"),
        ("q=" + "x" * 512, None),
        ("q=%22", None),
        ("q=%22%22%22", None),
        ("q=-", None),
        ("q=--lake", None),
        ("q=AND+OR+NOT", None),
        ("q=key:cursor+kind:%5B0+TO+9%5D+title:lake%5E9+lake~2+%2Blake+(lake", None),
        ("q=/la.*%2B%2B%2B(a%2B)%2B%24/+l*k?e", None),
        ("q=%F0%9F%A6%99+%D9%85%D8%A7%D8%A1+lake", None),
        ("q=lake%00", "control_character"),
        ("q=lake%1B", "control_character"),
        ("q=lake%FF", "invalid_encoding"),
        ("q=lake%ED%A0%80", "invalid_encoding"),
        ("q=lake&q=laguna", "repeated_parameter"),
        ("q=lake&limit=100&page=101", "page_too_deep"),
        ("q=lake&page=99999999999999999999", "invalid_parameter"),
        ("q=lake&facets=tags,", "empty_name"),
        ("q=lake&ids=1", "invalid_id"),
        ("q=lake&from_date=yesterday", "invalid_date"),
        ("q=lake&exact=1", "invalid_parameter"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_hostile_requests_are_answered_or_refused(
    service: Bench, query: str, code: str | None
) -> None:
    answer = service.client.get(f"/v1/search?{query}")
    if code is None:
        assert answer.status_code == 200, answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (400, code)
