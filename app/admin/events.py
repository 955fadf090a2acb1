"""Events: announce, change, remove. Their announcement decides when the public sees them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.events import EVENTS, EventChange, EventInput
from app.editorial.patch_input import check_languages
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep, Snapshot
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.public.envelopes import One, Total
from app.public.vocabulary import DayOrMoment, GivenAddress, Lang, Slug

router = management("events")

Reader = Annotated[Principal, require_scopes("articles:read")]
Publisher = Annotated[Principal, require_scopes("events:write")]


class ManagedEvent(BaseModel):
    """An event as editors see it; `is_public` says whether it is announced now."""

    id: UUID
    revision: int
    titles: dict[Lang, str]
    descriptions: dict[Lang, str]
    starts: DayOrMoment
    ends: DayOrMoment | None
    place: str | None
    url: GivenAddress | None
    tags: list[Slug]
    announce_at: datetime | None
    withdraw_at: datetime | None
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ManagedEvents(BaseModel):
    """All, past and future ones too, in the order of their starts."""

    data: list[ManagedEvent]
    meta: Total


@router.get("/events", response_model=ManagedEvents)
def list_managed_events(snapshot: Snapshot, principal: Reader) -> Outcome:
    """All events, whether or not the public sees them now."""
    data = [ManagedEvent(**view) for view in EVENTS.list_views(snapshot.tx, snapshot.now)]
    return Outcome(ManagedEvents(data=data, meta=Total(total=len(data))))


@router.post(
    "/events", status_code=201, response_model=One[ManagedEvent], responses=problem_answers()
)
def create_event(
    tx: PublishTx, principal: Publisher, body: Json[EventInput], runtime: RuntimeDep
) -> Outcome:
    """A new event, public at once unless `announce_at` is to come."""
    check_languages(runtime.site_rules, titles=body.titles, descriptions=body.descriptions)
    row = EVENTS.add(tx, actor(principal), body)
    return _event_outcome(tx, row.id, tx.moment, 201, f"/v1/admin/events/{row.id}")


@router.get("/events/{event_id:uuid}", response_model=One[ManagedEvent])
def read_managed_event(snapshot: Snapshot, event_id: UUID, principal: Reader) -> Outcome:
    """One event."""
    return _event_outcome(snapshot.tx, event_id, snapshot.now)


@router.patch("/events/{event_id:uuid}", response_model=One[ManagedEvent])
def change_event(
    tx: PublishTx,
    event_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: Json[EventChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Change some fields of an event; a field that is left out stays."""
    check_languages(runtime.site_rules, titles=body.titles, descriptions=body.descriptions)
    EVENTS.edit(tx, actor(principal), event_id, body, revision)
    return _event_outcome(tx, event_id, tx.moment)


@router.delete("/events/{event_id:uuid}", status_code=204, response_model=None)
def remove_event(tx: PublishTx, event_id: UUID, principal: Publisher, revision: IfMatch) -> Outcome:
    """Remove an event, at once and for good."""
    EVENTS.remove(tx, actor(principal), event_id, revision)
    return Outcome(status=204)


def _event_outcome(
    tx: ReadTx, event_id: UUID, now: datetime, status: int = 200, location: str | None = None
) -> Outcome:
    data = ManagedEvent(**EVENTS.view(tx, now, event_id))
    return Outcome(One[ManagedEvent](data=data), status, data.revision, location)
