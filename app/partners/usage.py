"""The usage of partners: counted in memory, added to the store every few seconds.

Each process adds its own counts, so the store has the sum over replicas. Other processes do not
know counts that are not added yet, so a quota may be exceeded by some seconds' requests. A process
that is killed loses the counts of its last seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import Database, ReadTx, WriteTx
from app.kit.clock import end_of
from app.models.partner import Partner, PartnerKey, PartnerUsage
from app.public.partner import Usage, UsageMeta, UsageOfDay

Day = tuple[UUID, date]
"""A partner and a UTC day."""


@dataclass(slots=True)
class UsageCounts:
    """`requests` count for the quota; `not_modified` of them were answered 304; `refused` are 429
    and do not count; `bytes` are those of bodies."""

    requests: int = 0
    not_modified: int = 0
    refused: int = 0
    bytes: int = 0

    def plus(self, other: "UsageCounts") -> "UsageCounts":
        """The sum of two counts."""
        return UsageCounts(
            *(getattr(self, name) + getattr(other, name) for name in _NAMES),
        )


_NAMES: Final = tuple(field.name for field in fields(UsageCounts))


def stored_days(tx: ReadTx, partner: UUID, today: date, number: int) -> dict[date, UsageCounts]:
    """The stored counts of the last days; days without counts are left out."""
    statement = sa.select(col(PartnerUsage.day), *(getattr(PartnerUsage, name) for name in _NAMES))
    first = today - timedelta(days=number - 1)
    own_days = statement.where(
        col(PartnerUsage.partner_id) == partner, col(PartnerUsage.day) >= first
    )
    return {day: UsageCounts(*counts) for day, *counts in tx.execute(own_days)}


def usage_of(
    tx: ReadTx, meter: "UsageMeter", partner: UUID, quota: int | None, number: int, now: datetime
) -> Usage:
    """The last days: the stored counts and those that this process has not added yet."""
    today = now.date()
    by_day = stored_days(tx, partner, today, number)
    usage_days = []
    for back in range(number):
        day = today - timedelta(days=back)
        counts = by_day.get(day, _NONE).plus(meter.pending_counts(partner, day))
        usage_days.append(UsageOfDay(day=day, **{name: getattr(counts, name) for name in _NAMES}))
    left = max(0, quota - usage_days[0].requests) if quota is not None else None
    meta = UsageMeta(quota_per_day=quota, left_today=left, resets_at=end_of(today))
    return Usage(data=usage_days, meta=meta)


def requests_on(tx: ReadTx, partner: UUID, day: date) -> int:
    """The number of stored requests of a day."""
    statement = sa.select(col(PartnerUsage.requests)).where(
        col(PartnerUsage.partner_id) == partner, col(PartnerUsage.day) == day
    )
    return int(tx.execute(statement).scalar() or 0)


def add_counts(
    tx: WriteTx, counts_by_day: Mapping[Day, UsageCounts], used: Mapping[str, datetime]
) -> dict[Day, int]:
    """Add counts and the last uses of keys; returns each day's requests after that. Partners that
    were deleted meanwhile are left out."""
    partner_ids = set(tx.execute(sa.select(col(Partner.id))).scalars())
    # Everybody adds in one order, so that two replicas never wait for each other.
    for (partner, day), counts in sorted(counts_by_day.items(), key=lambda item: item[0]):
        if partner in partner_ids:
            _upsert(tx, partner, day, counts)
    for key_id, at in sorted(used.items()):
        unseen = sa.or_(col(PartnerKey.last_used_at).is_(None), col(PartnerKey.last_used_at) < at)
        noted = sa.update(PartnerKey).where(col(PartnerKey.id) == key_id, unseen)
        tx.execute(noted.values(last_used_at=at))
    return {key: requests_on(tx, *key) for key in counts_by_day}


def _upsert(tx: WriteTx, partner: UUID, day: date, counts: UsageCounts) -> None:
    added = {name: getattr(counts, name) for name in _NAMES}
    statement = tx.insert_into(PartnerUsage).values(partner_id=partner, day=day, **added)
    summed = {name: getattr(PartnerUsage, name) + statement.excluded[name] for name in _NAMES}
    tx.execute(statement.on_conflict_do_update(index_elements=["partner_id", "day"], set_=summed))


class UsageMeter:
    """The counts that this process has not added yet, and the last totals that it read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._adding = Lock()
        self._pending: dict[Day, UsageCounts] = {}
        self._under_way: dict[Day, UsageCounts] = {}
        self._used: dict[str, datetime] = {}
        self._stored: dict[UUID, tuple[date, int]] = {}

    def known_requests(self, partner: UUID, day: date) -> int:
        """The number of requests of a day that this process knows of."""
        with self._lock:
            stored_day, stored = self._stored.get(partner, (day, 0))
            counts = self._pending.get((partner, day), _NONE).requests
            counts += self._under_way.get((partner, day), _NONE).requests
            return counts + (stored if stored_day == day else 0)

    def pending_counts(self, partner: UUID, day: date) -> UsageCounts:
        """The counts that are not in the store yet."""
        with self._lock:
            usage_counts = self._pending.get((partner, day), _NONE)
            return usage_counts.plus(self._under_way.get((partner, day), _NONE))

    def learn_total(self, partner: UUID, day: date, total: int) -> None:
        """Take a total that was read from the store. Totals only grow, so lower ones are old."""
        with self._lock:
            self._learn_total(partner, day, total)

    def count_request(self, partner: UUID, day: date, key_id: str, now: datetime) -> None:
        """Count an admitted request."""
        with self._lock:
            self._counts_of(partner, day).requests += 1
            self._used[key_id] = now

    def count_answer(self, partner: UUID, day: date, *, not_modified: bool, size: int) -> None:
        """Count an answer."""
        with self._lock:
            counts = self._counts_of(partner, day)
            counts.not_modified += not_modified
            counts.bytes += size

    def note_key_use(self, key_id: str, now: datetime) -> None:
        """Record the use of a key by a request that does not count."""
        with self._lock:
            self._used[key_id] = now

    def count_refusal(self, partner: UUID, day: date) -> None:
        """Count a request that was refused as too many."""
        with self._lock:
            self._counts_of(partner, day).refused += 1

    def flush(self) -> None:
        """Add the counts to the store; counts that cannot be added are kept for the next time."""
        with self._adding:
            with self._lock:
                pending, self._pending = self._pending, {}
                used, self._used = self._used, {}
                self._under_way = pending
            if not pending and not used:
                return
            try:
                with self._database.writing() as tx:
                    totals = add_counts(tx, pending, used)
            except BaseException:
                with self._lock:
                    self._under_way = {}
                    for key, counts in pending.items():
                        self._pending[key] = counts.plus(self._pending.get(key, _NONE))
                    self._used = {**used, **self._used}
                raise
            with self._lock:
                self._under_way = {}
                for (partner, day), total in totals.items():
                    self._learn_total(partner, day, total)

    def _learn_total(self, partner: UUID, day: date, total: int) -> None:
        stored_day, before = self._stored.get(partner, (day, 0))
        if stored_day <= day:
            self._stored[partner] = (day, max(total, before if stored_day == day else 0))

    def _counts_of(self, partner: UUID, day: date) -> UsageCounts:
        return self._pending.setdefault((partner, day), UsageCounts())


_NONE: Final = UsageCounts()
