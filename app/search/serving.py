"""Who answers: the engine that is set, or the one beside it when that is out of reach.

Both follow the log, so the second knows as much as the first, and the better of the two may answer
each query. An answer says who gave it, and whether the service is making do.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic

from app.errors import Unavailable
from app.search.choosing import is_for_words
from app.search.held import Held
from app.search.protocol import Engine, Found, Parked, Query, Suggestion

LOOKED_AT = 1.0
"""Seconds for which what a far engine said of itself is believed."""

Tokens = Callable[[datetime], str]
"""A token for the engine's own server that holds until then; None where there is no server."""

_LOG = logging.getLogger("willay.search")


@dataclass(frozen=True, slots=True)
class Standing:
    """How search is doing: who answers now, from which place in the log, and the code of what is
    wrong; its message is for the operator's eyes, and goes into the log."""

    engine: str
    cursor: str | None
    degraded: bool = False
    trouble: str = ""
    parked: tuple[Parked, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """An answer with who gave it."""

    found: Found
    standing: Standing


class Search:
    """The engines of a process."""

    def __init__(
        self, main: Held, standby: Held | None = None, token: Tokens | None = None
    ) -> None:
        self.main = main
        self.token = token
        self.standby = standby
        self._lock = Lock()
        self._looked: tuple[float, Standing] | None = None

    def get(self) -> Engine:
        """The engine that is set."""
        return self.main.get()

    def near(self) -> Engine:
        """The engine on this machine, where there is one: it may be asked inside a transaction."""
        return (self.standby or self.main).get()

    def to_write(self) -> Engine:
        """The engine that is set, to be written to."""
        return self.main.to_write()

    def engines(self) -> list[Engine]:
        """All that have to be kept true to the store."""
        return [held.to_write() for held in (self.main, self.standby) if held is not None]

    def search(self, query: Query) -> Served:
        """Raises ValueError for a page too deep, `Unavailable` when nobody can answer."""
        standing = self.standing()
        if not standing.degraded:
            if self.standby is not None and is_for_words(query):
                spare = self._of(self.standby.get())
                if spare.cursor == standing.cursor:  # it knows as much
                    return Served(self.standby.get().search(query), spare)
            try:
                return Served(self.main.get().search(query), standing)
            except Unavailable as error:
                standing = self._degraded(error)
        if self.standby is None or standing.cursor is None:
            raise Unavailable("search_unavailable", "Search cannot answer now; try again.")
        return Served(self.standby.get().search(query), standing)

    def suggest(self, text: str, languages: Sequence[str], limit: int) -> list[Suggestion]:
        """Completions, from whoever can give them."""
        standing = self.standing()
        if not standing.degraded:
            try:
                return self.main.get().suggest(text, languages, limit)
            except Unavailable as error:
                standing = self._degraded(error)
        if self.standby is None or standing.cursor is None:
            raise Unavailable("search_unavailable", "Search cannot answer now; try again.")
        return self.standby.get().suggest(text, languages, limit)

    def standing(self) -> Standing:
        """Never raises. Asks a far engine once in a while, a near one each time."""
        if self.standby is None and self.main.name == "embedded":
            return self._of(self.main.get())
        with self._lock:
            if self._looked is not None:
                until, known = self._looked
                if monotonic() < until:
                    return known
                # One asks, which may take a while; the others go by what is known.
                self._looked = (monotonic() + LOOKED_AT, known)
        try:
            now = self._of(self.main.get())
            if now.cursor is None:
                raise Unavailable("search_not_built", "The search index is not built yet.")
        except Unavailable as error:
            return self._degraded(error)
        self._keep(now)
        return now

    def state(self) -> str:
        """Changes when the answers may."""
        now = self.standing()
        spare = self._of(self.standby.get()).cursor if self.standby is not None else ""
        return f"{now.engine}/{now.cursor}/{spare}/{now.degraded}"

    def wrote(self) -> None:
        """An engine has been written to: look again."""
        with self._lock:
            self._looked = None

    def close(self) -> None:
        """Give everything back."""
        self.main.close()
        if self.standby is not None:
            self.standby.close()

    def _degraded(self, error: Unavailable) -> Standing:
        _LOG.warning("search makes do without %s: %s", self.main.name, error.message)
        spare = self._of(self.standby.get()) if self.standby is not None else None
        now = Standing(
            engine=spare.engine if spare is not None else self.main.name,
            cursor=spare.cursor if spare is not None else None,
            degraded=True,
            trouble=error.code,
        )
        self._keep(now)
        return now

    def _keep(self, standing: Standing) -> None:
        with self._lock:
            self._looked = (monotonic() + LOOKED_AT, standing)

    @staticmethod
    def _of(engine: Engine) -> Standing:
        now = engine.progress()
        return Standing(engine.name, now.cursor, parked=now.parked)
