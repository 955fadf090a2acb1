"""The least powerful keys for searching and writing, made from a master key if we have one.

The server derives a key from its own master key and the key's uid. The uids are fixed here, so
provisioning again finds the same keys, even on a server that has lost its data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError
from meilisearch.models.key import Key

_SPACE = UUID("5f9c61de-3a3e-5d0e-9a51-6f0d3d1c6b7a")
READING = ("search",)
WRITING = (
    *("documents.add", "documents.get", "documents.delete"),
    *("indexes.create", "indexes.get", "indexes.delete", "indexes.swap"),
    *("settings.get", "settings.update", "tasks.get"),
)


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """The keys for searching and writing; both are the configured key if that is all we have.

    `search_uid` is the uid of the search key if that is our own.
    """

    search: str | None
    write: str | None
    search_uid: str | None = None


def provision_keys(
    client: Client, given_key: str | None, index: str, *, makes: bool = True
) -> ServerKeys:
    """Our own keys if the given key may make keys; else the given key for everything. Without
    `makes`, existing keys only.

    Raises what the client raises.
    """
    search, write = _key_requests(index)
    try:
        if not makes:
            existing = [find_key(client, key["uid"]) for key in (search, write)]
            return ServerKeys(*(given_key if key is None else key.key for key in existing))
        return ServerKeys(_create_key(client, search), _create_key(client, write), search["uid"])
    except MeilisearchApiError as error:
        if error.status_code in (401, 403):  # no master key, or a server without one
            return ServerKeys(given_key, given_key)
        raise


def find_key(client: Client, uid: str) -> Key | None:
    """The key with this uid, if the server knows it. Raises what the client raises."""
    try:
        return client.get_key(uid)
    except MeilisearchApiError as error:
        if error.status_code != 404:
            raise
        return None


def find_denied_actions(client: Client, index: str) -> list[str]:
    """The needed actions that this client's key may not do. The check changes nothing: each request
    is malformed, and the server refuses a missing right first."""
    base = client.index(index)
    tries: dict[str, Callable[[], object]] = {
        "search": lambda: base.search("", {"limit": -1}),
        "documents.add": lambda: base.add_documents_raw(b"", content_type="text/plain"),
        "documents.get": lambda: base.get_documents({"limit": -1}),
        "documents.delete": lambda: base.delete_documents(filter=""),
        "indexes.create": lambda: client.create_index(""),
        "indexes.get": base.fetch_info,
        "indexes.delete": lambda: client.delete_index(f"{index}--."),
        "indexes.swap": lambda: client.swap_indexes([{"indexes": [index, index]}]),
        "settings.get": base.get_settings,
        "settings.update": lambda: base.update_settings({"unknown": 1}),
        "tasks.get": lambda: client.get_tasks({"limit": 1}),
    }
    return [action for action, attempt in tries.items() if _is_refused(attempt)]


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except MeilisearchApiError as error:
        return error.status_code in (401, 403)
    return False


def _key_requests(index: str) -> tuple[dict[str, Any], dict[str, Any]]:
    def key(name: str, actions: tuple[str, ...], indexes: list[str]) -> dict[str, Any]:
        return {
            # The official client makes tenant tokens only from a key with a version 4 uid.
            "uid": str(UUID(bytes=uuid5(_SPACE, f"{name}/{index}").bytes, version=4)),
            "name": f"Willay: {name} {index}",
            "actions": list(actions),
            "indexes": indexes,
            "expiresAt": None,
        }

    return key("search", READING, [index]), key("write", WRITING, [index, f"{index}--*"])


def _create_key(client: Client, request: dict[str, Any]) -> str:
    key = find_key(client, request["uid"])
    if key is not None and (
        sorted(key.actions) != sorted(request["actions"])
        or sorted(key.indexes) != sorted(request["indexes"])
    ):
        client.delete_key(key.uid)
        key = None
    return (key or client.create_key(request)).key
