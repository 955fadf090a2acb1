"""Files from addresses of the web, by the request that also guards webhooks: it resolves a name
once and refuses addresses that are not public. Each redirect is a request of its own, so that what
guards the first address guards the next one too."""

import asyncio
from collections.abc import Collection
from typing import Final
from urllib.parse import urljoin

from app.errors import Invalid
from app.kit.hosts import host_of
from app.library.spool import Spool
from app.partners.exchange import Exchange, Sender
from app.partners.targets import ReachPolicy, parse_networks
from app.runtime import Runtime

_SECONDS: Final = 60.0
_REDIRECTS_AT_MOST: Final = 4

_REASONS: Final = {
    "address_refused": "its host is not a public address of the internet",
    "https_required": "only https on port 443 is read from",
    "unresolved": "its host has no address",
    "timeout": "it did not answer in time",
    "certificate_refused": "its certificate is not valid",
    "unreachable": "nothing answers there",
}


def fetch(runtime: Runtime, address: str, spool: Spool, hosts: Collection[str] = ()) -> None:
    """Read an address into a spool; blocks. Redirects are followed on its own host and on `hosts`,
    which have no `www.`. `Invalid` (`address_unusable`) says why not, and what to do; `TooLarge`
    and `Unsupported` as for an upload."""
    reach = ReachPolicy(parse_networks(runtime.settings.webhook_networks))
    most = runtime.settings.media_max_bytes + 1
    sender = Sender(reach, seconds=_SECONDS, most_bytes=most)
    try:
        exchange = asyncio.run(_follow(sender, address, {host_of(address), *hosts}))
    finally:
        sender.close()
    if exchange.problem is not None:
        raise _unusable(address, _REASONS.get(exchange.problem, "its answer could not be read"))
    if not exchange.is_success:
        raise _unusable(address, f"it answered with the status {exchange.status}")
    spool.add(exchange.answer)


async def _follow(sender: Sender, address: str, hosts: Collection[str]) -> Exchange:
    """The answer to which redirects lead."""
    place = address
    for _ in range(_REDIRECTS_AT_MOST + 1):
        exchange = await sender.send(place, {"accept": "image/*"}, b"", "GET")
        if not exchange.location:
            return exchange
        try:
            place = urljoin(place, exchange.location)
        except ValueError:
            raise _unusable(address, "it leads to an address that is none") from None
        if not place.startswith("https://"):
            raise _unusable(address, f"it leads to {place[:200]}, which is not read by https")
        if host_of(place) not in hosts:
            raise _unusable(address, f"it leads to {place[:200]}, which is another site")
    raise _unusable(address, f"it leads on and on, more than {_REDIRECTS_AT_MOST} times")


def _unusable(address: str, reason: str) -> Invalid:
    message = f"{address} was not read: {reason}. Save the file beside the records and name it."
    return Invalid("address_unusable", message)
