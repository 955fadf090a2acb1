"""One request that reads: one hop, one snapshot, one conditional answer.

The ETag is valid for one head of the log and only until the next boundary; past it, and before
the log has caught up, the answer's own bytes make the tag.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import version
from typing import TypeVar

from fastapi import Request
from starlette.responses import Response

from app.changes import Head, head
from app.database import ReadTx
from app.published.memory import Recall, Tags
from app.runtime import Runtime

Question = TypeVar("Question")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a route's work is given inside the hop."""

    tx: ReadTx
    runtime: Runtime
    head: Head
    now: datetime
    recall: Recall

    @property
    def tags(self) -> Tags:
        """All tags in this snapshot."""
        return self.runtime.memory.tags(self.tx, self.head)


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON body, its `Link` header's targets by relation, its keys for purging caches."""

    body: bytes
    links: Mapping[str, str | None]
    keys: str


async def answered(
    request: Request, work: Callable[[Reading], Answer], *, slow: bool = False
) -> Response:
    """Run `work` in the read lane (or the counting lane) and answer, 304 where nothing changed."""
    runtime: Runtime = request.state.runtime
    lane = runtime.counts if slow else runtime.reads
    asked, url = _asked(request)
    return await lane.run(lambda: _respond(runtime, url, asked, work))


async def found(
    request: Request,
    ask: Callable[[Reading], Question],
    find: Callable[[Question], Result],
    show: Callable[[Reading, Question, Result], Answer],
) -> Response:
    """As `answered`, for what asks somebody else between two looks at the store: `find` runs
    outside of any transaction, and in the lane of searches, so that it may take its time."""
    runtime: Runtime = request.state.runtime
    asked, url = _asked(request)

    def respond() -> Response:
        state = runtime.search.state()
        with _moment(runtime, url, state) as before:
            if before.is_known(asked):
                return before.unchanged()
            question = ask(before.reading)
        result = find(question)
        with _moment(runtime, url, state) as after:
            return after.response(asked, show(after.reading, question, result))

    return await runtime.searches.run(respond)


def _asked(request: Request) -> tuple[str | None, str]:
    url = f"{request.url.path}?{request.scope['query_string'].decode('latin-1')}"
    return request.headers.get("if-none-match"), url


def _respond(
    runtime: Runtime, url: str, asked: str | None, work: Callable[[Reading], Answer]
) -> Response:
    with _moment(runtime, url) as here:
        if here.is_known(asked):
            return here.unchanged()
        return here.response(asked, work(here.reading))


@dataclass(frozen=True, slots=True)
class _Moment:
    """One snapshot with the tag and the headers of what is answered from it."""

    reading: Reading
    current: bool
    tag: str
    cache: str

    def is_known(self, asked: str | None) -> bool:
        """Whoever asks has this answer; "*" means "if it exists", which only the work can tell."""
        return self.current and asked != "*" and matches(asked, self.tag)

    def unchanged(self) -> Response:
        return Response(None, 304, {"Cache-Control": self.cache, "ETag": self.tag})

    def response(self, asked: str | None, made: Answer) -> Response:
        tag = self.tag if self.current else _tag(made.body)
        headers = {"Cache-Control": self.cache, "ETag": tag}
        if matches(asked, tag):
            return Response(None, 304, headers)
        headers["Surrogate-Key"] = made.keys
        links = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in made.links.items() if to)
        if links:
            headers["Link"] = links
        return Response(made.body, 200, headers, "application/json")


@contextmanager
def _moment(runtime: Runtime, url: str, beside: str = "") -> Iterator[_Moment]:
    """`beside` names the state of what the answer depends on beside the store."""
    clock = runtime.clock()
    with runtime.database.reading() as tx:
        log = head(tx)
        now, current = log.moment(clock), log.is_current(clock)
        cache = kept_until(log, clock, runtime.settings.cache_seconds)
        state = f"{log.sequence}/{log.effective_until}/{beside}"
        tag = _tag(f"{state}/{url}/{runtime.settings.public_url}")
        reading = Reading(tx, runtime, log, now, runtime.memory.at(log, current))
        yield _Moment(reading, current, tag, cache)


def kept_until(log: Head, clock: datetime, most: int) -> str:
    """`Cache-Control` for what is public: `most` seconds, and never beyond the next boundary."""
    seconds = (log.next_boundary - log.moment(clock)).total_seconds()
    return f"public, max-age={int(max(0, min(most, seconds)))}"


def matches(asked: str | None, tag: str) -> bool:
    """`If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2)."""
    if asked is None:
        return False
    opaque = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") in (opaque, "*") for one in asked.split(","))


_VERSION = version("willay").encode()


def _tag(source: str | bytes) -> str:
    text = source.encode() if isinstance(source, str) else source
    return f'W/"{blake2b(_VERSION + text, digest_size=12).hexdigest()}"'
