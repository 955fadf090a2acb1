"""The change feed: everything that becomes public, changes or goes, in order and for ever.

A page is judged at the log's clock in one snapshot, so a reader who applies page after page has a
copy of all public content. `wait=` and server-sent events deliver changes at once.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.sse import format_sse_event
from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response

from app import cursors
from app.changes import head
from app.errors import Gone, WillayError
from app.http.log_watch import Watch, promote_and_read
from app.http.parameters import DIGITS, Limit, Parameters, build_url
from app.http.problems import public_responses
from app.http.rate_limiting import requester_of
from app.http.routing import EndpointRoute
from app.http.streaming import HEARTBEAT, RETRY, EventStream
from app.http.views import View, answer_view
from app.kit.log_position import Position
from app.public.changes import ChangePage
from app.published import change_items, changes
from app.published.answer import Answer
from app.published.cache_keys import CHANGES
from app.published.changes import LogEntry
from app.runtime import Runtime

router = APIRouter(tags=["changes"], route_class=EndpointRoute)

_AT_ONCE = 20
"""Entries that a stream holds in memory."""


class ChangeParameters(Parameters):
    """The place to go on from, the most entries, and how long to wait for new ones."""

    cursor: Annotated[
        str, Field(max_length=200, description="From `meta.cursor`; the beginning when absent")
    ] = ""
    limit: Limit = 100
    wait: Annotated[
        int, Field(ge=0, le=25, description="Seconds to wait when there is nothing new"), DIGITS
    ] = 0


@router.get(
    "/v1/changes",
    response_model=ChangePage,
    responses=public_responses(304, 400, 410, 503, links=True),
)
async def list_changes(
    request: Request,
    params: ChangeParameters,
    last_event_id: Annotated[str, Header(description="Of a stream: goes on after this event")] = "",
) -> Response:
    """What has changed after a cursor: upserts with the whole public object, and deletes with
    their reason. With `Accept: text/event-stream` the same comes as server-sent events, one for
    each change: `id` is a cursor, `event` its type, `data` a `Change` as JSON."""
    watch: Watch = request.state.watch
    if "text/event-stream" in request.headers.get("accept", ""):
        return await _stream_changes(
            request, watch, cursors.decode_position(last_event_id or params.cursor)
        )
    position = cursors.decode_position(params.cursor)
    if params.wait:
        with watch.place(requester_of(request)):
            await watch.wait_beyond(position.sequence, params.wait)
    late = False

    def page(view: View) -> Answer:
        nonlocal late
        late = not view.current
        return _answer(view, params, position)

    # An answer from memory would end a wait at once.
    cached = not params.wait
    answer = await answer_view(request, page, fresh=True, cached=cached)
    if late:
        await watch.runtime.reads.run(lambda: promote_and_read(watch.runtime))
        answer = await answer_view(request, page, fresh=True, cached=cached)
    answer.headers["Vary"] = "Accept"
    return answer


@dataclass(frozen=True, slots=True)
class _ChangeBatch:
    entries: list[LogEntry]
    bodies: list[bytes]
    reached: Position


def _read_batch(view: View, position: Position, limit: int) -> _ChangeBatch:
    """The next entries with their JSON, all judged at the log's clock."""
    if changes.is_lost(view.tx, position):
        message = (
            "This store was restored from a copy and no longer has the history that this cursor"
            " belongs to; drop your copy and start again without a cursor."
        )
        raise Gone("cursor_gone", message)
    entries, reached = changes.entries_after(view.tx, position.sequence, limit)
    languages = view.runtime.settings.languages
    at = view.head.effective_until
    bodies = change_items.full_changes(view.tx, view.tags, entries, languages, at)
    return _ChangeBatch(entries, bodies, changes.position_at(view.tx, reached))


def _answer(view: View, params: ChangeParameters, position: Position) -> Answer:
    page = _read_batch(view, position, params.limit)
    base = f"{view.runtime.settings.public_url}/v1/changes"
    cursor = page.reached.encode()
    caught_up = page.reached.sequence == view.head.sequence
    links = {
        "self": build_url(base, params),
        "next": None if caught_up else build_url(base, params, cursor),
        "prev": None,
    }
    meta = {
        "limit": params.limit,
        "cursor": cursor,
        "sequence": page.reached.sequence,
        "caught_up": caught_up,
    }
    body = b'{"data":[%s],"meta":%s,"links":%s}' % (
        b",".join(page.bodies),
        to_json(meta),
        to_json(links),
    )
    return Answer(body, {"next": links["next"]}, CHANGES)


async def _stream_changes(request: Request, watch: Watch, position: Position) -> Response:
    """Stream changes. The first page is read before the answer begins, so an error is a problem."""
    page = await _read_in_lane(watch.runtime, position)
    parts = _no_events() if request.scope.get("headless") else _events(watch, page)
    return EventStream(parts, watch.place(requester_of(request)), watch.patience)


async def _no_events() -> AsyncIterator[bytes]:
    return
    yield b""


async def _events(watch: Watch, page: _ChangeBatch) -> AsyncIterator[bytes]:
    """Events without end. A reader who comes back with the last `id` misses none."""
    yield RETRY
    while True:
        for entry, body in zip(page.entries, page.bodies, strict=True):
            position = Position(entry.sequence, page.reached.head, page.reached.mark)
            yield format_sse_event(data_str=body.decode(), event=entry.type, id=position.encode())
        reached = page.reached
        while reached.sequence == reached.head and not await watch.wait_beyond(
            reached.sequence, watch.heartbeat
        ):
            if watch.is_stopping:
                return
            yield HEARTBEAT
        try:
            page = await _read_in_lane(watch.runtime, reached)
        except WillayError:  # busy, or restored: the reader learns of it when it reconnects
            return


async def _read_in_lane(runtime: Runtime, position: Position) -> _ChangeBatch:
    def read() -> _ChangeBatch:
        promote_and_read(runtime)
        with runtime.database.reading() as tx:
            log = head(tx)
            now = log.moment(runtime.clock())
            recall = runtime.memory.at_head(log, False)
            view = View(tx, runtime, log, now, recall, log.is_current(now))
            return _read_batch(view, position, _AT_ONCE)

    return await runtime.reads.run(read)
