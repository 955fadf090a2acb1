"""A follower that may wait long for another machine, in a thread of its own: nobody waits."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol


class SteppedWork(Protocol):
    """What is kept apart."""

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


class ThreadedFollower:
    """A `Follower` whose steps run beside the loop; `interrupt` makes what waits give up."""

    def __init__(self, follower: SteppedWork, interrupt: Callable[[], None]) -> None:
        self._follower = follower
        self._interrupt = interrupt
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="worker-apart")
        self._running: Future[bool] | None = None

    @property
    def name(self) -> str:
        """For the log."""
        return self._follower.name

    def step(self) -> bool | None:
        """Begin a step if none is under way; what the last one said or raised is passed on. None
        when nothing can be said yet."""
        running, did = self._running, None
        if running is not None:
            if not running.done():
                return None
            self._running = None
            did = running.result()
        self._running = self._thread.submit(self._follower.step)
        return did

    def close(self) -> None:
        """Let the step at hand give up, then give back what it holds."""
        self._interrupt()
        self._thread.shutdown()
        self._follower.close()
