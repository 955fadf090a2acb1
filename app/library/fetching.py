"""Files from addresses of the web, by the request that also guards webhooks: it resolves a name
once, refuses addresses that are not public, and follows no redirect."""

import asyncio
from typing import Final

from app.errors import Invalid
from app.library.spool import Spool
from app.partners.exchange import Sender
from app.partners.targets import ReachPolicy, parse_networks
from app.runtime import Runtime

_SECONDS: Final = 60.0

_REASONS: Final = {
    "address_refused": "its host is not a public address of the internet",
    "https_required": "only https on port 443 is read from",
    "unresolved": "its host has no address",
    "timeout": "it did not answer in time",
    "certificate_refused": "its certificate is not valid",
    "unreachable": "nothing answers there",
}


def fetch(runtime: Runtime, address: str, spool: Spool) -> None:
    """Read an address into a spool; blocks. `Invalid` (`address_unusable`) says why not, and what
    to do; `TooLarge` and `Unsupported` as for an upload."""
    reach = ReachPolicy(parse_networks(runtime.settings.webhook_networks))
    most = runtime.settings.media_max_bytes + 1
    sender = Sender(reach, seconds=_SECONDS, most_bytes=most)
    try:
        exchange = asyncio.run(sender.send(address, {"accept": "image/*"}, b"", "GET"))
    finally:
        sender.close()
    if exchange.problem is not None:
        raise _unusable(address, _REASONS.get(exchange.problem, "its answer could not be read"))
    if not exchange.is_success:
        raise _unusable(address, f"it answered with the status {exchange.status}")
    spool.add(exchange.answer)


def _unusable(address: str, reason: str) -> Invalid:
    message = f"{address} was not read: {reason}. Save the file beside the records and name it."
    return Invalid("address_unusable", message)
