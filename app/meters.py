"""The Prometheus metrics of one process.

With several processes behind one port, each scrape reaches a random one. `serve --workers`
therefore names a folder in `PROMETHEUS_MULTIPROC_DIR`, through which all processes count together.
The variable must be set before the library is first imported.
"""

import os
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
SAMPLE_SECONDS: Final = 1.0
"""The time after which other processes, and a scrape of them, see what this one has counted."""

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATM: Final = Path("/proc/self/statm")


_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))


class _BulkHistogram(Histogram):
    """A histogram that takes many values at once."""

    def observe_all(self, counts: Sequence[int], total: float) -> None:
        """Add as many values as `counts` has for each bucket; their sum is `total`."""
        self._sum.inc(total)
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)


class EventTally:
    """Counts events on the event loop until the next `publish`. The library's counter takes a lock,
    and with several processes writes a file, which costs more than a stored response should."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._count = 0

    def inc(self) -> None:
        """Count one."""
        self._count += 1

    def publish(self) -> None:
        """Add what was counted to the counter."""
        self._counter.inc(self._count)
        self._count = 0


class RequestTally:
    """Counts, like `EventTally`, the requests with one method, route and status."""

    def __init__(self, requests: Counter, seconds: _BulkHistogram) -> None:
        self._requests = requests
        self._seconds = seconds
        self._counts = [0] * (len(_SECONDS) + 1)
        self._total = 0.0

    def count(self, seconds: float) -> None:
        """Count a request, and the time until its answer began."""
        self._counts[bisect_left(_SECONDS, seconds)] += 1
        self._total += seconds

    def publish(self) -> None:
        """Add what was counted to the metrics."""
        if count := sum(self._counts):
            self._requests.inc(count)
            self._seconds.observe_all(self._counts, self._total)
            self._counts, self._total = [0] * len(self._counts), 0.0


class Meters:
    """Counters and gauges of a process; a runtime has one set. Tallies are for its event loop."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._of_requests: dict[tuple[str, str, int], RequestTally] = {}
        self.requests = Counter(
            "willay_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = _BulkHistogram(
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
        self.answers_from_store = answers.labels("store")
        self.answers_unchanged = answers.labels("unchanged")
        self.answers_from_memory = EventTally(answers.labels("memory"))
        self.memory_unchanged = EventTally(self.answers_unchanged)
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

    def of_request(self, method: str, route: str, status: int) -> RequestTally:
        """The tally of requests with a method, a route's template and a status."""
        tally = self._of_requests.get((method, route, status))
        if tally is None:
            key = (method if method in _METHODS else "other"), route, status
            tally = RequestTally(self.requests.labels(*key), self.seconds.labels(route))
            tally = self._of_requests.setdefault(key, tally)
        return tally

    def publish(self) -> None:
        """Add all tallies to the metrics; call it on the event loop."""
        self.answers_from_memory.publish()
        self.memory_unchanged.publish()
        for tally in self._of_requests.values():
            tally.publish()

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
