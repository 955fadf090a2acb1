"""Opens everything that a process needs, from settings: one context for API, CLI, worker, tests."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeVar

from app import changes, rates, schema
from app.accounts.authenticator import Authenticator
from app.accounts.keys import SecretKey, secret_key
from app.accounts.passwords import Hasher
from app.accounts.throttle import Throttle
from app.changes import PublishTx
from app.database import Database
from app.editorial.content import SiteRules
from app.engines import Limits
from app.errors import Unavailable
from app.kit import private_files
from app.kit.clock import Clock, system_clock
from app.leases import StoreLease
from app.loop_reads.brief import BriefReads
from app.meters import Meters
from app.partners.keyring import Keyring
from app.partners.usage import UsageMeter
from app.published import changes as published
from app.published.cache import ReadCache
from app.rates import RateLimiter
from app.search.embedded.meaning.opening import open_encoder
from app.search.failover import SearchService
from app.search.lazy import LazyEngine, RemoteEngine
from app.search.overlay import load_overlay
from app.settings import Settings
from app.storage import opening as storage
from app.storage.protocol import Storage

Answer = TypeVar("Answer")

_LOG = logging.getLogger("willay")

_DESK, _LOGINS = 3, 2
"""Threads for editors and for logins."""

WAITING_AT_MOST = 500
"""Requests that may wait for one lane; more get 503 at once rather than a late answer."""

_SEARCHERS = 4
"""Threads for searches that wait for another machine."""

UPLOADS_AT_MOST = 8
"""Uploads that one process receives or makes into pictures at a time."""


class Lane:
    """A small thread pool with a bounded queue: the one hop that a request makes."""

    def __init__(
        self, name: str, threads: int, meters: Meters, waiting_at_most: int = WAITING_AT_MOST
    ) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting_at_most = waiting_at_most
        self._waiting = 0
        self._gauge = meters.lane_requests.labels(name)
        self._refusals = meters.lane_refusals.labels(name)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` in a thread; `Unavailable` if too many wait already."""
        with self.place():
            return await self.run_inside(work)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places over several runs; `Unavailable` if all are taken."""
        if self._waiting >= self._waiting_at_most:
            self._refusals.inc()
            raise Unavailable("overloaded", "Too many requests are waiting; try again in a moment.")
        self._waiting += 1
        self._gauge.inc()
        try:
            yield
        finally:
            self._waiting -= 1
            self._gauge.dec()

    async def run_inside(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` in a thread that logs under the request's id; the caller holds a place."""
        task = partial(copy_context().run, work)
        return await asyncio.get_running_loop().run_in_executor(self._executor, task)

    def close(self) -> None:
        """Wait for running work and drop waiting work."""
        self._executor.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that a process has open."""

    settings: Settings
    database: Database
    clock: Clock
    site_rules: SiteRules
    memory: ReadCache
    brief_reads: BriefReads
    search: SearchService
    key: Callable[[], SecretKey]
    authenticator: Authenticator
    storage: Storage
    rates: RateLimiter
    meter: UsageMeter
    keyring: Keyring
    meters: Meters
    reads: Lane
    counts: Lane
    edits: Lane
    logins: Lane
    files: Lane
    uploads: Lane
    searches: Lane

    def publishing(self) -> AbstractContextManager[PublishTx]:
        """A transaction that may change public content."""
        return changes.publishing(self.database, self.clock, guard=self.clock is system_clock)

    def promote(self) -> bool:
        """Append due entries to the log."""
        return changes.promote(self.database, self.clock, guard=self.clock is system_clock)


@contextmanager
def open_runtime(
    settings: Settings,
    clock: Clock = system_clock,
    *,
    check_schema: bool = True,
    examining: bool = False,
) -> Iterator[Runtime]:
    """A runtime, closed at the end; it refuses a stale schema unless `check_schema` is false.

    The files that it makes are private to its user. With `examining` it makes no data folder.
    """
    if not examining:
        private_files.make_private_folder(settings.data_dir)
    with (
        private_files.private_umask(),
        _open_runtime(settings, clock, check_schema=check_schema) as runtime,
    ):
        yield runtime


@contextmanager
def _open_runtime(settings: Settings, clock: Clock, *, check_schema: bool) -> Iterator[Runtime]:
    # Counts, editors, logins and a remote search engine have lanes of their own, so that their slow
    # work never starves reads. A password check is slow on purpose; a remote engine may hang.
    searchers = _SEARCHERS if settings.meilisearch_url is not None else 0
    readers = settings.read_threads + 1 + _DESK + _LOGINS + searchers
    limits = Limits(settings.database_connect_seconds, settings.database_seconds)
    database = Database(settings.store_url, readers=readers, limits=limits)
    memory = ReadCache(
        settings.languages,
        settings.public_url,
        settings.page_urls,
    )
    brief_reads = BriefReads(database)
    search = _open_search(settings, database, memory, clock)
    meters = Meters()
    lanes = [Lane("read", settings.read_threads, meters), Lane("count", 1, meters)]
    lanes += [Lane("desk", _DESK, meters), Lane("login", _LOGINS, meters, waiting_at_most=40)]
    # Storage may be remote; a picture takes seconds.
    lanes += [Lane("file", 4, meters), Lane("upload", 1, meters, waiting_at_most=UPLOADS_AT_MOST)]
    lanes.append(Lane("search", searchers, meters) if searchers else lanes[0])
    secret = settings.secret_key.get_secret_value() if settings.secret_key else None
    key = cache(partial(secret_key, settings.data_dir, secret))
    authenticator = Authenticator(database, clock, key, Hasher(), Throttle())
    meter = UsageMeter(database)
    try:
        if check_schema:
            schema.require_current(database)
        rules = SiteRules(
            settings.languages,
            settings.default_licence,
            settings.embed_hosts,
            settings.public_url,
            settings.page_urls,
        )
        place = storage.open_storage(settings)
        yield Runtime(
            settings,
            database,
            clock,
            rules,
            memory,
            brief_reads,
            search,
            key,
            authenticator,
            place,
            rates.open_limiter(settings),
            meter,
            Keyring(database, clock, meter),
            meters,
            *lanes,
        )
    finally:
        for lane in lanes:
            lane.close()
        search.close()
        brief_reads.close()
        _flush_usage(meter)
        database.close()


def _flush_usage(meter: UsageMeter) -> None:
    """Store the last counts; a store that is away must not keep a process from ending."""
    try:
        meter.flush()
    except Exception:
        _LOG.exception("what partners asked for in the last seconds is not counted")


def _open_search(
    settings: Settings, database: Database, memory: ReadCache, clock: Clock
) -> SearchService:
    model = settings.semantic_model
    encoder = open_encoder(model) if model is not None else None
    model_digest = encoder.digest if encoder is not None else ""
    folder = LazyEngine(settings.data_dir / "search", settings.languages, encoder)
    late_of = partial(load_overlay, database, memory, clock, settings.calendar)

    def lag_of(cursor: str | None) -> tuple[int, float]:
        with database.reading() as tx:
            log = changes.head(tx)
            return published.lag_of(tx, log, cursor, log.moment(clock()))

    if settings.meilisearch_url is None:
        return SearchService(
            folder,
            place_of=published.sequence_of,
            late_of=late_of,
            languages=settings.languages,
            behind=lag_of,
            model=model_digest,
        )
    # Imported only with a server: the client takes time and memory of every process.
    from app.search.meilisearch.connection import Address, Connection
    from app.search.meilisearch.engine import MeilisearchEngine
    from app.search.meilisearch.tenancy import tenant_token

    key = settings.meilisearch_key
    address = Address(
        settings.meilisearch_url,
        key.get_secret_value() if key is not None else None,
        settings.meilisearch_index,
    )
    engine = MeilisearchEngine(
        Connection(address), settings.languages, lambda name: StoreLease(database, name, clock)
    )
    remote_engine = RemoteEngine(engine, engine.tasks.stop, engine.connection)
    token = partial(tenant_token, engine.connection) if settings.search_tokens else None
    standby = folder if settings.search_fallback else None
    return SearchService(
        remote_engine,
        standby,
        published.sequence_of,
        token,
        lag_of,
        late_of,
        settings.languages,
        model=model_digest,
    )
