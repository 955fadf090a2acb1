"""The door to one index of a Meilisearch server.

Nothing here may be called in an event loop. Searches pass a circuit breaker, writes a lease. The
settings are looked at before the first write and whenever the server says something that only a
lost index explains.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from meilisearch import Client
from typing_extensions import override

from app.search.meilisearch import beside, health, searching, tuning
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.contents import ReadBack
from app.search.meilisearch.failures import (
    IndexAbsent,
    KeyRefused,
    Rejected,
    ServerAway,
    ServerBusy,
    spoken,
)
from app.search.meilisearch.leasing import Lease
from app.search.meilisearch.synonyms import Synonyms
from app.search.meilisearch.tasks import Tasks
from app.search.meilisearch.transport import KeptConnections
from app.search.meilisearch.writing import Writing
from app.search.protocol import (
    Document,
    Filter,
    Found,
    IndexBusy,
    Key,
    Keys,
    Progress,
    Query,
    Suggestion,
)
from app.search.upkeep import Waiting

_BEAT_SECONDS = 3.0

Leases = Callable[[str], Lease]
"""The lease of an index, by its name."""


class MeilisearchEngine(ReadBack):
    """`app.search.protocol.Engine` on the index `uid`; opening it asks nothing of the server."""

    name: Final = "meilisearch"
    portion: Final = 4_000

    def __init__(
        self,
        connection: Connection,
        languages: Sequence[str],
        leases: Leases,
        uid: str | None = None,
    ) -> None:
        self.connection = connection
        self.uid = uid or connection.address.index
        self.index: Final = f"{self.name}/{self.uid}"
        self._languages = tuple(languages)
        self._leases = leases
        self._lease = leases(self.uid)
        self._epoch = -1
        self._beaten = 0.0
        self._is_ready = False
        self._is_settled = True
        self._right: dict[str, Any] | None = None  # settings that were proved right as a whole
        self.tasks = Tasks(connection.writer, self._beat)
        self._writing = Writing(connection, self.tasks)
        self._synonyms = Synonyms(connection, self.uid, languages)

    def search(self, query: Query) -> Found:
        """The page asked for. Raises ValueError for a page beyond `DEEPEST`."""
        with self._asking("search") as reader:
            return searching.search(reader, self.uid, query, self._languages, self._synonyms)

    def suggest(
        self, text: str, languages: Sequence[str] = (), limit: int = 8, without: Keys = ()
    ) -> list[Suggestion]:
        """Titles, tags and people that complete `text`, best first."""
        chosen = Filter(languages=tuple(languages), without=without)
        with self._asking("search") as reader:
            return searching.suggest(reader, self.uid, text, chosen, limit, self._synonyms)

    def take(self, *, insist: bool = False) -> bool:
        """Take or keep the writer's lease; true when it has just come from another, whose writes
        are waited for first."""
        epoch = self._lease.take(insist=insist)
        if epoch is None:
            raise IndexBusy(
                "index_busy", "Another process writes to the search index; try again later."
            )
        self._beaten = monotonic()
        if epoch == self._epoch:
            return False
        self.tasks.settle(self.uid)
        self._epoch = epoch
        return True

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None = None
    ) -> None:
        """Write all of it and then the cursor; on return it is durable and findable."""
        if not (upserts or deletes or cursor is not None):
            return
        with self._writes("documents.add") as client:
            self._writing.apply(client, self.uid, self._epoch, upserts, deletes, cursor)
            if any(key.kind == "tag" for key in (*(one.key for one in upserts), *deletes)):
                tuning.tune_synonyms(client, self.tasks, self.uid)

    def progress(self) -> Progress:
        """Cursor and parked things, asked for as a search, by the key that only searches."""
        with self._asking("search") as reader:
            told = searching.progress(reader, self.uid)
        return Progress(told.cursor, told.parked)

    def expel(self, names: Sequence[str]) -> None:
        """Delete strangers."""
        with self._writes("documents.delete"):
            self._writing.expel(self.uid, self._epoch, names)

    def differing(self) -> tuple[str, ...]:
        """Settings that are not as they should be; the next `apply` puts them right."""
        try:
            with self._mindful("settings.get") as client:
                wrong = tuning.differing(client, self.uid)
        except IndexAbsent:
            return ()
        if wrong:
            self._is_ready = False
        return tuple(wrong)

    def tend(self) -> tuple[str, ...]:
        """Put right at once the settings that others have changed, and name them."""
        try:
            with self._mindful("settings.get") as client:
                seen = tuning.held(client, self.uid)
        except IndexAbsent:
            return ()
        if seen == self._right:
            return ()
        wrong = self.differing()
        if wrong:
            with self._writes("settings.update"):
                pass  # it puts them right first
        else:
            self._right = seen
        return wrong

    def waiting(self) -> Waiting | None:
        """What was accepted and is not done; None when nothing is."""
        with spoken("tasks.get", self.uid):
            return health.waiting(self.connection.writer(), self.uid)

    def complaint(self) -> str:
        """What is wrong with the server itself and how to cure it, or ""."""
        return health.complaint(self.connection)

    def missing_actions(self) -> list[str]:
        """What the keys lack to search and to write; empty when all is well."""
        return health.missing_actions(self.connection, self.uid)

    def beside(self) -> "Successor":
        """An empty index that can take this one's place. Raises `IndexBusy`."""
        building = self._leases(f"{self.uid}--")
        if building.take() is None:
            raise IndexBusy("index_busy", "Another process rebuilds the search index already.")
        try:
            with self._mindful("indexes.delete") as client:
                kept = beside.whole(client, self.uid)
                left = [name for name in beside.builds(client, self.uid) if name not in kept]
                beside.dropped(client, self.tasks, left)
        except BaseException:
            building.give_back()
            raise
        return Successor(self, building, f"{self.uid}--{token_hex(6)}")

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """All documents anew beside, and what they replace deleted at once. Raises `IndexBusy`."""
        with self.beside() as new:
            for portion in portions:
                new.apply(portion, [])
            new.apply([], [], cursor)
            new.take_over()
            with self._mindful("indexes.delete") as client:
                beside.dropped(client, self.tasks, beside.builds(client, self.uid))

    def restore(self) -> bool:
        """Put what was replaced last back into its place; false when nothing was kept."""
        self.take(insist=True)
        with self._mindful("indexes.swap") as client:
            kept = beside.whole(client, self.uid)
            if not kept:
                return False
            beside.swapped(client, self.uid, kept[-1])
        self._is_ready = False
        return True

    def release(self) -> None:
        """Keeps the lease: it changes hands only where somebody insists, or this process ends,
        since whoever takes it has to hold everything against the store."""

    def close(self) -> None:
        """Give the writer's lease back; the engine may not be used afterwards."""
        if self._epoch >= 0:
            self._lease.give_back()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _writes(self, action: str) -> Iterator[Client]:
        """The client that writes, with the lease, on an index that is there and as it should be."""
        held = self._epoch
        if self.take() and held >= 0:
            # Lost and taken again since the caller looked: what it brings may be old by now.
            self._epoch = -1
            raise IndexBusy("index_busy", "The search index has changed hands; look again.")
        with self._mindful(action) as client:
            if not self._is_settled:
                # What was sent before a failure may still be waiting: do not add to it.
                self.tasks.settle(self.uid)
            self._is_settled = False
            if not self._is_ready:
                health.check_version(self.connection)
                tuning.tune(client, self.tasks, self.uid)
                self._is_ready = True
            yield client
            self._is_settled = True

    def _beat(self) -> None:
        """Keep the lease while the server takes its time. Raises `IndexBusy` when it is lost."""
        if monotonic() - self._beaten > _BEAT_SECONDS:
            if not self._lease.keep():
                raise IndexBusy("index_busy", "Another process has taken the search index over.")
            self._beaten = monotonic()

    @contextmanager
    def _asking(self, action: str) -> Iterator[KeptConnections]:
        """The connections that search; failures are counted, and a lost key is asked for again."""
        breaker = self.connection.breaker
        breaker.enter()
        try:
            with spoken(action, self.uid):
                reader = self.connection.reader()
            with spoken(action, self.uid, (KeyError,)):
                yield reader
        except (ServerAway, ServerBusy):
            breaker.failed()
            raise
        except KeyRefused:
            self.connection.forget_keys()
            raise
        except Rejected:
            self._is_ready = False
            raise
        breaker.succeeded()

    @override
    @contextmanager
    def _mindful(self, action: str) -> Iterator[Client]:
        """The client that writes; what the server says may mean that it has lost everything."""
        try:
            with spoken(action, self.uid):
                client = self.connection.writer()
            yield client
        except KeyRefused:
            self.connection.forget_keys()
            self._is_ready = False
            raise
        except (IndexAbsent, Rejected, ServerAway):
            self._is_ready = False
            raise


class Successor(MeilisearchEngine):
    """An index built beside another, which it can replace. It writes under the epoch that its
    predecessor has when it begins, and holds the right to build."""

    def __init__(self, predecessor: MeilisearchEngine, building: Lease, uid: str) -> None:
        super().__init__(
            predecessor.connection, predecessor._languages, lambda _name: building, uid
        )
        self._predecessor = predecessor
        self._writing = Writing(self.connection, self.tasks, uid)

    def take_over(self) -> None:
        """Take its predecessor's place, in one instant; what it replaces is kept."""
        before = self._predecessor
        self.take()  # the right to build: to be given the lease takes a while
        before.take(insist=True)
        with before._mindful("indexes.swap") as client:
            tuning.tune(client, before.tasks, before.uid)
            beside.swapped(client, before.uid, self.uid)
            others = [name for name in beside.builds(client, before.uid) if name != self.uid]
            beside.dropped(client, self.tasks, others)
        before._is_ready = False

    @override
    def close(self) -> None:
        """Let others build."""
        self._lease.give_back()
