"""The audit, for admins: who did what, to which subject, and when."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from app import audit
from app.accounts.principal import Principal
from app.audit import SubjectKind, Via
from app.database import ReadTx
from app.http.access import require_scopes
from app.http.endpoint import RuntimeDep
from app.http.management import management
from app.http.parameters import Limit, Parameters, date_of, links_onward
from app.http.transactions import Outcome
from app.kit.dates import first_instant
from app.public.envelopes import Links, PageMeta

router = management("audit")


class Entry(BaseModel):
    """One act. `email` is the account's present one; what changed is in `before` and `after`."""

    id: int
    at: datetime
    account_id: UUID | None
    email: str | None
    via: Via
    credential: str | None
    address: str | None
    action: str
    subject_kind: SubjectKind
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Entries(BaseModel):
    """The newest first."""

    data: list[Entry]
    meta: PageMeta
    links: Links


class AuditParameters(Parameters):
    """The filters of the audit; all that are given must hold. `until` is not included."""

    account_id: UUID | None = None
    action: Annotated[str, Field(max_length=100)] = ""
    subject_kind: SubjectKind | None = None
    subject_id: Annotated[str, Field(max_length=100)] = ""
    since: Annotated[str, Field(max_length=40, description="First day or instant")] = ""
    until: Annotated[str, Field(max_length=40, description="Before this instant or day")] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


@router.get("/audit", response_model=Entries)
def list_audit_entries(
    tx: ReadTx,
    principal: Annotated[Principal, require_scopes("audit:read")],
    params: AuditParameters,
    runtime: RuntimeDep,
) -> Outcome:
    """What was done, the newest first."""
    base = f"{runtime.settings.public_url}/v1/admin/audit"
    filters = audit.AuditFilter(
        account_id=params.account_id,
        action=params.action or None,
        subject_kind=params.subject_kind,
        subject_id=params.subject_id or None,
        since=date_of("since", params.since, first_instant),
        until=date_of("until", params.until, first_instant),
    )
    page = audit.list_events(tx, filters, params.cursor or None, params.limit)
    links = links_onward(base, params, page.next)
    data = [_to_entry(entry) for entry in page.entries]
    return Outcome(Entries(data=data, meta=PageMeta(limit=params.limit), links=links))


def _to_entry(entry: audit.AuditEvent) -> Entry:
    return Entry(
        id=entry.id,
        at=entry.at,
        account_id=entry.by.account_id,
        email=entry.email,
        via=entry.by.via,
        credential=entry.by.credential,
        address=entry.by.address,
        action=entry.action,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        before=entry.before,
        after=entry.after,
    )
