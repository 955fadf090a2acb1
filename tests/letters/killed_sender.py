"""A sender in a process of its own, to be killed. It imports little, so that it begins soon."""

from multiprocessing.connection import Connection
from time import sleep
from typing import Any

from app.letters.sending import LetterSender
from app.runtime import open_runtime
from tests.stores import settings_of


def send_letters(settings: dict[str, Any], ready: Connection) -> None:
    """Send until nobody waits any more, or until the end."""
    given = settings_of(settings.pop("data_dir"), **settings)
    with open_runtime(given) as runtime:
        sender = LetterSender(runtime.database, runtime.settings, runtime.key, runtime.clock)
        ready.send("begun")
        idle = 0
        while idle < 20:
            idle = 0 if sender.step() else idle + 1
            sleep(0.005 if idle else 0.0)
        sender.close()
    ready.send("done")
