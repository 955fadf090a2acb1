"""A third parser, of another language and author, reads the same in all three formats.

It runs where node has npm's packages (`tests/node.py`). Elsewhere it is skipped, and says so.
"""

import json
import subprocess
from typing import Any

import pytest

from tests import node
from tests.conftest import Bench
from tests.feeds.articles import feed, rich
from tests.feeds.reading import document

pytestmark = pytest.mark.timeout(300)  # npm may have to install first

PROGRAM = """
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { readFileSync } from 'node:fs'
const found = createRequire(process.argv[1] + '/').resolve('feedsmith')
const { parseFeed } = await import(pathToFileURL(found))
console.log(JSON.stringify(parseFeed(readFileSync(0, 'utf8'))))
"""


def read(body: bytes) -> dict[str, Any]:
    done = subprocess.run(
        [node.node(), "--input-type=module", "-e", PROGRAM, "--", str(node.modules())],
        input=body,
        capture_output=True,
        timeout=60,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_reads_the_same(bench: Bench) -> None:
    key, _ = rich(bench)
    detail = bench.client.get("/v1/articles/one").json()["data"]
    rss, atom, plain = (read(feed(bench, kind, "lang=en")) for kind in ("rss", "atom", "json"))
    assert [rss["format"], atom["format"], plain["format"]] == ["rss", "atom", "json"]
    item, entry, one = (
        rss["feed"]["items"][0],
        atom["feed"]["entries"][0],
        plain["feed"]["items"][0],
    )
    identity = f"urn:uuid:{key}"
    assert (item["guid"]["value"], entry["id"], one["id"]) == (identity,) * 3
    assert item["guid"]["isPermaLink"] is False
    assert (item["title"], entry["title"]["value"], one["title"]) == (detail["title"],) * 3
    texts = (item["content"]["encoded"], entry["content"]["value"], one["content_html"])
    assert texts == (detail["body_html"],) * 3
    names = [author["name"] for author in detail["authors"]]
    assert item["dc"]["creators"] == names
    assert [author["name"] for author in entry["authors"]] == names
    assert [author["name"] for author in one["authors"]] == names
    assert item["enclosures"][0]["url"] == one["attachments"][0]["url"] == detail["image"]["url"]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_it_reads_archived_months(archive: Bench, kind: str) -> None:
    url: str | None = f"/v1/feeds/articles.{kind}?limit=3"
    for _ in range(4):
        assert url is not None
        body = archive.client.get(url).content
        ours, its = document(body), read(body)["feed"]
        entries = its["items"] if kind == "rss" else its["entries"]
        ids = [one["guid"]["value"] if kind == "rss" else one["id"] for one in entries]
        assert ids == ours.ids
        url = ours.links.get("prev-archive")
