"""Recently verified keys, so that a public request with a key costs no query.

A key that is revoked, or whose partner is suspended or changed, keeps its old rights for at most
`KEPT_FOR`. Requests for embargoed content do not use this cache but the store.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from app.database import Database
from app.errors import Unauthenticated
from app.kit.clock import Clock
from app.partners import usage
from app.partners.keys import Holder, verify_key
from app.partners.usage import UsageMeter

KEPT_FOR: Final = timedelta(seconds=5)
_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class _CachedKey:
    holder: Holder
    since: datetime


class Keyring:
    """The valid keys that one process has seen."""

    def __init__(self, database: Database, clock: Clock, meter: UsageMeter) -> None:
        self._database = database
        self._clock = clock
        self._meter = meter
        self._known: OrderedDict[bytes, _CachedKey] = OrderedDict()

    def find(self, key: str, now: datetime) -> Holder | None:
        """The holder of a key that was verified within `KEPT_FOR` and has not expired since."""
        cached = self._known.get(_mark(key))
        if cached is None or not timedelta(0) <= now - cached.since < KEPT_FOR:
            return None
        return cached.holder if cached.holder.expires_at > now else None

    def knows(self, key: str) -> bool:
        """Whether the key was valid when it was last looked up."""
        return _mark(key) in self._known

    def looked_up(self, key: str) -> Holder:
        """The holder of a key, from the store, with its use of today's quota. `Unauthenticated` as
        in `keys.verify_key`."""
        now = self._clock()
        mark = _mark(key)
        with self._database.reading() as tx:
            try:
                holder = verify_key(tx, key, now)
            except Unauthenticated:
                self._known.pop(mark, None)
                raise
            used = usage.requests_on(tx, holder.partner_id, now.date())
        self._meter.learn_total(holder.partner_id, now.date(), used)
        self._known[mark] = _CachedKey(holder, now)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return holder


def _mark(key: str) -> bytes:
    return sha256(key.encode()).digest()
