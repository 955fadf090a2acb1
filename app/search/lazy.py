"""The engines of a process, opened at their first use and again after a loss.

An index can always be rebuilt from the store, so a damaged one is thrown away. While the worker
fills the new one, the old one, which is still open, answers searches: late for a moment, never
empty.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from app.errors import Unavailable
from app.outage import Outage
from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Engine

if TYPE_CHECKING:
    from app.search.embedded.meaning.encoding import Encoder
    from app.search.meilisearch.connection import Connection


class EngineHandle(Protocol):
    """An engine that is opened on demand."""

    @property
    def name(self) -> str:
        """The name of the engine, known without opening it."""
        ...

    @property
    def is_resting(self) -> bool:
        """Whether it failed lately, so that it is not asked for some seconds."""
        ...

    @property
    def interrupt(self) -> Callable[[], None] | None:
        """Makes calls that wait for another machine give up for good; None if no call waits."""
        ...

    def get(self) -> Engine:
        """The engine for reading."""
        ...

    def to_write(self) -> Engine:
        """The engine for writing."""
        ...

    def check_place(self) -> None:
        """Raise `Unavailable` if what it keeps on this machine cannot be kept."""
        ...

    def make_read_only(self) -> None:
        """Stop creating anything on another machine."""
        ...

    def close(self) -> None:
        """Close the engine."""
        ...


class RemoteEngine:
    """An engine on another machine: present from the start, whether it answers or not."""

    def __init__(
        self,
        engine: Engine,
        interrupt: Callable[[], None] | None = None,
        connection: "Connection | None" = None,
    ) -> None:
        self._engine = engine
        self._connection = connection
        self.interrupt: Final = interrupt
        self.name: Final = engine.name

    @property
    def is_resting(self) -> bool:
        """Whether the circuit to the server is open."""
        return self._connection is not None and self._connection.breaker.is_open

    def check_place(self) -> None:
        """Do nothing, because nothing is kept here."""

    def make_read_only(self) -> None:
        """Use only existing keys."""
        if self._connection is not None:
            self._connection.makes_keys = False

    def get(self) -> Engine:
        """The engine for reading."""
        return self._engine

    def to_write(self) -> Engine:
        """The engine for writing, which is the same."""
        return self._engine

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


class LazyEngine:
    """Opens the embedded engine at its first use."""

    name: Final = EmbeddedEngine.name
    interrupt: Final = None
    is_resting: Final = False

    def __init__(
        self, folder: Path, languages: Sequence[str], encoder: "Encoder | None" = None
    ) -> None:
        self._folder = folder
        self._languages = tuple(languages)
        self._encoder = encoder
        self._lock = Lock()
        self._engine: EmbeddedEngine | None = None
        self._before: EmbeddedEngine | None = None
        self.outage: Final = Outage("The search index", "willay.search")

    def get(self) -> Engine:
        """The engine for reading: the previous one, as long as the newest has no cursor."""
        newest = self._newest_engine()
        return self._before or newest

    def to_write(self) -> Engine:
        """The newest engine; an unreadable one is replaced by a new and empty one."""
        self._newest_engine().examine()
        return self._newest_engine()

    def check_place(self) -> None:
        """See `EngineHandle.check_place`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self._folder):
                pass
        except OSError as error:
            raise self._unusable(error) from error

    def make_read_only(self) -> None:
        """Do nothing, because nothing here is on another machine."""

    def close(self) -> None:
        """Close both engines."""
        with self._lock:
            for engine in (self._engine, self._before):
                if engine is not None:
                    engine.close()
            self._engine = self._before = None

    def _newest_engine(self) -> EmbeddedEngine:
        with self._lock:
            newest = self._engine
            if newest is None or newest.is_lost():
                lost, newest = newest, self._open_engine()
                self._engine = newest
                if lost is not None:
                    self._keep_previous(lost)
            if self._before is not None and newest.is_whole():
                self._before.close()
                self._before = None
            return newest

    def _open_engine(self) -> EmbeddedEngine:
        try:
            engine = EmbeddedEngine.open(self._folder, self._languages, self._encoder)
        except OSError as error:
            failed = self._unusable(error)
            self.outage.begin(failed)
            raise failed from error
        except Unavailable as error:
            self.outage.begin(error)
            raise
        if self.outage.is_on:
            self.outage.end()
        return engine

    def _unusable(self, error: OSError) -> Unavailable:
        cause = f"{error.filename or self._folder}: {error.strerror}"
        message = "The folder of the search index cannot be used; try again later."
        return Unavailable("index_unusable", message, cause=cause)

    def _keep_previous(self, lost: EmbeddedEngine) -> None:
        if self._before is None and lost.is_whole():
            self._before = lost
        else:
            lost.close()
