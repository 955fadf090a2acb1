"""The audit log: who did what to which subject, when, from where, and what changed.

A closed list of fields for each kind of subject says what an entry may show, so no secret gets in
because somebody forgot to exclude it. Entries are only appended: triggers in the migration refuse
UPDATE and DELETE, except to `erase`. Whoever acts records in the transaction of the act.
May import: models, database, errors, kit.
"""

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import cursors
from app.database import ReadTx, WriteTx
from app.errors import BadRequest, Detail
from app.kinds.registry import DATED_KINDS
from app.kit import paging
from app.kit.clock import rfc3339
from app.kit.text import is_legal
from app.models.account import Account
from app.models.audit import AuditEntry, AuditErasure
from app.public.vocabulary import ContentKind

Via = Literal["session", "token", "reset", "operator", "partner"]
SubjectKind = Literal[
    "account",
    "login_session",
    "api_token",
    ContentKind,
    "author",
    "alias",
    "site",
    "media",
    "release",
    "webhook",
    "partner",
    "letter",
    "newsletter_issue",
    "reader",
    "operation",
]

FIELDS: Final[Mapping[SubjectKind, AbstractSet[str]]] = {
    "account": {"email", "name", "role", "suspended", "totp", "lang", "timezone", "notices_off"},
    "login_session": {"user_agent"},
    "api_token": {"name", "kind", "scopes", "expires_at"},
    "article": {
        *("kind", "lang", "slug", "title", "state", "revision", "reason", "note"),
        *("visible_from", "visible_until", "cancelled"),
    },
    "tag": {"slug", "type", "names", "descriptions", "synonyms", "parent", "merged_into", "status"},
    **{kind.name: frozenset(kind.fields) for kind in DATED_KINDS},
    # Not the biography and the links, because an entry outlives what it tells of a person.
    "author": {"slug", "name", "portrait", "always_public"},
    "alias": {"path", "slug", "tag", "gone"},
    "site": {
        *("names", "descriptions", "logo", "contact", "links", "policies", "machines"),
        *("navigation", "sections", "featured"),
    },
    "media": {"name", "media_type", "bytes", "alt", "caption", "credit", "reason"},
    "release": {"visible_from", "visible_until", "articles"},
    "webhook": {"name", "host", "topics", "active"},
    "partner": {"name", "rights", "active"},
    "letter": {"kind", "state"},
    "newsletter_issue": {"state", "subject", "introduction", "articles", "excluded", "series"},
    "reader": frozenset(),  # nothing that tells who
    "operation": {"name", "outcome"},
}
"""The fields of each kind that an entry may show in `before` and `after`; no other is kept."""

ERASED: Final = "[erased]"


@dataclass(frozen=True, slots=True)
class By:
    """The author of an act, and the place it came from."""

    via: Via
    account_id: UUID | None = None
    credential: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One audited act, for admins. `email` is the account's present one, None if it is gone."""

    id: int
    at: datetime
    by: By
    email: str | None
    action: str
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries to list; all given conditions must hold. Only `until` is exclusive."""

    account_id: UUID | None = None
    action: str | None = None
    subject_kind: SubjectKind | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of entries, newest first; `next` is the cursor of the following page."""

    entries: list[AuditEvent]
    next: str | None


def record(
    tx: WriteTx,
    by: By,
    now: datetime,
    action: str,
    kind: SubjectKind,
    subject_id: UUID | str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Append an entry. Given two states, keep only the fields that differ."""
    was, became = _audited_fields(kind, before), _audited_fields(kind, after)
    if was is not None and became is not None:
        same = {name for name in was.keys() & became.keys() if was[name] == became[name]}
        was = {name: value for name, value in was.items() if name not in same}
        became = {name: value for name, value in became.items() if name not in same}
    entry = AuditEntry(
        at=now,
        account_id=by.account_id,
        via=by.via,
        credential=by.credential,
        address=by.address,
        action=action,
        subject_kind=kind,
        subject_id=str(subject_id),
        before=was,
        after=became,
    )
    tx.session.add(entry)


def last_name(tx: ReadTx, kind: SubjectKind, subject_id: UUID | str) -> str | None:
    """The present name of the account that last changed a subject; None if it is unknown."""
    last = (
        sa.select(col(Account.name))
        .select_from(AuditEntry)
        .outerjoin(Account, col(Account.id) == col(AuditEntry.account_id))
        .where(col(AuditEntry.subject_kind) == kind, col(AuditEntry.subject_id) == str(subject_id))
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    name: str | None = tx.execute(last).scalar()
    return name


def last_account(tx: ReadTx, kind: SubjectKind, subject_id: UUID, action: str) -> UUID | None:
    """The account that last did this to a subject; None if no account did."""
    last = (
        sa.select(col(AuditEntry.account_id))
        .where(col(AuditEntry.subject_kind) == kind, col(AuditEntry.subject_id) == str(subject_id))
        .where(col(AuditEntry.action) == action)
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    account_id: UUID | None = tx.execute(last).scalar()
    return account_id


def list_events(
    tx: ReadTx, filters: AuditFilter, cursor: str | None = None, limit: int = 20
) -> AuditPage:
    """A page of entries, newest first; `BadRequest` if the cursor belongs to another list."""
    list_name = f"audit {filters}"
    statement = (
        sa.select(*_COLUMNS, col(Account.email))
        .outerjoin(Account, col(Account.id) == col(AuditEntry.account_id))
        .where(*_conditions(filters))
        .order_by(col(AuditEntry.id).desc())
        .limit(limit + 1)
    )
    if (after := cursors.decode(cursor, list_name)) is not None:
        statement = statement.where(col(AuditEntry.id) < after.id.int)
    rows = tx.execute(statement).all()
    entries = [
        AuditEvent(
            id=row.id,
            at=row.at,
            by=By(row.via, row.account_id, row.credential, row.address),
            email=row.email,
            action=row.action,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            before=row.before,
            after=row.after,
        )
        for row in rows[:limit]
    ]
    if len(rows) <= limit:
        return AuditPage(entries, None)
    last = entries[-1]
    following = paging.Cursor(last.at, UUID(int=last.id), backwards=False)
    return AuditPage(entries, following.encode(list_name))


def erase(tx: WriteTx, account_id: UUID | None, words: Sequence[str]) -> int:
    """Erase a person's data: the addresses of an account's acts, and `words` (a name, an e-mail) in
    every entry. Return the number of entries rewritten; action, subject and time of each stay. Only
    this function passes the triggers, and only within this transaction."""
    if not all(words):
        raise ValueError("an empty word would be found everywhere")
    tx.execute(sa.insert(AuditErasure), {"id": 1})
    concerned = sa.select(*_COLUMNS).where(
        sa.or_(_from_somewhere(account_id), *(_mentions(word) for word in words))
    )
    rows = tx.execute(concerned).all()
    for row in rows:
        values: dict[str, Any] = {
            "before": _redact(row.before, words),
            "after": _redact(row.after, words),
        }
        if account_id is not None and row.account_id == account_id:
            values["address"] = None
        tx.execute(sa.update(AuditEntry).where(col(AuditEntry.id) == row.id).values(values))
    tx.execute(sa.delete(AuditErasure))
    return len(rows)


_COLUMNS: Final = tuple(sa.inspect(AuditEntry).columns)


def _audited_fields(kind: SubjectKind, state: Mapping[str, object] | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {name: _to_json(state[name]) for name in sorted(FIELDS[kind] & state.keys())}


def _to_json(value: object) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return rfc3339(value)
        case date() | UUID():
            return str(value)
        case Mapping():
            return {str(key): _to_json(item) for key, item in value.items()}
        case AbstractSet():
            return sorted(_to_json(item) for item in value)
        case Sequence():
            return [_to_json(item) for item in value]
        case _:
            raise TypeError(f"an audit entry cannot show a {type(value).__name__}")


def _conditions(filters: AuditFilter) -> list[sa.ColumnElement[bool]]:
    for name, text in (("action", filters.action), ("subject_id", filters.subject_id)):
        if text is not None and not is_legal(text):
            message = "It holds a control character; remove it."
            detail = Detail("invalid_parameter", message, parameter=name)
            raise BadRequest("invalid_parameter", message, (detail,))
    equal = ("account_id", "action", "subject_kind", "subject_id")
    given = ((name, getattr(filters, name)) for name in equal)
    conditions = [
        col(getattr(AuditEntry, name)) == value for name, value in given if value is not None
    ]
    if filters.since is not None:
        conditions.append(col(AuditEntry.at) >= filters.since)
    if filters.until is not None:
        conditions.append(col(AuditEntry.at) < filters.until)
    return conditions


def _from_somewhere(account_id: UUID | None) -> sa.ColumnElement[bool]:
    """Whether the account acted from a known address."""
    if account_id is None:
        return sa.false()
    return sa.and_(col(AuditEntry.account_id) == account_id, col(AuditEntry.address).isnot(None))


def _mentions(word: str) -> sa.ColumnElement[bool]:
    """Whether either state contains the word, as JSON spells it."""
    spelled = json.dumps(word)[1:-1]
    return sa.or_(
        *(
            sa.cast(col(column), sa.Text).contains(spelled, autoescape=True)
            for column in (AuditEntry.before, AuditEntry.after)
        )
    )


def _redact(state: Any, words: Sequence[str]) -> Any:
    match state:
        case str():
            for word in words:
                # Match whole words only: the name Ana must not match in "analysis".
                state = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", ERASED, state)
            return state
        case dict():
            return {key: _redact(value, words) for key, value in state.items()}
        case list():
            return [_redact(value, words) for value in state]
        case _:
            return state
