"""Leases in the store: one holder at a time, for a limited time, under a growing epoch.

They serve systems that cannot fence their writers. The clock is the database server's if there is
one, so replicas need not agree on the time. A holder that is asked to give a lease back does so at
its next `take`, and leaves the other a chance before it takes it again.
May import: models, database, kit.
"""

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from app.database import Database, ReadTx, WriteTx
from app.kit.clock import Clock, system_clock
from app.models.search import SearchLease

HELD: Final = timedelta(seconds=20)
"""A lease is free after this long without renewal."""
_RENEWED: Final = timedelta(seconds=5)
"""The interval at which the holder writes its renewal."""
_WANTED: Final = timedelta(seconds=5)
"""A request for the lease counts for this long, unless it is repeated."""


class StoreLease:
    """The lease `name` for one process."""

    def __init__(self, database: Database, name: str, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self.name: Final = name
        self.holder: Final = token_hex(8)

    def take(self, *, insist: bool = False) -> int | None:
        """Take or keep the lease: its epoch, or None if another holds it or has asked for it."""
        # Every process looks often; only a change takes the write lock.
        with self._database.reading() as tx:
            row, now = self._read_row(tx), self._read_clock(tx)
        if row is not None and not insist and row.expires_at > now:
            if row.holder != self.holder:
                return None
            is_wanted = row.wanted_until is not None and row.wanted_until > now
            if not is_wanted and row.expires_at > now + HELD - _RENEWED:
                return int(row.epoch)
        with self._database.writing() as write:
            return self._take_row(write, insist=insist)

    def keep(self) -> bool:
        """Renew the lease, even if another asks for it; false if it is lost."""
        with self._database.writing() as tx:
            is_own = (col(SearchLease.name) == self.name, col(SearchLease.holder) == self.holder)
            renewal = tx.execute(
                sa.update(SearchLease).where(*is_own).values(expires_at=self._read_clock(tx) + HELD)
            )
            return int(renewal.rowcount) > 0

    def give_back(self) -> None:
        """Free the lease. The next holder gets another epoch, unless it is this one again."""
        with self._database.writing() as tx:
            is_own = (col(SearchLease.name) == self.name, col(SearchLease.holder) == self.holder)
            tx.execute(
                sa.update(SearchLease).where(*is_own).values(expires_at=self._read_clock(tx))
            )

    def _take_row(self, tx: WriteTx, *, insist: bool) -> int | None:
        row, now = self._read_row(tx, lock=True), self._read_clock(tx)
        until = now + HELD
        if row is None:
            values = {"name": self.name, "holder": self.holder, "epoch": 1, "expires_at": until}
            tx.execute(sa.insert(SearchLease), values)
            return 1
        update = sa.update(SearchLease).where(col(SearchLease.name) == self.name)
        if row.holder == self.holder:
            if row.wanted_until is not None and row.wanted_until > now and not insist:
                tx.execute(update.values(expires_at=now))
                return None
            tx.execute(update.values(expires_at=until))
            return int(row.epoch)
        if row.expires_at > now:
            if insist:
                tx.execute(update.values(wanted_until=now + _WANTED))
            return None
        if row.wanted_until is not None and row.wanted_until > now and not insist:
            return None
        epoch = int(row.epoch) + 1
        tx.execute(
            update.values(holder=self.holder, epoch=epoch, expires_at=until, wanted_until=None)
        )
        return epoch

    def _read_row(self, tx: ReadTx, *, lock: bool = False) -> sa.Row[Any] | None:
        statement = sa.select(SearchLease.__table__).where(  # type: ignore[attr-defined]  # SQLModel hides it
            col(SearchLease.name) == self.name
        )
        return tx.execute(statement.with_for_update() if lock else statement).one_or_none()

    def _read_clock(self, tx: ReadTx) -> datetime:
        if tx.is_sqlite or self._clock is not system_clock:
            return self._clock()
        server: datetime = tx.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return server
