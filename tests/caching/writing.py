"""A writer that changes articles at random and notes when each change can have become visible."""

import time
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event, Thread
from uuid import UUID

from app.editorial import articles, publishing
from app.editorial.content import ArticleInput, prepare
from app.errors import Conflict, Invalid, Unavailable
from app.runtime import Runtime
from tests import builders
from tests.caching.history import NOTHING, Change


class Writer:
    """Publishes anew, retracts and schedules; each article has a thread of its own."""

    def __init__(self, runtime: Runtime, articles: int, pause: float) -> None:
        self._runtime = runtime
        self._pause = pause
        self._stop = Event()
        self.changes: dict[int, list[Change]] = {}
        self.failures: list[Exception] = []
        self.slugs = [f"oracle-{number}" for number in range(articles)]
        self._keys: list[tuple[UUID, int]] = []
        for number, slug in enumerate(self.slugs):
            began = time.time()
            draft = builders.draft(runtime, title=f"oracle k{number}v0", slug=slug)
            builders.publish(runtime, draft)
            self.changes[number] = [Change(0, began, time.time())]
            self._keys.append(draft)
        self._threads = [Thread(target=self._write, args=(k,)) for k in range(articles)]

    def start(self) -> None:
        """Begin to change the articles."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, and raise what went wrong."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _write(self, article: int) -> None:
        chance, (key, revision), version = Random(article), self._keys[article], 0
        while not self._stop.wait(chance.random() * 2 * self._pause):
            version += 1
            try:
                act = chance.choice([self._publish, self._publish, self._schedule, self._schedule])
                if chance.random() < 0.2:
                    self._retract(article, key)
                else:
                    revision = self._edit(article, key, revision, version)
                    act(article, key, revision, version, chance)
            except Conflict:
                continue  # nothing was public
            except Unavailable:
                # What the store did not confirm it may have done, so nothing more can be said.
                self._stop.wait()
            except Exception as error:
                self.failures.append(error)
                return

    def _edit(self, article: int, key: UUID, revision: int, version: int) -> int:
        content = ArticleInput(
            lang="en",
            title=f"oracle k{article}v{version}",
            slug=self.slugs[article],
            body="Words that make the answer long enough to compress. " * 10,
        )
        ready = prepare(content, self._runtime.site_rules)
        with self._runtime.database.writing() as tx:
            edited = articles.edit(tx, builders.EDITOR, key, revision, ready, self._runtime.clock())
            return edited.revision

    def _publish(
        self, article: int, key: UUID, revision: int, version: int, _chance: Random
    ) -> None:
        began = time.time()
        builders.publish(self._runtime, (key, revision))
        self.changes[article].append(Change(version, began, time.time()))

    def _retract(self, article: int, key: UUID) -> None:
        began = time.time()
        with self._runtime.publishing() as tx:
            publishing.retract(tx, builders.EDITOR, key, "It was wrong.")
        self.changes[article].append(Change(NOTHING, began, time.time()))

    def _schedule(
        self, article: int, key: UUID, revision: int, version: int, chance: Random
    ) -> None:
        asked_at = datetime.now(UTC) + timedelta(milliseconds=chance.randint(40, 90))
        until = asked_at + timedelta(milliseconds=chance.randint(40, 70))
        with self._runtime.publishing() as tx:
            try:
                start = publishing.publish(
                    tx,
                    *(builders.EDITOR, key, revision, self._runtime.site_rules),
                    at=asked_at,
                    until=until,
                )
            except Invalid:  # the store was slower than the schedule
                return
        done = time.time()
        for said, moment in ((version, start), (NOTHING, until)):
            instant = moment.timestamp()
            self.changes[article].append(Change(said, instant, max(done, instant)))
        time.sleep(max(0.0, until.timestamp() - time.time()) + 0.005)
