"""Load on one address: `wrk` when it is installed, else a small client of our own."""

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Load:
    """What one run measured: requests, and how many in a second; latencies in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


def load(
    url: str, headers: Mapping[str, str], seconds: float, connections: int = CONNECTIONS
) -> Load:
    """Ask for one address on some connections at once; `RuntimeError` when any answer fails."""
    if shutil.which("wrk"):
        return _wrk(url, headers, seconds, connections)
    return asyncio.run(_own(url, headers, seconds, connections))


_UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}


def _wrk(url: str, headers: Mapping[str, str], seconds: float, connections: int) -> Load:
    # wrk takes whole seconds only.
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(  # noqa: S603  # the command and the address are our own
        [*command, url], check=True, capture_output=True, text=True, timeout=seconds + 30
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(done.stdout)
    total = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p50, p99 = (
        re.search(rf"^\s+{part}%\s+([\d.]+)(us|ms|s)", done.stdout, re.MULTILINE)
        for part in (50, 99)
    )
    if not (total and rate and p50 and p99):
        raise RuntimeError(done.stdout)
    latencies = [float(part[1]) * _UNITS[part[2]] for part in (p50, p99)]
    return Load(int(total[1]), float(rate[1]), *latencies)


async def _own(url: str, headers: Mapping[str, str], seconds: float, connections: int) -> Load:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode("latin-1")
    until = time.perf_counter() + seconds
    spent: list[float] = []
    async with asyncio.timeout(seconds + 30), asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_ask(parts.hostname or "", parts.port or 80, request, until, spent))
    spent.sort()
    p50, p99 = (spent[int(len(spent) * part)] * 1000 for part in (0.5, 0.99))
    return Load(len(spent), len(spent) / seconds, p50, p99)


async def _ask(host: str, port: int, request: bytes, until: float, spent: list[float]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head.split(b" ", 2)[1])
        if status not in (200, 304):
            raise RuntimeError(f"{status} for {request!r}")
        length = re.search(rb"content-length: (\d+)", head)
        if length and status == 200:
            await reader.readexactly(int(length[1]))
        spent.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()
