"""Languages with scripts and regions: who asks for one, what answers, and where it is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.editorial import articles
from app.editorial.people import MEMBERS, MemberInput
from app.runtime import Runtime
from app.search.instant.query_builder import tag_language
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, MovingClock, client_of, store
from tests.delivery.instant import caught_up
from tests.stores import settings_of
from tests.worker.servers import newsroom

KNOWN = "en,pt,pt-br,es,zh-hant,en-gb"


def fill(bench: Bench) -> None:
    runtime = bench.runtime
    builders.tag(runtime, "agua", names={"pt": "Água", "en": "Water"})
    builders.tag(runtime, "trem", names={"pt": "Comboio", "pt-br": "Trem", "en": "Train"})
    made = {}
    for slug, lang, title in (
        ("a-pt", "pt", "Os comboios portugueses"),
        ("a-br", "pt-BR", "Os trens brasileiros"),
        ("b-pt", "pt", "Manifestações portuguesas"),
        ("c-br", "PT-br", "Manifestações brasileiras"),
        ("d-en", "en", "The protests"),
        ("e-zh", "zh-HANT", "抗議"),
        ("f-gb", "en-GB", "The organisations"),
    ):
        draft = builders.draft(runtime, slug=slug, lang=lang, title=title, tags=("trem", "agua"))
        made[slug] = draft
    with runtime.publishing() as tx:
        for one, other in (("a-pt", "a-br"), ("b-pt", "d-en")):
            article = articles.lock_article(tx, made[one][0], None)
            articles.link_translations(tx, article, [made[other][0]], runtime.clock())
        biography = {"pt": "Nascida", "en": "Born"}
        MEMBERS.add(tx, EDITOR, MemberInput(name="Ana", role="Chair", biography=biography))
    for key, _ in made.values():
        with runtime.database.reading() as tx:
            revision = articles.read(tx, key).article.revision
        builders.publish(runtime, (key, revision))
    caught_up(runtime)


@pytest.fixture(params=["embedded", "alone", "both"])
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "embedded":
        with store(None, tmp_path, serve_worker=False, languages=KNOWN) as (runtime, clock):
            yield from filled(runtime, clock)
        return
    with newsroom(tmp_path, languages=KNOWN, search_fallback=request.param == "both") as room:
        yield from filled(room.runtime, room.clock)


def filled(runtime: Runtime, clock: MovingClock) -> Iterator[Bench]:
    with client_of(runtime) as client:
        bench = Bench(runtime, clock, client)
        fill(bench)
        yield bench


def data(bench: Bench, path: str) -> Any:
    answer = bench.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def slugs(bench: Bench, query: str) -> list[str]:
    listed = sorted(item["slug"] for item in data(bench, f"/v1/articles?{query}"))
    found = data(bench, f"/v1/search?kind=article&{query}")
    assert sorted(hit["item"]["slug"] for hit in found) == listed, query
    count = bench.client.get(f"/v1/articles?limit=1&count=true&{query}").json()["meta"]["total"]
    assert count == len(listed)
    assert sum(year["count"] for year in data(bench, f"/v1/archive?{query}")) == count
    tagged = sorted(item["slug"] for item in data(bench, f"/v1/articles?tag=trem&{query}"))
    assert tagged == listed
    return listed


def test_a_language_is_its_regions_and_a_region_takes_the_language(
    bench: Bench, subtests: pytest.Subtests
) -> None:
    for query, wanted in {
        "lang=pt": ["a-br", "a-pt", "b-pt", "c-br"],
        "lang=PT-BR": ["a-br", "b-pt", "c-br"],
        "lang=pt-BR&fallback=en": ["a-br", "b-pt", "c-br", "f-gb"],  # d-en is b in English
        "lang=pt&fallback=en": ["a-pt", "b-pt", "c-br", "f-gb"],
        "lang=pt-PT": ["a-pt", "b-pt"],
        "lang=en": ["d-en", "f-gb"],
        "lang=en-GB": ["d-en", "f-gb"],
        "lang=zh": ["e-zh"],
        "lang=zh-hant": ["e-zh"],
        "lang=es": [],
    }.items():
        with subtests.test(query=query, wanted=wanted):
            assert slugs(bench, query) == wanted
    for path in ("/v1/articles", "/v1/search", "/v1/tags", "/v1/feeds/articles.rss", "/v1/archive"):
        for lang, code in (
            ("fr", "unknown_language"),
            ("zh-Hans", "unknown_language"),
            ("pt_BR", "invalid_parameter"),
            ("pt-", "invalid_parameter"),
            ("portuguese", "invalid_parameter"),
        ):
            with subtests.test(path=path, lang=lang, code=code):
                answer = bench.client.get(f"{path}?lang={lang}")
                assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_one_article_is_read_in_the_nearest_language(
    bench: Bench, subtests: pytest.Subtests
) -> None:
    for slug, query, served in (
        ("a-pt", "?lang=pt-BR", "pt-BR"),
        ("a-br", "?lang=pt", "pt"),
        ("b-pt", "?lang=pt-br", "pt"),
        ("c-br", "?lang=pt", "pt-BR"),
        ("d-en", "?lang=pt-BR", "pt"),
        ("d-en", "?lang=en-GB", "en"),
        ("d-en", "?lang=es&fallback=pt-BR", "pt"),
    ):
        with subtests.test(slug=slug, query=query, served=served):
            article = data(bench, f"/v1/articles/{slug}{query}")
            assert article["lang"] == served
    assert data(bench, "/v1/articles/a-pt")["translations"] == [
        {"lang": "pt-BR", "slug": "a-br", "title": "Os trens brasileiros"}
    ]
    assert bench.client.get("/v1/articles/e-zh?lang=pt-BR").status_code == 404


def test_texts_by_language_take_the_nearest(bench: Bench) -> None:
    names = {tag["slug"]: tag["name"] for tag in data(bench, "/v1/tags?lang=pt-BR")}
    assert names == {"agua": "Água", "trem": "Trem"}
    carried = {tag["slug"]: tag["name"] for tag in data(bench, "/v1/articles/c-br")["tags"]}
    assert carried == {"agua": "Água", "trem": "Trem"}
    assert data(bench, "/v1/committee?lang=pt-BR")[0]["biography"] == "Nascida"
    assert set(data(bench, "/v1/tags/trem")["names"]) == {"pt", "pt-BR", "en"}
    assert tag_language(["pt-br"], ("en", "pt")) == "pt"
    assert tag_language(["pt"], ("en", "pt-BR")) == "pt-BR"


def test_search_counts_and_stems_by_them(bench: Bench) -> None:
    facets = bench.client.get("/v1/search?kind=article&facets=lang").json()["meta"]["facets"]
    counted = {value["value"]: value["count"] for value in facets["lang"]}
    assert counted == {"pt": 2, "pt-BR": 2, "en": 1, "zh-Hant": 1, "en-GB": 1}
    for q, wanted in (("manifestação brasileira", "c-br"), ("organisation", "f-gb")):
        found = data(bench, f"/v1/search?kind=article&q={q}&limit=1")
        if bench.runtime.settings.meilisearch_url is None:
            assert found[0]["item"]["slug"] == wanted
    body = {"filter": "lang = 'pt-br'", "facets": ["lang"]}
    answer = bench.client.post("/v1/search/instant/indexes/articles/search", json=body).json()
    assert answer["facetDistribution"] == {"lang": {"pt-BR": 2}}
    assert {hit["lang"] for hit in answer["hits"]} == {"pt-BR"}


def test_outlets_say_the_region(bench: Bench) -> None:
    def read(path: str) -> str:
        return bench.client.get(path).text

    assert 'hreflang="pt-BR"' in read("/sitemaps/2026-03.xml")
    assert "<news:language>pt</news:language>" in read("/sitemaps/news.xml")
    assert "<news:language>zh-tw</news:language>" in read("/sitemaps/news.xml")
    assert "<dc:language>pt-BR</dc:language>" in read("/v1/feeds/articles.rss")
    assert 'xml:lang="pt-BR"' in read("/v1/feeds/articles.atom")
    assert '"inLanguage":"pt-BR"' in read("/v1/articles/a-br.jsonld").replace(" ", "")
    oai = read("/v1/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert "<dc:language>pt-BR</dc:language>" in oai
    for lang in ("pt", "pt-BR"):
        assert "a-br" in read(f"/v1/feeds/articles.json?lang={lang}")


def test_settings_take_any_case_and_each_once(tmp_path: Path, subtests: pytest.Subtests) -> None:
    made = settings_of(tmp_path, languages="EN,pt-br,es-419,zh-hant-tw")
    assert made.languages == ("en", "pt-BR", "es-419", "zh-Hant-TW")
    assert made.shown_at("x") is None
    for wrong in ("en,EN", "pt_BR", "english", "pt-BRA", "e", ""):
        with subtests.test(wrong=wrong), pytest.raises(ValueError, match="languages"):
            settings_of(tmp_path, languages=wrong)
