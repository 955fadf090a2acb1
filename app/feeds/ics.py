"""iCalendar (RFC 5545): events, and instants of the editors' schedule, for people's calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.public.events import Event

if TYPE_CHECKING:  # imported only for the first calendar: it takes long
    from icalendar import Event as Entry

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Instant:
    """Something that happens at an instant. `uid` stays the same when it moves."""

    uid: str
    at: datetime
    changed_at: datetime
    summary: str
    lang: str
    description: str


def render(name: str, events: Iterable[Event]) -> bytes:
    """A calendar of that name with these events."""
    return _calendar(name, (_entry(event) for event in events))


def render_instants(name: str, instants: Iterable[Instant]) -> bytes:
    """A calendar of that name in which nothing takes time, so that nobody seems to be busy."""
    return _calendar(name, (_instant_entry(instant) for instant in instants))


def _calendar(name: str, entries: "Iterable[Entry]") -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Willay//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(entry)
    written: bytes = calendar.to_ical()
    return written


def _instant_entry(instant: Instant) -> "Entry":
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", instant.uid)
    entry.add("dtstamp", instant.changed_at)
    entry.add("last-modified", instant.changed_at)
    entry.add("dtstart", instant.at)
    entry.add("summary", instant.summary, parameters={"language": instant.lang})
    entry.add("description", instant.description)
    entry.add("transp", "TRANSPARENT")
    return entry


def _entry(event: Event) -> "Entry":
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", f"urn:uuid:{event.id}")
    entry.add("dtstamp", event.updated_at)
    entry.add("last-modified", event.updated_at)
    entry.add("summary", event.title, parameters={"language": event.lang})
    entry.add("dtstart", event.starts)
    if isinstance(event.starts, datetime):
        if event.ends is not None:
            entry.add("dtend", event.ends)
    elif (last := event.ends or event.starts) < date.max:
        entry.add("dtend", last + timedelta(days=1))  # the end of whole days is the day after
    for member in ("description", "location", "url"):
        value = event.place if member == "location" else getattr(event, member)
        if value is not None:
            entry.add(member, value)
    if event.tags:
        entry.add("categories", [tag.name for tag in event.tags])
    return entry
