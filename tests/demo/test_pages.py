"""The demo over HTTP: off by default, one shell for every address, nothing but its own files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.resources import path_of
from tests.conftest import Bench, bench_in

FILES = {
    "app.js": "text/javascript; charset=utf-8",
    "demo.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "willay.js": "text/javascript; charset=utf-8",
}
PAGES = (
    "",
    "news",
    "news/2023/05",
    "es/tags/water",
    "search?q=agua",
    "no/such.page",
    "a.js",
    "%2e",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("demo")
    with bench_in(folder, demo=True, site_name="<b>Ñuqanchik</b>") as bench:
        yield bench


def test_it_is_off_by_default(quiet: Bench) -> None:
    for path in ("/demo", "/demo/", "/demo/news", "/demo/app.js"):
        assert quiet.client.get(path).status_code == 404
    assert "/demo/" not in quiet.client.get("/").text


def test_the_first_page_of_the_service_leads_to_it(demo: Bench) -> None:
    assert 'href="./demo/"' in demo.client.get("/").text
    led = demo.client.get("/demo", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (308, "./demo/")


def test_it_is_no_part_of_the_contract(demo: Bench) -> None:
    assert not [path for path in demo.client.get("/openapi.json").json()["paths"] if "demo" in path]


@pytest.mark.parametrize("path", PAGES)
def test_every_address_shows_the_shell(demo: Bench, path: str) -> None:
    page = demo.client.get(f"/demo/{path}")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "<title>&lt;b&gt;Ñuqanchik&lt;/b&gt;</title>" in page.text
    assert "<b>" not in page.text
    up = "../" * path.partition("?")[0].count("/") or "./"
    assert f'<script type="module" src="{up}app.js"></script>' in page.text
    assert f'href="{up}../v1/feeds/articles.rss"' in page.text


def test_what_the_shell_names_is_served(demo: Bench) -> None:
    shell = demo.client.get("/demo/").text
    for name in re.findall(r'(?:href|src)="\./([a-z]+\.[a-z]+)"', shell):
        served = demo.client.get(f"/demo/{name}")
        assert not served.headers["content-type"].startswith("text/html"), name


@pytest.mark.parametrize(("name", "media_type"), FILES.items())
def test_files(demo: Bench, name: str, media_type: str) -> None:
    file = demo.client.get(f"/demo/{name}")
    assert (file.status_code, file.headers["content-type"]) == (200, media_type)
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["x-robots-tag"] == "noindex"


def test_the_client_is_the_file_that_front_ends_take(demo: Bench) -> None:
    assert (
        demo.client.get("/demo/willay.js").content == path_of("clients/js/willay.js").read_bytes()
    )


@pytest.mark.parametrize("path", ["", "news", "app.js", "demo.css"])
def test_the_policy_lets_in_nothing_from_elsewhere(demo: Bench, path: str) -> None:
    headers = demo.client.get(f"/demo/{path}").headers
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")
    )
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("base-uri") == policy.pop("frame-ancestors") == "'none'"
    assert policy.pop("require-trusted-types-for") == "'script'"
    assert policy.pop("trusted-types") == "willay"
    assert set(policy.values()) == {"'self'"}
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_the_shell_holds_no_script_or_style_of_its_own(demo: Bench) -> None:
    page = demo.client.get("/demo/").text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?:", page)


def test_markup_is_taken_in_one_place() -> None:
    """Everything else of the modules makes text."""
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\("
    found = {
        path.name: re.findall(sinks, path.read_text())
        for path in (Path(__file__).parents[2] / "app" / "demo" / "static").glob("*.js")
    }
    assert found.pop("dom.js") == ["innerHTML"]
    assert not any(found.values())


def test_it_is_light() -> None:
    static = Path(__file__).parents[2] / "app" / "demo" / "static"
    assert (
        sum(len(path.read_bytes()) for path in static.iterdir() if path.suffix != ".html") < 63_000
    )


@pytest.mark.parametrize("path", ["", "news/2023", "app.js"])
def test_it_is_conditional_and_compressed(demo: Bench, path: str) -> None:
    address = f"/demo/{path}"
    plain = demo.client.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.headers["cache-control"] == "public, no-cache"
    zipped = demo.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content  # the test's client unpacks it
    assert int(zipped.headers["content-length"]) < len(plain.content)
    tag = plain.headers["etag"]
    again = demo.client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "content-security-policy" in again.headers
    assert demo.client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    head = demo.client.head(address)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert demo.client.post(address).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        *("../pyproject.toml", "..%2f..%2fpyproject.toml", "%2e%2e/app/main.py", "....//main.py"),
        *("/etc/passwd", "//etc/passwd", "routes.py", "__init__.py", "shell.html", "static/app.js"),
        *("app.js/", "app.js%20", "APP.JS", "..%5cmain.py", "news/<script>alert(1)</script>"),
        *("{root}", "%7Broot%7D", "a/" * 3_000),
    ],
)
def test_hostile_paths_show_nothing_but_the_shell(demo: Bench, path: str) -> None:
    answer = demo.client.get(f"/demo/{path}")
    if answer.status_code == 404:  # the client itself resolved `..`
        assert not answer.request.url.path.startswith("/demo")
        return
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    assert "alert" not in answer.text
    assert len(answer.content) < 5_000


@pytest.mark.parametrize("path", ["%ff", "a%00b", "a%0ab"])
def test_paths_that_are_no_text_are_refused(demo: Bench, path: str) -> None:
    assert demo.client.get(f"/demo/{path}").status_code == 400
