"""The limit of a client that shows no key, by its network.

The response cache counts by it too, so a limit holds wherever an answer comes from.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from starlette.types import Scope

from app.accounts.principal import Origin
from app.kit.clock import Clock
from app.rates import LimitStatus, RateLimit
from app.runtime import Runtime

PREVIEWS: Final = "/v1/preview/"

_PREVIEWS_PART: Final = 4
"""Previews have a fourth of the usual rate: nobody needs many, and each is a secret."""

Headers = list[tuple[bytes, bytes]]


class NetworkLimits:
    """Counts requests by the client's network."""

    def __init__(self, runtime: Runtime) -> None:
        rate = runtime.settings.rate_limit
        self._rates = runtime.rates
        self._usual = RateLimit("default", rate)
        self._previews = RateLimit("preview", max(1, rate // _PREVIEWS_PART))
        self._network = networks(runtime.settings.rate_limit_exempt)

    async def hit(self, scope: Scope, now: datetime) -> tuple[RateLimit, LimitStatus] | None:
        """Count a request; None if its client has no limit."""
        network = self._limited_network(scope)
        if network is None:
            return None
        rule = self._previews if scope["path"].startswith(PREVIEWS) else self._usual
        return rule, await self._rates.hit(rule, network, now.timestamp())

    async def pass_cached(self, scope: Scope, clock: Clock) -> Headers | None:
        """Count a request whose answer is in memory, and return the headers that show its limit;
        None if the client has asked for too much."""
        network = self._limited_network(scope)
        if network is None:
            return []
        status = await self._rates.hit(self._usual, network, clock().timestamp())
        return limit_headers((self._usual, status)) if status.passes else None

    def _limited_network(self, scope: Scope) -> str | None:
        if self._usual.quota == 0:
            return None
        client = scope.get("client")
        return self._network(client[0] if client else "unknown")


def limit_headers(*limits: tuple[RateLimit, LimitStatus]) -> Headers:
    """The headers as draft-ietf-httpapi-ratelimit-headers defines them since its eighth version."""
    policy = b", ".join([_policy(rule.name, rule.quota, rule.seconds) for rule, _ in limits])
    state = ", ".join([f'"{rule.name}";r={it.remaining};t={it.resets_in}' for rule, it in limits])
    return [(b"ratelimit-policy", policy), (b"ratelimit", state.encode())]


@lru_cache(maxsize=1_000)
def _policy(name: str, quota: int, seconds: int) -> bytes:
    return f'"{name}";q={quota};w={seconds}'.encode()


@lru_cache(maxsize=8)
def networks(exempt: tuple[str, ...]) -> Callable[[str], str | None]:
    """A function that names a client's network; it gives None for one that is exempt."""
    spared = [ip_network(text) for text in exempt]

    @lru_cache(maxsize=10_000)
    def network(address: str) -> str | None:
        origin = Origin(address)
        if spared and origin.plain_address != "unknown":
            own = ip_address(origin.plain_address)
            if any(own in exempt_network for exempt_network in spared):
                return None
        return origin.network

    return network
