"""Who answers: the search server and the engine on this machine together, or one of them alone.

Both follow the log. Where the near one knows at least as much, it answers, with the server's say in
the order; where it is behind, the server answers alone; where the server is out of reach, the near
one does. An answer says who gave it, and whether the service is making do: also when the near one
has been behind the log for longer than following takes. What an engine is late of is left to
`overlay`, here and for all who ask.
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
from app.search import overlay
from app.search.fusion import NOTHING, for_far, for_near, fuse, is_for_both
from app.search.lateness import NEAR_ENGINE_LATE, Behind, Lateness
from app.search.lazy import EngineHandle
from app.search.overlay import Overlay
from app.search.protocol import Engine, Key, Keys, Parked, Query, SearchResult, Suggestion

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

LateOf = Callable[[str | None, Sequence[Key]], Overlay]
"""What an engine is late of that has come to a cursor and could not hold some things."""
Answer = TypeVar("Answer")
Tokens = Callable[[datetime], str]
"""A token for the engine's own server that holds until then; None where there is no server."""


@dataclass(frozen=True, slots=True)
class SearchStatus:
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
class ServedResult:
    """An answer with who gave it."""

    result: SearchResult
    status: SearchStatus


class SearchService:
    """The engines of a process. `place_of` says how far in the log a cursor is, `late_of` what
    comes after it."""

    def __init__(
        self,
        main: EngineHandle,
        standby: EngineHandle | None = None,
        place_of: Callable[[str], int] = lambda _cursor: 0,
        token: Tokens | None = None,
        behind: Behind = lambda _cursor: (0, 0.0),
        late_of: LateOf = lambda _cursor, _parked: Overlay(),
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
        self._looked: tuple[float, SearchStatus] | None = None
        self._lateness = Lateness(self.near, behind)
        self._last_cursor: str | None = None
        self._away = Outage(f"Search makes do without {main.name}", "willay.search")

    def make_read_only(self) -> None:
        """From now on this process makes nothing on a server, not even keys of our own."""
        self.main.make_read_only()

    def get(self) -> Engine:
        """The engine that is set."""
        return self.main.get()

    def to_write(self) -> Engine:
        """The engine that is set, to be written to."""
        return self.main.to_write()

    def engines(self) -> list[Engine]:
        """All that have to be kept true to the store."""
        return [handle.to_write() for handle in (self.main, self.standby) if handle is not None]

    def search(self, query: Query) -> ServedResult:
        """Raises ValueError for a page too deep, `Unavailable` when nobody can answer."""

        def ask_near(engine: Engine, spare: SearchStatus, standing: SearchStatus) -> ServedResult:
            status = standing if standing.degraded else spare

            def ask(narrowed: Query) -> SearchResult:
                nonlocal status
                if standing.degraded or not is_for_both(narrowed):
                    return engine.search(narrowed)
                near_result = engine.search(for_near(narrowed))
                try:
                    far_result = self._search_far(standing, narrowed)
                except Unavailable as error:
                    status = self._degraded_status(error)
                    return fuse(narrowed, near_result, NOTHING)
                status = replace(spare, engine=BOTH)
                return fuse(narrowed, near_result, far_result)

            late = self._overlay_for(spare)
            result = overlay.search_with_overlay(late, self._languages, query, ask)
            return ServedResult(result, status)

        def ask_far(engine: Engine, standing: SearchStatus) -> ServedResult:
            late = self._overlay_for(standing)
            result = overlay.search_with_overlay(late, self._languages, query, engine.search)
            return ServedResult(result, standing)

        served = self._ask_either(ask_near, ask_far)
        return replace(served, status=self._with_lateness(served.status))

    def _search_far(self, standing: SearchStatus, query: Query) -> SearchResult:
        """The server's order, of what it is not late of."""
        late = self._overlay_for(standing)
        if not late.is_known:
            return NOTHING
        filters = replace(query.filter, without=(*query.filter.without, *late.keys))
        return self.main.get().search(for_far(replace(query, filter=filters)))

    def _overlay_for(self, standing: SearchStatus) -> Overlay:
        return self._late_of(standing.cursor, [thing.key for thing in standing.parked])

    def suggest(self, text: str, languages: Sequence[str], limit: int) -> list[Suggestion]:
        """Completions, from whoever can give them."""

        def ask_near(
            engine: Engine, spare: SearchStatus, _standing: SearchStatus
        ) -> list[Suggestion]:
            return ask_far(engine, spare)

        def ask_far(engine: Engine, standing: SearchStatus) -> list[Suggestion]:
            late = self._overlay_for(standing)

            def ask(without: Keys) -> list[Suggestion]:
                return engine.suggest(text, languages, limit, without)

            return overlay.suggest_with_overlay(late, self._languages, text, languages, limit, ask)

        return self._ask_either(ask_near, ask_far)

    def status(self) -> SearchStatus:
        """Never raises. Asks a far engine once in a while, a near one each time."""
        return self._with_lateness(self._current_status())

    def engine_statuses(self) -> list[tuple[EngineHandle, SearchStatus]]:
        """How each engine that is set does by itself, whoever answers now."""
        now, spare = self._current_status(), self._spare_status()
        main = replace(now, engine=self.main.name)
        if now.degraded:
            main = replace(main, cursor=self._last_cursor)
        if self.standby is None:
            return [(self.main, self._with_lateness(main))]
        near = spare or SearchStatus(self.standby.name, None)
        return [(self.main, main), (self.standby, self._with_lateness(near))]

    def near_behind(self) -> tuple[int, float] | None:
        """How far the engine on this machine is behind the log; None where there is none beside
        the server."""
        spare = self._spare_status()
        return None if self.standby is None else self.behind(spare.cursor if spare else None)

    def _current_status(self) -> SearchStatus:
        if self.near is self.main:
            return self._status_of(self.main.get())
        with self._lock:
            if self._looked is not None:
                until, status = self._looked
                if monotonic() < until:
                    return status
                # One asks, which may take a while; the others go by what is known.
                self._looked = (monotonic() + LOOKED_AT, status)
        try:
            now = self._status_of(self.main.get())
            if now.cursor is None:
                raise Unavailable("search_not_built", "The search index is not built yet.")
        except Unavailable as error:
            return self._degraded_status(error)
        self._last_cursor = now.cursor
        if self._away.is_on:
            self._away.end()
        if self._lateness.seconds(now.cursor) > TASK_LATE:
            now = replace(now, trouble=TASK_IS_LATE if self._has_late_task() else INDEX_IS_LATE)
        self._keep_status(now)
        return now

    def state_tag(self) -> str:
        """Changes when the answers may."""
        now = self.status()
        spare = self._spare_status()
        return f"{now.engine}/{now.cursor}/{spare and spare.cursor}/{now.degraded}/{now.trouble}"

    def note_write(self) -> None:
        """An engine has been written to: look again."""
        with self._lock:
            self._looked = None

    def close(self) -> None:
        """Give everything back."""
        self.main.close()
        if self.standby is not None:
            self.standby.close()

    def _ask_either(
        self,
        near: Callable[[Engine, SearchStatus, SearchStatus], Answer],
        far: Callable[[Engine, SearchStatus], Answer],
    ) -> Answer:
        """By the near engine where it knows as much, else by the one that is set, and when that
        is out of reach by the near one, however far it is."""
        standing = self._current_status()
        spare = self._spare_status()
        # What a refusal is about may not be asked for this time.
        may_answer = not standing.degraded or (spare is None and standing.trouble == REFUSED)
        if may_answer and (spare is None or self._is_behind(spare, standing)):
            try:
                return far(self.main.get(), standing)
            except Unavailable as error:
                standing = self._degraded_status(error)
        if self.standby is None or spare is None:
            raise Unavailable("search_unavailable", "Search cannot answer now; try again.")
        return near(self.standby.get(), spare, standing)

    def _spare_status(self) -> SearchStatus | None:
        """How the near engine beside the server does; None when it can answer nothing."""
        if self.standby is None:
            return None
        try:
            spare = self._status_of(self.standby.get())
        except Unavailable:
            return None
        return spare if spare.cursor is not None else None

    def _is_behind(self, spare: SearchStatus, standing: SearchStatus) -> bool:
        return self._place_of(spare.cursor or "") < self._place_of(standing.cursor or "")

    def _degraded_status(self, error: Unavailable) -> SearchStatus:
        self._away.begin(self._away.error or error)  # one line, whatever follows from it
        if error.code == REFUSED:  # its documents can be read all the same
            with suppress(Unavailable):
                self._last_cursor = self.main.get().cursor() or self._last_cursor
        spare = self._spare_status()
        now = SearchStatus(
            engine=spare.engine if spare is not None else self.main.name,
            cursor=spare.cursor if spare is not None else self._last_cursor,
            degraded=True,
            trouble=error.code,
        )
        self._keep_status(now)
        return now

    def _keep_status(self, standing: SearchStatus) -> None:
        with self._lock:
            self._looked = (monotonic() + LOOKED_AT, standing)

    def _with_lateness(self, standing: SearchStatus) -> SearchStatus:
        """The same, with the word that the near engine is late where nothing worse is told."""
        if not self._lateness.is_told() or standing.degraded:
            return standing
        return replace(standing, degraded=True, trouble=NEAR_ENGINE_LATE)

    def _has_late_task(self) -> bool:
        try:
            waiting = self.main.get().pending_task()
        except Unavailable:
            return False
        return waiting is not None and waiting.seconds > TASK_LATE

    @staticmethod
    def _status_of(engine: Engine) -> SearchStatus:
        now = engine.progress()
        return SearchStatus(engine.name, now.cursor, parked=now.parked)
