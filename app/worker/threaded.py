"""Runs a follower in a thread of its own, because it may wait long for another machine, or because
it must not wait for the other followers."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Protocol


class SteppedWork(Protocol):
    """The work that runs in its own thread."""

    @property
    def name(self) -> str:
        """The name in the log."""
        ...

    def step(self) -> bool:
        """Catch up by one portion; false if there was nothing to do."""
        ...

    def close(self) -> None:
        """Release its resources."""
        ...


class ThreadedFollower:
    """A `Follower` whose steps run beside the loop; `interrupt` makes a waiting step give up."""

    def __init__(self, follower: SteppedWork, interrupt: Callable[[], None]) -> None:
        self._follower = follower
        self._interrupt = interrupt
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="worker-apart")
        self._running: Future[bool] | None = None

    @property
    def name(self) -> str:
        """The name in the log."""
        return self._follower.name

    def step(self) -> bool | None:
        """Begin a step if none is running; return or raise the outcome of the last one. None if
        there is no outcome yet."""
        running, did = self._running, None
        if running is not None:
            if not running.done():
                return None
            self._running = None
            did = running.result()
        self._running = self._thread.submit(self._follower.step)
        return did

    def close(self) -> None:
        """Make the running step give up, then release the follower's resources."""
        self._interrupt()
        self._thread.shutdown()
        self._follower.close()


class ContinuousWork:
    """Work whose steps follow each other by themselves, however long the loop's turn takes: as a
    whole it is one step, which ends by a failure or when it is interrupted."""

    def __init__(self, work: SteppedWork, interrupt: Callable[[], None], interval: float) -> None:
        self._work = work
        self._interrupt = interrupt
        self._interval = interval
        self._stopped = Event()

    @property
    def name(self) -> str:
        """The name in the log."""
        return self._work.name

    def step(self) -> bool:
        """Step until interrupted."""
        while not self._stopped.is_set():
            if not self._work.step():
                self._stopped.wait(self._interval)
        return False

    def interrupt(self) -> None:
        """Make the running step give up, and begin no other."""
        self._stopped.set()
        self._interrupt()

    def close(self) -> None:
        """Release the work's resources."""
        self._work.close()
