"""All that a worker runs."""

from app.runtime import Runtime
from app.worker.apart import Apart
from app.worker.indexing import Indexing
from app.worker.loop import Follower
from app.worker.sweeping import Sweeping


def followers(runtime: Runtime) -> list[Follower]:
    """Search, on each engine, and the care of the media folder."""
    return [*_searching(runtime), Sweeping(runtime)]


def _searching(runtime: Runtime) -> list[Follower]:
    main, standby = runtime.search.main, runtime.search.standby
    if main.interrupt is None:
        return [Indexing(runtime, main)]
    far = Apart(Indexing(runtime, main), main.interrupt)
    return [far] if standby is None else [far, Indexing(runtime, standby)]
