"""The worker's loop: promote due boundaries, then let every follower catch up."""

import logging
from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic
from typing import Final, Protocol, runtime_checkable

from app import faults
from app.errors import Unavailable
from app.runtime import Runtime

IDLE_SECONDS: Final = 0.5
"""The pause between two looks at the log while nothing happens."""

TROUBLE_SECONDS: Final = 5.0
"""The pause of a follower that failed, before its next attempt; the others go on."""

Step = Callable[[], bool | None]

_LOG = logging.getLogger("willay.worker")


class Follower(Protocol):
    """Keeps something outside the store in step with it."""

    @property
    def name(self) -> str:
        """The name in the log."""
        ...

    def step(self) -> bool | None:
        """Catch up by one portion; false if there was nothing to do, None if a step still runs."""
        ...

    def close(self) -> None:
        """Release its resources."""
        ...


@runtime_checkable
class Interruptible(Protocol):
    """A follower with steps that may take minutes."""

    def interrupt(self) -> None:
        """Let the running step give up soon; safe in a signal handler."""
        ...


class Worker:
    """Runs promotion and the followers in turn. Several workers may run side by side: the log's
    lock and each follower's lease let only one of them act."""

    def __init__(
        self, runtime: Runtime, followers: Sequence[Follower] = (), *, promotes: bool = True
    ) -> None:
        self._followers = followers
        promotion = [("promotion", runtime.promote)] if promotes else []
        self._steps: list[tuple[str, Step]] = [*promotion, *((f.name, f.step) for f in followers)]
        self._troubles: dict[str, str] = {}
        self._resting: dict[str, float] = {}
        self._stopped = Event()
        self._thread = Thread(target=self.run, name="worker", daemon=True)

    def start(self) -> None:
        """Run in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let the present step end, then return."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join()

    def ask_to_stop(self) -> None:
        """Like `stop`, without waiting; safe in a signal handler."""
        self._stopped.set()
        for follower in self._followers:
            if isinstance(follower, Interruptible):
                follower.interrupt()

    def run(self) -> None:
        """Work until asked to stop."""
        try:
            while not self._stopped.is_set():
                self._stopped.wait(self._turn())
        finally:
            for follower in self._followers:
                follower.close()

    def _turn(self) -> float:
        """Run one turn; return the seconds to wait before the next.

        Nothing may end the loop: a follower that fails tries again, and the others go on.
        """
        pause = IDLE_SECONDS
        for name, step in self._steps:
            if self._stopped.is_set():
                break
            if monotonic() < self._resting.get(name, 0.0):
                continue
            try:
                did = step()
            except Unavailable as error:
                # The store itself logs its outages.
                is_new = self._is_new(name, error.explanation)
                if is_new and error.code not in faults.MESSAGES:
                    _LOG.warning("%s waits: %s", name, error.explanation)
            except Exception as error:
                if self._is_new(name, repr(error)):
                    _LOG.exception("%s failed and will try again", name)
            else:
                if did is not None and self._troubles.pop(name, None) is not None:
                    _LOG.info("%s goes on", name)
                pause = 0.0 if did else pause
        return pause

    def _is_new(self, name: str, trouble: str) -> bool:
        """Let the step rest; true if its trouble is new, so that each is logged once."""
        self._resting[name] = monotonic() + TROUBLE_SECONDS
        before, self._troubles[name] = self._troubles.get(name), trouble
        return before != trouble
