"""The engines of a process, opened when they are first asked for, and anew when they were lost.

An index can always be made again from the store, so a damaged one is thrown away. While the
worker fills the new one, searches are answered from what is still open of the one before: late
for a moment, never empty.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from app.errors import Unavailable
from app.outage import Outage
from app.search.embedded.engine import EmbeddedEngine
from app.search.meilisearch.connection import Connection
from app.search.protocol import Engine


class EngineHandle(Protocol):
    """An engine that is there when it is asked for."""

    @property
    def name(self) -> str:
        """What it is called, without opening it."""
        ...

    @property
    def is_resting(self) -> bool:
        """It did not answer lately, and is not asked for some seconds."""
        ...

    @property
    def interrupt(self) -> Callable[[], None] | None:
        """Makes whatever waits for another machine give up for good; None when nothing does."""
        ...

    def get(self) -> Engine:
        """The engine to ask."""
        ...

    def to_write(self) -> Engine:
        """The engine to write to."""
        ...

    def make_read_only(self) -> None:
        """Make nothing on another machine from now on."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class RemoteEngine:
    """An engine on another machine: there from the start, whether or not it answers."""

    def __init__(
        self,
        engine: Engine,
        interrupt: Callable[[], None] | None = None,
        connection: Connection | None = None,
    ) -> None:
        self._engine = engine
        self._connection = connection
        self.interrupt: Final = interrupt
        self.name: Final = engine.name

    @property
    def is_resting(self) -> bool:
        """The circuit to the server is open."""
        return self._connection is not None and self._connection.breaker.is_open

    def make_read_only(self) -> None:
        """Use the keys that are there."""
        if self._connection is not None:
            self._connection.makes_keys = False

    def get(self) -> Engine:
        """The engine."""
        return self._engine

    def to_write(self) -> Engine:
        """The same."""
        return self._engine

    def close(self) -> None:
        """Give everything back."""
        self._engine.close()


class LazyEngine:
    """Opens the embedded engine when it is first asked for."""

    name: Final = EmbeddedEngine.name
    interrupt: Final = None
    is_resting: Final = False

    def __init__(self, folder: Path, languages: Sequence[str]) -> None:
        self._folder = folder
        self._languages = tuple(languages)
        self._lock = Lock()
        self._engine: EmbeddedEngine | None = None
        self._before: EmbeddedEngine | None = None
        self.outage: Final = Outage("The search index", "willay.search")

    def get(self) -> Engine:
        """The engine to ask: the one before, as long as the newest has no cursor yet."""
        newest = self._newest_engine()
        return self._before or newest

    def to_write(self) -> Engine:
        """The newest engine; a new and empty one in place of one that cannot be read."""
        self._newest_engine().examine()
        return self._newest_engine()

    def make_read_only(self) -> None:
        """Nothing here is on another machine."""

    def close(self) -> None:
        """Give everything back."""
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
            engine = EmbeddedEngine.open(self._folder, self._languages)
        except OSError as error:
            cause = f"{error.filename or self._folder}: {error.strerror}"
            message = "The folder of the search index cannot be used; try again later."
            failed = Unavailable("index_unusable", message, cause=cause)
            self.outage.begin(failed)
            raise failed from error
        except Unavailable as error:
            self.outage.begin(error)
            raise
        if self.outage.is_on:
            self.outage.end()
        return engine

    def _keep_previous(self, lost: EmbeddedEngine) -> None:
        if self._before is None and lost.is_whole():
            self._before = lost
        else:
            lost.close()
