"""The site's own record: read and change. It is public when saved."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import site, site_warnings
from app.editorial.site_input import SiteChange, SiteInput
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep, Snapshot
from app.http.management import IfMatch, management
from app.http.transactions import Outcome
from app.public.envelopes import Code, One
from app.public.vocabulary import (
    Count,
    GivenAddress,
    Lang,
    MachineUsage,
    PaymentType,
    PolicyName,
    Slug,
)

router = management("site")

Reader = Annotated[Principal, require_scopes("articles:read")]
Publisher = Annotated[Principal, require_scopes("site:write")]


class ManagedLink(BaseModel):
    """A page elsewhere, with its name by language."""

    labels: dict[Lang, str]
    url: GivenAddress


class ManagedEntry(BaseModel):
    """An entry of the menu's second level: one of a page, a tag, and an address."""

    page: Slug | None
    tag: Slug | None
    url: GivenAddress | None
    labels: dict[Lang, str]


class ManagedNavigation(ManagedEntry):
    """An entry of the menu, with the entries below it."""

    children: list[ManagedEntry]


class ManagedMachineLicence(BaseModel):
    """What machines may do: the terms of RSL 1.0, and the reservation of TDMRep."""

    permits: list[MachineUsage]
    prohibits: list[MachineUsage]
    payment: PaymentType | None
    standard: GivenAddress | None
    terms: GivenAddress | None
    tdm_reserved: bool | None
    tdm_policy: GivenAddress | None


class SiteWarning(BaseModel):
    """One thing that readers do not see, with its JSON pointer, and what to do."""

    code: Code
    message: str
    pointer: str


class ManagedSite(BaseModel):
    """The record as editors see it; revision 0 before the first save.

    `navigation` and `sections` are null where the default holds: the standing pages, and the topics
    at the top that have articles. `featured` are ids of articles. `warnings` tells what readers do
    not see of it, and why.
    """

    revision: Count
    names: dict[Lang, str]
    descriptions: dict[Lang, str]
    logo: UUID | None
    contact: dict[str, str]
    links: list[ManagedLink]
    policies: dict[PolicyName, GivenAddress]
    machines: ManagedMachineLicence | None
    navigation: list[ManagedNavigation] | None
    sections: list[Slug] | None
    featured: list[UUID]
    updated_at: datetime | None
    warnings: Annotated[list[SiteWarning], Field(description="What readers do not see")]


@router.get("/site", response_model=One[ManagedSite])
def read_managed_site(snapshot: Snapshot, principal: Reader) -> Outcome:
    """What the site says of itself, as it was saved."""
    return _site_outcome(snapshot.tx, snapshot.now)


@router.patch("/site", response_model=One[ManagedSite])
def change_site(
    tx: PublishTx,
    principal: Publisher,
    revision: IfMatch,
    body: Json[SiteChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Change what the site says of itself, at once; a field that is left out stays. Names,
    descriptions, contact and policies change by their keys, and null takes one away; every other
    field is replaced whole. The first save is made from revision 0."""
    site.change(tx, actor(principal), revision, body, runtime.site_rules)
    return _site_outcome(tx, tx.moment)


def _site_outcome(tx: ReadTx, now: datetime) -> Outcome:
    state = site.read(tx)
    fields: dict[str, Any] = SiteInput.model_construct(**state.fields).model_dump(mode="json")
    warnings = [
        SiteWarning(code=detail.code, message=detail.message, pointer=detail.pointer or "")
        for detail in site_warnings.list_warnings(tx, state, now)
    ]
    data = ManagedSite(
        **fields, revision=state.revision, updated_at=state.updated_at, warnings=warnings
    )
    return Outcome(One[ManagedSite](data=data), revision=state.revision)
