"""Who answers: the search server and the engine on this machine together, or one of them alone.

Both follow the log. Where the near one knows at least as much, it answers, with the server's say in
the order; where it is behind, the server answers alone; where the server is out of reach, the near
one does. An answer says who gave it, and whether the service is making do. What an engine is late
of is left to `present`, here and for all who ask.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import TypeVar

from app.errors import Unavailable
from app.search import present
from app.search.fusing import NOTHING, for_far, for_near, fused, is_for_both
from app.search.held import Held
from app.search.present import Late
from app.search.protocol import Engine, Found, Key, Keys, Parked, Query, Suggestion

SPARE = 2
"""Hits to ask for beyond a page, since some may not be visible any more."""
BOTH = "both"
"""Who answers when two engines did."""
LOOKED_AT = 1.0
"""Seconds for which what a far engine said of itself is believed."""

LateOf = Callable[[str | None, Sequence[Key]], Late]
"""What an engine is late of that has come to a cursor and could not hold some things."""
Answer = TypeVar("Answer")
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
    """The engines of a process. `place_of` says how far in the log a cursor is, `late_of` what
    comes after it."""

    def __init__(
        self,
        main: Held,
        standby: Held | None = None,
        place_of: Callable[[str], int] = lambda _cursor: 0,
        token: Tokens | None = None,
        late_of: LateOf = lambda _cursor, _parked: Late(),
        languages: tuple[str, ...] = (),
    ) -> None:
        self.main = main
        self.token = token
        self.standby = standby
        self._place_of = place_of
        self._late_of = late_of
        self._languages = languages
        self._lock = Lock()
        self._looked: tuple[float, Standing] | None = None

    def get(self) -> Engine:
        """The engine that is set."""
        return self.main.get()

    def to_write(self) -> Engine:
        """The engine that is set, to be written to."""
        return self.main.to_write()

    def engines(self) -> list[Engine]:
        """All that have to be kept true to the store."""
        return [held.to_write() for held in (self.main, self.standby) if held is not None]

    def search(self, query: Query) -> Served:
        """Raises ValueError for a page too deep, `Unavailable` when nobody can answer."""

        def near(engine: Engine, spare: Standing, standing: Standing) -> Served:
            told = standing if standing.degraded else spare

            def ask(asked: Query) -> Found:
                nonlocal told
                if standing.degraded or not is_for_both(asked):
                    return engine.search(asked)
                found = engine.search(for_near(asked))
                try:
                    ranked = self._ranked(standing, asked)
                except Unavailable as error:
                    told = self._degraded(error)
                    return fused(asked, found, NOTHING)
                told = replace(spare, engine=BOTH)
                return fused(asked, found, ranked)

            late = self._late(spare)
            found = present.search(late, self._languages, query, ask)
            return Served(found, told)

        def far(engine: Engine, standing: Standing) -> Served:
            late = self._late(standing)
            found = present.search(late, self._languages, query, engine.search)
            return Served(found, standing)

        return self._asked(near, far)

    def _ranked(self, standing: Standing, query: Query) -> Found:
        """The server's order, of what it is not late of."""
        late = self._late(standing)
        if not late.is_known:
            return NOTHING
        chosen = replace(query.filter, without=(*query.filter.without, *late.keys))
        return self.main.get().search(for_far(replace(query, filter=chosen)))

    def _late(self, standing: Standing) -> Late:
        return self._late_of(standing.cursor, [one.key for one in standing.parked])

    def suggest(self, text: str, languages: Sequence[str], limit: int) -> list[Suggestion]:
        """Completions, from whoever can give them."""

        def near(engine: Engine, spare: Standing, _standing: Standing) -> list[Suggestion]:
            return far(engine, spare)

        def far(engine: Engine, standing: Standing) -> list[Suggestion]:
            late = self._late(standing)

            def ask(without: Keys) -> list[Suggestion]:
                return engine.suggest(text, languages, limit, without)

            return present.suggest(late, self._languages, text, languages, limit, ask)

        return self._asked(near, far)

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
        spare = self._spare()
        return f"{now.engine}/{now.cursor}/{spare and spare.cursor}/{now.degraded}"

    def wrote(self) -> None:
        """An engine has been written to: look again."""
        with self._lock:
            self._looked = None

    def close(self) -> None:
        """Give everything back."""
        self.main.close()
        if self.standby is not None:
            self.standby.close()

    def _asked(
        self,
        near: Callable[[Engine, Standing, Standing], Answer],
        far: Callable[[Engine, Standing], Answer],
    ) -> Answer:
        """By the near engine where it knows as much, else by the one that is set, and when that
        is out of reach by the near one, however far it is."""
        standing = self.standing()
        spare = self._spare()
        if not standing.degraded and (spare is None or self._is_behind(spare, standing)):
            try:
                return far(self.main.get(), standing)
            except Unavailable as error:
                standing = self._degraded(error)
        if self.standby is None or spare is None:
            raise Unavailable("search_unavailable", "Search cannot answer now; try again.")
        return near(self.standby.get(), spare, standing)

    def _spare(self) -> Standing | None:
        """How the near engine beside the server does; None when it can answer nothing."""
        if self.standby is None:
            return None
        try:
            spare = self._of(self.standby.get())
        except Unavailable:
            return None
        return spare if spare.cursor is not None else None

    def _is_behind(self, spare: Standing, standing: Standing) -> bool:
        return self._place_of(spare.cursor or "") < self._place_of(standing.cursor or "")

    def _degraded(self, error: Unavailable) -> Standing:
        _LOG.warning("search makes do without %s: %s", self.main.name, error.message)
        spare = self._spare()
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
