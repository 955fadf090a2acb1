"""Fifty texts of one release, as readers of two replicas see them while their instant passes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from app.editorial import scheduling
from app.editorial.scheduling import Interval, ReleaseItem
from app.kit.clock import system_clock
from app.main import create_app
from app.runtime import Runtime, open_runtime
from tests import builders, stores
from tests.builders import EDITOR
from tests.served import served

TEXTS = 50
BEFORE = 3
"""Articles that are public all the time."""

SKEW = timedelta(milliseconds=300)
"""How far the clock of the second replica is behind."""


def in_list(answer: httpx2.Response) -> int:
    return sum(it["slug"].startswith("new-") for it in answer.json()["data"])


def in_total(answer: httpx2.Response) -> int:
    return int(answer.json()["meta"]["total"]) - BEFORE


OUTLETS: dict[str, Callable[[httpx2.Response], int]] = {
    "/v1/articles?limit=100": in_list,
    "/v1/articles?limit=100&tag=water": in_list,
    "/v1/articles?limit=1&count=true": in_total,
    "/v1/articles?limit=1&tag=water&count=true": in_total,
}


@dataclass
class Readers:
    """What each of them saw at each address: the number of new texts, in order."""

    seen: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def poll(self, reader: int, base: str) -> None:
        with httpx2.Client(base_url=base, timeout=20) as client:
            while not self.stop.is_set():
                for url, count in OUTLETS.items():
                    self.seen.setdefault((reader, url), []).append(count(client.get(url)))

    def wait_for_all(self, readers: int) -> None:
        """Until each has seen each address, which takes a busy machine seconds."""
        deadline = time.monotonic() + 60
        while len(self.seen) < readers * len(OUTLETS) and time.monotonic() < deadline:
            time.sleep(0.05)


@contextmanager
def two_replicas(folder: Path) -> Iterator[tuple[Runtime, list[str]]]:
    """One store, two applications with caches of their own, on the clocks of two machines."""
    stores.ensure_store(folder)
    clocks = (system_clock, lambda: system_clock() - SKEW)
    with ExitStack() as held:
        runtimes = [
            held.enter_context(open_runtime(stores.settings_of(folder, rate_limit=0), clock))
            for clock in clocks
        ]
        yield runtimes[0], [held.enter_context(served(create_app(it))) for it in runtimes]


def schedule(runtime: Runtime, at: datetime) -> Any:
    items = [
        ReleaseItem(builders.draft(runtime, title=f"New {n}", slug=f"new-{n}", tags=("water",))[0])
        for n in range(TEXTS)
    ]
    with runtime.publishing() as tx:
        return scheduling.schedule(tx, EDITOR, runtime.site_rules, Interval(at, None), items)[0].id


def test_readers_of_two_replicas_see_none_or_all(tmp_path: Path) -> None:
    with two_replicas(tmp_path) as (runtime, bases):
        builders.tag(runtime, "water")
        for n in range(BEFORE):
            builders.published(runtime, title=f"Old {n}", tags=("water",))
        release = schedule(runtime, system_clock() + timedelta(hours=1))
        readers = Readers()
        threads = [
            threading.Thread(target=readers.poll, args=reader) for reader in enumerate(bases * 2)
        ]
        for thread in threads:
            thread.start()
        readers.wait_for_all(len(threads))
        assert len(readers.seen) == len(threads) * len(OUTLETS)
        at = system_clock() + timedelta(seconds=2.5)
        with runtime.publishing() as tx:
            scheduling.move(
                *(tx, EDITOR, release, 1, runtime.site_rules),
                change=lambda _: Interval(at, None),
            )
        time.sleep(max(0, (at - system_clock()).total_seconds()) + 2)
        readers.stop.set()
        for thread in threads:
            thread.join(30)
    for key, numbers in readers.seen.items():
        assert set(numbers) == {0, TEXTS}, (key, set(numbers))
        assert numbers == sorted(numbers), key  # nor are they taken back
