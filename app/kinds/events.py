"""Events that are announced now. Filters, not the clock, select by the time at which they take
place, so an answer stays true until the next boundary."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Detail, Gone, Invalid, NotFound
from app.kinds.dated_kind import DatedKind, Interval, reversed_range
from app.kinds.searchable import Searchable, tag_labels, version_of
from app.kit.clock import FOREVER, LONG_AGO, rfc3339
from app.kit.languages import localise
from app.kit.paging import Cursor
from app.models.event import Event as EventRow
from app.models.event import EventTag
from app.models.tag import Tag
from app.public.articles import TagReference
from app.public.events import Event
from app.visibility import visible, was_visible

EventOrder = Literal["newest", "oldest"]

_END: Final = sa.func.coalesce(col(EventRow.ends_at), col(EventRow.starts_at))


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Events that overlap a time, with tags: one of each family of `all_of`, none of `none_of`."""

    since: datetime | None = None
    until: datetime | None = None
    until_inclusive: bool = False
    all_of: tuple[tuple[UUID, ...], ...] = ()
    none_of: tuple[tuple[UUID, ...], ...] = ()

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The filter as SQL conditions."""
        conditions = [_carries(family) for family in self.all_of]
        conditions += [~_carries(family) for family in self.none_of]
        if self.since is not None:
            conditions.append(self.since <= _END)
        if self.until is not None:
            starts = col(EventRow.starts_at)
            conditions.append(starts <= self.until if self.until_inclusive else starts < self.until)
        return conditions


def page_of_events(
    tx: ReadTx,
    now: datetime,
    languages: Sequence[str],
    event_filter: EventFilter,
    order: EventOrder,
    cursor: Cursor | None,
    limit: int,
) -> tuple[list[Event], Cursor | None]:
    """The events after the cursor in the order of their starts, and the start of the next page."""
    starts, key = col(EventRow.starts_at), col(EventRow.id)
    place = sa.tuple_(starts, key)
    query = _visible(now).where(*event_filter.conditions())
    if cursor is not None:
        after = sa.tuple_(sa.literal(cursor.at), sa.literal(cursor.id))
        query = query.where(place < after if order == "newest" else place > after)
    ordered = (starts.desc(), key.desc()) if order == "newest" else (starts, key)
    rows = tx.execute(query.order_by(*ordered).limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    onward = Cursor(last.starts_at, last.id, backwards=False) if last else None
    return _items(tx, rows[:limit], languages), onward


def read_event(tx: ReadTx, now: datetime, languages: Sequence[str], key: UUID) -> Event:
    """One event; `Gone` when it was public, else `NotFound`."""
    events = list_events(tx, now, languages, [key])
    if events:
        return events[0]
    query = sa.select(col(EventRow.visible_until)).where(
        col(EventRow.id) == key, was_visible(EventRow, now)
    )
    ended = tx.execute(query).scalar()
    if ended is None:
        raise NotFound("event_not_found", "There is no such event.")
    reason = EVENTS.judge(tx, {key: None}, now)[key] or ""
    message = "The event is not announced any more."
    raise Gone("event_gone", message, reason=reason, at=rfc3339(ended))


def list_events(
    tx: ReadTx, now: datetime, languages: Sequence[str], ids: Sequence[UUID] | None = None
) -> list[Event]:
    """All events, or those with these ids, in the order of their starts."""
    query = _visible(now).order_by(col(EventRow.starts_at), col(EventRow.id))
    if ids is not None:
        query = query.where(col(EventRow.id).in_(ids))
    return _items(tx, tx.execute(query).all(), languages)


def day_or_instant(at: datetime, all_day: bool) -> date | datetime:
    """A stored start or end as editors write it."""
    return at.astimezone(UTC).date() if all_day else at


def is_day(when: date | datetime) -> bool:
    """Whether the value is a whole day."""
    return not isinstance(when, datetime)


def stored_instant(when: date | datetime) -> datetime:
    """The stored form of a start or end: a day is stored as its noon in UTC, which is that day
    almost everywhere."""
    if isinstance(when, datetime):
        return when
    return datetime(when.year, when.month, when.day, 12, tzinfo=UTC)


def _visible(now: datetime) -> sa.Select[Any]:
    return sa.select(EventRow.__table__).where(visible(EventRow, now))  # type: ignore[attr-defined]  # SQLModel does not type the table of a class


def _carries(family: Sequence[UUID]) -> sa.ColumnElement[bool]:
    tagged = sa.select(col(EventTag.event_id)).where(col(EventTag.tag_id).in_(family))
    return col(EventRow.id).in_(tagged)


def _items(tx: ReadTx, rows: Sequence[Any], languages: Sequence[str]) -> list[Event]:
    tags = tags_by_event(tx, [row.id for row in rows], only_accepted=True)
    items = []
    for row in rows:
        lang = _language(row.titles, languages)
        items.append(
            Event(
                id=row.id,
                title=row.titles[lang],
                description=localise(row.descriptions, (lang, *languages)),
                lang=lang,
                starts=day_or_instant(row.starts_at, row.all_day),
                ends=day_or_instant(row.ends_at, row.all_day) if row.ends_at else None,
                place=row.place,
                url=row.url,
                tags=[
                    TagReference(
                        slug=tag.slug,
                        type=tag.type,
                        name=localise(tag.names, (lang, *languages)) or tag.slug,
                    )
                    for tag in tags.get(row.id, ())
                ],
                updated_at=row.updated_at,
            )
        )
    return items


def tags_by_event(
    tx: ReadTx, ids: Sequence[UUID], *, only_accepted: bool = False
) -> dict[UUID, list[Any]]:
    """The tags of events, by their ids."""
    query = (
        sa.select(
            col(EventTag.event_id),
            *(col(getattr(Tag, name)) for name in ("slug", "type", "names", "synonyms")),
        )
        .join(Tag, col(Tag.id) == col(EventTag.tag_id))
        .where(col(EventTag.event_id).in_(ids))
        .order_by(col(Tag.slug))
    )
    if only_accepted:
        query = query.where(col(Tag.accepted))
    tags: dict[UUID, list[Any]] = {}
    for tag in tx.execute(query) if ids else ():
        tags.setdefault(tag.event_id, []).append(tag)
    return tags


def _language(texts: Mapping[str, str], languages: Sequence[str]) -> str:
    """The language of the first wanted text that exists; else of the first text."""
    return next((lang for lang in languages if lang in texts), next(iter(texts)))


def _to_searchables(tx: ReadTx, rows: Sequence[Any]) -> Iterator[Searchable]:
    tags = tags_by_event(tx, [row.id for row in rows], only_accepted=True)
    for row in rows:
        words = [(text, lang) for lang, text in row.titles.items()]
        for tag in tags.get(row.id, ()):
            words += tag_labels(tag.names, tag.synonyms)
        yield Searchable(
            kind="event",
            id=row.id,
            version=version_of(row.updated_at),
            lang=None,
            title=next(iter(row.titles.values())),
            summary=row.place or "",
            body=" ".join(row.descriptions.values()),
            labels=(*dict.fromkeys(words), ("Event", "en"), ("Evento", "es")),
        )


def _interval(fields: Mapping[str, Any]) -> Interval:
    starts, ends = fields["starts"], fields["ends"]
    if ends is not None and is_day(ends) != is_day(starts):
        message = "starts and ends are both days, or both instants; write both alike."
        detail = Detail("mixed_dates", message, "/ends")
        raise Invalid("mixed_dates", message, (detail,))
    if ends is not None and ends < starts:
        raise reversed_range("starts", "ends")
    announced: datetime = fields["announce_at"] or LONG_AGO
    withdrawn: datetime = fields["withdraw_at"] or FOREVER
    if withdrawn <= announced:
        raise reversed_range("announce_at", "withdraw_at")
    return announced, withdrawn


EVENTS: Final = DatedKind(
    name="event",
    plural="events",
    table=EventRow,
    fields=(
        *("titles", "descriptions", "starts", "ends", "place", "url", "tags"),
        *("announce_at", "withdraw_at"),
    ),
    order=("starts_at", "id"),
    texts=("titles", "descriptions", "place"),
    identity=lambda fields: {
        "starts_at": stored_instant(fields["starts"]),
        "titles": fields["titles"],
    },
    interval=_interval,
    list_items=list_events,
    to_searchables=_to_searchables,
)
