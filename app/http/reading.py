"""One request that reads: one hop, one snapshot, one conditional answer.

The ETag is valid for one head of the log and only until the next boundary; past it, and before
the log has caught up, the answer's own bytes make the tag.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import version

from fastapi import Request
from starlette.responses import Response

from app.changes import Head, head
from app.database import ReadTx
from app.published.memory import Recall, Tags
from app.runtime import Runtime


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


def _store_alone(_runtime: Runtime) -> str:
    return ""


async def answered(
    request: Request,
    work: Callable[[Reading], Answer],
    *,
    slow: bool = False,
    also: Callable[[Runtime], str] = _store_alone,
) -> Response:
    """Run `work` in the read lane (or the counting lane) and answer, 304 where nothing changed.

    `also` names the state of whatever the answer depends on beside the store.
    """
    runtime: Runtime = request.state.runtime
    lane = runtime.counts if slow else runtime.reads
    asked = request.headers.get("if-none-match")
    url = f"{request.url.path}?{request.scope['query_string'].decode('latin-1')}"
    return await lane.run(lambda: _respond(runtime, url, asked, work, also))


def _respond(
    runtime: Runtime,
    url: str,
    asked: str | None,
    work: Callable[[Reading], Answer],
    also: Callable[[Runtime], str],
) -> Response:
    clock = runtime.clock()
    with runtime.database.reading() as tx:
        log = head(tx)
        now, current = log.moment(clock), log.is_current(clock)
        seconds = (log.next_boundary - now).total_seconds() if current else 0
        headers = {
            "Cache-Control": f"public, max-age={int(min(runtime.settings.cache_seconds, seconds))}"
        }
        state = f"{log.epoch}/{log.sequence}/{log.effective_until}/{also(runtime)}"
        tag = _tag(f"{state}/{url}/{runtime.settings.public_url}")
        # "*" means "if it exists", which only the work can tell.
        if current and asked != "*" and matches(asked, tag):
            return Response(None, 304, {**headers, "ETag": tag})
        made = work(Reading(tx, runtime, log, now, runtime.memory.at(log, current)))
    if not current:
        tag = _tag(made.body)
    if matches(asked, tag):
        return Response(None, 304, {**headers, "ETag": tag})
    headers |= {"ETag": tag, "Surrogate-Key": made.keys}
    links = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in made.links.items() if to)
    if links:
        headers["Link"] = links
    return Response(made.body, 200, headers, "application/json")


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
