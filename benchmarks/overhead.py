"""What the API adds to a search server's own answer: the same questions, asked of both in turn.

Only where there is a real one, named by `WILLAY_TEST_MEILISEARCH_URL` and its `_KEY`; the index is
of this run alone, and deleted at the end. Asked directly, the server is given what a front end
would give it: 20 hits with highlights, a passage of the body, and the facets of the question.
No answer is kept, as if nobody ever asked the same twice; "alone" is the API without the engine
beside the server.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from secrets import token_hex
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from meilisearch import Client

from app import schema
from app.kit.clock import system_clock
from app.runtime import open_runtime
from app.search.meilisearch import shadow_index
from app.search.meilisearch.engine import MeilisearchEngine
from app.search.protocol import Query
from app.settings import Settings
from app.worker import rebuilding
from benchmarks.corpus import Size, fill
from benchmarks.search import VOCABULARY, WORDS, Case, best, cases, get, paths
from benchmarks.servers import server

_URL, _KEY = "WILLAY_TEST_MEILISEARCH_URL", "WILLAY_TEST_MEILISEARCH_KEY"


def table(size: int, rounds: int) -> Iterator[str]:
    """The lines of a Markdown table; none when there is no server."""
    url, key = os.environ.get(_URL), os.environ.get(_KEY)
    if not url or not key:
        sys.stderr.write(f"no search server to compare with: set {_URL} and {_KEY}\n")
        return
    index = f"bench_{token_hex(6)}"
    environment = {"WILLAY_MEILISEARCH_URL": url, "WILLAY_MEILISEARCH_KEY": key}
    environment |= {"WILLAY_MEILISEARCH_INDEX": index, "WILLAY_ANSWER_CACHE_MB": "0"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="willay-bench-")))
        settings = Settings(
            _env_file=None, data_dir=folder, meilisearch_url=url, meilisearch_key=key,
            meilisearch_index=index,
        )  # fmt: skip
        runtime = stack.enter_context(open_runtime(settings, check_schema=False))
        schema.migrate(runtime.database)
        sys.stderr.write(f"filling the store with {size:,} articles, and both indexes\n")
        fill(runtime.database, Size(size, WORDS, VOCABULARY), system_clock())
        far = runtime.search.get()
        assert isinstance(far, MeilisearchEngine)
        stack.callback(_deleted, far.connection.writer(), index)
        for engine in runtime.search.engines():
            rebuilding.rebuild(runtime, engine)
            engine.close()
        together, alone = (
            stack.enter_context(
                server(
                    "app.main:from_environment", folder, "--factory", settings=environment | more
                )
            )
            for more in ({}, {"WILLAY_SEARCH_FALLBACK": "false"})
        )
        yield f"\n| {size:,} articles, p50 ms | server itself | API | times | API alone | times |"
        yield "|---|---:|---:|---:|---:|---:|"
        for case in cases(Random(3)):  # noqa: S311  # choices, not secrets
            if case.parameters is not None:
                sys.stderr.write(f"{case.name}\n")
                yield _compared(case, _Direct(url, key, index), (together, alone), rounds)


class _Direct:
    """A kept connection to the server, which is given what a front end would."""

    def __init__(self, url: str, key: str, index: str) -> None:
        parts = urlsplit(url)
        self.connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._path = f"/indexes/{index}/search"
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, query: Query) -> None:
        question: dict[str, Any] = {
            "q": query.text,
            "limit": query.limit,
            "offset": (query.page - 1) * query.limit,
            "matchingStrategy": "frequency",
            "attributesToHighlight": ["title", "summary", "body"],
            "attributesToCrop": ["body:35"],
            "facets": list(query.facets),
            "filter": [f'lang = "{lang}"' for lang in query.filter.languages],
        }
        if query.order == "newest":
            question["sort"] = ["published_at:desc"]
        self.connection.request("POST", self._path, json.dumps(question), self._headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body!r}")


def _deleted(client: Client, index: str) -> None:
    for name in (index, *shadow_index.builds(client, index)):
        client.delete_index(name)


def _through(ours: HTTPConnection, addresses: Mapping[Query, str]) -> Callable[[Query], None]:
    return lambda query: get(ours, addresses[query])


def _compared(case: Case, direct: _Direct, ports: Iterable[int], rounds: int) -> str:
    """Each question is put to all in turn, so that what else the machine does falls on all."""
    with ExitStack() as stack:
        ways: list[Callable[[Query], None]] = [direct.ask]
        stack.enter_context(closing(direct.connection))
        for port in ports:
            ours = stack.enter_context(closing(HTTPConnection("127.0.0.1", port, timeout=30)))
            ways.append(_through(ours, dict(zip(case.queries, paths(case), strict=True))))
        spent = [[best(partial(way, query), rounds) for way in ways] for query in case.queries]
    middles = [median(column) for column in zip(*spent, strict=True)]
    cells = "".join(f" | {middle:.2f} | {middle / middles[0]:.2f}" for middle in middles[1:])
    return f"| {case.name} | {middles[0]:.2f}{cells} |"
