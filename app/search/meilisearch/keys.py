"""The least that searching and writing need, taken from a master key when that is what we have.

The server derives a key from its own master key and the key's uid. The uids are fixed here, so to
provision again finds the same keys, also on a server that has lost what it held.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError

_SPACE = UUID("5f9c61de-3a3e-5d0e-9a51-6f0d3d1c6b7a")
READING = ("search",)
WRITING = (
    *("documents.add", "documents.get", "documents.delete"),
    *("indexes.create", "indexes.get", "indexes.delete", "indexes.swap"),
    *("settings.get", "settings.update", "tasks.get"),
)


@dataclass(frozen=True, slots=True)
class Keys:
    """By which we search and write; the same one when we were given no more than that."""

    search: str | None
    write: str | None


def provisioned(client: Client, given: str | None, index: str) -> Keys:
    """Keys of our own where the given one may make keys; else the given one for everything.

    Raises what the client raises.
    """
    search, write = _wanted(index)
    try:
        return Keys(_made(client, search), _made(client, write))
    except MeilisearchApiError as error:
        if error.status_code in (401, 403):  # no master key, or a server that has none
            return Keys(given, given)
        raise


def _wanted(index: str) -> tuple[dict[str, Any], dict[str, Any]]:
    def key(name: str, actions: tuple[str, ...], indexes: list[str]) -> dict[str, Any]:
        return {
            "uid": str(uuid5(_SPACE, f"{name}/{index}")),
            "name": f"Willay: {name} {index}",
            "actions": list(actions),
            "indexes": indexes,
            "expiresAt": None,
        }

    return key("search", READING, [index]), key("write", WRITING, [index, f"{index}--*"])


def _made(client: Client, wanted: dict[str, Any]) -> str:
    path = f"{client.config.paths.keys}/{wanted['uid']}"
    try:
        found = client.http.get(path)
    except MeilisearchApiError as error:
        if error.status_code != 404:
            raise
        found = None
    if found is not None and any(
        sorted(found[part]) != sorted(wanted[part]) for part in ("actions", "indexes")
    ):
        client.http.delete(path)
        found = None
    if found is None:
        found = client.http.post(client.config.paths.keys, wanted)
    return str(found["key"])
