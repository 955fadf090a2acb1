"""The example site for Astro: built from a service, served, told of changes, and built again.

It is one test, because a build takes seconds. Where npm, a recent Node or Chromium is absent it is
skipped, and says so. `WILLAY_SCREENSHOTS` names a folder for pictures of the pages.
"""

import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from lxml import html

from app.editorial import publishing
from app.main import create_app
from tests import builders, node
from tests.builders import EDITOR
from tests.clients.serving import KEYS, NEXT_KEYS, add_content, webhook
from tests.commands import SAMPLE
from tests.conftest import Bench, bench_in
from tests.examples.astro_site import NODE, Asked, Site, Told, hooks, laid_out
from tests.served import free_port, get_when_up, served

pytestmark = pytest.mark.timeout(400)  # npm may have to install first
HERE = Path(__file__).parent
HOSTILE = '</script><script>alert(1)</script> <img src=x onerror="alert(2)"> & <b>bold</b>'


def test_the_site(tmp_path: Path) -> None:
    node.recent_node(NODE)
    port, api_port = free_port(), free_port()
    here = f"http://127.0.0.1:{port}"
    urls = {"site_url": here, "api_url": f"http://127.0.0.1:{api_port}"}
    with bench_in(tmp_path / "api", preview_url="{site}/preview/{token}", **urls) as bench:
        assert builders.imported(bench.runtime, SAMPLE).refused == []
        known = add_content(bench)
        draft = {"slug": "harm", "title": HOSTILE, "summary": HOSTILE, "body_format": "text"}
        builders.published(bench.runtime, body=HOSTILE, **draft)
        api = Asked(create_app(bench.runtime))
        with served(api, port=api_port) as url, hooks() as (host, told):
            settings = {"HOST": "127.0.0.1", "PORT": str(port), "WEBHOOK_SECRET": KEYS.secret}
            settings |= {"BUILD_HOOK": f"{host}/build", "PURGE_URL": f"{host}/purge"}
            settings |= {"WILLAY_API_URL": url, "PURGE_HEADER": "Authorization: Bearer x"}
            site = laid_out(tmp_path, **settings)
            get_when_up(f"{url}/livez")
            api.told()
            site.build()
            asked, size = api.told()
            assert asked == ["/v1/changes"] * 2 + ["/v1/site"] * 2
            assert size < 150_000  # as they travel, compressed
            _see_pages(site, here)
            with site.started(here) as reader:
                _see_what_moved(reader)
                _see_a_preview(reader, known["token"])
                _tell_of_changes(reader, told)
                _see_what_is_new(reader, bench)
                _look(reader, tmp_path, known["token"])
            _check_types(site)
            assert "Set WILLAY_ARTICLE_URL={site}/news/{slug} there." in site.refusal(host)
            api.told()
            _build_again(site, bench, api)


def _see_pages(site: Site, here: str) -> None:
    article = site.page("/news/la-oroya-wins-in-san-jose")
    address = f"{here}/news/la-oroya-wins-in-san-jose"
    assert "<title>La Oroya wins in San José – Peru Support Group</title>" in article
    assert f'<link rel="canonical" href="{address}">' in article
    for lang, slug in (("en", "la-oroya-wins-in-san-jose"), ("es", "la-oroya-gana-en-san-jose")):
        assert f'<link rel="alternate" hreflang="{lang}" href="{here}/news/{slug}">' in article
    assert re.search(r'<source type="image/webp" srcset="\S+320[.]webp 320w, ', article)
    assert re.search(
        r'<img src="\S+[.]jpg" srcset=.+ width="1200" height="800" alt="A tall', article
    )
    assert '<a href="#h-beyond-one-town">' in article
    assert '<h2 id="h-beyond-one-town">' in article
    assert 'rel="prev"' in article
    assert 'rel="next"' in article
    [data] = re.findall(r'<script type="application/ld[+]json">(.+?)</script>', article)
    said = json.loads(data)
    assert (said["@type"], said["url"], said["inLanguage"]) == ("NewsArticle", address, "en")
    spanish = site.page("/news/la-oroya-gana-en-san-jose")
    assert '<html lang="es">' in spanish
    assert "25 de marzo de 2024" in spanish
    assert "Quiénes somos" in spanish
    assert "Seguir leyendo" in spanish
    harm = html.fromstring(site.page("/news/harm"))
    assert harm.findtext(".//h1") == HOSTILE
    assert [script.get("type") for script in harm.iter("script")] == ["application/ld+json"]
    assert not harm.xpath("//*[@onerror]")
    for path in ("/", "/es", "/news", "/news/page/2", "/es/news", "/tags/human-rights", "/about"):
        assert "<h1" in site.page(path), path
    assert "Corrections" in "".join(
        file.read_text() for file in (site.folder / "dist/client/news").rglob("*.html")
    )
    assert site.has("404.html")
    assert not site.has("/news/forged")
    assert not site.has("/news/draft")


def _see_what_moved(reader: httpx2.Client) -> None:
    for path, location in {
        "/about-us": "/about",
        "/news/about": "/about",
        "/zzz/pictured": "/news/pictured",
        "/tags/Mining": "/tags/mining",
    }.items():
        answer = reader.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, location)
        assert path.rpartition("/")[2].lower() in answer.headers["cache-tag"]
    gone = reader.get("/news/forged")
    assert gone.status_code == 410
    assert "The source was forged." in gone.text
    for path in ("/news/nope", "/a/b/c", "/preview/nope", "/news/%00"):
        assert reader.get(path).status_code == 404, path
    assert "There is no such page" in reader.get("/nope").text


def _see_a_preview(reader: httpx2.Client, token: str) -> None:
    answer = reader.get(f"/preview/{token}")
    assert answer.status_code == 200
    assert "<h1>A draft</h1>" in answer.text
    assert "This draft is not published." in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"


def _tell_of_changes(reader: httpx2.Client, told: list[Told]) -> None:
    change = {"id": "0190", "kind": "article", "type": "upsert", "sequence": 1, "slug": "pictured"}
    change |= {"paths": ["/news/old"], "tags": [], "url": None, "lang": "en"}

    def tell(message: dict[str, Any]) -> httpx2.Response:
        headers = {"content-type": "application/json", **message["headers"]}
        return reader.post("/api/willay", content=message["body"], headers=headers)

    challenged = tell(webhook({"challenge": "c0ffee"}, "webhook.verification"))
    assert (challenged.status_code, challenged.text) == (200, "c0ffee")
    assert tell(webhook({"message": "Hello"}, "webhook.test")).status_code == 204
    assert tell(webhook(change, "article.upsert", keys=(NEXT_KEYS,))).status_code == 401
    assert told == []
    assert tell(webhook(change, "article.upsert")).status_code == 204
    tags = ["article/0190", "article/pictured", "article/old", "lists"]
    assert told == [
        ("/purge", "Bearer x", {"tags": tags}),
        ("/build", None, {"event": "evt_1"}),
    ]
    # What the host does not take, Willay sends again.
    assert tell(webhook(change | {"slug": "refused"}, "article.upsert")).status_code == 502
    assert len(told) == 3


def _see_what_is_new(reader: httpx2.Client, bench: Bench) -> None:
    """What was published since the build is there, and then gone, before the next build."""
    assert reader.get("/news/just-now").status_code == 404
    new = builders.published(bench.runtime, slug="just-now", title="Just now", tags=("mining",))
    answer = reader.get("/news/just-now")
    assert answer.status_code == 200
    assert "<h1>Just now</h1>" in answer.text
    assert f"article/{new}" in answer.headers["cache-tag"]


def _look(reader: httpx2.Client, folder: Path, token: str) -> None:
    pictures = os.environ.get("WILLAY_SCREENSHOTS", str(folder))
    paths = ["/", "/tags/human-rights", "/news/la-oroya-gana-en-san-jose", "/news/harm"]
    paths += [f"/preview/{token}"]
    words = (str(node.modules()), node.chromium(), str(reader.base_url).rstrip("/"), pictures)
    seen = json.loads(node.run(folder, str(HERE / "look.mjs"), *words, *paths).stdout)
    assert len(seen) == 2 * len(paths)
    for name, page in seen.items():
        assert page == {"troubles": [], "axe": [], "wide": 0}, name


def _check_types(site: Site) -> None:
    client = site.folder / "node_modules" / "@willay" / "client"
    types = ("--noCheck", "--noEmit", "false", "--declaration", "--emitDeclarationOnly")
    site.run("typescript", "bin/tsc", "-p", str(client), *types)
    assert "0 errors" in site.run("@astrojs/check", "bin/astro-check.js")


def _build_again(site: Site, bench: Bench, api: Asked) -> None:
    """A build after a retraction asks for the changes alone, and the page is gone everywhere."""
    gone = "la-oroya-wins-in-san-jose"
    answer = bench.client.get(f"/v1/articles/{gone}")
    with bench.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, UUID(answer.json()["data"]["id"]), "It was wrong.")
    site.build()
    asked, size = api.told()
    assert asked == ["/v1/changes", *["/v1/site"] * 2]
    assert size < 30_000
    assert not site.has(f"/news/{gone}")
    assert gone not in site.page("/")
    assert gone not in site.page("/news/la-oroya-gana-en-san-jose")
    assert site.has("/news/just-now")
    assert site.has("/news/pictured")
