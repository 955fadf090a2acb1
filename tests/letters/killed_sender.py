"""What runs in a process that is killed: a sender, and the follower of newsletters if wanted."""

from multiprocessing.connection import Connection
from time import sleep
from typing import Any

from app.letters.sending import LetterSender
from app.runtime import open_runtime
from app.worker.newsletters import NewsletterFollower
from tests.stores import settings_of


def work(settings: dict[str, Any], ready: Connection, plans: bool) -> None:
    """Send, and with `plans` plan, until there is nothing to do any more, or until the end."""
    given = settings_of(settings.pop("data_dir"), **settings)
    with open_runtime(given) as runtime:
        sender = LetterSender(runtime.database, runtime.settings, runtime.key, runtime.clock)
        follower = NewsletterFollower(runtime)
        ready.send("begun")
        idle = 0
        while idle < 20:
            did = plans and follower.step()
            did |= sender.step()
            idle = 0 if did else idle + 1
            sleep(0.005 if idle else 0.0)
        sender.close()
    ready.send("done")
