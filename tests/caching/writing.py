"""A writer that changes articles at random and notes when each change can have become visible."""

import time
from collections.abc import Callable
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
    """Publishes anew, retracts and schedules; each article has a thread of its own. `announce` is
    called with an article's number when a change of it is visible for certain."""

    def __init__(self, runtime: Runtime, articles: int, pause: float) -> None:
        self._runtime = runtime
        self._pause = pause
        self._stop = Event()
        self.announce: Callable[[int], None] = lambda _: None
        self.changes: dict[int, list[Change]] = {}
        self._failures: list[Exception] = []
        self.slugs = [f"oracle-{number}" for number in range(articles)]
        self._ids: list[UUID] = []
        for number, slug in enumerate(self.slugs):
            began = time.time()
            draft = builders.draft(runtime, title=f"oracle k{number}v0", slug=slug)
            self._ids.append(builders.publish(runtime, draft))
            self.changes[number] = [Change(0, began, time.time())]
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
        if self._failures:
            raise self._failures[0]

    def _write(self, article: int) -> None:
        chance, version = Random(article), 0
        while not self._stop.wait(chance.random() * 2 * self._pause):
            version += 1
            act = chance.choice([self._publish, self._schedule, self._schedule, self._retract])
            began = time.time()
            try:
                act(article, version, chance)
            except Conflict:
                pass  # nothing was public
            except Unavailable:  # what the store did not confirm it may have done
                said = NOTHING if act == self._retract else version
                self.changes[article].append(Change(said, began, time.time(), is_sure=False))
            except Exception as error:
                self._failures.append(error)
                return

    def _note(self, article: int, version: int, earliest: float, latest: float) -> None:
        self.changes[article].append(Change(version, earliest, latest))

    def _edit(self, article: int, version: int) -> tuple[UUID, int]:
        """The article with a new text, not public yet: its id and revision."""
        content = ArticleInput(
            lang="en",
            title=f"oracle k{article}v{version}",
            slug=self.slugs[article],
            body="Words that make the answer long enough to compress. " * 10,
        )
        ready, key = prepare(content, self._runtime.site_rules), self._ids[article]
        with self._runtime.database.writing() as tx:
            revision = articles.read(tx, key).article.revision
            edited = articles.edit(tx, builders.EDITOR, key, revision, ready, self._runtime.clock())
            return key, edited.revision

    def _publish(self, article: int, version: int, _chance: Random) -> None:
        draft, began = self._edit(article, version), time.time()
        builders.publish(self._runtime, draft)
        self._note(article, version, began, time.time())
        self.announce(article)

    def _retract(self, article: int, _version: int, _chance: Random) -> None:
        began = time.time()
        with self._runtime.publishing() as tx:
            publishing.retract(tx, builders.EDITOR, self._ids[article], "It was wrong.")
        self._note(article, NOTHING, began, time.time())
        self.announce(article)

    def _schedule(self, article: int, version: int, chance: Random) -> None:
        draft = self._edit(article, version)
        at = datetime.now(UTC) + timedelta(milliseconds=chance.randint(40, 90))
        until = at + timedelta(milliseconds=chance.randint(40, 70))
        try:
            with self._runtime.publishing() as tx:
                start = publishing.publish(
                    tx,
                    builders.EDITOR,
                    *draft,
                    self._runtime.site_rules,
                    at=at,
                    until=until,
                )
        except Invalid:  # the store was slower than the schedule
            return
        done = time.time()
        for said, moment in ((version, start), (NOTHING, until)):
            instant = moment.timestamp()
            self._note(article, said, instant, max(done, instant))
            time.sleep(max(0.0, instant - time.time()))
            self.announce(article)
