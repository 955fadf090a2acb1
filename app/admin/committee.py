"""Committee members: make, change, order, remove. Their dates decide when the public sees them."""

from collections.abc import Mapping
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
from app.editorial.people import MEMBERS, MemberChange, NewMember
from app.editorial.profiles import require_picture
from app.editorial.succession import Succession, apply_succession
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep, Snapshot
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.kit.languages import UNDETERMINED
from app.public.envelopes import One, Total
from app.public.links import ExternalLink
from app.public.vocabulary import CommitteeGroup, Lang, Slug

router = management("committee")

Reader = Annotated[Principal, require_scopes("articles:read")]
Publisher = Annotated[Principal, require_scopes("people:write")]


class ManagedMember(BaseModel):
    """A member as editors see it; `is_public` says whether its dates hold today."""

    id: UUID
    revision: int
    slug: Slug
    name: str
    role: dict[Lang, str]
    group: CommitteeGroup
    affiliation: str | None
    biography: dict[Lang, str]
    portrait: UUID | None
    links: list[ExternalLink]
    term_from: date | None
    term_to: date | None
    position: int
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ManagedMembers(BaseModel):
    """All, past and future ones too, in their order."""

    data: list[ManagedMember]
    meta: Total


@router.get("/committee", response_model=ManagedMembers)
def list_managed_members(snapshot: Snapshot, principal: Reader) -> Outcome:
    """All members, whether or not the public sees them today."""
    return _list_outcome(snapshot.tx, snapshot.now)


@router.post(
    "/committee",
    status_code=201,
    response_model=One[ManagedMember],
    responses=problem_answers(409),
)
def create_member(
    tx: PublishTx, principal: Publisher, body: Json[NewMember], runtime: RuntimeDep
) -> Outcome:
    """A new member, the last in the order."""
    _check_texts(tx, body, runtime.site_rules)
    row = MEMBERS.add(tx, actor(principal), body)
    return _member_outcome(tx, row.id, tx.moment, 201, f"/v1/admin/committee/{row.id}")


@router.post("/committee/order", response_model=ManagedMembers)
def order_members(tx: PublishTx, principal: Publisher, body: Json[PeopleOrder]) -> Outcome:
    """Put all into an order: the ids of all of them, the first first."""
    order_people(tx, actor(principal), MEMBERS, body.ids)
    return _list_outcome(tx, tx.moment)


@router.post("/committee/succession", response_model=ManagedMembers)
def change_committee(
    tx: PublishTx, principal: Publisher, body: Json[Succession], runtime: RuntimeDep
) -> Outcome:
    """A new committee from a day on, all at once: who leaves, who goes on otherwise, who joins."""
    for member in body.joining:
        _check_texts(tx, member, runtime.site_rules)
    for move in body.moving:
        check_languages(runtime.site_rules, role=_without_undetermined(move.role or {}))
    apply_succession(tx, actor(principal), body)
    return _list_outcome(tx, tx.moment)


@router.get("/committee/{member_id:uuid}", response_model=One[ManagedMember])
def read_managed_member(snapshot: Snapshot, member_id: UUID, principal: Reader) -> Outcome:
    """One member."""
    return _member_outcome(snapshot.tx, member_id, snapshot.now)


@router.patch(
    "/committee/{member_id:uuid}",
    response_model=One[ManagedMember],
    responses=problem_answers(409),
)
def change_member(
    tx: PublishTx,
    member_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: Json[MemberChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Change what is said of a member; a field that is left out stays."""
    _check_texts(tx, body, runtime.site_rules)
    MEMBERS.edit(tx, actor(principal), member_id, body, revision)
    return _member_outcome(tx, member_id, tx.moment)


@router.delete("/committee/{member_id:uuid}", status_code=204, response_model=None)
def remove_member(
    tx: PublishTx, member_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """Remove a member, at once and for good."""
    MEMBERS.remove(tx, actor(principal), member_id, revision)
    return Outcome(status=204)


def _check_texts(tx: PublishTx, body: NewMember | MemberChange, rules: SiteRules) -> None:
    # The usual role has languages that a site may lack, and a plain text has none.
    given = body.role if "role" in body.model_fields_set else {}
    check_languages(rules, biography=body.biography, role=_without_undetermined(given))
    require_picture(tx, body.portrait, "/portrait")


def _without_undetermined(role: Mapping[str, str | None]) -> dict[str, str | None]:
    """The texts of a role that have a language."""
    return {lang: text for lang, text in role.items() if lang != UNDETERMINED}


def _list_outcome(tx: ReadTx, now: datetime) -> Outcome:
    data = [ManagedMember(**view) for view in MEMBERS.list_views(tx, now)]
    return Outcome(ManagedMembers(data=data, meta=Total(total=len(data))))


def _member_outcome(
    tx: ReadTx, member_id: UUID, now: datetime, status: int = 200, location: str | None = None
) -> Outcome:
    data = ManagedMember(**MEMBERS.view(tx, now, member_id))
    return Outcome(One[ManagedMember](data=data), status, data.revision, location)
