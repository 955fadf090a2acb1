"""Readers of newsletters: numbers, and one reader at a time, for who asks what is stored."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel

from app.accounts.principal import Principal
from app.admin.articles import Reader
from app.changes import head
from app.database import ReadTx, WriteTx
from app.errors import Conflict
from app.http.access import require_scopes
from app.http.endpoint import RuntimeDep, SmallJson
from app.http.management import management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.newsletters import bounces, readers, requests
from app.newsletters.addresses import AddressBook
from app.newsletters.bounces import Suppression
from app.newsletters.inputs import Address
from app.newsletters.readers import ReaderState
from app.public.envelopes import One
from app.public.vocabulary import Rhythm

router = management("readers")

Keeper = Annotated[Principal, require_scopes("readers:write")]


class ReaderCount(BaseModel):
    """How many readers there are in a state, of a newsletter."""

    state: ReaderState
    rhythm: Rhythm
    lang: str
    number: int


class ReaderCounts(BaseModel):
    """Numbers of readers. `topics` counts active readers by tag, `suppressed` addresses that
    nobody writes to any more."""

    readers: list[ReaderCount]
    topics: dict[str, int]
    suppressed: dict[Suppression, int]
    waiting: bool


class KnownReader(BaseModel):
    """What is stored of a reader."""

    id: UUID
    state: ReaderState
    rhythm: Rhythm
    lang: str
    topics: list[str]
    created_at: datetime
    consented_at: datetime | None
    consent: str | None


class KnownAddress(BaseModel):
    """What is stored of an address: a reader, and whether nobody writes to it any more."""

    reader: KnownReader | None
    suppressed: Suppression | None
    suppressed_at: datetime | None


class ReaderQuestion(Input):
    """The address of somebody who asks; it is in no address of this API, which logs might keep."""

    email: Address


class ReaderDecision(ReaderQuestion):
    """What to do about an address: forget who has it, or write to it again at its owner's wish."""

    act: Literal["erase", "allow"]


@router.get("/readers", response_model=One[ReaderCounts])
def count_readers(tx: ReadTx, _principal: Reader, runtime: RuntimeDep) -> Outcome:
    """How many readers there are."""
    tags = runtime.memory.tags(tx, head(tx))
    counts = ReaderCounts.model_validate(
        {
            "readers": [row._asdict() for row in readers.count_readers(tx)],
            "topics": dict(readers.count_topics(tx, tags)),
            "suppressed": bounces.count_suppressed(tx),
            "waiting": requests.has_requests(tx),
        }
    )
    return Outcome(One[ReaderCounts](data=counts))


@router.post("/readers/search", response_model=One[KnownAddress])
def find_reader(
    tx: ReadTx, _principal: Keeper, body: SmallJson[ReaderQuestion], runtime: RuntimeDep
) -> Outcome:
    """What is stored of an address, for its owner who asks."""
    book = AddressBook(runtime.key())
    tags = runtime.memory.tags(tx, head(tx))
    row = readers.find_reader(tx, book, body.email)
    record = bounces.find_suppression(tx, book, body.email)
    known = None
    if row is not None:
        topics = [tag.slug for tag in tags.resolve_ids(row.topics)]
        known = KnownReader.model_validate(row._asdict() | {"topics": topics})
    answer = KnownAddress(
        reader=known,
        suppressed=record.suppressed if record is not None else None,
        suppressed_at=record.suppressed_at if record is not None else None,
    )
    return Outcome(One[KnownAddress](data=answer))


@router.post("/readers/decisions", status_code=204, responses=problem_answers(409))
def decide_reader(
    tx: WriteTx, principal: Keeper, body: SmallJson[ReaderDecision], runtime: RuntimeDep
) -> Outcome:
    """Forget who has an address, or let it be written to again. 409 if nothing is stored of it."""
    book, now = AddressBook(runtime.key()), runtime.clock()
    if body.act == "erase":
        is_done = readers.erase_address(tx, book, body.email) > 0
    else:
        is_done = bounces.lift_suppression(tx, book, body.email)
    if not is_done:
        raise Conflict("nothing_stored", "Nothing is stored of this address that this changes.")
    readers.record_decision(tx, principal, body.act, now)
    return Outcome(status=204)
