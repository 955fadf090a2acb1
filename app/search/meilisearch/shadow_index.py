"""A new index beside the one that answers, and the instant in which it replaces that one.

Its name is the index's name, `--` and random digits. A swap exchanges the meaning of two names. A
key for only these names may request a swap but cannot see its task. So the result is read from the
state, which names the build that wrote it.
"""

from threading import Event
from time import monotonic

from meilisearch import Client

from app.search.meilisearch.failures import ServerAway, TaskFailed, translate_errors
from app.search.meilisearch.tasks import Tasks
from app.search.meilisearch.writing import read_state

_SWAP_SECONDS = 60.0


def builds(client: Client, index: str) -> list[str]:
    """The names of the indexes that were built beside this one."""
    with translate_errors("indexes.get", index):
        known_items = client.get_indexes({"limit": 1_000})["results"]
    return [item.uid for item in known_items if item.uid.startswith(f"{index}--")]


def complete_builds(client: Client, index: str) -> list[str]:
    """The names of finished builds, which alone have a cursor."""
    return [name for name in builds(client, index) if read_state(client, name).cursor is not None]


def drop(client: Client, tasks: Tasks, names: list[str]) -> None:
    """Delete indexes; a missing one is no error."""
    for name in names:
        with translate_errors("indexes.delete", name):
            accepted = client.delete_index(name)
        try:
            tasks.wait_for(accepted, name)
        except TaskFailed as error:
            if error.reason != "index_not_found":
                raise


def swap(client: Client, index: str, other: str) -> None:
    """Exchange the meaning of the two names, and wait until it is done."""
    build = read_state(client, other).build
    with translate_errors("indexes.swap", index):
        client.swap_indexes([{"indexes": [index, other]}])
    until, pause = monotonic() + _SWAP_SECONDS, Event()
    while read_state(client, index).build != build:
        if monotonic() > until:
            raise ServerAway(
                "search_swap_late", "The search server has not put the new index into its place."
            )
        pause.wait(0.02)
