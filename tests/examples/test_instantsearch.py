"""The example page in a real browser, and Meilisearch's own packages, on `willay serve`.

Where npm or Chromium is absent they are skipped, and say so. `WILLAY_SCREENSHOTS` names a folder
for pictures of the page; otherwise they go with the test's own folder.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typing_extensions import override

from tests import node
from tests.served import free_port, in_thread

pytestmark = pytest.mark.timeout(540)  # npm may have to install first
HERE = Path(__file__).parent
WILLAY = str(Path(sys.executable).with_name("willay"))
HOSTILE = '<script>alert(1)</script> <img src=x onerror="alert(2)"> & <b>bold</b>'


class _Files(SimpleHTTPRequestHandler):
    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def files(folder: Path) -> Iterator[str]:
    """A folder on a port of its own, another origin than the API."""
    handler = partial(_Files, directory=str(folder))
    with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as address:
        yield f"{address}/"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API as its user starts it, with the sample and one article that means harm."""
    node.node()
    node.modules()
    folder = tmp_path_factory.mktemp("data")
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WILLAY_")},
        **{"WILLAY_DATA_DIR": str(folder), "WILLAY_PORT": str(port)},
    }
    bad = {"type": "article", "slug": "harm", "lang": "en", "title": HOSTILE, "body": HOSTILE}
    bad |= {"summary": HOSTILE, "published_at": "2000-01-01T00:00:00Z", "body_format": "text"}
    (folder / "bad.jsonl").write_text(json.dumps(bad))
    sample = str(node.ROOT / "sample" / "peru.jsonl")

    def willay(*words: str) -> None:
        subprocess.run(
            [WILLAY, *words],
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
            timeout=120,
        )

    willay("migrate")
    willay("import", "jsonl", sample, str(folder / "bad.jsonl"))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [WILLAY, "serve"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{address}/livez", server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, "willay serve ended"
        try:
            httpx2.get(address, timeout=2).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("willay serve does not answer")


@pytest.fixture(scope="module")
def page(api: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, built as its README says."""
    built = tmp_path_factory.mktemp("page") / "page"
    shutil.copytree(node.EXAMPLE, built, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (built / "node_modules").symlink_to(node.modules() / "node_modules")
    npm = shutil.which("npm")
    assert npm is not None
    subprocess.run([npm, "run", "build"], cwd=built, check=True, capture_output=True, timeout=120)
    start = built / "index.html"
    said = start.read_text()
    assert said.count("http://127.0.0.1:8000") == 1
    start.write_text(said.replace("http://127.0.0.1:8000", api))
    with files(built) as address:
        yield address


def ran(*words: str) -> Any:
    done = subprocess.run([node.node(), *words], capture_output=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3_000:]
    return json.loads(done.stdout)


def test_a_reader_searches(page: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    pictures = Path(os.environ.get("WILLAY_SCREENSHOTS", tmp_path))
    drive = str(HERE / "drive.mjs")
    seen = ran(drive, str(node.modules()), node.chromium(), page, str(pictures))
    assert "failed" not in seen, json.dumps(seen, indent=1)
    assert seen["troubles"] == []
    assert seen["unlabelled"] == []
    assert (seen["start"]["total"], len(seen["start"]["titles"])) == (82, 8)
    typed = seen["typed"]
    assert 0 < typed["total"] < 82
    assert {mark.lower() for mark in typed["marks"]} >= {"mining"}
    assert seen["slip"]["total"] > 0
    assert "Cajamarca" in seen["slip"]["marks"]
    assert HOSTILE in seen["hostile"]["titles"]
    assert seen["hostile"]["elements"] == 0
    assert seen["facet"]["total"] == seen["count"] < 82
    assert all("Water" in tags for tags in seen["tags"])
    assert 0 < seen["narrower"]["total"] < seen["count"]
    assert set(seen["languages"]) == {"es"}
    assert seen["subjects"][0] == "Human rights"
    assert seen["oldest"][0] == "January 1, 2000"
    assert len(seen["second"]["titles"]) == 8
    assert not set(seen["second"]["titles"]) & set(seen["start"]["titles"])
    assert {"1", "2", "3"} <= set(seen["pages"])
    assert seen["nothing"].startswith("Nothing was found")
    assert seen["wide"] <= 0
    for name in ("words", "narrowed", "second", "phone"):
        with subtests.test(name=name):
            assert (pictures / f"{name}.png").stat().st_size > 10_000


def test_meilisearch_s_own_packages(api: str) -> None:
    host = f"{api}/v1/search/instant"
    told = ran(str(HERE / "judge.mjs"), str(node.modules()), host)
    plain = told["plain"]
    assert len(plain["hits"]) == 2
    assert {hit["lang"] for hit in plain["hits"]} == {"es"}
    assert all("<em>" in hit["_formatted"]["body"] for hit in plain["hits"])
    assert plain["facetDistribution"]["tags"]["Water"] >= 1
    pages = told["pages"]
    assert (pages["page"], pages["hitsPerPage"], len(pages["hits"])) == (2, 3, 3)
    assert pages["totalPages"] == -(-pages["totalHits"] // 3)
    assert [len(one["hits"]) for one in told["several"]["results"]] == [1, 1]
    assert told["several"]["results"][1]["hits"][0]["slug"] == "harm"
    assert [one["value"] for one in told["values"]["facetHits"]] == ["Water"]
    assert [(one["name"], one["status"], one["code"]) for one in told["refused"]] == [
        ("MeilisearchApiError", 404, "index_not_found"),
        ("MeilisearchApiError", 400, "index_not_found"),
        ("MeilisearchApiError", 400, "invalid_search_filter"),
    ]
    for name in ("finite", "endless"):
        result = told[name]
        assert result["nbHits"] >= 3
        assert len(result["hits"]) == 3
        assert all(hit["lang"] == "es" and hit["year"] >= 2010 for hit in result["hits"])
        days = [hit["published_at"] for hit in result["hits"]]
        assert days == sorted(days, reverse=True)
        assert result["facets_stats"]["year"]["min"] >= 2010
        assert any(
            "__ais-highlight__agua" in hit["_snippetResult"]["body"]["value"].lower()
            for hit in result["hits"]
        )
    assert told["finite"]["nbPages"] == -(-told["finite"]["nbHits"] // 3)
    assert told["typed"][0]["facetHits"][0]["value"] == "Water"
    assert told["empty"]["nbHits"] == 82
