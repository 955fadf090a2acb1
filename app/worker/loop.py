"""The worker's loop: promote what has become due, then let every follower catch up."""

import logging
from collections.abc import Sequence
from threading import Event, Thread
from typing import Final, Protocol

from app import faults
from app.errors import Unavailable
from app.runtime import Runtime

IDLE_SECONDS: Final = 0.5
"""Between two looks at the log when nothing happens."""

TROUBLE_SECONDS: Final = 5.0
"""Before the next attempt when something could not be reached or has failed."""

_LOG = logging.getLogger("willay.worker")


class Follower(Protocol):
    """Something outside the store that is kept true to it."""

    @property
    def name(self) -> str:
        """For the log."""
        ...

    def step(self) -> bool:
        """Catch up by one portion; false when there was nothing to do."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Worker:
    """Promotion and followers in turn. Any number may run beside each other: the log's lock and
    each follower's lease let one of them act."""

    def __init__(self, runtime: Runtime, followers: Sequence[Follower] = ()) -> None:
        self._runtime = runtime
        self._followers = followers
        self._stopped = Event()
        self._troubles: dict[str, str] = {}
        self._thread = Thread(target=self.run, name="worker", daemon=True)

    def start(self) -> None:
        """Run in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let the turn at hand end, then return."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join()

    def ask_to_stop(self) -> None:
        """As `stop`, without waiting; safe in a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Work until asked to stop."""
        try:
            while not self._stopped.is_set():
                self._stopped.wait(self._turn())
        finally:
            for follower in self._followers:
                follower.close()

    def _turn(self) -> float:
        """One turn; returns the seconds to wait before the next.

        Nothing may end the loop: a follower that fails tries again, and the others go on.
        """
        pause = IDLE_SECONDS
        for name, step in (
            ("promotion", self._runtime.promote),
            *((follower.name, follower.step) for follower in self._followers),
        ):
            try:
                if step():
                    pause = 0.0
                if self._troubles.pop(name, None):
                    _LOG.info("%s goes on", name)
            except Unavailable as error:
                # An outage of the store is told by the store itself.
                if error.code not in faults.MESSAGES and self._is_new(name, error.explained):
                    _LOG.warning("%s waits: %s", name, error.explained)
                pause = TROUBLE_SECONDS
            except Exception as error:
                if self._is_new(name, repr(error)):
                    _LOG.exception("%s failed and will try again", name)
                pause = TROUBLE_SECONDS
        return pause

    def _is_new(self, name: str, trouble: str) -> bool:
        """It is not what this one failed of before; what repeats is told once."""
        before, self._troubles[name] = self._troubles.get(name), trouble
        return before != trouble
