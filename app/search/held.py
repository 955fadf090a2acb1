"""The engines of a process, opened when they are first asked for.

An index can always be made again from the store, so a damaged one is thrown away; the worker
fills the new one.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Engine, IndexUnreadable


class Held(Protocol):
    """An engine that is there when it is asked for."""

    @property
    def name(self) -> str:
        """What it is called, without opening it."""
        ...

    def get(self) -> Engine:
        """The engine."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class HeldServer:
    """An engine on another machine: it is there from the start, whether or not it answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name

    def get(self) -> Engine:
        """The engine."""
        return self._engine

    def close(self) -> None:
        """Give everything back."""
        self._engine.close()


class HeldFolder:
    """The embedded engine; a new and empty one in place of one that vanished or is damaged."""

    name = EmbeddedEngine.name

    def __init__(self, folder: Path, languages: Sequence[str]) -> None:
        self._folder = folder
        self._languages = tuple(languages)
        self._lock = Lock()
        self._engine: EmbeddedEngine | None = None

    def get(self) -> Engine:
        """The engine."""
        with self._lock:
            if self._engine is not None and not (self._engine.folder / "meta.json").exists():
                self._engine.close()
                self._engine = None
            if self._engine is None:
                self._engine = self._opened()
            return self._engine

    def close(self) -> None:
        """Give everything back."""
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None

    def _opened(self) -> EmbeddedEngine:
        try:
            return EmbeddedEngine(self._folder, self._languages)
        except IndexUnreadable:
            shutil.rmtree(self._folder, ignore_errors=True)
            return EmbeddedEngine(self._folder, self._languages)
