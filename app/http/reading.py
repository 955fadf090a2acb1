"""One request that reads: one hop, one snapshot, one conditional answer.

The ETag is valid for one head of the log and only until the next boundary; past it, and before
the log has caught up, the answer's own bytes make the tag. `Last-Modified` is the log's clock,
rounded up to the second and only once that second has come: a second in which two things changed
never looks unchanged.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from importlib.metadata import version
from typing import TypeVar

from fastapi import Request
from starlette.responses import Response

from app.changes import Head, head
from app.database import ReadTx
from app.kit.calendar import Calendar
from app.published.answers import Answer
from app.published.memory import Recall, Tags
from app.runtime import Runtime

Question = TypeVar("Question")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class View:
    """What an endpoint reads from: one snapshot, at the head of its log.

    Its answer is kept under its address and that head, so an endpoint asks nothing else that may
    change, but for what its `Cost` names as `also`.
    """

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

    @property
    def calendar(self) -> Calendar:
        """The days of the site's zone."""
        return self.runtime.settings.calendar


async def answer_view(
    request: Request,
    work: Callable[[View], Answer],
    *,
    slow: bool = False,
    fresh: bool = False,
    also: Callable[[Runtime], str] | None = None,
) -> Response:
    """Run `work` in the read lane (or the counting lane) and answer, 304 where nothing changed.

    `also` names the state of whatever the answer depends on beside the store. With `fresh` caches
    ask each time.
    """
    runtime: Runtime = request.state.runtime
    lane = runtime.counts if slow else runtime.reads
    kept = 0 if fresh else runtime.settings.cache_seconds
    condition, url = _asked(request)

    def respond() -> Response:
        with _moment(runtime, url, kept, also(runtime) if also else None) as here:
            if here.is_known(condition):
                return here.unchanged()
            return here.response(condition, here.kept() or here.keep(work(here.view)))

    return await lane.run(respond)


async def answer_search(
    request: Request,
    ask: Callable[[View], Question],
    find: Callable[[Question], Result],
    show: Callable[[View, Question, Result], Answer],
) -> Response:
    """As `answer_view`, for what asks somebody else between two looks at the store: `find` runs
    outside of any transaction, and in the lane of searches, so that it may take its time."""
    runtime: Runtime = request.state.runtime
    kept = runtime.settings.cache_seconds
    condition, url = _asked(request)

    def respond() -> Response:
        state = runtime.search.state()
        with _moment(runtime, url, kept, state) as before:
            if before.is_known(condition):
                return before.unchanged()
            if (known := before.kept()) is not None:
                return before.response(condition, known)
            question = ask(before.view)
        result = find(question)
        with _moment(runtime, url, kept, state) as after:
            made = after.keep(show(after.view, question, result))
            return after.response(condition, made)

    return await runtime.searches.run(respond)


async def answer_search_uncached(
    request: Request,
    ask: Callable[[View], Question],
    find: Callable[[Question], Result],
    show: Callable[[View, Question, Result], bytes],
) -> Response:
    """As `answer_search`, for what is asked in a body: no cache keeps the answer."""
    runtime: Runtime = request.state.runtime

    def respond() -> Response:
        with open_view(runtime, runtime.clock()) as before:
            question = ask(before)
        result = find(question)
        with open_view(runtime, runtime.clock()) as after:
            body = show(after, question, result)
        return Response(body, 200, {"Cache-Control": "no-store"}, "application/json")

    return await runtime.searches.run(respond)


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
        except (ValueError, TypeError, OverflowError):
            return False  # no date, none that can be, or without a zone


def _asked(request: Request) -> tuple[Condition, str]:
    url = f"{request.url.path}?{request.scope['query_string'].decode('latin-1')}"
    headers = request.headers
    return Condition(headers.get("if-none-match"), headers.get("if-modified-since")), url


@dataclass(frozen=True, slots=True)
class _Moment:
    """One snapshot with the tag, the date and the headers of what is answered from it."""

    view: View
    tag: str
    modified: datetime | None
    headers: Mapping[str, str]

    def is_known(self, asked: Condition) -> bool:
        """The client has this answer; whether it exists at all, which "*" and dates ask, only the
        work can tell."""
        return self.view.current and asked.tags != "*" and matches(asked.tags, self.tag)

    def kept(self) -> Answer | None:
        """The answer, if it was made for the same tag before."""
        if not self.view.current:
            return None
        known = self.view.runtime.memory.answers.get(self.tag)
        if known is not None:
            self._count("memory")
        return known

    def keep(self, made: Answer) -> Answer:
        """Keep it for who asks the same of the same state."""
        self._count("store")
        if self.view.current:
            self.view.runtime.memory.answers.keep(self.tag, made)
        return made

    def unchanged(self) -> Response:
        self._count("unchanged")
        return Response(None, 304, {**self.headers, "ETag": self.tag})

    def _count(self, source: str) -> None:
        self.view.runtime.meters.answers.labels(source).inc()

    def response(self, asked: Condition, made: Answer) -> Response:
        tag = self.tag if self.view.current else tag_of(made.body)
        headers = {**self.headers, "ETag": tag}
        if asked.met_by(tag, self.modified):
            return Response(None, 304, headers)
        headers["Surrogate-Key"] = made.keys
        links = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in made.links.items() if to)
        if links:
            headers["Link"] = links
        return Response(made.body, 200, headers, made.media)


@contextmanager
def open_view(runtime: Runtime, clock: datetime) -> Iterator[View]:
    """One snapshot, for as long as the block runs."""
    with runtime.database.reading() as tx:
        log = head(tx)
        current = log.is_current(clock)
        recall = runtime.memory.at(log, current)
        yield View(tx, runtime, log, log.moment(clock), recall, current)


@contextmanager
def _moment(runtime: Runtime, url: str, kept: int, beside: str | None = None) -> Iterator[_Moment]:
    """`beside` names the state of what the answer depends on beside the store."""
    clock = runtime.clock()
    with open_view(runtime, clock) as view:
        log = view.head
        headers = {"Cache-Control": kept_until(log, clock, kept)}
        modified = _modified(log, view.now) if view.current and beside is None else None
        if modified is not None:
            headers["Last-Modified"] = format_datetime(modified, usegmt=True)
        state = f"{log.epoch}/{log.sequence}/{log.effective_until}/{beside or ''}"
        here = f"{runtime.settings.public_url}/{runtime.settings.timezone}"
        tag = tag_of(f"{state}/{url}/{here}")
        yield _Moment(view, tag, modified, headers)


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


def tag_of(source: str | bytes) -> str:
    """The weak `ETag` of what is named so, or of these very bytes."""
    text = source.encode() if isinstance(source, str) else source
    return f'W/"{blake2b(_VERSION + text, digest_size=12).hexdigest()}"'
