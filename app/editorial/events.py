"""Events, as editors write them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, Field
from typing_extensions import override

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import tags
from app.editorial.content import Actor, Address, Line, Text
from app.editorial.dated_content import DatedContent
from app.errors import Detail, Invalid
from app.inputs import Input, PatchInput, make_optional
from app.kinds import events
from app.models.event import Event, EventTag
from app.public.vocabulary import DayOrMoment, Lang, Moment, Slug

Tags = Annotated[
    tuple[Slug, ...],
    Field(max_length=50, strict=False),
    AfterValidator(lambda slugs: tuple(sorted(set(slugs)))),
]
_FEW: Any = Field(max_length=50)


class EventInput(Input):
    """An event. `starts` and `ends` are both instants, or both days; it is public from
    `announce_at` until `withdraw_at`, and without them at once and for good."""

    titles: Annotated[dict[Lang, Line], Field(min_length=1, max_length=50)]
    descriptions: Annotated[dict[Lang, Text], _FEW] = {}
    starts: DayOrMoment
    ends: DayOrMoment | None = None
    place: Line | None = None
    url: Address | None = None
    tags: Tags = ()
    announce_at: Moment | None = None
    withdraw_at: Moment | None = None


@make_optional
class EventChange(PatchInput):
    """What to change of an event, of its texts in the languages that are named."""

    titles: Annotated[dict[Lang, Line | None], Field(min_length=1, max_length=50)]
    descriptions: Annotated[dict[Lang, Text | None], _FEW] | None
    starts: DayOrMoment
    ends: DayOrMoment | None
    place: Line | None
    url: Address | None
    tags: Tags
    announce_at: Moment | None
    withdraw_at: Moment | None


class EventContent(DatedContent[Event]):
    """The commands of events, whose tags are rows of their own."""

    @override
    def states(self, tx: ReadTx, rows: Sequence[Any]) -> list[dict[str, Any]]:
        event_tags = events.tags_by_event(tx, [row.id for row in rows])
        return [
            {
                "titles": row.titles,
                "descriptions": row.descriptions,
                "starts": events.day_or_instant(row.starts_at, row.all_day),
                "ends": row.ends_at and events.day_or_instant(row.ends_at, row.all_day),
                "place": row.place,
                "url": row.url,
                "tags": tuple(tag.slug for tag in event_tags.get(row.id, ())),
                "announce_at": row.announce_at,
                "withdraw_at": row.withdraw_at,
            }
            for row in rows
        ]

    @override
    def remove(self, tx: PublishTx, actor: Actor, key: UUID, revision: int | None) -> None:
        super().remove(tx, actor, key, revision)
        tags.set_tags(tx, EventTag, "event_id", key, ())

    @override
    def title(self, row: Any) -> str:
        return str(next(iter(row.titles.values())))

    @override
    def _assign(self, tx: PublishTx, row: Any, fields: Mapping[str, Any]) -> None:
        if not fields["titles"]:
            detail = Detail("untitled_event", "Keep a title in one language.", "/titles")
            raise Invalid("untitled_event", "An event needs a title.", (detail,))
        starts, ends = fields["starts"], fields["ends"]
        row.all_day = events.is_day(starts)
        row.starts_at = events.stored_instant(starts)
        row.ends_at = events.stored_instant(ends) if ends is not None else None
        for name in ("titles", "descriptions", "place", "url", "announce_at", "withdraw_at"):
            setattr(row, name, fields[name])
        tag_ids = tags.ids_of(tx, fields["tags"])
        tx.session.add(row)
        tx.session.flush()
        tags.set_tags(tx, EventTag, "event_id", row.id, tag_ids)


EVENTS: Final = EventContent(events.EVENTS, Event, EventInput, "There is no such event.")
