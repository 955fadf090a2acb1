"""Throttling of attempts to log in: growing delays, never a lock.

Four counters, each bounded in number and forgotten after a while:

- per network: strict. One source cannot try many accounts, nor many e-mails that do not exist.
- per account and network: strict. A guesser at one account waits up to 15 minutes between tries.
- per account from all networks together: lenient, and only for networks from which nobody has
  logged in to it lately. A botnet is slowed; the editor at their usual desk never notices, so
  nobody can lock somebody else out from there.
- per account, once the password was right and the code was wrong: strict, since whoever comes
  that far knows the password, and a code has only six digits.

An attempt counts when it begins, or a hundred at once would all pass; one that succeeds is given
back. Counters live in memory: with several processes the bounds are per process.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from cachetools import FIFOCache

from app.errors import Throttled


@dataclass(frozen=True, slots=True)
class BackoffRule:
    """`free` attempts, then delays that double with each attempt, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta
    forget_after: timedelta = timedelta(hours=1)

    def delay(self, attempts: int) -> timedelta:
        """The delay after this many attempts."""
        over = attempts - self.free
        if over < 0:
            return timedelta(0)
        return min(self.first * (1 << min(over, 20)), self.longest)


NETWORK: Final = BackoffRule(30, timedelta(seconds=10), timedelta(minutes=15))
PAIR: Final = BackoffRule(5, timedelta(seconds=30), timedelta(minutes=15))
ACCOUNT: Final = BackoffRule(20, timedelta(seconds=1), timedelta(seconds=30))
CODE: Final = BackoffRule(5, timedelta(seconds=30), timedelta(hours=1), timedelta(hours=24))


_SKEW: Final = timedelta(minutes=1)


@dataclass(slots=True)
class _AttemptCount:
    attempts: int
    last: datetime


class AttemptCounter:
    """Attempts per key, for at most `size` keys; the least recently used key is dropped first."""

    def __init__(self, rule: BackoffRule, size: int = 10_000) -> None:
        self._rule = rule
        self._counts: FIFOCache[str, _AttemptCount] = FIFOCache(size)

    def wait(self, key: str, now: datetime) -> timedelta:
        """The time until the next attempt is allowed; zero or less when it is allowed now."""
        count = self._counts.get(key)
        if count is None or self._is_forgotten(count, now):
            return timedelta(0)
        return count.last + self._rule.delay(count.attempts) - now

    def add(self, key: str, now: datetime) -> None:
        """Count an attempt."""
        count = self._counts.pop(key, None)
        before = 0 if count is None or self._is_forgotten(count, now) else count.attempts
        self._counts[key] = _AttemptCount(before + 1, now)

    def give_back(self, key: str) -> None:
        """Take back an attempt that succeeded."""
        count = self._counts.get(key)
        if count is not None:
            count.attempts = max(0, count.attempts - 1)

    def clear(self, key: str) -> None:
        """Forget all attempts."""
        self._counts.pop(key, None)

    def _is_forgotten(self, count: _AttemptCount, now: datetime) -> bool:
        # A clock that was set back must not make anybody wait for hours. Two threads that read the
        # clock in another order than they arrive here must not forget anything.
        return not -_SKEW <= now - count.last < self._rule.forget_after

    def __len__(self) -> int:
        return len(self._counts)


class Throttle:
    """The four counters together."""

    def __init__(self, size: int = 10_000) -> None:
        self._lock = threading.Lock()
        self._networks = AttemptCounter(NETWORK, size)
        self._pairs = AttemptCounter(PAIR, size)
        self._accounts = AttemptCounter(ACCOUNT, size)
        self._codes = AttemptCounter(CODE, size)

    def admit(self, email: str, network: str, now: datetime, *, is_usual: bool) -> None:
        """Count an attempt, or `Throttled`. `is_usual`: the account often uses this network."""
        pair = f"{network} {email}"
        with self._lock:
            waits = [self._networks.wait(network, now), self._pairs.wait(pair, now)]
            if not is_usual:
                waits.append(self._accounts.wait(email, now))
            _refuse_until(max(waits))
            self._networks.add(network, now)
            self._pairs.add(pair, now)
            if not is_usual:
                self._accounts.add(email, now)

    def give_back(self, email: str, network: str, *, is_usual: bool) -> None:
        """Take back an attempt with the right password. The network's other attempts still count,
        because an attacker must not clear them by logging in to an account of their own."""
        with self._lock:
            self._networks.give_back(network)
            self._pairs.give_back(f"{network} {email}")
            if not is_usual:
                self._accounts.give_back(email)

    def clear(self, email: str, network: str) -> None:
        """Clear the counters after a right password (and code, where one is due), because the
        owner's own mistakes do not count."""
        with self._lock:
            self._pairs.clear(f"{network} {email}")
            self._codes.clear(email)

    def admit_code(self, email: str, now: datetime, *, is_usual: bool) -> None:
        """Count an attempt at the second factor after a right password, or `Throttled`."""
        if is_usual:
            return
        with self._lock:
            _refuse_until(self._codes.wait(email, now))
            self._codes.add(email, now)

    def admit_network(self, network: str, now: datetime) -> None:
        """Count an attempt that names no account, or `Throttled`."""
        with self._lock:
            _refuse_until(self._networks.wait(network, now))
            self._networks.add(network, now)


def _refuse_until(wait: timedelta) -> None:
    seconds = ceil(wait.total_seconds())
    if seconds > 0:
        raise Throttled(
            "too_many_attempts", f"Too many attempts; try again in {seconds} s.", (), seconds
        )
