"""One request that reads: one hop, one snapshot, one conditional answer.

The ETag is valid for one head of the log and only until the next boundary; past it, and before
the log has caught up, the answer's own bytes make the tag. `Last-Modified` is the log's clock,
rounded up to the second and only once that second has come: a second in which two things changed
never looks unchanged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
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
    current: bool
    """The log has caught up with the present."""

    @property
    def tags(self) -> Tags:
        """All tags in this snapshot."""
        return self.runtime.memory.tags(self.tx, self.head)


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, its `Link` header's targets by relation, its keys for purging caches."""

    body: bytes
    links: Mapping[str, str | None]
    keys: str
    media: str = "application/json"


def _store_alone(_runtime: Runtime) -> str:
    return ""


async def answered(
    request: Request,
    work: Callable[[Reading], Answer],
    *,
    slow: bool = False,
    fresh: bool = False,
    also: Callable[[Runtime], str] = _store_alone,
) -> Response:
    """Run `work` in the read lane (or the counting lane) and answer, 304 where nothing changed.

    `also` names the state of whatever the answer depends on beside the store. With `fresh` caches
    ask each time.
    """
    runtime: Runtime = request.state.runtime
    lane = runtime.counts if slow else runtime.reads
    url = f"{request.url.path}?{request.scope['query_string'].decode('latin-1')}"
    kept = 0 if fresh else runtime.settings.cache_seconds
    condition = Condition(
        request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    )
    return await lane.run(lambda: _respond(runtime, url, condition, work, kept, also))


@dataclass(frozen=True, slots=True)
class Condition:
    """What the client has already, by its tag or else by its date (RFC 9110, 13.2.2)."""

    tags: str | None
    since: str | None

    def met_by(self, tag: str, modified: datetime | None) -> bool:
        """The client's copy is as good as the answer."""
        if self.tags is not None:
            return matches(self.tags, tag)
        if self.since is None or modified is None:
            return False
        try:
            return parsedate_to_datetime(self.since) >= modified
        except (ValueError, TypeError):  # no date, or one without a zone
            return False


def _respond(
    runtime: Runtime,
    url: str,
    asked: Condition,
    work: Callable[[Reading], Answer],
    kept: int,
    also: Callable[[Runtime], str],
) -> Response:
    clock = runtime.clock()
    with runtime.database.reading() as tx:
        log = head(tx)
        now, current = log.moment(clock), log.is_current(clock)
        headers = {"Cache-Control": kept_until(log, clock, kept)}
        modified = _modified(log, now) if current and also is _store_alone else None
        if modified is not None:
            headers["Last-Modified"] = format_datetime(modified, usegmt=True)
        state = f"{log.epoch}/{log.sequence}/{log.effective_until}/{also(runtime)}"
        tag = _tag(f"{state}/{url}/{runtime.settings.public_url}")
        # Whether it exists at all, which "*" and dates ask, only the work can tell.
        if current and asked.tags != "*" and matches(asked.tags, tag):
            return Response(None, 304, {**headers, "ETag": tag})
        recall = runtime.memory.at(log, current)
        made = work(Reading(tx, runtime, log, now, recall, current))
    if not current:
        tag = _tag(made.body)
    if asked.met_by(tag, modified):
        return Response(None, 304, {**headers, "ETag": tag})
    headers |= {"ETag": tag, "Surrogate-Key": made.keys}
    links = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in made.links.items() if to)
    if links:
        headers["Link"] = links
    return Response(made.body, 200, headers, made.media)


def _modified(log: Head, now: datetime) -> datetime | None:
    second = log.effective_until.replace(microsecond=0)
    if second < log.effective_until:
        second += timedelta(seconds=1)
    return second if second <= now else None


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
