"""The Prometheus metrics of one process.

With several processes behind one port, each scrape reaches a random one. `serve --workers`
therefore names a folder in `PROMETHEUS_MULTIPROC_DIR`, through which all processes count together.
The variable must be set before the library is first imported.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
SAMPLE_SECONDS: Final = 5.0
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATM: Final = Path("/proc/self/statm")


_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class RequestMeters:
    """The metrics of requests with one method, route and status."""

    requests: Counter
    seconds: Histogram

    def count(self, seconds: float) -> None:
        """Count a request, and the time until its answer began."""
        self.requests.inc()
        self.seconds.observe(seconds)


class Meters:
    """Counters and gauges of a process; a runtime has one set."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._of_requests: dict[tuple[str, str, int], RequestMeters] = {}
        self.requests = Counter(
            "willay_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "willay_request_seconds",
            "From a request until its answer begins.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        answers = Counter(
            "willay_answers",
            "Public answers: kept in memory, made from the store, or unchanged since (304).",
            ["source"],
            registry=registry,
        )
        self.answers_from_memory = answers.labels("memory")
        self.answers_from_store = answers.labels("store")
        self.answers_unchanged = answers.labels("unchanged")
        self.lane_requests = Gauge(
            "willay_lane_requests",
            "Requests that wait or run in a lane of threads.",
            ["lane"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.lane_refusals = Counter(
            "willay_lane_refusals",
            "Requests that found a lane full.",
            ["lane"],
            registry=registry,
        )
        self.connections = Gauge(
            "willay_store_connections",
            "Connections to the store that are in use.",
            ["pool"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.memory = Gauge(
            "willay_resident_bytes",
            "Memory of the serving processes.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def of_request(self, method: str, route: str, status: int) -> RequestMeters:
        """The metrics of requests with a method, a route's template and a status. The library's
        own look-up costs more than counting."""
        key = (method if method in _METHODS else "other"), route, status
        meters = self._of_requests.get(key)
        if meters is None:
            meters = RequestMeters(self.requests.labels(*key), self.seconds.labels(route))
            self._of_requests[key] = meters
        return meters

    def sample(self, connections: dict[str, int]) -> None:
        """Sample values that can only be read now and then: connections in use by pool, memory."""
        for pool, in_use in connections.items():
            self.connections.labels(pool).set(in_use)
        if _STATM.exists():
            self.memory.set(int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))

    def text(self) -> bytes:
        """All metrics in Prometheus' text form, over all processes that count together."""
        folder = os.environ.get(FOLDER)
        if folder is None:
            return generate_latest(self._registry)
        for path in Path(folder).glob("gauge_live*_*.db"):
            _forget_if_dead(int(path.stem.rsplit("_", 1)[1]), folder)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # untyped in the library
        return generate_latest(together)


def _forget_if_dead(pid: int, folder: str) -> None:
    """Drop the gauges of a killed process; its counts stay."""
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]  # untyped there
