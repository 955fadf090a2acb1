"""The public API of articles, from outside."""

from datetime import UTC, datetime, timedelta

import pytest

from app.editorial import publishing
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench


def slugs(bench: Bench, query: str = "") -> list[str]:
    answer = bench.client.get(f"/v1/articles?{query}")
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["data"]]


def test_an_article_whole(bench: Bench) -> None:
    builders.tag(bench.runtime, "water", names={"en": "Water", "es": "Agua"})
    key = builders.published(
        bench.runtime,
        lang="es",
        title="Año nuevo en Ñuñoa",
        summary="Un resumen.",
        body="Hola **Perú**<script>x</script>",
        authors=({"name": "Ana Pérez"},),
        tags=("water",),
        published_at=datetime(2012, 7, 3, tzinfo=UTC),
        date_precision="day",
    )
    answer = bench.client.get("/v1/articles/ano-nuevo-en-nunoa")
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {
            "id": str(key),
            "kind": "article",
            "slug": "ano-nuevo-en-nunoa",
            "lang": "es",
            "title": "Año nuevo en Ñuñoa",
            "summary": "Un resumen.",
            "published_at": "2012-07-03T00:00:00Z",
            "date_precision": "day",
            "published_on": "2012-07-03",
            "updated_at": "2012-07-03T00:00:00Z",
            "authors": [{"name": "Ana Pérez", "slug": "ana-perez"}],
            "source": None,
            "image": None,
            "rights": {
                "licence": "https://creativecommons.org/licenses/by-nc-sa/4.0",
                "credit": None,
                "syndicatable": True,
            },
            "corrections": [],
            "is_excerpt": False,
            "canonical_url": None,
            "position": 0,
            "tags": [{"slug": "water", "type": "topic", "name": "Agua"}],
            "translations": [],
            "parent": None,
            "body_html": "<p>Hola <strong>Perú</strong></p>",
            "toc": [],
            "reading_minutes": 1,
            "words": 2,
            "seo": {
                "title": "Año nuevo en Ñuñoa",
                "description": "Un resumen.",
                "image": None,
            },
            "paths": [],
            "related": [],
            "neighbours": {"older": None, "newer": None},
        }
    }
    again = bench.client.get(
        "/v1/articles/ano-nuevo-en-nunoa", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    anything = {"If-None-Match": "*"}
    there = bench.client.get("/v1/articles/ano-nuevo-en-nunoa", headers=anything)
    nowhere = bench.client.get("/v1/articles/nowhere", headers=anything)
    assert (there.status_code, nowhere.status_code) == (304, 404)


def test_the_tag_algebra(bench: Bench) -> None:
    builders.tag(bench.runtime, "land")
    builders.tag(bench.runtime, "mining", parent="land")
    builders.tag(bench.runtime, "cusco")
    builders.published(bench.runtime, title="a", tags=("mining", "cusco"))
    builders.published(bench.runtime, title="b", tags=("mining",))
    builders.published(bench.runtime, title="c", tags=("cusco",))
    builders.published(bench.runtime, title="d", tags=("land", "mining"))
    builders.published(bench.runtime, title="e")
    found = {
        query: "".join(sorted(slugs(bench, f"tag={query}")))
        for query in ("mining", "mining,cusco", "mining|cusco", "land", "-land", "land,-cusco")
    }
    assert found == {
        "mining": "abd",
        "mining,cusco": "a",
        "mining|cusco": "abcd",
        "land": "abd",
        "-land": "ce",
        "land,-cusco": "bd",
    }
    for query, letters in found.items():
        total = bench.client.get(f"/v1/articles?tag={query}&count=true").json()["meta"]["total"]
        assert total == len(letters)
    counted = {t["slug"]: t["articles_count"] for t in bench.client.get("/v1/tags").json()["data"]}
    assert counted == {"land": 3, "mining": 3, "cusco": 2}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_there_and_back(bench: Bench, order: str) -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(25):
        shown = day + timedelta(days=number // 3)  # several share a date
        builders.published(bench.runtime, title=f"n{number}", published_at=shown)
    whole = slugs(bench, f"order={order}&limit=100")
    url, pages = f"/v1/articles?order={order}&limit=4", []
    while url:
        last = bench.client.get(url).json()
        pages.append([item["slug"] for item in last["data"]])
        url = last["links"]["next"]
    assert [slug for page in pages for slug in page] == whole
    back, url = [pages[-1]], last["links"]["prev"]
    while url:
        page = bench.client.get(url).json()
        back.insert(0, [item["slug"] for item in page["data"]])
        url = page["links"]["prev"]
    assert [slug for page in back for slug in page] == whole


def test_time_alone_shows_and_hides(bench: Bench) -> None:
    now = bench.clock.now
    article = builders.draft(bench.runtime, title="Embargoed")
    builders.publish(
        bench.runtime, article, at=now + timedelta(hours=1), until=now + timedelta(hours=2)
    )
    assert bench.client.get("/v1/articles/embargoed").status_code == 404
    bench.clock.move(hours=1)
    assert bench.client.get("/v1/articles/embargoed").status_code == 200
    assert slugs(bench) == ["embargoed"]
    bench.clock.move(hours=1)
    gone = bench.client.get("/v1/articles/embargoed")
    assert (gone.status_code, gone.json()["reason"]) == (410, "expired")
    assert slugs(bench) == []


def test_a_retraction_says_why_and_outlives_a_slow_clock(bench: Bench) -> None:
    key = builders.published(bench.runtime, title="Wrong")
    with bench.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "The source was forged.")
    bench.clock.move(days=-1)
    gone = bench.client.get("/v1/articles/wrong")
    assert gone.status_code == 410
    assert gone.json()["reason"] == "retracted"
    assert gone.json()["detail"] == "This article was retracted. The source was forged."
    assert slugs(bench) == []


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("lmit=3", "unknown_parameter", "lmit"),
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=101", "invalid_parameter", "limit"),
        ("limit=1&limit=2", "repeated_parameter", "limit"),
        ("cursor=abc", "invalid_cursor", "cursor"),
        ("cursor=" + "A" * 46, "invalid_cursor", "cursor"),
        ("from_date=2012-02-30", "invalid_date", "from_date"),
        ("from_date=2012-01-01T00:00:00", "invalid_date", "from_date"),
        ("from_date=2013-01-01&to_date=2012-01-01", "reversed_range", "from_date"),
        ("lang=fr", "unknown_language", "lang"),
        ("fallback=es", "fallback_without_lang", "fallback"),
        ("tag=nothing", "unknown_tag", "tag"),
        ("tag=a%27%20OR%201=1--", "unknown_tag", "tag"),
        ("fields=body_html", "detail_only", "fields"),
        ("ids=99999999999999999999999", "invalid_id", "ids"),
        ("order=title", "invalid_parameter", "order"),
        ("author=%00", "control_character", None),
        ("author=%ff", "invalid_encoding", None),
    ],
)
def test_bad_parameters(bench: Bench, query: str, code: str, parameter: str | None) -> None:
    answer = bench.client.get(f"/v1/articles?{query}")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, code)
    assert answer.headers["content-type"] == "application/problem+json"
    if parameter:
        assert body["errors"][0]["parameter"] == parameter


def test_head_options_and_other_methods(bench: Bench) -> None:
    builders.published(bench.runtime, title="Seen")
    plain, _, compressed = [
        bench.client.head("/v1/articles/seen", headers={"Accept-Encoding": encoding})
        for encoding in ("identity", "gzip", "gzip")  # the last one is stored: its size is known
    ]
    assert (plain.status_code, plain.content) == (200, b"")
    whole = bench.client.get("/v1/articles/seen", headers={"Accept-Encoding": "gzip"})
    assert int(plain.headers["content-length"]) == len(whole.content)
    assert compressed.headers["content-length"] == whole.headers["content-length"]
    options = bench.client.options("/v1/articles", headers={"Origin": "https://example.org"})
    assert options.status_code == 204
    assert options.headers["access-control-allow-origin"] == "*"
    posted = bench.client.post("/v1/articles", json={})
    assert (posted.status_code, posted.json()["code"]) == (405, "method_not_allowed")


def test_fallback_shows_each_story_once(bench: Bench) -> None:
    from app.editorial import articles

    english = builders.published(bench.runtime, title="River")
    spanish = builders.draft(bench.runtime, title="Rio", lang="es")
    builders.published(bench.runtime, title="Only English")
    with bench.runtime.publishing() as tx:
        row = articles.lock_article(tx, english, None)
        articles.link_translations(tx, row, [spanish[0]], tx.moment)
    assert sorted(slugs(bench, "lang=es&fallback=en")) == ["only-english", "river"]
    builders.publish(bench.runtime, spanish)
    assert sorted(slugs(bench, "lang=es&fallback=en")) == ["only-english", "rio"]
    served = bench.client.get("/v1/articles/river?lang=es").json()["data"]
    assert (served["lang"], served["slug"]) == ("es", "rio")
    assert served["translations"] == [{"lang": "en", "slug": "river", "title": "River"}]
    missing = bench.client.get("/v1/articles/only-english?lang=es")
    assert (missing.status_code, missing.json()["code"]) == (404, "translation_not_found")
