"""A third parser, of another language and author, reads the same in all three formats.

It runs where node has the package `feedsmith` (3): `npm install feedsmith@3` in a folder that
`NODE_PATH` or `WILLAY_NODE_MODULES` names. Elsewhere it is skipped, and says so.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Bench
from tests.feeds.reading import document
from tests.feeds.test_feeds import archive, feed, rich

__all__ = ["archive"]

PROGRAM = """
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { readFileSync } from 'node:fs'
const found = createRequire(process.argv[1] + '/').resolve('feedsmith')
const { parseFeed } = await import(pathToFileURL(found))
console.log(JSON.stringify(parseFeed(readFileSync(0, 'utf8'))))
"""


def modules() -> Path | None:
    """The folder that holds `node_modules/feedsmith`."""
    for name in ("WILLAY_NODE_MODULES", "NODE_PATH"):
        folder = Path(os.environ.get(name, "/nowhere"))
        for root in (folder, folder.parent):
            if (root / "node_modules" / "feedsmith").is_dir():
                return root
    return None


def read(body: bytes) -> dict[str, Any]:
    node, folder = shutil.which("node"), modules()
    if node is None or folder is None:
        pytest.skip("no node with the package feedsmith: the third parser was NOT run")
    done = subprocess.run(
        [node, "--input-type=module", "-e", PROGRAM, "--", str(folder)],
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
