"""Search on Meilisearch's wire, alike on both engines: whole answers, filters, pages, refusals."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.editorial import publishing
from tests import builders
from tests.builders import EDITOR
from tests.delivery.instant import ARTICLES, BASE, ENGINES, Site, embedded
from tests.search.recorded import RECORDED

ALL = ["nino", "law", "vote", "laguna", "lake", "aims"]
"""The newest first; of one day the later made first."""
QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module", params=ENGINES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """For tests that change nothing."""
    with ENGINES[request.param](tmp_path_factory.mktemp("store")) as site:
        yield site


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """For what is refused before any engine is asked."""
    with embedded(tmp_path_factory.mktemp("store")) as site:
        yield site


@pytest.fixture(params=ENGINES)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """For tests that change something."""
    with ENGINES[request.param](tmp_path) as site:
        yield site


def test_a_whole_answer(site: Site) -> None:
    query = {
        "indexUid": "articles",
        "q": "minería laguna",
        "facets": ["tags", "lang", "year"],
        "attributesToHighlight": ["*"],
        "highlightPreTag": "__ais-highlight__",
        "highlightPostTag": "__/ais-highlight__",
        "limit": 1,
        "offset": 0,
    }
    [result] = site.ask("multi-search", {"queries": [query]})["results"]
    assert isinstance(result.pop("processingTimeMs"), int)
    assert UUID(result.pop("requestUid")).version == 7
    [hit] = result["hits"]
    told = hit.pop("_formatted")
    article = site.client.get("/v1/articles?ids=" + hit["id"]).json()["data"][0]
    assert hit == {
        "id": article["id"],
        "kind": "article",
        "slug": "laguna",
        "url": f"{site.runtime.settings.public_url}/v1/articles/laguna",
        "lang": "es",
        "title": "La laguna y la minería",
        "summary": "Summary of laguna.",
        "published_at": 1462104000,
        "updated_at": hit["updated_at"],
        "year": 2016,
        "tags": ["Water", 'Mines "open"'],
        "tag_slugs": ["water", "mining"],
        "authors": ["Ana Pérez"],
        "image": None,
        "image_alt": None,
        "credit": None,
        "licence": article["rights"]["licence"],
        "syndicatable": article["rights"]["syndicatable"],
    }
    assert told.pop("body") == (
        "Once upon a time there was a text about __ais-highlight__laguna__/ais-highlight__."
    )
    marked = (
        "La __ais-highlight__laguna__/ais-highlight__ y la __ais-highlight__minería"
        "__/ais-highlight__"
    )
    assert told == {
        name: value if isinstance(value, bool | list | None) else str(value)
        for name, value in hit.items()
    } | {
        "title": marked,
        "summary": "Summary of __ais-highlight__laguna__/ais-highlight__.",
    }
    assert (result["indexUid"], result["query"]) == ("articles", "minería laguna")
    assert (result["limit"], result["offset"]) == (1, 0)
    assert result["estimatedTotalHits"] >= 1
    assert list(result["facetDistribution"]) == ["lang", "tags", "year"]


def test_facets_and_the_filters_that_take_them(site: Site) -> None:
    answer = site.search(facets=["*"], limit=0)
    assert answer["hits"] == []
    assert answer["facetDistribution"] == {
        "lang": {"en": 4, "es": 2},
        "tags": {"Land": 3, 'Mines "open"': 2, "Water": 2},
        "year": {"2018": 2, "2001": 1, "2015": 1, "2016": 1, "2021": 1},
    }
    assert answer["facetStats"] == {"year": {"min": 2001.0, "max": 2021.0}}
    for facet, values in answer["facetDistribution"].items():
        for value, count in values.items():
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            found = site.search(filter=[[f'"{facet}"="{quoted}"']], limit=0)
            assert found["estimatedTotalHits"] == count, (facet, value)
    spanish = site.search(facets=["tags"], locales=["es"], limit=0)["facetDistribution"]["tags"]
    assert spanish == {"Tierra": 3, "Agua": 2, "Minería": 2}


FILTERS = [
    ("lang = es", {"nino", "laguna"}),
    ("lang = ES", {"nino", "laguna"}),
    ("lang != es", {"law", "vote", "lake", "aims"}),
    ("lang IN [en, es]", set(ALL)),
    ("NOT lang IN [es]", {"law", "vote", "lake", "aims"}),
    ("lang = fr", set()),
    ("kind = page", {"aims"}),
    ("kind != page", set(ALL) - {"aims"}),
    ("tags = water", {"lake", "laguna"}),
    ("tags = Water", {"lake", "laguna"}),
    ("tags = agua", {"lake", "laguna"}),
    ("tags = land", {"lake", "laguna", "nino"}),
    ("tags = water AND tags = mining", {"laguna"}),
    ("tags = water OR tags = mining", {"lake", "laguna", "law"}),
    ("tags IN [water, mining, nothing]", {"lake", "laguna", "law"}),
    ("tags = water AND NOT tags = mining", {"lake"}),
    ("tags NOT IN [water, mining]", {"vote", "nino", "aims"}),
    ("NOT (tags = water OR tags = mining)", {"vote", "nino", "aims"}),
    ("tags = nothing", set()),
    ("tags != nothing", set(ALL)),
    ("tags IN []", set()),
    ("(tags = water AND lang = en) OR (tags = water AND lang = es)", None),
    ("year = 2018", {"law", "vote"}),
    ("year = '2018'", {"law", "vote"}),
    ("year != 2018", {"nino", "laguna", "lake", "aims"}),
    ("year 2015 TO 2016", {"lake", "laguna"}),
    ("NOT year 2015 TO 2018", {"nino", "aims"}),
    ("year = 2015 OR year = 2021", {"lake", "nino"}),
    ("year > 2016 AND year < 2021", {"law", "vote"}),
    ("year >= 2016.5", {"law", "vote", "nino"}),
    ("year = abc", set()),
    ("year = 2018.5", set()),
    ("published_at >= 1462104000", {"laguna", "law", "vote", "nino"}),
    ("published_at > 1462104000", {"law", "vote", "nino"}),
    ("published_at = 1462104000", {"laguna"}),
    ("published_at <= 1462104000 AND year >= 2015", {"lake", "laguna"}),
    ("published_at < 1462104000 OR year = 2021", None),
    ("published_at = 1e400", set()),
    ("published_at > -1e400", set(ALL)),
    ("published_at < -99999999999999", set()),
    ("authors = ana-perez", {"laguna", "nino"}),
    ('authors = "Ana Pérez"', {"laguna", "nino"}),
    ("syndicatable = true", set(ALL) - {"vote"}),
    ("id = nothing", set()),
    ("", set(ALL)),
    ("  ", set(ALL)),
    ([], set(ALL)),
    (["lang = es", ["tags = water", "tags = mining"]], {"laguna"}),
    ([["lang = es", ""]], set(ALL)),
    (["lang = es", []], {"laguna", "nino"}),
    (["lang = es", "tags = x OR tags = water"], {"laguna"}),
]


@pytest.mark.parametrize(("wanted", "slugs"), FILTERS, ids=[str(one) for one, _ in FILTERS])
def test_a_filter(site: Site, wanted: Any, slugs: set[str] | None) -> None:
    if slugs is None:  # one clause joins two attributes
        assert site.refused(filter=wanted) == "invalid_search_filter"
    else:
        assert set(site.slugs(filter=wanted)) == slugs


REFUSED = [
    *("nope = 1", "title = x", "lang", "lang =", "lang = AND", "lang = en lang = es", "= en"),
    *('lang = "en', "lang = en)", "(lang = en", "x) OR (lang = en", "lang > en", "tags > 3"),
    *("lang EXISTS", "tags IS EMPTY", "tags STARTS WITH w", "tags CONTAINS w", "lang IN en"),
    *("lang IN [en", "lang in [en]", "lang = en and lang = es", "lang = \\", 'lang = "\\x"'),
    *("_geoRadius(1, 2, 3)", "published_at > x", "year > nan", "year > 0x10", "year > ١"),
    *("id != 1", "authors != ana", "authors = ana OR authors = eva", "syndicatable = false"),
    *("tags = a OR tags != water", "tags != water OR tags != mining", "lang = en; DROP TABLE"),
    "(" * 300 + "lang = en" + ")" * 300,
    "NOT " * 300 + "lang = en",
    f"tags IN [{', '.join(str(n) for n in range(10_000))}]",
    " OR ".join(f"(year = {n} AND year = {n})" for n in range(30)),
    *({"a": 1}, 7, True, ["lang = en", 7], [[["lang = en"]]], [None]),
]


@pytest.mark.parametrize("wanted", REFUSED, ids=lambda one: str(one)[:40])
def test_a_filter_that_cannot_be_said(near: Site, wanted: Any) -> None:
    assert near.refused(filter=wanted) == "invalid_search_filter"


@given(value=st.text(max_size=20), operator=st.sampled_from(["=", "!=", ">"]))
@QUICK
def test_no_value_widens_what_is_found(site: Site, value: str, operator: str) -> None:
    """Beside a condition of one's own nothing that is found breaks it, however it is written."""
    if not value.isprintable():
        value = ascii(value)
    for text in (f"tags {operator} {value}", f'tags {operator} "{value}"', value):
        answer = site.client.post(
            f"{BASE}/indexes/articles/search", json={"filter": ["lang = es", text]}
        )
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200:
            assert {hit["slug"] for hit in answer.json()["hits"]} <= {"nino", "laguna"}
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    assert set(site.slugs(filter=f'tags = "{quoted}" AND lang = es')) <= {"nino", "laguna"}


@given(offset=st.integers(0, 12), limit=st.integers(0, 8), order=st.sampled_from(["asc", "desc"]))
@QUICK
def test_any_window_is_a_part_of_the_whole(site: Site, offset: int, limit: int, order: str) -> None:
    sort = [f"published_at:{order}"]
    whole = site.slugs(sort=sort)
    assert sorted(whole) == sorted(ALL)
    found = site.search(sort=sort, offset=offset, limit=limit)
    assert [hit["slug"] for hit in found["hits"]] == whole[offset : offset + limit]
    assert (found["offset"], found["limit"], found["estimatedTotalHits"]) == (offset, limit, 6)


def test_pages(site: Site) -> None:
    def page(**body: Any) -> tuple[int, ...]:
        found = site.search(**body)
        names = ("hitsPerPage", "page", "totalPages", "totalHits")
        return (len(found["hits"]), *(found[name] for name in names))

    assert page(page=1) == (6, 20, 1, 1, 6)
    assert page(page=2, hitsPerPage=4) == (2, 4, 2, 2, 6)
    assert page(page=3, hitsPerPage=4, limit=1, offset=9) == (0, 4, 3, 2, 6)
    assert page(hitsPerPage=0) == (0, 0, 1, 0, 6)
    assert page(page=0, hitsPerPage=2) == (0, 2, 0, 3, 6)
    assert page(page=2**53, hitsPerPage=200) == (0, 200, 2**53, 1, 6)
    assert site.slugs(offset=2**53) == site.slugs(offset=9_999, limit=200) == []


def test_the_order_may_be_part_of_the_name_of_the_index(site: Site) -> None:
    for uid, first in (
        ("articles:published_at:desc", ALL[0]),
        ("articles:published_at:asc", "aims"),
    ):
        asked = {"queries": [{"indexUid": uid, "q": "", "limit": 1}]}
        [result] = site.ask("multi-search", asked)["results"]
        assert (result["indexUid"], result["hits"][0]["slug"]) == (uid, first)
    assert site.refused(sort=["title:asc"]) == "invalid_search_sort"
    assert site.refused(sort=["published_at:desc", "published_at:asc"]) == "invalid_search_sort"


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        ({}, "&lt;b&gt;<em>Mining</em>&lt;/b&gt; &amp; &quot;law&quot;"),
        (
            {"highlightPreTag": "<mark class='hit on'>", "highlightPostTag": "</mark>"},
            "&lt;b&gt;<mark class='hit on'>Mining</mark>&lt;/b&gt; &amp; &quot;law&quot;",
        ),
        (
            {"highlightPreTag": "**", "highlightPostTag": ""},
            "&lt;b&gt;**Mining&lt;/b&gt; &amp; &quot;law&quot;",
        ),
        (
            {
                "highlightPreTag": "__ais-highlight__",
                "highlightPostTag": "__/ais-highlight__",
            },
            '<b>__ais-highlight__Mining__/ais-highlight__</b> & "law"',
        ),
    ],
)
def test_what_is_marked_is_safe(site: Site, tags: dict[str, str], shown: str) -> None:
    asked = {"q": "mining law", "filter": "lang = en", "attributesToHighlight": ["title"], **tags}
    hit = next(hit for hit in site.search(**asked)["hits"] if hit["slug"] == "law")
    title = hit["_formatted"]["title"]
    before, after = asked.get("highlightPreTag", "<em>"), asked.get("highlightPostTag", "</em>")
    assert title.replace(f"{before}law{after}", "law") == shown
    assert "body" not in hit["_formatted"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *(("<script>", "</script>"), ("<em onclick=alert(1)>", "</em>"), ("<em>", "</b>")),
        *(('<em class="a" id="b">', "</em>"), ("<em", "</em>"), ('"', '"'), ("&lt;", "x")),
        *(("<img src=x onerror=alert(1)>", ""), ("<em>", ""), ("<em>", "<script>"), ("<", ">")),
        *(("x" * 201, ""), ("<em>\n<script>", "</em>"), ("<em></em><script>", "</em>")),
    ],
)
def test_tags_that_could_do_harm(near: Site, before: str, after: str) -> None:
    code = near.refused(highlightPreTag=before, highlightPostTag=after)
    assert code in ("invalid_search_highlight_pre_tag", "invalid_search_highlight_post_tag")


def test_what_is_shown_is_the_asker_s_choice(site: Site) -> None:
    [hit] = site.search(q="cajamarca", attributesToRetrieve=["title", "nothing"])["hits"]
    assert hit == {"title": "A lake in Cajamarca"}
    asked = {"attributesToRetrieve": ["slug"], "attributesToHighlight": ["title"]}
    [hit] = site.search(q="cajamarca", **asked)["hits"]
    assert hit == {
        "slug": "lake",
        "_formatted": {"slug": "lake", "title": "A lake in <em>Cajamarca</em>"},
    }
    cropped = {"attributesToRetrieve": ["slug"], "attributesToCrop": ["body:30"], "limit": 1}
    [hit] = site.search(q="cajamarca lake", **cropped)["hits"]
    assert hit["_formatted"]["body"] == "Once upon a time there was a text about lake."
    [hit] = site.search(q="cajamarca", showRankingScore=True)["hits"]
    assert 0 < hit["_rankingScore"] <= 1


def test_a_long_body_is_cut(own: Site) -> None:
    body = f"{'One word more. ' * 200} The puma & its <i>young</i>. {'And another. ' * 200}"
    builders.published(own.runtime, title="Long", slug="long", body=body, body_format="text")
    own.follow()
    [hit] = own.search(q="puma", attributesToCrop=["body:10"], cropMarker="<&", limit=1)["hits"]
    passage = hit["_formatted"]["body"]
    assert passage.startswith("&lt;&amp;")
    assert passage.endswith("&lt;&amp;")
    assert "puma &amp; its &lt;i&gt;young" in passage
    assert "<" not in passage


def test_facet_search(site: Site) -> None:
    def values(**body: Any) -> list[tuple[str, int]]:
        answer = site.ask("indexes/articles/facet-search", body)
        assert set(answer) == {"facetHits", "facetQuery", "processingTimeMs"}
        return [(one["value"], one["count"]) for one in answer["facetHits"]]

    assert values(facetName="tags") == [("Land", 3), ('Mines "open"', 2), ("Water", 2)]
    assert values(facetName="tags", facetQuery="WÁT", limit=5, nope=1) == [("Water", 2)]
    assert values(facetName="tags", facetQuery="open") == [('Mines "open"', 2)]
    assert values(facetName="tags", facetQuery="agua") == []
    assert values(facetName="tags", facetQuery="agu", locales=["es"]) == [("Agua", 2)]
    assert values(facetName="tags", facetQuery="w", filter="lang = es") == [("Water", 1)]
    assert values(facetName="tags", facetQuery="w", q="cajamarca") == [("Water", 1)]
    assert values(facetName="tags", facetQuery="w", filter="lang = fr") == []
    assert values(facetName="year", facetQuery="20") == [
        *(("2018", 2), ("2001", 1), ("2015", 1), ("2016", 1), ("2021", 1)),
    ]


def test_a_late_index_shows_nothing_that_is_gone(own: Site) -> None:
    [hit] = own.search(q="elections")["hits"]
    with own.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, UUID(hit["id"]), "Forged.")
    asked = {"q": "elections", "attributesToHighlight": ["*"]}
    assert own.search(**asked)["hits"] == []
    assert own.slugs(limit=5) == ["nino", "law", "laguna", "lake", "aims"]
    own.follow()
    assert own.search(**asked)["estimatedTotalHits"] == 0


def test_a_preflight_lets_the_clients_headers_pass(near: Site, subtests: pytest.Subtests) -> None:
    for what in ("multi-search", "indexes/articles/search", "indexes/articles/facet-search"):
        with subtests.test(what=what):
            asked = {
                "Origin": "https://near.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type,x-meilisearch-client",
            }
            headers = near.client.options(f"{BASE}/{what}", headers=asked).headers
            assert headers["access-control-allow-origin"] == "*"
            assert "POST" in headers["access-control-allow-methods"]
            allowed = headers["access-control-allow-headers"].lower()
            assert {"authorization", "content-type", "x-meilisearch-client"} <= set(
                allowed.split(", ")
            )
    elsewhere = near.client.options("/v1/articles").headers["access-control-allow-headers"]
    assert "Authorization" not in elsewhere


MULTI, ONE, FACET = "multi-search", "indexes/articles/search", "indexes/articles/facet-search"
BAD = [
    (MULTI, {"queries": [{"indexUid": "willay"}]}, 400, "index_not_found"),
    (MULTI, {"queries": [{"indexUid": "articles:title:asc"}]}, 400, "index_not_found"),
    (MULTI, {"queries": [{"indexUid": "articles:"}]}, 400, "index_not_found"),
    (MULTI, {"queries": [{"q": "x"}]}, 400, "missing_index_uid"),
    (MULTI, {"queries": [{"indexUid": 7}]}, 400, "invalid_index_uid"),
    (MULTI, {"queries": [{"indexUid": "articles", "nope": 1}]}, 400, "bad_request"),
    (MULTI, {"queries": [7]}, 400, "bad_request"),
    (MULTI, {"queries": 7}, 400, "invalid_multi_search_queries"),
    (MULTI, {}, 400, "missing_multi_search_queries"),
    (MULTI, [], 400, "bad_request"),
    (MULTI, {"queries": [], "federation": {}}, 400, "invalid_multi_search_federation"),
    (MULTI, {"queries": [], "nope": 1}, 400, "bad_request"),
    (MULTI, {"queries": [{"indexUid": "articles"}] * 21}, 400, "invalid_multi_search_queries"),
    ("indexes/many/search", {}, 404, "index_not_found"),
    ("indexes/many/facet-search", {"facetName": "tags"}, 404, "index_not_found"),
    (ONE, {"indexUid": "articles"}, 400, "bad_request"),
    (ONE, {"q": 7}, 400, "invalid_search_q"),
    (ONE, {"q": "x" * 2_001}, 400, "invalid_search_q"),
    (ONE, {"q": "a\x00b"}, 400, "invalid_search_q"),
    (ONE, {"limit": -1}, 400, "invalid_search_limit"),
    (ONE, {"limit": 201}, 400, "invalid_search_limit"),
    (ONE, {"limit": "5"}, 400, "invalid_search_limit"),
    (ONE, {"limit": 1.5}, 400, "invalid_search_limit"),
    (ONE, {"limit": True}, 400, "invalid_search_limit"),
    (ONE, {"offset": -1}, 400, "invalid_search_offset"),
    (ONE, {"page": -1}, 400, "invalid_search_page"),
    (ONE, {"page": 10**30}, 400, "invalid_search_page"),
    (ONE, {"hitsPerPage": 1_000}, 400, "invalid_search_hits_per_page"),
    (ONE, {"facets": ["nope"]}, 400, "invalid_search_facets"),
    (ONE, {"facets": ["title"]}, 400, "invalid_search_facets"),
    (ONE, {"facets": "tags"}, 400, "invalid_search_facets"),
    (ONE, {"facets": ["tags"] * 101}, 400, "invalid_search_facets"),
    (ONE, {"sort": ["published_at"]}, 400, "invalid_search_sort"),
    (ONE, {"sort": "published_at:asc"}, 400, "invalid_search_sort"),
    (ONE, {"matchingStrategy": "some"}, 400, "invalid_search_matching_strategy"),
    (ONE, {"attributesToSearchOn": ["id"]}, 400, "invalid_search_attributes_to_search_on"),
    (ONE, {"hybrid": {"embedder": "x"}}, 400, "invalid_search_hybrid"),
    (ONE, {"vector": [1.0]}, 400, "invalid_search_vector"),
    (ONE, {"distinct": "id"}, 400, "invalid_search_distinct"),
    (ONE, {"showMatchesPosition": True}, 400, "invalid_search_show_matches_position"),
    (ONE, {"rankingScoreThreshold": 0.5}, 400, "invalid_search_ranking_score_threshold"),
    (FACET, {}, 400, "missing_facet_search_facet_name"),
    (FACET, {"facetName": "title"}, 400, "invalid_facet_search_facet_name"),
    (FACET, {"facetName": 7}, 400, "invalid_facet_search_facet_name"),
    (FACET, {"facetName": "tags", "facetQuery": 7}, 400, "invalid_facet_search_facet_query"),
    (FACET, {"facetName": "tags", "filter": "nope = 1"}, 400, "invalid_search_filter"),
]


@pytest.mark.parametrize(
    ("what", "body", "status", "code"), BAD, ids=[f"{n}-{case[3]}" for n, case in enumerate(BAD)]
)
def test_bad_input(near: Site, what: str, body: Any, status: int, code: str) -> None:
    answer = near.ask(what, body, status)
    assert answer["message"]
    assert answer == {
        "message": answer["message"],
        "code": code,
        "type": "invalid_request",
        "link": f"urn:willay:problem:{code}",
    }


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_payload"),
        (b"", "application/json", 400, "malformed_payload"),
        (b"\xff", "application/json", 400, "malformed_payload"),
        (b'{"q":"\\ud800"}', "application/json", 400, "malformed_payload"),
        (b'{"a":' * 1_000, "application/json", 400, "malformed_payload"),
        (b"{}", "text/plain", 415, "invalid_content_type"),
        (b"{}", "", 415, "missing_content_type"),
        (b" " * 200_001, "application/json", 413, "payload_too_large"),
    ],
)
def test_a_body_that_is_none(near: Site, content: bytes, kind: str, status: int, code: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = near.client.post(f"{BASE}/{ONE}", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nothing_is_asked_in_the_address(near: Site) -> None:
    answer = near.client.post(f"{BASE}/{ONE}?q=lake", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("words", ["mina " * 390, '"' * 99, "-" * 99, "lake " * 100, "_ % * ) ("])
def test_absurd_words_are_only_words(site: Site, words: str) -> None:
    assert set(site.slugs(q=words)) <= set(ALL)


def test_recorded_exchanges_have_the_same_shape(tmp_path: Path) -> None:
    """What InstantSearch sent to a real server is answered here with the same members."""
    if not RECORDED.is_dir():
        pytest.skip("no recorded exchanges beside the repository: shapes were NOT compared")
    lines = (RECORDED / "12-instant-meilisearch.jsonl").read_text().splitlines()
    compared = 0
    with embedded(tmp_path) as site:
        for exchange in map(json.loads, lines):
            asked, said = exchange["request"], exchange["response"]
            if asked["method"] != "POST":
                continue
            answer = site.client.post(
                BASE + asked["path"],
                json=asked["body"],
                headers={"Authorization": "Bearer any", "X-Meilisearch-Client": "x"},
            )
            assert answer.status_code == said["status"], (asked, answer.text)
            assert _alike(answer.json(), said["body"]), (asked, answer.text, said["body"])
            compared += 1
    assert compared > 15


def _alike(here: Any, there: Any) -> bool:
    """The same members with values of the same types; of hits, `_formatted` on both or none."""
    if here.keys() != there.keys():
        return False
    for name, value in there.items():
        if name == "results":
            if not all(_alike(*pair) for pair in zip(here[name], value, strict=True)):
                return False
        elif name == "hits":
            marked = [{"_formatted" in hit for hit in hits} for hits in (here[name], value) if hits]
            if len(marked) == 2 and marked[0] != marked[1]:
                return False
        elif name == "facetDistribution":
            if here[name].keys() != value.keys():
                return False
        elif type(here[name]) is not type(value):
            return False
    return True


def test_the_articles_of_these_tests() -> None:
    assert sorted(slug for slug, *_ in ARTICLES) == sorted(set(ALL) - {"aims"})


def test_a_client_that_looks_first_whether_the_server_is_there(site: Site) -> None:
    """As `isHealthy()`, `getVersion()` and `searchGet()` of the package ask."""
    health = site.client.get(f"{BASE}/health")
    assert (health.status_code, health.json()) == (200, {"status": "available"})
    assert set(site.client.get(f"{BASE}/version").json()) == {
        *("commitSha", "commitDate", "pkgVersion")
    }
    asked = {
        "q": "mining",
        "filter": "year = 2018",
        "facets": "tags,year",
        "limit": "5",
        "attributesToRetrieve": "slug,title",
        "attributesToHighlight": "*",
        "sort": "published_at:desc",
        "showRankingScore": "true",
    }
    got = site.client.get(f"{BASE}/indexes/articles/search", params=asked).json()
    sent = site.search(
        q="mining",
        filter="year = 2018",
        facets=["tags", "year"],
        limit=5,
        attributesToRetrieve=["slug", "title"],
        attributesToHighlight=["*"],
        sort=["published_at:desc"],
        showRankingScore=True,
    )
    assert got["hits"]
    for name in ("requestUid", "processingTimeMs"):
        del got[name], sent[name]
    assert got == sent


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "stats", 404, "not_found"),
        ("GET", "indexes", 404, "not_found"),
        ("POST", "indexes/articles/documents", 404, "not_found"),
        ("GET", "multi-search", 405, "method_not_allowed"),
        ("POST", "health", 405, "method_not_allowed"),
        ("GET", "health?x=1", 400, "bad_request"),
        ("GET", "indexes/many/search?q=x", 404, "index_not_found"),
        ("GET", "indexes/articles/search?limit=x", 400, "invalid_search_limit"),
        ("GET", "indexes/articles/search?limit=-1", 400, "invalid_search_limit"),
        ("GET", "indexes/articles/search?nonsense=1", 400, "bad_request"),
        ("GET", "indexes/articles/search?filter=kind%20~", 400, "invalid_search_filter"),
        ("GET", "indexes/articles/search?showRankingScore=maybe", 400, None),
    ],
)
def test_whatever_is_refused_has_the_body_that_clients_read(
    site: Site, method: str, path: str, status: int, code: str | None
) -> None:
    answer = site.client.request(method, f"{BASE}/{path}")
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"message", "code", "type", "link"}
    assert code is None or answer.json()["code"] == code
