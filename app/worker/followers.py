"""The followers of this process, as the settings say."""

from app.letters.sending import LetterSender
from app.runtime import Runtime
from app.worker.heartbeat import Heartbeat
from app.worker.import_runner import ImportRunner
from app.worker.indexing import IndexFollower
from app.worker.interrupted_imports import InterruptedImports
from app.worker.loop import Follower
from app.worker.media_cleanup import MediaCleanup
from app.worker.newsletters import NewsletterFollower
from app.worker.purging import LOOK_SECONDS, PurgeFollower
from app.worker.threaded import ContinuousWork, ThreadedFollower
from app.worker.trash_cleanup import TrashCleanup
from app.worker.webhooks import WebhookFollower


def build_followers(runtime: Runtime) -> list[Follower]:
    """A heartbeat, search for each engine, media, imports, webhooks, letters, and, if they are set,
    newsletters, the trash, a WebSub hub and caches in front."""
    imports = ImportRunner(runtime)
    letters = LetterSender(runtime.database, runtime.settings, runtime.key, runtime.clock)
    followers: list[Follower] = [
        Heartbeat(runtime),
        *_search_followers(runtime),
        MediaCleanup(runtime),
        InterruptedImports(runtime),
        ThreadedFollower(imports, imports.interrupt),
        WebhookFollower(runtime),
        ThreadedFollower(letters, letters.interrupt),
    ]
    if runtime.settings.newsletters:
        followers.append(NewsletterFollower(runtime))
    if (days := runtime.settings.trash_days) is not None:
        followers.append(TrashCleanup(runtime, days))
    if (hub := runtime.settings.websub_hub) is not None:
        from app.worker.websub import WebSubFollower

        followers.append(WebSubFollower(runtime, hub))
    for address in runtime.settings.purge_url:
        purges = PurgeFollower(runtime, address)
        work = ContinuousWork(purges, purges.interrupt, LOOK_SECONDS)
        followers.append(ThreadedFollower(work, work.interrupt))
    return followers


def near_followers(runtime: Runtime) -> list[Follower]:
    """The followers of a process that only answers: one for the index on its machine, if there is
    such an index, because no worker elsewhere can write it."""
    near = runtime.search.near
    return [IndexFollower(runtime, near)] if near is not None else []


def _search_followers(runtime: Runtime) -> list[Follower]:
    main, standby = runtime.search.main, runtime.search.standby
    if main.interrupt is None:
        return [IndexFollower(runtime, main)]
    far = ThreadedFollower(IndexFollower(runtime, main), main.interrupt)
    return [far] if standby is None else [far, IndexFollower(runtime, standby)]
