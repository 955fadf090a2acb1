"""The engine of a process, opened anew when its index has vanished or is damaged.

An index can always be made again from the store, so a damaged one is thrown away; the worker
fills the new one.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Engine, IndexUnreadable


class HeldEngine:
    """Opens the embedded engine when it is first asked for."""

    def __init__(self, folder: Path, languages: Sequence[str]) -> None:
        self._folder = folder
        self._languages = tuple(languages)
        self._lock = Lock()
        self._engine: EmbeddedEngine | None = None

    def get(self) -> Engine:
        """The engine; a new and empty one in place of one that cannot be read."""
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
