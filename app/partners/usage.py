"""How much partners ask for: counted in memory, added to the store every few seconds.

Each process adds what it counted, so replicas add up; what one has not added yet the others do not
know, so a quota may be overrun by some seconds' requests. A process that is killed loses the
seconds since it last added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.database import Database, ReadTx, WriteTx
from app.kit.clock import end_of
from app.models.partner import Partner, PartnerKey, PartnerUsage
from app.public.partner import Usage, UsageMeta, UsageOfDay

Day = tuple[UUID, date]
"""A partner and a UTC day."""


@dataclass(slots=True)
class Counts:
    """`requests` count for the quota; `not_modified` of them were answered 304; `refused` are 429
    and count for nothing; `bytes` are those of bodies."""

    requests: int = 0
    not_modified: int = 0
    refused: int = 0
    bytes: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """The two together."""
        return Counts(
            *(getattr(self, name) + getattr(other, name) for name in _NAMES),
        )


_NAMES: Final = tuple(one.name for one in fields(Counts))


def days(tx: ReadTx, partner: UUID, today: date, number: int) -> dict[date, Counts]:
    """What is in the store of the last days, of those that have anything."""
    asked = sa.select(col(PartnerUsage.day), *(getattr(PartnerUsage, name) for name in _NAMES))
    first = today - timedelta(days=number - 1)
    mine = asked.where(col(PartnerUsage.partner_id) == partner, col(PartnerUsage.day) >= first)
    return {day: Counts(*counts) for day, *counts in tx.execute(mine)}


def told(
    tx: ReadTx, meter: "Meter", partner: UUID, quota: int | None, number: int, now: datetime
) -> Usage:
    """The last days: what the store has, and what this process has not added yet."""
    today = now.date()
    kept = days(tx, partner, today, number)
    found = []
    for back in range(number):
        day = today - timedelta(days=back)
        counts = kept.get(day, _NONE).plus(meter.pending(partner, day))
        found.append(UsageOfDay(day=day, **{name: getattr(counts, name) for name in _NAMES}))
    left = max(0, quota - found[0].requests) if quota is not None else None
    meta = UsageMeta(quota_per_day=quota, left_today=left, resets_at=end_of(today))
    return Usage(data=found, meta=meta)


def requests_on(tx: ReadTx, partner: UUID, day: date) -> int:
    """How many requests of a day are in the store."""
    asked = sa.select(col(PartnerUsage.requests)).where(
        col(PartnerUsage.partner_id) == partner, col(PartnerUsage.day) == day
    )
    return int(tx.execute(asked).scalar() or 0)


def add(tx: WriteTx, counted: Mapping[Day, Counts], used: Mapping[str, datetime]) -> dict[Day, int]:
    """Add counts, and when keys were used; returns each day's requests then. Partners that were
    deleted meanwhile are left out."""
    known = set(tx.execute(sa.select(col(Partner.id))).scalars())
    # In one order everywhere: two replicas that add at once must not wait for each other.
    for (partner, day), counts in sorted(counted.items(), key=lambda item: item[0]):
        if partner in known:
            _upsert(tx, partner, day, counts)
    for key_id, at in sorted(used.items()):
        unseen = sa.or_(col(PartnerKey.last_used_at).is_(None), col(PartnerKey.last_used_at) < at)
        noted = sa.update(PartnerKey).where(col(PartnerKey.id) == key_id, unseen)
        tx.execute(noted.values(last_used_at=at))
    return {key: requests_on(tx, *key) for key in counted}


def _upsert(tx: WriteTx, partner: UUID, day: date, counts: Counts) -> None:
    insert = sqlite.insert if tx.is_sqlite else postgresql.insert
    added = {name: getattr(counts, name) for name in _NAMES}
    statement = insert(PartnerUsage).values(partner_id=partner, day=day, **added)
    summed = {name: getattr(PartnerUsage, name) + statement.excluded[name] for name in _NAMES}
    tx.execute(statement.on_conflict_do_update(index_elements=["partner_id", "day"], set_=summed))


class Meter:
    """What this process has counted and not added yet, and what it knows of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._adding = Lock()
        self._counted: dict[Day, Counts] = {}
        self._under_way: dict[Day, Counts] = {}
        self._used: dict[str, datetime] = {}
        self._stored: dict[UUID, tuple[date, int]] = {}

    def requests(self, partner: UUID, day: date) -> int:
        """How many requests of a day are known here."""
        with self._lock:
            known, stored = self._stored.get(partner, (day, 0))
            counted = self._counted.get((partner, day), _NONE).requests
            counted += self._under_way.get((partner, day), _NONE).requests
            return counted + (stored if known == day else 0)

    def pending(self, partner: UUID, day: date) -> Counts:
        """What is not in the store yet."""
        with self._lock:
            counted = self._counted.get((partner, day), _NONE)
            return counted.plus(self._under_way.get((partner, day), _NONE))

    def learn(self, partner: UUID, day: date, stored: int) -> None:
        """What was read in the store. It only grows, and a late reader knows less."""
        with self._lock:
            self._learnt(partner, day, stored)

    def count(self, partner: UUID, day: date, key_id: str, now: datetime) -> None:
        """A request that is let in."""
        with self._lock:
            self._of(partner, day).requests += 1
            self._used[key_id] = now

    def answered(self, partner: UUID, day: date, *, not_modified: bool, size: int) -> None:
        """How it was answered."""
        with self._lock:
            counts = self._of(partner, day)
            counts.not_modified += not_modified
            counts.bytes += size

    def note(self, key_id: str, now: datetime) -> None:
        """A key was used for what counts for nothing."""
        with self._lock:
            self._used[key_id] = now

    def refuse(self, partner: UUID, day: date) -> None:
        """A request that was too many."""
        with self._lock:
            self._of(partner, day).refused += 1

    def flush(self) -> None:
        """Add what was counted to the store; what could not be added is kept for the next time."""
        with self._adding:
            with self._lock:
                counted, self._counted = self._counted, {}
                used, self._used = self._used, {}
                self._under_way = counted
            if not counted and not used:
                return
            try:
                with self._database.writing() as tx:
                    totals = add(tx, counted, used)
            except BaseException:
                with self._lock:
                    self._under_way = {}
                    for key, counts in counted.items():
                        self._counted[key] = counts.plus(self._counted.get(key, _NONE))
                    self._used = {**used, **self._used}
                raise
            with self._lock:
                self._under_way = {}
                for (partner, day), total in totals.items():
                    self._learnt(partner, day, total)

    def _learnt(self, partner: UUID, day: date, stored: int) -> None:
        known, before = self._stored.get(partner, (day, 0))
        if known <= day:
            self._stored[partner] = (day, max(stored, before if known == day else 0))

    def _of(self, partner: UUID, day: date) -> Counts:
        return self._counted.setdefault((partner, day), Counts())


_NONE: Final = Counts()
