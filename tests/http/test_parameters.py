"""What others add to addresses that travel is dropped; what nearly is a parameter is not."""

import pytest

from app.http.parameters import closest_name
from tests import builders
from tests.admin.desk import bearer, problem
from tests.conftest import Bench
from tests.partners import holder

FOREIGN = (
    *("utm_source=x", "utm_source=a&utm_medium=b&utm_campaign=c&utm_content=d", "fbclid=I%3D"),
    *(
        "v=2",
        "_=1893456000",
        "gclid",
        "ref=~~~",
        "mc_cid=1&mc_eid=2",
        "x=1&x=2",
        "=",
        "&&",
        "a[]=1",
    ),
    *("utm_campaign=caf%E9", "utm_campaign=%00%01", "utm_campaign=%C3", "%ff=1", "t=a%0Ab"),
)
TRAVELLING = (
    *("/v1", "/livez", "/readyz", "/metrics", "/robots.txt", "/llms.txt", "/sitemap.xml"),
    *("/sitemaps/2026-03.xml", "/sitemaps/news.xml", "/sitemaps/pages.xml"),
    *("/v1/feeds/articles.rss", "/v1/feeds/articles.atom", "/v1/feeds/articles.json"),
    *("/v1/feeds/events.ics", "/v1/feeds/newsletters.atom"),
    *("/v1/articles/seen", "/v1/articles/seen.jsonld", "/v1/oembed?url=http://testserver/seen"),
)
STRICT = (
    *("/v1/articles", "/v1/archive", "/v1/search", "/v1/search/suggest?q=x", "/v1/tags"),
    *("/v1/tags/mining", "/v1/sponsors", "/v1/committee", "/v1/changes", "/v1/resolve?path=/x"),
    *("/v1/events", "/v1/site", "/v1/home", "/v1/authors"),
    *("/v1/newsletters", "/v1/newsletters/topics"),
)


@pytest.fixture
def service(quiet: Bench) -> Bench:
    builders.tag(quiet.runtime, "mining")
    builders.published(quiet.runtime, title="Seen", tags=("mining",))
    return quiet


def joined(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


@pytest.mark.parametrize("path", TRAVELLING)
def test_what_others_add_changes_nothing(
    service: Bench, path: str, subtests: pytest.Subtests
) -> None:
    plain = service.client.get(path)
    assert plain.status_code in (200, 404)
    for added in FOREIGN:
        with subtests.test(added=added):
            answer = service.client.get(joined(path, added))
            assert answer.status_code == plain.status_code, (added, answer.text)
            if path not in ("/readyz", "/metrics") and plain.status_code == 200:
                assert answer.content == plain.content
                for name in ("etag", "link", "last-modified", "cache-control"):
                    assert answer.headers.get(name) == plain.headers.get(name)
            if "etag" in plain.headers:
                again = service.client.get(
                    joined(path, added), headers={"If-None-Match": plain.headers["etag"]}
                )
                assert again.status_code == 304


@pytest.mark.parametrize("path", STRICT)
def test_lists_and_search_stay_strict(service: Bench, path: str, subtests: pytest.Subtests) -> None:
    for added in ("utm_source=x", "fbclid=1", "v=2"):
        with subtests.test(added=added):
            answer = service.client.get(joined(path, added))
            assert problem(answer) == (400, "unknown_parameter")
    assert problem(service.client.get(joined(path, "x=1&x=2"))) == (400, "repeated_parameter")


NEAR = {
    "/v1/feeds/articles.rss": {
        **{"tga": "tag", "tags": "tag", "Tag": "tag", "tg": "tag", "TAG": "tag", "atg": "tag"},
        **{"tag[]": "tag", "lnag": "lang", "limt": "limit", "autor": "author", "id": "ids"},
        **{"from_dat": "from_date", "fromdate": "from_date", "monht": "month", "Q": "q"},
    },
    "/v1/feeds/articles.json": {"cursr": "cursor", "Cursor": "cursor"},
    "/v1/articles/seen": {"lagn": "lang", "field": "fields", "includes": "include", "LANG": "lang"},
    "/v1/articles/seen.jsonld": {"lan": "lang", "fallbak": "fallback"},
    "/v1/oembed": {"ulr": "url", "URL": "url", "maxwith": "maxwidth"},
}


@pytest.mark.parametrize("path", NEAR)
def test_a_filter_that_is_misspelt_widens_nothing(service: Bench, path: str) -> None:
    for wrong, meant in NEAR[path].items():
        answer = service.client.get(f"{path}?{wrong}=mining&utm_source=x")
        assert problem(answer)[0] == 400, (wrong, answer.text[:300])
        hints = {one["parameter"]: one["message"] for one in answer.json()["errors"]}
        assert hints[wrong] == f"There is no parameter {wrong!r}; did you mean {meant!r}?"
        assert "utm_source" not in hints


def test_what_is_known_is_judged_as_ever(service: Bench, subtests: pytest.Subtests) -> None:
    path = "/v1/feeds/articles.rss"
    for query, code in (
        ("tag=mining&tag=mining", "repeated_parameter"),
        ("tag=mining&utm_x=%ff&tag=mining", "repeated_parameter"),
        ("tag=%ff&utm_source=x", "invalid_encoding"),
        ("tag=%00", "control_character"),
        ("%74ag=x%01", "control_character"),
        ("limit=0", "invalid_parameter"),
        ("tag=none", "unknown_tag"),
        ("&".join(f"utm_{n}=1" for n in range(51)) + "&x=%ff", "invalid_encoding"),
        ("&".join(f"utm_{n}=1" for n in range(51)), "too_many_parameters"),
    ):
        with subtests.test(query=query, code=code):
            assert problem(service.client.get(f"{path}?{query}")) == (400, code)
    one, other = (service.client.get(f"{path}?{query}") for query in ("tag=mining", "limit=5"))
    assert one.headers["etag"] != other.headers["etag"]
    assert '"self"' in one.headers["link"]
    with_more = service.client.get(f"{path}?utm_source=a&tag=mining&fbclid=b")
    assert with_more.headers["etag"] == one.headers["etag"]


def test_files_drafts_and_what_is_under_embargo_travel_too(
    service: Bench, subtests: pytest.Subtests
) -> None:
    key = "01900000-0000-7000-8000-000000000000"
    partner = holder.shows(holder.key(service.runtime, embargo_hours=24))
    for path, headers in (
        (f"/v1/media/{key}/320.jpg", {}),
        ("/v1/preview/" + "x" * 43, {}),
        (f"/v1/preview/{'x' * 43}/media/{key}/320.jpg", {}),
        (f"/v1/partner/embargoed/{key}/media/{key}/320.jpg", partner),
    ):
        plain = service.client.get(path, headers=headers)
        assert plain.status_code == 404
        for added in FOREIGN:
            with subtests.test(path=path, headers=headers, added=added):
                answer = service.client.get(joined(path, added), headers=headers)
                assert (answer.status_code, answer.json()) == (404, plain.json())
    for path in ("/v1/partner", "/v1/partner/embargoed", f"/v1/partner/embargoed/{key}"):
        with subtests.test(path=path):
            answer = service.client.get(f"{path}?utm_source=x", headers=partner)
            assert problem(answer) == (400, "unknown_parameter")
    answer = service.client.get(
        f"/v1/admin/media/{key}/file/320.jpg?v=2", headers=bearer(service.runtime)
    )
    assert problem(answer) == (400, "unknown_parameter")


def test_every_public_address_is_of_one_kind_or_the_other(service: Bench) -> None:
    """A new route has to say which it is."""
    filled = {"slug": "seen", "period": "2026-03", "token": "x" * 43, "rendition": "1.jpg"}
    for path, methods in service.client.contract.schema["paths"].items():
        if path.startswith(("/v1/admin", "/v1/partner")) or "get" not in methods:
            continue
        here = path
        for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
            here = here.replace(
                f"{{{name}}}", filled.get(name, "01900000-0000-7000-8000-000000000000")
            )
        answer = service.client.get(f"{here}?zzz_foreign=1")
        said = answer.json().get("errors", []) if answer.status_code == 400 else []
        is_strict = any(one.get("parameter") == "zzz_foreign" for one in said)
        assert is_strict == (
            here.replace("seen", "mining", 1) in {one.partition("?")[0] for one in STRICT}
            or here in {one.partition("?")[0] for one in STRICT}
            or path == "/v1/tags/{slug}"
        ), path


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("tga", ["tag", "lang"], "tag"),
        ("", ["q"], None),
        ("x" * 60_000, ["tag"], None),
        ("utm_source", ["tag", "author", "ids", "lang", "cursor", "url"], None),
        ("tag", ["tag"], "tag"),
        ("anything", [], None),
        ("İ", ["i"], None),
    ],
)
def test_near(name: str, known: list[str], meant: str | None) -> None:
    assert closest_name(name, known) == meant


def test_protocols_refuse_in_their_own_words(service: Bench, subtests: pytest.Subtests) -> None:
    for query in (
        *("verb=Identify&verb=Identify", "verb=Identify&x=1", "verb=Identify&verb=ListSets"),
        *("verb=Identify&x=%00", "verb=Identify&x=%ff", "verb=%01&verb=%01"),
        "verb=Identify&" + "&".join(f"a{n}=1" for n in range(30)),
        "verb=Identify&until=" + "1" * 300,
    ):
        with subtests.test(query=query):
            answer = service.client.get(f"/v1/oai?{query}")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/xml")
            assert 'code="bad' in answer.text
    for content in (
        b"verb=Identify&verb=Identify",
        b"verb=%ff",
        b"verb=\xff",
        b"verb=Identify&a=%00",
    ):
        with subtests.test(content=content):
            answer = service.client.post(
                "/v1/oai",
                content=content,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            assert answer.status_code == 200
            assert 'code="bad' in answer.text
    for query in ("a=1&a=2", "a=%00", "a=%ff", "a"):
        with subtests.test(query=query):
            answer = service.client.post(
                f"/v1/search/instant/multi-search?{query}", json={"queries": []}
            )
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
            assert answer.json()["type"] == "invalid_request"
    for query in ("q=a&q=b", "q=a&%71=b"):
        answer = service.client.get(f"/v1/search/instant/indexes/articles/search?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    xml = service.client.get("/v1/oembed?format=xml&url=http://x/seen")
    assert problem(xml) == (501, "no_xml")


def test_a_slash_or_capitals_lead_on(service: Bench, subtests: pytest.Subtests) -> None:
    get = service.client.get
    for path, status, where in (
        ("/v1/articles/", 308, "../articles"),
        ("/v1/articles/?limit=1", 308, "../articles?limit=1"),
        ("/v1/articles/seen/", 308, "../seen"),
        ("/v1/articles/seen//", 308, "../../seen"),
        ("/v1/feeds/articles.rss/?tag=mining", 308, "../articles.rss?tag=mining"),
        ("/livez/", 308, "../livez"),
        ("/v1/articles/SEEN", 301, "seen"),
        ("/v1/articles/Seen?lang=en", 301, "seen?lang=en"),
        ("/v1/articles/Seen.jsonld", 301, "seen.jsonld"),
        ("/v1/tags/Mining", 301, "mining"),
        ("/v1/articles/Never-Was", 301, "never-was"),
    ):
        with subtests.test(path=path, status=status, where=where):
            answer = get(path, follow_redirects=False)
            assert (answer.status_code, answer.headers.get("location")) == (status, where)
            assert answer.json()["code"] == "moved"
    for path in (
        "/v1/articles/seen/",
        "/v1/articles/SEEN",
        "/v1/tags/MINING/",
        "/v1/feeds/articles.rss/",
    ):
        with subtests.test(path=path):
            assert get(path).status_code == 200
    for path in ("/nothing/", "//evil.example/", "//", "/v1/articles/Ñ", "/v1/articles/A--B"):
        with subtests.test(path=path):
            assert get(f"http://testserver{path}", follow_redirects=False).status_code == 404
