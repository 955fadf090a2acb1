"""The one network call: a request with limits on time, bytes and target."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Final

import httpx2

from app.partners.targets import ReachPolicy, parse_target

SECONDS: Final = 15.0
"""The limit for resolving, connecting, sending and reading the whole answer together."""

_ANSWER_BYTES: Final = 16_384
_ADDRESSES: Final = 3
"""The most addresses of one name that are tried in turn."""

_LONGEST_WAIT: Final = 86_400
"""The longest `Retry-After` of a partner, in seconds."""

_LOG: Final = logging.getLogger("willay.webhooks")

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The result: a status, or the `problem` that prevented one."""

    milliseconds: int
    status: int | None = None
    problem: str | None = None
    answer: bytes = b""
    retry_after: int = 0
    """The wait in seconds that the partner asks for."""
    location: str = ""
    """Where a redirect leads; it is never followed here."""

    @property
    def is_success(self) -> bool:
        """Whether the partner accepted the message: a status from 200 to 299."""
        return self.problem is None and self.status is not None and 200 <= self.status < 300


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a name, the preferred one first."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


@cache
def trusted_authorities() -> ssl.SSLContext:
    """The certificates that messages trust. They are read once: to read some hundred takes as long
    as to send a dozen messages."""
    return httpx2.create_ssl_context()


class Sender:
    """A sender of messages to partners and caches; close it after use."""

    def __init__(
        self,
        reach: ReachPolicy,
        *,
        resolver: Resolver = resolve_host,
        trusted: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        most_bytes: int = _ANSWER_BYTES,
    ) -> None:
        self._reach = reach
        self._resolver = resolver
        self._trusted = trusted or trusted_authorities()
        self._seconds = seconds
        self._most_bytes = most_bytes
        # Resolving cannot be interrupted, so it has threads of its own and a slow name delays no
        # other.
        self._resolvers = ThreadPoolExecutor(32, thread_name_prefix="resolver")

    def close(self) -> None:
        """Abandon the pending resolutions."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def send(
        self, address: str, headers: Mapping[str, str], body: bytes, method: str = "POST"
    ) -> Exchange:
        """Send, and read the beginning of the answer. Never raises because of a partner."""
        began = perf_counter()

        def failed_exchange(problem: str) -> Exchange:
            return Exchange(_milliseconds_since(began), problem=problem)

        try:
            async with asyncio.timeout(self._seconds):
                url = parse_target(address)
                addresses = await self._resolve_target(url)
                refusal = self._reach.refusal(url, addresses)
                if refusal is not None:
                    return failed_exchange(refusal)
                return await self._send_to(
                    url, addresses[:_ADDRESSES], method, headers, body, began
                )
        except Exception as error:  # a strange answer may make a parser raise anything
            return failed_exchange(_describe_problem(error))

    async def _resolve_target(self, url: httpx2.URL) -> list[str]:
        port = url.port or (443 if url.scheme == "https" else 80)
        work = asyncio.get_running_loop().run_in_executor(
            self._resolvers, self._resolver, url.host, port
        )
        try:
            return await work
        except (OSError, UnicodeError):
            return []

    async def _send_to(
        self,
        url: httpx2.URL,
        addresses: list[str],
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        began: float,
    ) -> Exchange:
        """Try the addresses in turn until one accepts the connection."""
        for last, address in enumerate(addresses, 1 - len(addresses)):
            try:
                return await self._sent_to(address, url, method, headers, body, began)
            except httpx2.ConnectError:
                if last == 0:
                    raise
        raise AssertionError("there is an address")

    async def _sent_to(
        self,
        address: str,
        url: httpx2.URL,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        began: float,
    ) -> Exchange:
        """The address is pinned; the certificate and `Host` must match the name."""
        name = url.netloc.decode()
        pinned = url.copy_with(host=address)
        extensions = {"sni_hostname": url.host} if url.scheme == "https" else {}
        async with (
            httpx2.AsyncClient(
                verify=self._trusted, trust_env=False, follow_redirects=False, timeout=self._seconds
            ) as client,
            client.stream(
                method,
                pinned,
                content=body,
                # The raw bytes are kept, so the answer must not be compressed.
                headers={**headers, "host": name, "accept-encoding": "identity"},
                extensions=extensions,
            ) as response,
        ):
            answer = bytearray()
            async for chunk in response.aiter_raw(_ANSWER_BYTES):
                answer += chunk
                if len(answer) >= self._most_bytes:
                    break
            return Exchange(
                _milliseconds_since(began),
                status=response.status_code,
                answer=bytes(answer[: self._most_bytes]),
                retry_after=_retry_seconds(response.headers.get("retry-after", "")),
                location=response.headers["location"] if response.has_redirect_location else "",
            )


def _milliseconds_since(began: float) -> int:
    return round((perf_counter() - began) * 1000)


def _describe_problem(error: Exception) -> str:
    match error:
        case TimeoutError() | httpx2.TimeoutException():
            return "timeout"
        case httpx2.ConnectError():
            certificate = isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error)
            return "certificate_refused" if certificate else "unreachable"
        case httpx2.HTTPError() | httpx2.StreamError() | httpx2.InvalidURL() | OSError():
            return "broken_answer"
        case _:
            _LOG.warning("an answer could not be read: %s: %.200s", type(error).__name__, error)
            return "broken_answer"


def _retry_seconds(text: str) -> int:
    """The seconds of `Retry-After`; 0 for a date or nonsense, at most a day."""
    if not (text.isascii() and text.isdecimal()):
        return 0
    digits = text.lstrip("0")
    # Python refuses to parse a number of thousands of digits.
    return min(int(digits or 0), _LONGEST_WAIT) if len(digits) <= 6 else _LONGEST_WAIT
