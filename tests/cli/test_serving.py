"""The processes of `willay serve`: when they answer, and what they hold."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from app.runtime import open_runtime
from app.search.embedded.engine import EmbeddedEngine
from app.worker.indexing import IndexFollower
from app.worker.loop import Worker
from tests import builders
from tests.commands import started
from tests.search.builders import article
from tests.served import free_port, get_when_up
from tests.stores import ensure_store, settings_of

LARGEST_PARENT = 45_000_000
"""Bytes: the application alone takes twice as much."""


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[str, int]]:
    """The address of `willay serve` over a store with one article, and the id of its process."""
    ensure_store(folder)
    with open_runtime(settings_of(folder)) as runtime:
        builders.published(runtime, title="Alpaca wool")
    port = free_port()
    process = started(folder, "serve", "--port", str(port), *options)
    try:
        base = f"http://127.0.0.1:{port}"
        get_when_up(f"{base}/healthz")
        yield base, process.pid
    finally:
        process.terminate()
        process.wait(20)


def test_the_port_is_open_before_there_is_an_index(tmp_path: Path) -> None:
    ensure_store(tmp_path)
    languages = settings_of(tmp_path).languages
    with EmbeddedEngine(tmp_path / "search", languages) as other:
        other.apply([article("a", "Wool")], [])  # it writes, so nobody else can build the index
        with serving(tmp_path) as (base, _):
            assert len(httpx2.get(f"{base}/v1/articles").json()["data"]) == 1
            refused = httpx2.get(f"{base}/v1/search?q=alpaca")
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            assert refused.json()["code"] == "search_unavailable"
            assert httpx2.get(f"{base}/v1/search/suggest?q=alp").status_code == 503
            ready = httpx2.get(f"{base}/readyz")
            assert (ready.status_code, ready.json()["search"]["trouble"]) == (
                200,
                "search_not_built",
            )
            other.release()
            until = time.monotonic() + 30
            while (answer := httpx2.get(f"{base}/v1/search?q=alpaca")).status_code == 503:
                assert time.monotonic() < until
                time.sleep(0.1)
            assert [hit["item"]["title"] for hit in answer.json()["data"]] == ["Alpaca wool"]


def test_a_process_that_builds_an_index_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    ensure_store(tmp_path)
    with open_runtime(settings_of(tmp_path)) as runtime:
        builders.published(runtime, title="Alpaca wool")
        follower = IndexFollower(runtime)
        worker = Worker(runtime, [follower])
        worker.ask_to_stop()
        assert not follower.step()
        assert runtime.search.get().cursor() is None
        assert IndexFollower(runtime).step()
        assert runtime.search.get().count() == 1


def test_the_parent_of_several_processes_holds_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as (base, parent):
        assert httpx2.get(f"{base}/v1/articles").status_code == 200
        proc = Path("/proc") / str(parent)
        if proc.exists():  # Linux alone tells this
            assert "tantivy" not in (proc / "maps").read_text()
            status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
            assert int(status["RssAnon"].split()[0]) * 1024 < LARGEST_PARENT
