"""Events: a list between two dates, one event, and both as iCalendar."""

from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import to_json

from app import cursors
from app.delivery.filters import TagClauses, preferred_languages, refuse_reversed, tag_clauses
from app.feeds import ics
from app.http.calendars import CalendarResponse
from app.http.endpoint import BriefView
from app.http.parameters import Language, Limit, Parameters, Travelling, date_of, links_onward
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kinds import events
from app.kinds.events import EventFilter, EventOrder
from app.kit.dates import first_instant, range_end
from app.public.envelopes import One, Page, PageMeta
from app.public.events import Event
from app.published.answer import Answer
from app.published.cache_keys import LISTS, key_of

router = APIRouter(tags=["events"], route_class=EndpointRoute)

CALENDAR_LIMIT: Final = 1_000
"""The largest number of events in a calendar; those that start last are kept."""


class EventParameters(Travelling):
    """The language of titles."""

    lang: Language = ""


class EventFilterParameters(Parameters):
    """The filters of events, and the language of titles. Dates are days, or instants with
    offsets."""

    tag: TagClauses = ""
    from_date: Annotated[
        str, Field(max_length=40, description="Not over before this day or instant")
    ] = ""
    to_date: Annotated[str, Field(max_length=40, description="Begun by this day or instant")] = ""
    lang: Language = ""


class EventListParameters(EventFilterParameters):
    """The parameters of the list of events."""

    order: Annotated[EventOrder, Field(description="What comes first")] = "newest"
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


class CalendarParameters(EventFilterParameters, Travelling):
    """The parameters of the calendar."""


@router.get(
    "/v1/events",
    response_model=Page[Event],
    responses=public_responses(304, 400, 503, links=True),
)
def list_events(view: BriefView, params: EventListParameters) -> Answer:
    """Events by their starts, page by page. What is to come: give today as `from_date`, and
    `order=oldest`."""
    event_filter = _event_filter(view, params)
    name = repr((event_filter, params.order))
    cursor = cursors.decode(params.cursor or None, name)
    data, onward = events.page_of_events(
        view.tx,
        view.now,
        preferred_languages(params.lang, view.runtime.settings),
        event_filter,
        params.order,
        cursor,
        params.limit,
    )
    base = f"{view.runtime.settings.public_url}/v1/events"
    links = links_onward(base, params, onward.encode(name) if onward else None)
    page = Page[Event](data=data, meta=PageMeta(limit=params.limit), links=links)
    return Answer(to_json(page), {"next": links.next}, LISTS)


@router.get(
    "/v1/events/{event_id:uuid}.ics",
    response_class=CalendarResponse,
    responses=public_responses(304, 400, 404, 410, 503),
)
def read_event_calendar(view: View, event_id: UUID, params: EventParameters) -> Answer:
    """One event for a calendar."""
    event = events.read_event(
        view.tx,
        view.now,
        preferred_languages(params.lang, view.runtime.settings),
        event_id,
    )
    return Answer(ics.render(event.title, [event]), {}, key_of("event", event_id), ics.MEDIA_TYPE)


@router.get(
    "/v1/events/{event_id:uuid}",
    response_model=One[Event],
    responses=public_responses(304, 400, 404, 410, 503),
)
def read_event(view: BriefView, event_id: UUID, params: EventParameters) -> Answer:
    """One event."""
    event = events.read_event(
        view.tx,
        view.now,
        preferred_languages(params.lang, view.runtime.settings),
        event_id,
    )
    return Answer(b'{"data":%s}' % to_json(event), {}, key_of("event", event_id))


@router.get(
    "/v1/feeds/events.ics",
    response_class=CalendarResponse,
    responses=public_responses(304, 400, 503),
)
def read_events_calendar(view: View, params: CalendarParameters) -> Answer:
    """Events as iCalendar, for people's calendars to follow: at most 1,000, those that start
    last."""
    event_filter, requested = (
        _event_filter(view, params),
        preferred_languages(params.lang, view.runtime.settings),
    )
    latest, _ = events.page_of_events(
        view.tx, view.now, requested, event_filter, "newest", None, CALENDAR_LIMIT
    )
    name = view.runtime.settings.site_name
    return Answer(ics.render(name, latest[::-1]), {}, LISTS, ics.MEDIA_TYPE)


def _event_filter(view: View, params: EventFilterParameters) -> EventFilter:
    all_of, none_of = tag_clauses(params.tag, view.tags) if params.tag else ((), ())
    since = date_of("from_date", params.from_date, partial(first_instant, calendar=view.calendar))
    until = date_of("to_date", params.to_date, partial(range_end, calendar=view.calendar))
    if since and until:
        refuse_reversed(since, until[0].at, until[1])
    return EventFilter(
        since=since,
        until=until[0].at if until else None,
        until_inclusive=until[1] if until else False,
        all_of=all_of,
        none_of=none_of,
    )
