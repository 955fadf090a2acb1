"""The interface to one index of a Meilisearch server.

Never call it in an event loop. Searches pass a circuit breaker, writes need a lease. The settings
are checked before the first write, and whenever an answer of the server can only mean that the
index was lost.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from meilisearch import Client
from typing_extensions import override

from app.search.meilisearch import health, searching, shadow_index, tuning
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.contents import ReadBack
from app.search.meilisearch.failures import (
    IndexAbsent,
    KeyRefused,
    RequestRejected,
    ServerAway,
    ServerBusy,
    translate_errors,
)
from app.search.meilisearch.leasing import Lease
from app.search.meilisearch.synonyms import ServerSynonyms
from app.search.meilisearch.tasks import Tasks
from app.search.meilisearch.transport import KeptConnections
from app.search.meilisearch.writing import IndexWriter
from app.search.protocol import (
    Document,
    Filter,
    IndexBusy,
    Key,
    Keys,
    Progress,
    Query,
    SearchResult,
    Suggestion,
)
from app.search.upkeep import PendingTask

_BEAT_SECONDS = 3.0

Leases = Callable[[str], Lease]
"""The lease of an index, by its name."""


class MeilisearchEngine(ReadBack):
    """`app.search.protocol.Engine` on the index `uid`; creating it asks nothing of the server."""

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
        self._right: dict[str, Any] | None = None  # settings that were verified as a whole
        self.tasks = Tasks(connection.writer, self._keep_lease)
        self._writing = IndexWriter(connection, self.tasks)
        self._synonyms = ServerSynonyms(connection, self.uid, languages)

    def search(self, query: Query) -> SearchResult:
        """The requested page. Raises ValueError for a page beyond `DEEPEST`."""
        with self._search_client("search") as reader:
            return searching.search(reader, self.uid, query, self._languages, self._synonyms)

    def suggest(
        self, text: str, languages: Sequence[str] = (), limit: int = 8, without: Keys = ()
    ) -> list[Suggestion]:
        """Titles, tags and people that complete `text`, best first."""
        filters = Filter(languages=tuple(languages), without=without)
        with self._search_client("search") as reader:
            return searching.suggest(reader, self.uid, text, filters, limit, self._synonyms)

    def take(self, *, insist: bool = False) -> bool:
        """Take or keep the writer's lease. True if it has just come from another process, after
        waiting for that one's writes."""
        epoch = self._lease.take(insist=insist)
        if epoch is None:
            raise IndexBusy(
                "index_busy", "Another process writes to the search index; try again later."
            )
        self._beaten = monotonic()
        if epoch == self._epoch:
            return False
        self.tasks.wait_until_idle(self.uid)
        self._epoch = epoch
        return True

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None = None
    ) -> None:
        """Write everything and then the cursor; on return it is durable and searchable."""
        if not (upserts or deletes or cursor is not None):
            return
        with self._write_client("documents.add") as client:
            self._writing.apply(client, self.uid, self._epoch, upserts, deletes, cursor)
            if any(key.kind == "tag" for key in (*(upsert.key for upsert in upserts), *deletes)):
                tuning.tune_synonyms(client, self.tasks, self.uid)

    def progress(self) -> Progress:
        """Cursor and parked things, requested as a search, with the key that only searches."""
        with self._search_client("search") as reader:
            index_state = searching.read_state(reader, self.uid)
        return Progress(index_state.cursor, index_state.parked)

    def delete_strangers(self, names: Sequence[str]) -> None:
        """Delete strangers."""
        with self._write_client("documents.delete"):
            self._writing.delete_strangers(self.uid, self._epoch, names)

    def differing_settings(self) -> tuple[str, ...]:
        """The settings that are not as they should be; the next `apply` puts them right."""
        try:
            with self._mindful_client("settings.get") as client:
                wrong = tuning.differing_settings(client, self.uid)
        except IndexAbsent:
            return ()
        if wrong:
            self._is_ready = False
        return tuple(wrong)

    def repair_settings(self) -> tuple[str, ...]:
        """Put right at once the settings that others have changed, and return their names."""
        try:
            with self._mindful_client("settings.get") as client:
                current = tuning.current_settings(client, self.uid)
        except IndexAbsent:
            return ()
        if current == self._right:
            return ()
        wrong = self.differing_settings()
        if wrong:
            with self._write_client("settings.update"):
                pass  # it puts the settings right first
        else:
            self._right = current
        return wrong

    def pending_task(self) -> PendingTask | None:
        """The oldest accepted task that is not done; None if there is none."""
        with translate_errors("tasks.get", self.uid):
            return health.oldest_pending_task(self.connection.writer(), self.uid)

    def server_problem(self) -> str:
        """The problem of the server itself and its remedy, or ""."""
        return health.find_problem(self.connection)

    def missing_actions(self) -> list[str]:
        """The actions that the keys lack for searching and writing; empty when all is well."""
        return health.missing_actions(self.connection, self.uid)

    def new_replacement(self) -> "Successor":
        """An empty index that can replace this one. Raises `IndexBusy`."""
        building = self._leases(f"{self.uid}--")
        if building.take() is None:
            raise IndexBusy("index_busy", "Another process rebuilds the search index already.")
        try:
            with self._mindful_client("indexes.delete") as client:
                full = shadow_index.complete_builds(client, self.uid)
                left = [name for name in shadow_index.builds(client, self.uid) if name not in full]
                shadow_index.drop(client, self.tasks, left)
        except BaseException:
            building.give_back()
            raise
        return Successor(self, building, f"{self.uid}--{token_hex(6)}")

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """Write all documents into a new index, and delete the replaced one. Raises `IndexBusy`."""
        with self.new_replacement() as new:
            for portion in portions:
                new.apply(portion, [])
            new.apply([], [], cursor)
            new.take_over()
            with self._mindful_client("indexes.delete") as client:
                shadow_index.drop(client, self.tasks, shadow_index.builds(client, self.uid))

    def restore(self) -> bool:
        """Restore the index that was last replaced; false if none was kept."""
        self.take(insist=True)
        with self._mindful_client("indexes.swap") as client:
            full = shadow_index.complete_builds(client, self.uid)
            if not full:
                return False
            shadow_index.swap(client, self.uid, full[-1])
        self._is_ready = False
        return True

    def release(self) -> None:
        """Keep the lease, because its next holder must compare everything with the store. It
        changes hands only if a process insists, or if this one ends."""

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
    def _write_client(self, action: str) -> Iterator[Client]:
        """The client that writes, with the lease, on an existing index with the right settings."""
        epoch = self._epoch
        if self.take() and epoch >= 0:
            # The lease was lost and taken again since the caller looked: its data may be old.
            self._epoch = -1
            raise IndexBusy("index_busy", "The search index has changed hands; look again.")
        with self._mindful_client(action) as client:
            if not self._is_settled:
                # Writes sent before a failure may still be waiting: do not add to them.
                self.tasks.wait_until_idle(self.uid)
            self._is_settled = False
            if not self._is_ready:
                health.check_version(self.connection)
                tuning.apply_settings(client, self.tasks, self.uid)
                self._is_ready = True
            yield client
            self._is_settled = True

    def _keep_lease(self) -> None:
        """Keep the lease while the server takes its time. Raises `IndexBusy` if it is lost."""
        if monotonic() - self._beaten > _BEAT_SECONDS:
            if not self._lease.keep():
                raise IndexBusy("index_busy", "Another process has taken the search index over.")
            self._beaten = monotonic()

    @contextmanager
    def _search_client(self, action: str) -> Iterator[KeptConnections]:
        """The connections that search; failures are counted, and a lost key is requested again."""
        breaker = self.connection.breaker
        breaker.enter()
        try:
            with translate_errors(action, self.uid):
                reader = self.connection.reader()
            with translate_errors(action, self.uid, (KeyError,)):
                yield reader
        except (ServerAway, ServerBusy):
            breaker.note_failure()
            raise
        except KeyRefused:
            self.connection.forget_keys()
            raise
        except RequestRejected:
            self._is_ready = False
            raise
        breaker.note_success()

    @override
    @contextmanager
    def _mindful_client(self, action: str) -> Iterator[Client]:
        """The client that writes; some errors may mean that the server has lost everything."""
        try:
            with translate_errors(action, self.uid):
                client = self.connection.writer()
            yield client
        except KeyRefused:
            self.connection.forget_keys()
            self._is_ready = False
            raise
        except (IndexAbsent, RequestRejected, ServerAway):
            self._is_ready = False
            raise


class Successor(MeilisearchEngine):
    """An index built beside another, to replace it. It writes under the epoch of its predecessor at
    the start, and holds the lease to build."""

    def __init__(self, predecessor: MeilisearchEngine, building: Lease, uid: str) -> None:
        super().__init__(
            predecessor.connection, predecessor._languages, lambda _name: building, uid
        )
        self._predecessor = predecessor
        self._writing = IndexWriter(self.connection, self.tasks, uid)

    def take_over(self) -> None:
        """Replace the predecessor in one instant; the replaced index is kept."""
        before = self._predecessor
        self.take()  # renew the lease to build: waiting for the other lease takes a while
        before.take(insist=True)
        with before._mindful_client("indexes.swap") as client:
            tuning.apply_settings(client, before.tasks, before.uid)
            shadow_index.swap(client, before.uid, self.uid)
            others = [name for name in shadow_index.builds(client, before.uid) if name != self.uid]
            shadow_index.drop(client, self.tasks, others)
        before._is_ready = False

    @override
    def close(self) -> None:
        """Let other processes build."""
        self._lease.give_back()
