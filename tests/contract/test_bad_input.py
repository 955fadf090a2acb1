"""Whatever is malformed is refused with a whole problem that says what to do; never a 500."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from tests import builders
from tests.conftest import Bench, bench_in
from tests.partners import holder

TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """What is refused changes nothing: one store is enough for all."""
    with bench_in(tmp_path_factory.mktemp("site")) as bench:
        for slug in ("mining", "cusco"):
            builders.tag(bench.runtime, slug)
        day = datetime(2020, 1, 1, tzinfo=UTC)
        for number in range(3):
            builders.published(
                bench.runtime,
                title=f"n{number}",
                tags=("mining",),
                published_at=day + timedelta(days=number),
            )
        builders.event(bench.runtime, key=UUID(EVENT_ID))
        yield bench


@pytest.fixture
def service(site: Bench) -> Iterator[Bench]:
    """The site, asked by somebody who has sent nothing before."""
    before = site.client.headers.copy()
    yield site
    site.client.headers = before


def problem(status: int, code: str, detail: str, parameter: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:willay:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "detail": detail,
    }
    if parameter is not None:
        body["errors"] = [{"code": code, "message": detail, "parameter": parameter}]
    return body


def refused(bench: Bench, url: str, expected: dict[str, Any]) -> None:
    answer = bench.client.get(url)
    assert (answer.status_code, answer.json()) == (expected["status"], expected)


INVALID = "invalid_parameter"
WHOLE = "use a whole number in the digits 0 to 9."
NO_CURSOR = "This cursor belongs to no such list; begin again without it."
A_DAY = "is no date. Use a day such as 2012-07-03, or an instant with an offset."
NO_ID = "is no id; ids are UUIDs joined by commas."
LANGUAGES = "This site publishes in: en, es."
SLUG = "use a slug: letters a to z, digits, single hyphens between them."
LANG = "use a language's code, such as en or pt-BR; see /v1."

ONE_PARAMETER = [
    ("limit", "0", INVALID, "limit: Input should be greater than or equal to 1."),
    ("limit", "101", INVALID, "limit: Input should be less than or equal to 100."),
    ("limit", "1000000000", INVALID, "limit: Input should be less than or equal to 100."),
    *(
        ("limit", value, INVALID, f"limit: {WHOLE}")
        for value in ("-1", "x", "", "1e9", "1.0", "1_0", " 3", "+3", "٣", "３", "0x10", "null")
    ),
    (
        "limit",
        "9" * 5000,
        INVALID,
        "limit: Unable to parse input string as an integer, exceeded maximum size.",
    ),
    *(
        ("count", value, INVALID, "count: use true or false.")
        for value in ("1", "yes", "True", "", "on", "falsch")
    ),
    (
        "order",
        "title",
        INVALID,
        "order: Input should be 'newest', 'oldest', 'updated' or 'position'.",
    ),
    ("order", "", INVALID, "order: Input should be 'newest', 'oldest', 'updated' or 'position'."),
    (
        "order",
        "published_at DESC",
        INVALID,
        "order: Input should be 'newest', 'oldest', 'updated' or 'position'.",
    ),
    ("kind", "event", INVALID, "kind: Input should be 'article' or 'page'."),
    ("rights", "all", INVALID, "rights: Input should be '' or 'syndicatable'."),
    *(
        ("cursor", value, "invalid_cursor", NO_CURSOR)
        for value in ("abc", "A" * 46, "=" * 46, "é" * 46, "-1", "0", "' OR 1=1 --", "A" * 200)
    ),
    ("cursor", "A" * 201, INVALID, "cursor: String should have at most 200 characters."),
    *(
        (name, value, "invalid_date", f"{name} {A_DAY}")
        for name in ("from_date", "to_date", "updated_since")
        for value in (
            "2012-01-01T00:00:00",
            "2012-02-30",
            "0000-01-01",
            "10000-01-01",
            "+10000-01-01",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "2012-13-01",
            "2012-7-3",
            "２０１２-０７-０３",
            "yesterday",
            "1341273600",
            "2012-07-03T25:00:00Z",
            "2012-07-03T00:00:00+99:00",
            "now()",
        )
    ),
    ("from_date", "2" * 41, INVALID, "from_date: String should have at most 40 characters."),
    ("lang", "fr", "unknown_language", LANGUAGES),
    ("lang", "EN-", INVALID, f"lang: {LANG}"),
    ("lang", "en_GB", INVALID, f"lang: {LANG}"),
    ("lang", "en' --", INVALID, f"lang: {LANG}"),
    ("fallback", "es", "fallback_without_lang", "fallback needs lang; add it."),
    *(
        ("ids", value, "invalid_id", f"{value!r} {NO_ID}")
        for value in (
            "99999999999999999999999",
            "-1",
            "01900000-0000-7000-8000-00000000000",
            "01900000-0000-7000-8000-0000000000000",
            "{01900000-0000-7000-8000-000000000000}",
            "0190000000007000800000000000000g",
            "0190_000-0000-7000-8000-000000000000",
            "０1900000-0000-7000-8000-000000000000",
            "1 OR 1=1",
        )
    ),
    ("ids", ",", "invalid_id", f"'' {NO_ID}"),
    (
        "ids",
        ",".join(["01900000-0000-7000-8000-000000000000"] * 101),
        "too_many_ids",
        "At most 100 ids; send fewer.",
    ),
    ("ids", "0" * 4001, INVALID, "ids: String should have at most 4000 characters."),
    ("author", "Ana Pérez", INVALID, f"author: {SLUG}"),
    ("author", "ana' OR '1'='1", INVALID, f"author: {SLUG}"),
    ("author", "a" * 121, INVALID, "author: String should have at most 120 characters."),
    ("tag", "minig", "unknown_tag", "There is no tag 'minig'; did you mean 'mining'?"),
    ("tag", "xyz", "unknown_tag", "There is no tag 'xyz'; see /v1/tags for all."),
    ("tag", "Mining", "unknown_tag", "There is no tag 'Mining'; did you mean 'mining'?"),
    ("tag", "--mining", "unknown_tag", "There is no tag '-mining'; did you mean 'mining'?"),
    ("tag", "mining|-cusco", "unknown_tag", "There is no tag '-cusco'; did you mean 'cusco'?"),
    *(
        ("tag", text, "unknown_tag", f"There is no tag {text[:60]!r}; see /v1/tags for all.")
        for text in ("x') OR 1=1; DROP TABLE publication --", "%", "_", "*", "х" * 900)
    ),
    *(
        ("tag", text, "invalid_clause", f"The clause {clause!r} lacks a tag's slug.")
        for text, clause in (
            (",", ""),
            ("-", "-"),
            ("|", "|"),
            ("mining,", ""),
            (",mining", ""),
            ("mining,,cusco", ""),
            ("mining||cusco", "mining||cusco"),
            ("mining|", "mining|"),
            ("-mining|", "-mining|"),
            ("mining,-", "-"),
        )
    ),
    ("tag", ",".join(["mining"] * 11), "too_many_clauses", "At most 10 clauses; send fewer."),
    ("tag", "m" * 1001, INVALID, "tag: String should have at most 1000 characters."),
    ("fields", "title,", "empty_name", "fields has an empty part; remove a comma."),
    ("fields", ",", "empty_name", "fields has an empty part; remove a comma."),
    ("fields", "t" * 501, INVALID, "fields: String should have at most 500 characters."),
    ("include", "paths,,related", "empty_name", "include has an empty part; remove a comma."),
]


@pytest.mark.parametrize(
    ("name", "value", "code", "detail"),
    ONE_PARAMETER,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(ONE_PARAMETER)],
)
def test_a_malformed_value(service: Bench, name: str, value: str, code: str, detail: str) -> None:
    refused(service, f"/v1/articles?{name}={quote(value)}", problem(400, code, detail, name))


def test_a_reversed_range(service: Bench) -> None:
    expected = problem(400, "reversed_range", "from_date is after to_date; swap them.", "from_date")
    for path in ("/v1/articles", "/v1/archive"):
        refused(service, f"{path}?from_date=2013-01-01&to_date=2012-01-01", expected)


def test_a_fallback_that_is_not_spoken_here(service: Bench) -> None:
    expected = problem(400, "unknown_language", LANGUAGES, "fallback")
    refused(service, "/v1/articles?lang=en&fallback=es,fr", expected)
    empty = problem(400, "empty_name", "fallback has an empty part; remove a comma.", "fallback")
    refused(service, "/v1/articles?lang=en&fallback=es,", empty)


def test_a_cursor_opens_only_the_list_it_came_from(service: Bench) -> None:
    service.client.headers["accept"] = "application/json"
    first = service.client.get("/v1/articles?limit=1").json()
    cursor = first["links"]["next"].partition("cursor=")[2]
    assert service.client.get(f"/v1/articles?limit=2&count=true&cursor={cursor}").status_code == 200
    expected = problem(400, "invalid_cursor", NO_CURSOR, "cursor")
    for other in ("order=oldest", "order=updated", "tag=mining", "lang=en", "kind=page"):
        refused(service, f"/v1/articles?{other}&cursor={cursor}", expected)
    for place in range(12):  # the version, the direction and the mark of the list
        for letter in "A_z":
            if cursor[place] != letter:
                tampered = cursor[:place] + letter + cursor[place + 1 :]
                answer = service.client.get(f"/v1/articles?limit=1&cursor={tampered}")
                assert answer.status_code in (200, 400)
    for tampered in (cursor[:-1], cursor + "A", cursor[1:], cursor.lower(), cursor[::-1]):
        refused(service, f"/v1/articles?limit=1&cursor={tampered}", expected)


EVENT_ID = "01900000-0000-7000-8000-000000000001"
FEED = "tag author ids lang from_date to_date updated_since rights kind fallback q limit"
EVERY_PARAMETER = [
    (path, name)
    for path, names in {
        "/v1/articles": "tag author ids lang from_date to_date updated_since rights kind fallback "
        "order limit cursor count fields include",
        "/v1/articles/n1": "lang fallback fields include",
        "/v1/archive": "tag author ids lang from_date to_date updated_since rights kind fallback",
        "/v1/search": "tag author ids lang from_date to_date updated_since rights "
        "q kind fallback order facets exact limit page",
        "/v1/search/suggest": "q lang limit",
        "/v1/tags": "lang type parent",
        "/v1/tags/mining": "lang",
        "/v1/sponsors": "kind lang",
        "/v1/site": "lang include",
        "/v1/home": "lang latest sections per_section",
        "/v1/authors": "lang limit cursor",
        "/v1/authors/mining": "lang",
        "/v1/committee": "group lang",
        "/v1/events": "tag from_date to_date lang order limit cursor",
        "/v1/feeds/events.ics": "tag from_date to_date lang",
        f"/v1/events/{EVENT_ID}": "lang",
        f"/v1/events/{EVENT_ID}.ics": "lang",
        "/v1/newsletters": "lang rhythm limit cursor",
        f"/v1/newsletters/{EVENT_ID}": "lang",
        "/v1/feeds/newsletters.atom": "lang",
        "/v1/newsletters/topics": "lang",
        "/v1/resolve": "path",
        "/v1/changes": "cursor limit wait",
        "/v1/articles/n1.jsonld": "lang fallback",
        "/v1/oembed": "url format maxwidth maxheight",
        "/v1/feeds/articles.rss": f"{FEED} month part version",
        "/v1/feeds/articles.atom": f"{FEED} month part version",
        "/v1/feeds/articles.json": f"{FEED} cursor",
        "/v1/partner/usage": "days",
        "/v1/partner/embargoed": "limit cursor",
    }.items()
    for name in names.split()
]


@pytest.mark.parametrize(("path", "name"), EVERY_PARAMETER)
def test_what_no_parameter_may_hold(service: Bench, path: str, name: str) -> None:
    control = problem(400, "control_character", "Remove control characters from the query.")
    bare, strange = service.client.get(path), service.client.get(f"{path}?utm_source=x")
    same = (strange.status_code, strange.content) == (bare.status_code, bare.content)
    travels = same and bare.status_code != 401
    for escape in ("%00", "a%00b", "%01", "%0A", "%0d", "%09", "%1B", "%7F", "%C2%85", "%EF%BF%BF"):
        refused(service, f"{path}?{name}={escape}", control)
        if travels:  # what is no name of ours is not looked at
            dropped = service.client.get(f"{path}?{escape}={name}")
            assert (dropped.status_code, dropped.content) == (bare.status_code, bare.content)
        else:
            refused(service, f"{path}?{escape}={name}", control)
    encoding = problem(400, "invalid_encoding", "The query is not UTF-8; encode it so.")
    for escape in ("%ff", "%C3", "%ED%A0%80", "%C0%80", "a%E2%82"):
        refused(service, f"{path}?{name}={escape}", encoding)
    twice = problem(
        400, "repeated_parameter", f"The parameter {name!r} is there twice; send it once."
    )
    twice["errors"] = [
        {"code": "repeated_parameter", "message": "Send it once.", "parameter": name}
    ]
    escaped = f"%{ord(name[0]):02X}{name[1:]}"
    for query in (f"{name}=a&{name}=a", f"{name}&{name}", f"{name}=a&{escaped}=b"):
        refused(service, f"{path}?{query}", twice)


def test_the_contract_names_no_other_parameter(service: Bench) -> None:
    documented = {
        (
            path.replace("articles/{slug}", "articles/n1")
            .replace("{slug}", "mining")
            .replace("{event_id}", EVENT_ID)
            .replace("{issue_id}", EVENT_ID),
            one["name"],
        )
        for path, methods in service.client.contract.schema["paths"].items()
        if not path.startswith("/v1/admin")
        for one in methods.get("get", {}).get("parameters", ())
        if one["in"] == "query"
    }
    # A harvesting protocol has its own way to refuse: tests/feeds/test_oai.py.
    assert set(EVERY_PARAMETER) == {pair for pair in documented if pair[0] != "/v1/oai"}


@pytest.mark.parametrize(
    "path",
    [
        *sorted({path for path, _ in EVERY_PARAMETER}),
        *("/v1/partner", "/v1/partner/keys"),
        *("/v1", "/livez", "/readyz", "/metrics", "/sitemap.xml", "/sitemaps/2020-01.xml"),
        *("/sitemaps/news.xml", "/sitemaps/pages.xml", "/robots.txt", "/llms.txt"),
    ],
)
def test_an_unknown_parameter(service: Bench, path: str) -> None:
    names = [name for its_path, name in EVERY_PARAMETER if its_path == path]
    required = {
        "/v1/resolve": "path=/x&",
        "/v1/search/suggest": "q=x&",
        "/v1/oembed": "url=x&",
    }.get(path, "")
    if path.startswith("/v1/partner"):  # who is not known is told nothing of parameters
        service.client.headers |= holder.shows(holder.key(service.runtime, embargo_hours=1))
    # What others add to an address that travels is dropped: tests/http/test_parameters.py.
    travels = path == "/v1" or path.startswith(TRAVELLING[1:])
    for name in names:
        wrong = f"{name}x"
        if travels and name == "q":  # too short to be near anything
            continue
        hint = f"There is no parameter {wrong!r}; did you mean {name!r}?"
        refused(
            service, f"{path}?{required}{wrong}=1", problem(400, "unknown_parameter", hint, wrong)
        )
    if travels:
        assert service.client.get(f"{path}?{required}~~~=1").status_code != 400
        return
    hint = f"There is no parameter '~~~'; known: {', '.join(names) or 'none'}."
    refused(service, f"{path}?{required}~~~=1", problem(400, "unknown_parameter", hint, "~~~"))
    refused(service, f"{path}?{required}~~~", problem(400, "unknown_parameter", hint, "~~~"))


TRAVELLING = (
    *("/v1", "/livez", "/readyz", "/metrics", "/robots.txt", "/llms.txt", "/sitemap", "/v1/feeds/"),
    *("/v1/articles/", "/v1/authors/", "/v1/events/", f"/v1/newsletters/{EVENT_ID}", "/v1/oembed"),
)


@pytest.mark.parametrize("start", ["/v1/articles/", "/v1/tags/", "/v1/", "/"])
def test_what_no_path_may_hold(service: Bench, start: str) -> None:
    control = problem(400, "control_character", "Remove control characters from the path.")
    for escape in ("%00", "n1%00", "%0a", "%1b", "%7f", "%C2%9F"):
        refused(service, f"{start}{escape}", control)
    encoding = problem(400, "invalid_encoding", "The path is not UTF-8; encode it so.")
    for escape in ("%ff", "n1%C3", "%ED%BF%BF"):
        refused(service, f"{start}{escape}", encoding)


NO_ADDRESS = problem(
    404, "not_found", "There is nothing at this address; see /v1 for what there is."
)
NO_ARTICLE = problem(404, "article_not_found", "There is no article with this slug.")
NO_TAG = problem(404, "tag_not_found", "There is no tag with this slug.")
NO_PATH = problem(404, "path_not_found", "Nothing ever answered at this path.")
GRAMMAR = ("n1' --", "n1'; DROP TABLE publication; --", "%", "_", '"', "N1", "*", "n1 ", "ñ", "..")


@pytest.mark.parametrize("text", GRAMMAR)
def test_other_grammars_are_only_text(service: Bench, text: str) -> None:
    escaped = quote(text, safe="").replace(".", "%2E")
    if text == "N1":  # capitals lead to the small letters that slugs are of
        assert service.client.get("/v1/articles/N1").url.path == "/v1/articles/n1"
    elif text != "..":
        refused(service, f"/v1/articles/{escaped}", NO_ARTICLE)
        refused(service, f"/v1/tags/{escaped}", NO_TAG)
    for path in (escaped, f"/{escaped}"):
        if text == "N1":
            found = service.client.get(f"/v1/resolve?path={path}").json()["data"]
            assert (found["status"], found["slug"]) == (301, "n1")
        else:
            refused(service, f"/v1/resolve?path={path}", NO_PATH)
    assert len(service.client.get("/v1/articles").json()["data"]) == 3


@pytest.mark.parametrize(
    "path", ["%2500", "/n1%2500", "%250a", "http://[", "http://[::1", "//[", "http://a]b/%2500"]
)
def test_a_path_to_resolve_that_is_no_text(service: Bench, path: str) -> None:
    answer = service.client.get(f"/v1/resolve?path={path}")
    assert (answer.status_code, answer.json()["code"]) in (
        (400, "invalid_path"),
        (404, "path_not_found"),
    )
    if "%25" in path:
        assert answer.status_code == 400


def test_a_path_to_resolve_is_needed(service: Bench) -> None:
    refused(service, "/v1/resolve", problem(400, INVALID, "path: Field required.", "path"))
    short = "path: String should have at least 1 character."
    refused(service, "/v1/resolve?path=", problem(400, INVALID, short, "path"))
    long = "path: String should have at most 1000 characters."
    refused(service, f"/v1/resolve?path={'x' * 1001}", problem(400, INVALID, long, "path"))


TAG_TYPES = (
    "type: Input should be '', 'topic', 'place', 'person', 'organisation', 'series' or 'format'."
)


@pytest.mark.parametrize(
    ("url", "code", "parameter", "detail"),
    [
        ("/v1/tags?type=thing", INVALID, "type", TAG_TYPES),
        (
            "/v1/tags?parent=minin",
            "unknown_tag",
            "parent",
            "There is no tag 'minin'; did you mean 'mining'?",
        ),
        ("/v1/tags?lang=fr", "unknown_language", "lang", LANGUAGES),
        ("/v1/tags/mining?lang=fr", "unknown_language", "lang", LANGUAGES),
        (
            "/v1/sponsors?kind=friend",
            INVALID,
            "kind",
            "kind: Input should be '', 'founding', 'sponsor', 'patron', 'funder' or 'partner'.",
        ),
        (
            "/v1/committee?group=all",
            INVALID,
            "group",
            "group: Input should be '', 'officers', 'committee' or 'staff'.",
        ),
        ("/v1/committee?lang=fr", "unknown_language", "lang", LANGUAGES),
        ("/v1/articles/n1?lang=fr", "unknown_language", "lang", LANGUAGES),
        (
            "/v1/articles/n1?fallback=en",
            "fallback_without_lang",
            "fallback",
            "fallback needs lang; add it.",
        ),
        (
            "/v1/archive?tag=minig",
            "unknown_tag",
            "tag",
            "There is no tag 'minig'; did you mean 'mining'?",
        ),
    ],
)
def test_the_other_lists(service: Bench, url: str, code: str, parameter: str, detail: str) -> None:
    refused(service, url, problem(400, code, detail, parameter))


def test_several_mistakes_are_all_told(service: Bench) -> None:
    body = service.client.get("/v1/articles?limit=0&ordr=x&count=1").json()
    assert [(one["parameter"], one["code"]) for one in body["errors"]] == [
        ("limit", INVALID),
        ("count", INVALID),
        ("ordr", "unknown_parameter"),
    ]
    assert body["detail"] == body["errors"][0]["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/v1/nothing",
        "/v2",
        "/V1/articles",
        "/v1/articles/n1/body",
        "/v1/articles/a%2Fb",
        "//v1/articles",
        "/v1//articles",
        "/nothing/",
        "/v1/admin/article",
        "/.env",
        "/v1/articles%3Flimit=1",
    ],
)
def test_an_address_where_nothing_is(service: Bench, path: str) -> None:
    answer = service.client.get(f"http://testserver{path}")
    assert (answer.status_code, answer.json()) == (404, NO_ADDRESS)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "FROBNICATE"]
)
def test_a_method_that_is_not_taken(service: Bench, method: str, subtests: pytest.Subtests) -> None:
    expected = problem(405, "method_not_allowed", "This address does not take that method.")
    for path in (
        *(
            "/v1",
            "/livez",
            "/readyz",
            "/metrics",
            "/v1/articles",
            "/v1/articles/n1",
            "/v1/articles/none",
        ),
        *("/v1/tags", "/v1/tags/mining", "/v1/sponsors", "/v1/committee", "/v1/archive"),
        *("/v1/resolve", "/v1/articles?limit=0", "/openapi.json"),
    ):
        with subtests.test(path=path):
            answer = service.client.request(method, path, content=b"{")
            assert (answer.status_code, answer.json()) == (405, expected)
            assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    nowhere = service.client.request(method, "/nothing")
    assert (nowhere.status_code, nowhere.json()) == (404, NO_ADDRESS)
