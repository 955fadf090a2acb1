"""A worker that plans and sends an issue in a process of its own, to be killed."""

from multiprocessing.connection import Connection
from time import sleep
from typing import Any

from app.letters.sending import LetterSender
from app.runtime import open_runtime
from app.worker.newsletters import NewsletterFollower
from tests.stores import settings_of


def work(settings: dict[str, Any], ready: Connection) -> None:
    """Plan and send until there is nothing to do, or until the end."""
    given = settings_of(settings.pop("data_dir"), **settings)
    with open_runtime(given) as runtime:
        args = (runtime.database, runtime.settings, runtime.key, runtime.clock)
        sender, follower = LetterSender(*args), NewsletterFollower(runtime)
        ready.send("begun")
        idle = 0
        while idle < 20:
            did = follower.step()
            did |= sender.step()
            idle = 0 if did else idle + 1
            sleep(0.005 if idle else 0.0)
        sender.close()
    ready.send("done")
