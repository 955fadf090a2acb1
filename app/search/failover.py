"""Decides who answers: the search server and the engine on this machine together, or one alone.

Both follow the log. If the near engine knows at least as much, it answers, and the server
influences the order. If the near engine is behind, the server answers alone; if the server is out
of reach, the near engine does. An answer names its engine, and says whether the service is
degraded. It is degraded too if the near engine has been behind the log for longer than following
takes. `overlay` adds what an engine is late of, for every caller.
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
"""Hits to request beyond a page, because some may no longer be visible."""
BOTH = "both"
"""The name of both engines together, when they answer."""
LOOKED_AT = 1.0
"""Seconds for which the last status of a far engine is trusted."""
TASK_LATE = 30.0
"""Seconds that the server may take to finish an accepted task."""
TASK_IS_LATE = "search_task_late"
INDEX_IS_LATE = "search_index_late"
"""No task waits there: nobody writes, or writes are refused, as by a full disk."""
REFUSED = "search_refused"
"""The codes of possible problems."""
NOT_BUILT = "search_not_built"
_BEGINNING = (NOT_BUILT, NEAR_ENGINE_LATE)

LateOf = Callable[[str | None, Sequence[Key]], Overlay]
"""The things that an engine at a cursor is late of or could not hold."""
Answer = TypeVar("Answer")
Tokens = Callable[[datetime], str]
"""A token for the engine's own server, valid until then; None without a server."""


@dataclass(frozen=True, slots=True)
class SearchStatus:
    """The state of search: who answers now, from which place in the log, and the code of the
    problem. The problem's message is for the operator, and goes into the log. `cursor` is None if
    the place is unknown."""

    engine: str
    cursor: str | None
    degraded: bool = False
    trouble: str = ""
    parked: tuple[Parked, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether its place in the log is known: an index never built is at the beginning."""
        return self.cursor is not None or not self.degraded or self.trouble in _BEGINNING


@dataclass(frozen=True, slots=True)
class ServedResult:
    """An answer with the status of the engine that gave it."""

    result: SearchResult
    status: SearchStatus


class SearchService:
    """The engines of a process. `place_of` gives the place of a cursor in the log, `late_of` the
    things after it. `model` names the near engine's model of meaning, if it has one."""

    def __init__(
        self,
        main: EngineHandle,
        standby: EngineHandle | None = None,
        place_of: Callable[[str], int] = lambda _cursor: 0,
        token: Tokens | None = None,
        behind: Behind = lambda _cursor: (0, 0.0),
        late_of: LateOf = lambda _cursor, _parked: Overlay(),
        languages: tuple[str, ...] = (),
        model: str = "",
    ) -> None:
        self.main, self.model = main, model
        self.token = token
        self.standby = standby
        self.near = main if main.name == "embedded" else standby
        self._place_of = place_of
        self._late_of = late_of
        self._languages = languages
        self.behind: Final = behind
        self._lock = Lock()
        self.writes = 0
        """How often this process wrote to an engine."""
        self._looked: tuple[float, SearchStatus] | None = None
        self._lateness = Lateness(self.near, behind)
        self._last_cursor: str | None = None
        self._away = Outage(f"Search makes do without {main.name}", "willay.search")

    def make_read_only(self) -> None:
        """Stop this process from creating anything on a server, even our own keys."""
        self.main.make_read_only()

    def get(self) -> Engine:
        """The configured engine."""
        return self.main.get()

    def to_write(self) -> Engine:
        """The configured engine, to write to."""
        return self.main.to_write()

    def engines(self) -> list[Engine]:
        """All engines that must follow the store."""
        return [handle.to_write() for handle in (self.main, self.standby) if handle is not None]

    def search(self, query: Query) -> ServedResult:
        """Search. `ValueError` for a page too deep, `Unavailable` if no engine can answer."""

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
        """The server's ranking, without the things that it is late of."""
        late = self._overlay_for(standing)
        if not late.is_known:
            return NOTHING
        filters = replace(query.filter, without=(*query.filter.without, *late.keys))
        return self.main.get().search(for_far(replace(query, filter=filters)))

    def _overlay_for(self, standing: SearchStatus) -> Overlay:
        return self._late_of(standing.cursor, [thing.key for thing in standing.parked])

    def suggest(self, text: str, languages: Sequence[str], limit: int) -> list[Suggestion]:
        """Completions, from any engine that can give them."""

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
        """The present state; never raises. Asks a far engine now and then, a near one each time."""
        return self._with_lateness(self._current_status())

    def engine_statuses(self) -> list[tuple[EngineHandle, SearchStatus]]:
        """The state of each configured engine by itself, whoever answers now."""
        now, spare = self._current_status(), self._spare_status()
        main = replace(now, engine=self.main.name)
        if now.degraded:
            main = replace(main, cursor=self._last_cursor)
        if self.standby is None:
            return [(self.main, self._with_lateness(main))]
        near = spare or SearchStatus(self.standby.name, None)
        return [(self.main, main), (self.standby, self._with_lateness(near))]

    def near_behind(self) -> tuple[int, float] | None:
        """The lag of the engine on this machine; None if there is none beside the server."""
        spare = self._spare_status()
        return None if self.standby is None else self.behind(spare.cursor if spare else None)

    def _current_status(self) -> SearchStatus:
        if self.near is self.main:
            now = self._status_of(self.main.get())
            return now if now.cursor else replace(now, degraded=True, trouble=NOT_BUILT)
        with self._lock:
            if self._looked is not None:
                until, status = self._looked
                if monotonic() < until:
                    return status
                # One caller asks, which may take a while; the others use the last status.
                self._looked = (monotonic() + LOOKED_AT, status)
        try:
            now = self._status_of(self.main.get())
            if now.cursor is None:
                raise Unavailable(NOT_BUILT, "The search index is not built yet.")
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
        """A tag that changes whenever the answers may."""
        return self.state()[0]

    def state(self) -> tuple[str, int]:
        """That tag, and the place in the log of the engine that is further behind."""
        now = self.status()
        spare = self._spare_status()
        tag = f"{now.engine}/{now.cursor}/{spare and spare.cursor}/{now.degraded}/{now.trouble}"
        cursors = [now.cursor] if spare is None else [now.cursor, spare.cursor]
        return tag, min(self._place_of(cursor or "") for cursor in cursors)

    def note_write(self) -> None:
        """Forget the last status, because an engine was written to."""
        with self._lock:
            self._looked = None
            self.writes += 1

    def close(self) -> None:
        """Close all engines."""
        self.main.close()
        if self.standby is not None:
            self.standby.close()

    def _ask_either(
        self,
        near: Callable[[Engine, SearchStatus, SearchStatus], Answer],
        far: Callable[[Engine, SearchStatus], Answer],
    ) -> Answer:
        """Answer by the near engine if it knows as much as the configured one, else by that one. If
        that one is out of reach, the near engine answers in any case."""
        standing = self._current_status()
        spare = self._spare_status()
        # Another query may not be one that the server refuses, so it may be asked.
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
        """The state of the near engine beside the server; None if it cannot answer."""
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
        if error.code == REFUSED:  # its documents can still be read
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
        """The status, degraded if the near engine is late and there is no worse problem."""
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
