"""Checks of the server itself, with messages that say what to do."""

from datetime import UTC

from meilisearch import Client

from app.errors import Unavailable
from app.kit.clock import system_clock
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.failures import (
    KeyRefused,
    RequestRejected,
    ServerAway,
    ServerTooOld,
    translate_errors,
)
from app.search.meilisearch.keys import READING, WRITING, find_denied_actions
from app.search.meilisearch.tasks import UNFINISHED
from app.search.upkeep import PendingTask

OLDEST = (1, 36)
"""The first version with every setting that `settings` uses."""
_UPDATING = "see `Updating Meilisearch` in docs/deploy.md"


def server_version(connection: Connection) -> str:
    """The server's version; "" if our key may not ask."""
    try:
        with translate_errors("version", connection.address.index):
            return connection.given_client().get_version()["pkgVersion"]
    except (KeyRefused, RequestRejected):
        return ""


def check_version(connection: Connection) -> None:
    """Raise `ServerTooOld` for a server that cannot hold the index with its settings."""
    has = server_version(connection)
    if has and _version_parts(has) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ServerTooOld(
            "search_server_too_old",
            f"The search server is Meilisearch {has}; {oldest} or newer is needed: {_UPDATING}.",
        )


def find_problem(connection: Connection) -> str:
    """The problem that keeps the server from being used, and its remedy; "" if there is none."""
    try:
        check_version(connection)
    except ServerTooOld as error:
        return error.message
    except ServerAway as error:
        return (
            f"{error.message.rstrip('.')}. Look whether it runs, and at its log: with the data of "
            f"another version it does not start; {_UPDATING}."
        )
    except Unavailable as error:
        return error.message
    return ""


def missing_actions(connection: Connection, index: str) -> list[str]:
    """The actions that the keys lack for searching and writing; empty when all is well."""
    with translate_errors("tasks.get", index):
        search = connection.client(connection.keys().search)
        lacks = [item for item in find_denied_actions(search, index) if item in READING]
        return lacks + [
            item for item in find_denied_actions(connection.writer(), index) if item in WRITING
        ]


def oldest_pending_task(client: Client, index: str) -> PendingTask | None:
    """The oldest task for this index that was accepted and is not done."""
    requested = {"indexUids": index, "limit": 1}
    with translate_errors("tasks.get", index):
        waits = client.get_tasks({**requested, "statuses": UNFINISHED, "reverse": "true"}).results
        if not waits:
            return None
        done = client.get_tasks({**requested, "statuses": "succeeded,failed,canceled"}).results
    # Its start tells nothing: a full disk starts it again and again. Its own wait tells nothing
    # while others are done before it. So the last finished task counts too.
    finished = [task.finished_at for task in done if task.finished_at is not None]
    since = max(waits[0].enqueued_at, *finished).replace(tzinfo=UTC)
    return PendingTask(waits[0].uid, (system_clock() - since).total_seconds())


def _version_parts(text: str) -> tuple[int, ...]:
    numbers = text.partition("-")[0].split(".")[:2]
    return tuple(int(part) if part.isdecimal() else 0 for part in numbers)
