"""One request that reads: one hop, one snapshot, one conditional answer.

The ETag is valid for one head of the log, until the next boundary. Past that, while the log has not
caught up, the answer's own bytes make the tag. `Last-Modified` is the log's clock, rounded up to
the second, and sent only once that second has come: a second with two changes never looks
unchanged.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import TypeVar

from fastapi import Request
from starlette.responses import Response
from starlette.types import Scope

from app.changes import Head, head
from app.database import ReadTx
from app.http.cache_headers import (
    NEVER_FRESH,
    Lifetimes,
    cache_control,
    last_modified,
    lifetimes,
    purge_headers,
)
from app.kit.calendar import Calendar
from app.kit.version import VERSION
from app.loop_reads.brief import NotBrief
from app.published.answer import Answer
from app.published.cache import HeadCache, Tags
from app.runtime import Runtime

Question = TypeVar("Question")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class View:
    """The state that an endpoint reads: one snapshot, at the head of its log.

    Its response is cached under its address and that head. So an endpoint reads nothing else that
    may change, except what its `Cost` names as `also`.
    """

    tx: ReadTx
    runtime: Runtime
    head: Head
    now: datetime
    recall: HeadCache
    current: bool
    """Whether the log has caught up with the present."""

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
    brief: bool = False,
    fresh: bool = False,
    cached: bool = True,
    also: Callable[[Runtime], str] | None = None,
) -> Response:
    """Run `work` in the read lane (or the counting lane) and answer; 304 if nothing changed.

    With `brief` it runs on the event loop where that can be, within a budget; it may run twice.
    `also` names other state than the store's that the answer depends on. With `fresh`, other caches
    ask each time; without `cached`, the response cache of this process keeps nothing.
    """
    runtime: Runtime = request.state.runtime
    lane = runtime.counts if slow else runtime.reads
    life = NEVER_FRESH if fresh else lifetimes(runtime.settings)
    condition, url = _precondition_of(request)

    def respond(reading: AbstractContextManager[ReadTx] | None = None) -> Response:
        beside_state = also(runtime) if also else None
        with _open_moment(runtime, url, life, beside_state, reading=reading) as here:
            # Also None, because a read that was stopped may have left one.
            basis = Basis(here.view.head, life, also, beside_state)
            request.state.basis = basis if cached and here.view.current else None
            if here.is_known(condition):
                return here.not_modified()
            return here.response(condition, work(here.view))

    if brief and not slow:
        with suppress(NotBrief):
            return respond(runtime.brief_reads.reading(_shape_of(request)))
    return await lane.run(respond)


def _shape_of(request: Request) -> str:
    """A name for requests that cost alike: the same route, with as many values of the same
    parameters."""
    parts = request.scope["query_string"].decode("latin-1").split("&")
    named = [f"{part.partition('=')[0]}{part.count(',')}{part.count('%2C')}" for part in parts]
    return f"{request.scope['route'].path}?{'&'.join(sorted(named))}"


async def answer_search(
    request: Request,
    ask: Callable[[View], Question],
    find: Callable[[Question], Result],
    show: Callable[[View, Question, Result], Answer],
) -> Response:
    """Like `answer_view`, for an answer that needs another system between two reads of the store.
    `find` runs outside of any transaction and in the search lane, so it may take its time."""
    runtime: Runtime = request.state.runtime
    life = lifetimes(runtime.settings)
    condition, url = _precondition_of(request)

    def respond() -> Response:
        state, indexed = runtime.search.state()
        with _open_moment(runtime, url, life, state, indexed) as before:
            if before.is_known(condition):
                return before.not_modified()
            question = ask(before.view)
            indexed = min(indexed, before.view.head.sequence)
        result = find(question)
        with _open_moment(runtime, url, life, state, indexed) as after:
            answer = show(after.view, question, result)
            if after.view.head != before.view.head:
                # The question was made from an older state, whose tags may have changed since.
                return after.response(condition, answer, tag_of(answer.body))
            if after.view.current:
                basis = Basis(after.view.head, life, None, state, is_search=True)
                request.state.basis = basis
            return after.response(condition, answer)

    return await runtime.searches.run(respond)


async def answer_search_uncached(
    request: Request,
    ask: Callable[[View], Question],
    find: Callable[[Question], Result],
    show: Callable[[View, Question, Result], bytes],
) -> Response:
    """Like `answer_search`, for a question in a body: no cache keeps the answer."""
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
class Basis:
    """What a response was made from. Only a response that leaves one is cached in memory, and it
    is given again only while all of it holds."""

    head: Head
    life: Lifetimes
    """How long other caches may keep it, if no boundary comes before."""
    beside: Callable[[Runtime], str] | None = None
    """The state beside the store that it depends on."""
    beside_state: str | None = None
    """That state when the response was made."""
    is_search: bool = False
    """Whether it also depends on the search index, whose state is `beside_state`."""

    @property
    def is_dated(self) -> bool:
        """Whether it has a `Last-Modified`: it depends on nothing beside the store."""
        return self.beside_state is None


def basis_of(scope: Scope) -> Basis | None:
    """What the response to a request was made from; None if it may not be cached."""
    basis: Basis | None = scope.get("state", {}).get("basis")
    return basis


@dataclass(frozen=True, slots=True)
class Precondition:
    """The client's copy, by its tag or else by its date (RFC 9110, 13.2.2)."""

    tags: str | None
    since: str | None

    def met_by(self, tag: str, changed_at: datetime | None) -> bool:
        """Whether the client's copy is as good as the answer."""
        if self.tags is not None:
            return etag_matches(self.tags, tag)
        if self.since is None or changed_at is None:
            return False
        try:
            return parsedate_to_datetime(self.since) >= changed_at
        except (ValueError, TypeError, OverflowError):
            return False  # no date, an impossible one, or one without a zone


def _precondition_of(request: Request) -> tuple[Precondition, str]:
    url = f"{request.url.path}?{request.scope['query_string'].decode('latin-1')}"
    headers = request.headers
    return Precondition(headers.get("if-none-match"), headers.get("if-modified-since")), url


@dataclass(frozen=True, slots=True)
class _ReadMoment:
    """One snapshot, with the tag, the date and the headers of its answer."""

    view: View
    tag: str
    modified: datetime | None
    headers: Mapping[str, str]
    indexed: int | None = None

    def is_known(self, precondition: Precondition) -> bool:
        """Whether the client has this answer. Only the work can tell whether it exists at all,
        which "*" and dates ask."""
        return (
            self.view.current
            and precondition.tags != "*"
            and etag_matches(precondition.tags, self.tag)
        )

    def not_modified(self) -> Response:
        """The answer that the client's copy still holds."""
        self.view.runtime.meters.answers_unchanged.inc()
        return Response(None, 304, {**self.headers, "ETag": self.tag})

    def response(
        self, precondition: Precondition, answer: Answer, tag: str | None = None
    ) -> Response:
        """The answer, or 304 where the client's copy is as good. `tag` replaces its usual one."""
        self.view.runtime.meters.answers_from_store.inc()
        tag = tag or (self.tag if self.view.current else tag_of(answer.body))
        headers = {**self.headers, "ETag": tag}
        if precondition.met_by(tag, self.modified):
            return Response(None, 304, headers)
        settings = self.view.runtime.settings
        headers |= purge_headers(settings, self.view.head, answer.keys, self.indexed)
        links = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in answer.links.items() if to)
        if links:
            headers["Link"] = links
        return Response(answer.body, 200, headers, answer.media)


@contextmanager
def open_view(
    runtime: Runtime, clock: datetime, reading: AbstractContextManager[ReadTx] | None = None
) -> Iterator[View]:
    """One snapshot, for as long as the block runs; by default on a connection of the pool."""
    with reading or runtime.database.reading() as tx:
        log = head(tx)
        current = log.is_current(clock)
        recall = runtime.memory.at_head(log, current)
        yield View(tx, runtime, log, log.moment(clock), recall, current)


@contextmanager
def _open_moment(
    runtime: Runtime,
    url: str,
    life: Lifetimes,
    beside_state: str | None = None,
    indexed: int | None = None,
    reading: AbstractContextManager[ReadTx] | None = None,
) -> Iterator[_ReadMoment]:
    """One snapshot; `beside_state` names other state that the answer depends on, `indexed` a
    place in the log before the head that it was made from."""
    clock = runtime.clock()
    with open_view(runtime, clock, reading) as view:
        log = view.head
        headers = {"Cache-Control": cache_control(log, clock, life)}
        modified = last_modified(log, view.now) if view.current and beside_state is None else None
        if modified is not None:
            headers["Last-Modified"] = format_datetime(modified, usegmt=True)
        state = f"{log.epoch}/{log.sequence}/{log.effective_until}/{beside_state or ''}"
        site = f"{runtime.settings.public_url}/{runtime.settings.timezone}"
        tag = tag_of(f"{state}/{url}/{site}")
        yield _ReadMoment(view, tag, modified, headers, indexed)


def etag_matches(header: str | None, tag: str) -> bool:
    """Whether `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2)."""
    if header is None:
        return False
    opaque = tag.removeprefix("W/")
    return any(
        candidate.strip().removeprefix("W/") in (opaque, "*") for candidate in header.split(",")
    )


_VERSION = VERSION.encode()


def tag_of(source: str | bytes) -> str:
    """The weak `ETag` of a name, or of an answer's bytes."""
    text = source.encode() if isinstance(source, str) else source
    return f'W/"{blake2b(_VERSION + text, digest_size=12).hexdigest()}"'
