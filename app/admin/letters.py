"""The letters that Willay sends: what became of them, and those to send again."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import Principal
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import RuntimeDep
from app.http.management import management
from app.http.parameters import Limit, Parameters, links_onward
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.letters import register
from app.letters.register import LetterInfo
from app.newsletters.bounces import ReportKind
from app.outbox import LetterKind, LetterState
from app.public.envelopes import Links, One, PageMeta

router = management("letters")

Operator = Annotated[Principal, require_scopes("operations:write")]


class Letter(BaseModel):
    """A letter without its content. `uncertain`: nobody knows whether the server has it; `bounce`
    is what was reported of it later."""

    id: UUID
    kind: LetterKind
    account_id: UUID | None
    reader_id: UUID | None
    issue_id: UUID | None
    state: LetterState
    problem: str | None
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None
    bounce: ReportKind | None
    bounced_at: datetime | None


class Letters(BaseModel):
    """The newest first."""

    data: list[Letter]
    meta: PageMeta
    links: Links


class LetterParameters(Parameters):
    """The parameters of the list of letters."""

    state: Literal["", "planned", "handed", "uncertain", "sent", "refused", "failed"] = ""
    bounced: Annotated[bool, Field(description="Only what came back, or led to a complaint")] = (
        False
    )
    cursor: Annotated[str, Field(max_length=200)] = ""
    limit: Limit = 20


@router.get("/letters", response_model=Letters)
def list_letters(
    tx: ReadTx, _principal: Operator, params: LetterParameters, runtime: RuntimeDep
) -> Outcome:
    """What became of letters; those that were settled are kept for 30 days."""
    page = register.list_letters(
        *(tx, params.state or None, params.cursor or None, params.limit), bounced=params.bounced
    )
    links = links_onward(f"{runtime.settings.public_url}/v1/admin/letters", params, page.next)
    data = [_letter(info) for info in page.letters]
    return Outcome(Letters(data=data, meta=PageMeta(limit=params.limit), links=links))


@router.post(
    "/letters/{letter_id}/resend", response_model=One[Letter], responses=problem_answers(409)
)
def resend_letter(
    tx: WriteTx, letter_id: UUID, principal: Operator, runtime: RuntimeDep
) -> Outcome:
    """Send a letter again that is uncertain, refused or failed; it may then arrive twice."""
    now = runtime.clock()
    return Outcome(One[Letter](data=_letter(register.resend(tx, principal, letter_id, now))))


def _letter(info: LetterInfo) -> Letter:
    return Letter.model_validate(info, from_attributes=True)
