"""The page at `/`: small, in nobody's frame, and every link leads somewhere."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app.delivery import home
from app.main import create_app
from tests.conftest import Bench, bench_in


def hrefs(page: str) -> list[str]:
    return [address.removeprefix(".") for address in re.findall(r'href="(\.[^"]*)"', page)]


def test_every_link_of_the_page_is_answered(quiet: Bench) -> None:
    page = quiet.client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    listed = hrefs(page.text)
    assert {"/docs", "/openapi.json", "/v1", "/readyz", "/sitemap.xml"} <= set(listed)
    assert {f"/v1/feeds/articles.{kind}" for kind in ("rss", "atom", "json")} <= set(listed)
    assert {address: quiet.client.get(address).status_code for address in listed} == dict.fromkeys(
        listed, 200
    )


def test_it_is_cached_conditional_and_the_same_for_every_reader(quiet: Bench) -> None:
    page = quiet.client.get("/")
    assert page.headers["cache-control"] == "public, max-age=300"
    tag = page.headers["etag"]
    again = quiet.client.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    head = quiet.client.head("/")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    for other in (
        quiet.client.get("/?utm_source=letter"),
        quiet.client.get("/", headers={"Accept": "application/json"}),
    ):
        assert other.text == page.text
    assert quiet.client.post("/").status_code == 405


def test_it_loads_nothing_and_runs_nothing(quiet: Bench) -> None:
    page = quiet.client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert not re.search(r"<script|<img|\sstyle=|\son[a-z]+=|src=", page.text)
    assert len(page.content) < 6_000


def test_it_is_no_part_of_the_contract(quiet: Bench) -> None:
    assert "/" not in quiet.client.get("/openapi.json").json()["paths"]


def test_it_names_the_publisher_and_the_site_as_text(tmp_path: Path) -> None:
    with bench_in(tmp_path, site_name="<b>Ñuqanchik & Co</b>", site_url="https://x.test") as bench:
        page = bench.client.get("/").text
        assert "<h1>&lt;b&gt;Ñuqanchik &amp; Co&lt;/b&gt;</h1>" in page
        assert 'href="https://x.test"' in page


def test_a_link_is_listed_where_the_application_has_its_route(
    quiet: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra_link = home.Link("/extra/", "Extra", "what a later version adds")
    monkeypatch.setattr(home, "LINKS", {**home.LINKS, "Extras": (extra_link,)})

    async def extra() -> PlainTextResponse:
        return PlainTextResponse("here")

    def page_of(app: FastAPI) -> str:
        with TestClient(app, client=("127.0.0.1", 50_000)) as client:
            return client.get("/").text

    app = create_app(quiet.runtime)
    app.add_api_route("/extra/", extra)
    assert "/extra/" in hrefs(page_of(app))
    assert "Extra" not in page_of(create_app(quiet.runtime))
