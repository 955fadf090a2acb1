"""Who answers: the search server and the engine on this machine together, or one of them alone.

Both follow the log. Where the near one knows at least as much, it answers, with the server's say in
the order; where it is behind, the server answers alone; where the server is out of reach, the near
one does. An answer says who gave it, and whether the service is making do: also when the near one
has been behind the log for longer than following takes. What an engine is late of is left to
`present`, here and for all who ask.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Final, TypeVar

from app.errors import Unavailable
from app.outage import Outage
from app.search import present
from app.search.fusing import NOTHING, for_far, for_near, fused, is_for_both
from app.search.held import Held
from app.search.lateness import NEAR_ENGINE_LATE, Behind, Lateness
from app.search.present import Late
from app.search.protocol import Engine, Found, Key, Keys, Parked, Query, Suggestion

SPARE = 2
"""Hits to ask for beyond a page, since some may not be visible any more."""
BOTH = "both"
"""Who answers when two engines did."""
LOOKED_AT = 1.0
"""Seconds for which what a far engine said of itself is believed."""
TASK_LATE = 30.0
"""So many seconds may pass until the server has done what it accepted."""
TASK_IS_LATE = "search_task_late"
INDEX_IS_LATE = "search_index_late"
"""Nothing waits there: nobody writes, or what is written is refused, as by a full disk."""
REFUSED = "search_refused"
"""The codes of what may be wrong."""
_BEGINNING = ("search_not_built", NEAR_ENGINE_LATE)

LateOf = Callable[[str | None, Sequence[Key]], Late]
"""What an engine is late of that has come to a cursor and could not hold some things."""
Answer = TypeVar("Answer")
Tokens = Callable[[datetime], str]
"""A token for the engine's own server that holds until then; None where there is no server."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How search is doing: who answers now, from which place in the log, and the code of what is
    wrong; its message is for the operator's eyes, and goes into the log. `cursor` is None where
    the place is not known."""

    engine: str
    cursor: str | None
    degraded: bool = False
    trouble: str = ""
    parked: tuple[Parked, ...] = ()

    @property
    def is_known(self) -> bool:
        """Its place in the log is: that of an index that was never built is its beginning."""
        return self.cursor is not None or not self.degraded or self.trouble in _BEGINNING


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
        behind: Behind = lambda _cursor: (0, 0.0),
        late_of: LateOf = lambda _cursor, _parked: Late(),
        languages: tuple[str, ...] = (),
    ) -> None:
        self.main = main
        self.token = token
        self.standby = standby
        self.near = main if main.name == "embedded" else standby
        self._place_of = place_of
        self._late_of = late_of
        self._languages = languages
        self.behind: Final = behind
        self._lock = Lock()
        self._looked: tuple[float, Standing] | None = None
        self._lateness = Lateness(self.near, behind)
        self._last_cursor: str | None = None
        self._away = Outage(f"Search makes do without {main.name}", "willay.search")

    def only_look(self) -> None:
        """From now on this process makes nothing on a server, not even keys of our own."""
        self.main.only_look()

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

        served = self._asked(near, far)
        return replace(served, standing=self._with_lateness(served.standing))

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
        return self._with_lateness(self._standing())

    def facts(self) -> list[tuple[Held, Standing]]:
        """How each engine that is set does by itself, whoever answers now."""
        now, spare = self._standing(), self._spare()
        main = replace(now, engine=self.main.name)
        if now.degraded:
            main = replace(main, cursor=self._last_cursor)
        if self.standby is None:
            return [(self.main, self._with_lateness(main))]
        near = spare or Standing(self.standby.name, None)
        return [(self.main, main), (self.standby, self._with_lateness(near))]

    def near_behind(self) -> tuple[int, float] | None:
        """How far the engine on this machine is behind the log; None where there is none beside
        the server."""
        spare = self._spare()
        return None if self.standby is None else self.behind(spare.cursor if spare else None)

    def _standing(self) -> Standing:
        if self.near is self.main:
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
        self._last_cursor = now.cursor
        if self._away.is_on:
            self._away.end()
        if self._lateness.seconds(now.cursor) > TASK_LATE:
            now = replace(now, trouble=TASK_IS_LATE if self._has_late_task() else INDEX_IS_LATE)
        self._keep(now)
        return now

    def state(self) -> str:
        """Changes when the answers may."""
        now = self.standing()
        spare = self._spare()
        return f"{now.engine}/{now.cursor}/{spare and spare.cursor}/{now.degraded}/{now.trouble}"

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
        standing = self._standing()
        spare = self._spare()
        # What a refusal is about may not be asked for this time.
        may_answer = not standing.degraded or (spare is None and standing.trouble == REFUSED)
        if may_answer and (spare is None or self._is_behind(spare, standing)):
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
        self._away.begin(self._away.error or error)  # one line, whatever follows from it
        if error.code == REFUSED:  # its documents can be read all the same
            with suppress(Unavailable):
                self._last_cursor = self.main.get().cursor() or self._last_cursor
        spare = self._spare()
        now = Standing(
            engine=spare.engine if spare is not None else self.main.name,
            cursor=spare.cursor if spare is not None else self._last_cursor,
            degraded=True,
            trouble=error.code,
        )
        self._keep(now)
        return now

    def _keep(self, standing: Standing) -> None:
        with self._lock:
            self._looked = (monotonic() + LOOKED_AT, standing)

    def _with_lateness(self, standing: Standing) -> Standing:
        """The same, with the word that the near engine is late where nothing worse is told."""
        if not self._lateness.is_told() or standing.degraded:
            return standing
        return replace(standing, degraded=True, trouble=NEAR_ENGINE_LATE)

    def _has_late_task(self) -> bool:
        try:
            waiting = self.main.get().waiting()
        except Unavailable:
            return False
        return waiting is not None and waiting.seconds > TASK_LATE

    @staticmethod
    def _of(engine: Engine) -> Standing:
        now = engine.progress()
        return Standing(engine.name, now.cursor, parked=now.parked)
