"""Rate limits: each client's requests in a window are counted, in memory or in Redis.

Windows are fixed, and each client's begin at a different instant, so that refused clients do not
all return together. Across the edge of two windows up to twice the quota may pass.

In memory a count costs a microsecond, and the client not seen for longest is forgotten first. In
Redis the replicas' counts add up. While Redis is away each process counts for itself, and no reader
is refused because of it. May import: settings, errors, kit.
"""

import asyncio
import logging
from asyncio import timeout
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import ceil
from time import monotonic
from typing import Final, NamedTuple, Protocol
from zlib import crc32

from app.errors import Unavailable
from app.settings import Settings

_LOG: Final = logging.getLogger("willay.rates")

_ANSWER_SECONDS: Final = 0.25
"""The time that a request waits for Redis, once in `_AWAY_SECONDS`, until it is counted here."""

_AWAY_SECONDS: Final = 5.0
_SKEW: Final = timedelta(seconds=30)
"""Replicas whose clocks differ by less share their windows, except at the edges."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `quota` requests in `seconds`; answers show it under `name`."""

    name: str
    quota: int
    seconds: int = 60


class LimitStatus(NamedTuple):
    """A client's state: how many requests remain, and in how many seconds the window ends."""

    passes: bool
    remaining: int
    resets_in: int


class SharedCounter(Protocol):
    """Counts that several processes share."""

    trouble: str

    async def add(self, name: str, seconds: int) -> int | None:
        """Count one more under a name that expires after `seconds`; None if that failed."""
        ...

    async def check(self) -> bool:
        """Whether it can be reached."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


class WindowCounters:
    """Counts of this process, each for one window: of the `size` clients seen last, at least, and
    of twice as many, at most."""

    def __init__(self, size: int = 50_000) -> None:
        self._size = size
        self._counts: dict[str, tuple[int, int]] = {}
        self._counts_before: dict[str, tuple[int, int]] = {}

    def add(self, key: str, window: int) -> int:
        """Count one more in this window and return the count."""
        last = self._counts.get(key) or self._counts_before.get(key)
        count = last[1] + 1 if last is not None and last[0] == window else 1
        if len(self._counts) >= self._size and key not in self._counts:
            self._counts_before, self._counts = self._counts, {}
        self._counts[key] = (window, count)
        return count

    def __len__(self) -> int:
        return len(self._counts) + len(self._counts_before)


@lru_cache(maxsize=10_000)
def _windows_of(name: str, seconds: int, client: str) -> tuple[str, int]:
    """The name of a client's counts, and the seconds by which its windows begin earlier."""
    key = f"{name}:{client}"
    return key, crc32(key.encode()) % seconds


class RateLimiter:
    """The limits of one process, or of all that share a Redis."""

    def __init__(self, shared: SharedCounter | None = None) -> None:
        self._here = WindowCounters()
        self._shared = shared

    @property
    def is_shared(self) -> bool:
        """Whether counts are meant to be kept in Redis."""
        return self._shared is not None

    @property
    def problem(self) -> str:
        """Why counts are not shared now; empty when all is well."""
        return self._shared.trouble if self._shared is not None else ""

    async def hit(self, rule: RateLimit, client: str, now: float) -> LimitStatus:
        """Count a request of a client at an instant (seconds since 1970)."""
        key, offset = _windows_of(rule.name, rule.seconds, client)
        window, into = divmod(now + offset, rule.seconds)
        count = None
        if self._shared is not None:
            lifetime = rule.seconds + int(_SKEW.total_seconds())
            count = await self._shared.add(f"{key}:{int(window)}", lifetime)
        if count is None:
            count = self._here.add(key, int(window))
        left = rule.quota - count
        return LimitStatus(left >= 0, max(0, left), ceil(rule.seconds - into))

    def answers(self) -> bool:
        """Whether Redis answers now; call it where no event loop runs."""

        async def ask() -> bool:
            if self._shared is None:
                return False
            try:
                return await self._shared.check()
            finally:
                await self._shared.close()

        return asyncio.run(ask())

    async def close(self) -> None:
        """Close the connections."""
        if self._shared is not None:
            await self._shared.close()


class RedisCounter:
    """Counts in Redis. During an outage only one request in some seconds waits briefly for it; the
    begin and the end are logged."""

    def __init__(self, url: str) -> None:
        try:
            from redis.asyncio import Redis
        except ImportError as error:
            raise Unavailable(
                "redis_not_installed", "A Redis is set; install Willay with its extra `redis`."
            ) from error
        self._redis = Redis.from_url(
            url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS
        )
        self._again_at = 0.0
        self.trouble = ""

    async def add(self, name: str, seconds: int) -> int | None:
        """See `SharedCounter.add`."""
        from redis.exceptions import RedisError

        if self.trouble:
            if monotonic() < self._again_at:
                return None
            self._again_at = monotonic() + _AWAY_SECONDS  # the others do not wait for this try
        try:
            async with timeout(2 * _ANSWER_SECONDS):
                async with self._redis.pipeline() as commands:
                    commands.incr(f"willay:{name}")
                    commands.expire(f"willay:{name}", seconds)
                    count = int((await commands.execute())[0])
        except (RedisError, OSError, TimeoutError) as error:
            self._note_failure(error)
            return None
        if self.trouble:
            _LOG.info("Redis answers again: limits are shared")
            self.trouble = ""
        return count

    async def check(self) -> bool:
        """See `SharedCounter.check`."""
        from redis.exceptions import RedisError

        try:
            async with timeout(4 * _ANSWER_SECONDS):
                return bool(await self._redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        """See `SharedCounter.close`."""
        await self._redis.aclose()

    def _note_failure(self, error: Exception) -> None:
        cause = type(error).__name__
        if not self.trouble:
            _LOG.warning("Redis does not answer (%s): each process counts for itself", cause)
        self.trouble = cause
        self._again_at = monotonic() + _AWAY_SECONDS


def open_limiter(settings: Settings) -> RateLimiter:
    """The limiter of the settings, not connected yet. `Unavailable` if the extra is missing."""
    url = settings.redis_url
    return RateLimiter(RedisCounter(url.get_secret_value()) if url is not None else None)
