"""Sponsors: make, change, order, remove. Their dates decide when the public sees them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.content import SiteRules
from app.editorial.ordering import PeopleOrder, order_people
from app.editorial.patch_input import check_languages
from app.editorial.people import SPONSORS, NewSponsor, SponsorChange
from app.editorial.profiles import require_picture
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep, Snapshot
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.public.envelopes import One, Total
from app.public.vocabulary import GivenAddress, Lang, SponsorKind

router = management("sponsors")

Reader = Annotated[Principal, require_scopes("articles:read")]
Publisher = Annotated[Principal, require_scopes("people:write")]


class ManagedSponsor(BaseModel):
    """A sponsor as editors see it; `is_public` says whether its dates hold today."""

    id: UUID
    revision: int
    name: str
    names: dict[Lang, str]
    kind: SponsorKind
    url: GivenAddress | None
    logo: GivenAddress | None
    image: UUID | None
    statement: str | None
    statements: dict[Lang, str]
    valid_from: date | None
    valid_to: date | None
    position: int
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ManagedSponsors(BaseModel):
    """All, past and future ones too, in their order."""

    data: list[ManagedSponsor]
    meta: Total


@router.get("/sponsors", response_model=ManagedSponsors)
def list_managed_sponsors(snapshot: Snapshot, principal: Reader) -> Outcome:
    """All sponsors, whether or not the public sees them today."""
    return _list_outcome(snapshot.tx, snapshot.now)


@router.post(
    "/sponsors", status_code=201, response_model=One[ManagedSponsor], responses=problem_answers()
)
def create_sponsor(
    tx: PublishTx, principal: Publisher, body: Json[NewSponsor], runtime: RuntimeDep
) -> Outcome:
    """A new sponsor, the last in the order."""
    _check_texts(tx, body, runtime.site_rules)
    row = SPONSORS.add(tx, actor(principal), body)
    return _sponsor_outcome(tx, row.id, tx.moment, 201, f"/v1/admin/sponsors/{row.id}")


@router.post("/sponsors/order", response_model=ManagedSponsors)
def order_sponsors(tx: PublishTx, principal: Publisher, body: Json[PeopleOrder]) -> Outcome:
    """Put all into an order: the ids of all of them, the first first."""
    order_people(tx, actor(principal), SPONSORS, body.ids)
    return _list_outcome(tx, tx.moment)


@router.get("/sponsors/{sponsor_id:uuid}", response_model=One[ManagedSponsor])
def read_managed_sponsor(snapshot: Snapshot, sponsor_id: UUID, principal: Reader) -> Outcome:
    """One sponsor."""
    return _sponsor_outcome(snapshot.tx, sponsor_id, snapshot.now)


@router.patch("/sponsors/{sponsor_id:uuid}", response_model=One[ManagedSponsor])
def change_sponsor(
    tx: PublishTx,
    sponsor_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: Json[SponsorChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Change what is said of a sponsor; a field that is left out stays."""
    _check_texts(tx, body, runtime.site_rules)
    SPONSORS.edit(tx, actor(principal), sponsor_id, body, revision)
    return _sponsor_outcome(tx, sponsor_id, tx.moment)


@router.delete("/sponsors/{sponsor_id:uuid}", status_code=204, response_model=None)
def remove_sponsor(
    tx: PublishTx, sponsor_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """Remove a sponsor, at once and for good."""
    SPONSORS.remove(tx, actor(principal), sponsor_id, revision)
    return Outcome(status=204)


def _check_texts(tx: PublishTx, body: NewSponsor | SponsorChange, rules: SiteRules) -> None:
    check_languages(rules, names=body.names, statements=body.statements)
    require_picture(tx, body.image, "/image")


def _list_outcome(tx: ReadTx, now: datetime) -> Outcome:
    data = [ManagedSponsor(**view) for view in SPONSORS.list_views(tx, now)]
    return Outcome(ManagedSponsors(data=data, meta=Total(total=len(data))))


def _sponsor_outcome(
    tx: ReadTx, sponsor_id: UUID, now: datetime, status: int = 200, location: str | None = None
) -> Outcome:
    data = ManagedSponsor(**SPONSORS.view(tx, now, sponsor_id))
    return Outcome(One[ManagedSponsor](data=data), status, data.revision, location)
