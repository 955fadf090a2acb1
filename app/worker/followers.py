"""All who work beside the answers in this process, as the settings say."""

from app.runtime import Runtime
from app.worker.heartbeat import Heartbeat
from app.worker.indexing import IndexFollower
from app.worker.loop import Follower
from app.worker.media_cleanup import MediaCleanup
from app.worker.threaded import ThreadedFollower
from app.worker.webhooks import WebhookFollower


def build_followers(runtime: Runtime) -> list[Follower]:
    """A heartbeat, search on each engine, media, webhooks; a WebSub hub where there is one."""
    followers = [
        Heartbeat(runtime),
        *_search_followers(runtime),
        MediaCleanup(runtime),
        WebhookFollower(runtime),
    ]
    if (hub := runtime.settings.websub_hub) is not None:
        from app.worker.websub import WebSubFollower

        followers.append(WebSubFollower(runtime, hub))
    return followers


def near_followers(runtime: Runtime) -> list[Follower]:
    """The one that a process which answers needs in any case: of the index on its machine, which
    no worker elsewhere can write."""
    near = runtime.search.near
    return [IndexFollower(runtime, near)] if near is not None else []


def _search_followers(runtime: Runtime) -> list[Follower]:
    main, standby = runtime.search.main, runtime.search.standby
    if main.interrupt is None:
        return [IndexFollower(runtime, main)]
    far = ThreadedFollower(IndexFollower(runtime, main), main.interrupt)
    return [far] if standby is None else [far, IndexFollower(runtime, standby)]
