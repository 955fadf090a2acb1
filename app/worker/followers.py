"""All who work beside the answers in this process, as the settings say."""

from app.runtime import Runtime
from app.worker.apart import Apart
from app.worker.beating import Beating
from app.worker.indexing import Indexing
from app.worker.loop import Follower
from app.worker.sweeping import Sweeping
from app.worker.webhooks import Webhooks


def followers(runtime: Runtime) -> list[Follower]:
    """A heartbeat, search on each engine, media, webhooks; a WebSub hub where there is one."""
    found = [Beating(runtime), *_searching(runtime), Sweeping(runtime), Webhooks(runtime)]
    if (hub := runtime.settings.websub_hub) is not None:
        from app.worker.websub import Announcing

        found.append(Announcing(runtime, hub))
    return found


def near_followers(runtime: Runtime) -> list[Follower]:
    """The one that a process which answers needs in any case: of the index on its machine, which
    no worker elsewhere can write."""
    near = runtime.search.near
    return [Indexing(runtime, near)] if near is not None else []


def _searching(runtime: Runtime) -> list[Follower]:
    main, standby = runtime.search.main, runtime.search.standby
    if main.interrupt is None:
        return [Indexing(runtime, main)]
    far = Apart(Indexing(runtime, main), main.interrupt)
    return [far] if standby is None else [far, Indexing(runtime, standby)]
