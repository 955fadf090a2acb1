"""Bounds for connections: the time and size of a request's head, and the number per network.

uvicorn bounds none of these. A proxy in front may, but the service does not rely on it.
"""

import asyncio
from collections import Counter
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Final

from typing_extensions import override
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.accounts.principal import Origin

HEAD_SECONDS: Final = 15.0
"""The time for a request's head, from its first byte or from the connection's start."""

HEAD_BYTES: Final = 65_536
"""Bytes that may arrive outside of a body: a head, or the trailers of a body in chunks."""

FROM_ONE: Final = 200
"""Connections of one public network, as `Origin` counts networks; a trusted proxy may have more."""

AT_ONCE: Final = 5_000
"""Connections of one process. More would leave no files for the store."""


class BoundedConnection(HttpToolsProtocol):
    """One connection."""

    _from: Counter[str] = Counter()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._headlong = 0
        self._network = ""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._network = _counted_network(self.client[0] if self.client else "")
        self._from[self._network] += 1
        is_one_too_many = self._network and self._from[self._network] > FROM_ONE
        if len(self.connections) > AT_ONCE or (is_one_too_many and not self._is_proxy()):
            transport.abort()
        self._await_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._from[self._network] -= 1
        if not self._from[self._network]:
            del self._from[self._network]
        self._stop_waiting()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            self._await_head()  # of the next request; what is left of this one's body is no reason
        self._headlong += len(data)
        super().data_received(data)
        if self._headlong > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    @override
    def on_headers_complete(self) -> None:
        self._headlong = 0
        self._stop_waiting()
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._headlong = 0
        super().on_body(body)

    def _is_proxy(self) -> bool:
        trusted = _TrustedHosts(self.config.forwarded_allow_ips)
        return self.client is not None and self.client[0] in trusted

    def _await_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@lru_cache(maxsize=10_000)
def _counted_network(address: str) -> str:
    """The network that is counted; empty for an unknown or private address."""
    origin = Origin(address)
    if origin.plain_address == "unknown" or ip_address(origin.plain_address).is_private:
        return ""
    return origin.network
