"""Who may do what: keys derived from the master key, with actions and index patterns."""

import hashlib
import hmac
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from uuid import uuid4

from tests.search.double.errors import Refusal, unknown_field

_GLOBAL = {"version", "keys.create", "keys.get", "keys.update", "keys.delete", "dumps.create"}
_ACTIONS = {
    *_GLOBAL,
    *("*", "search", "documents.*", "documents.add", "documents.get", "documents.delete"),
    *("indexes.*", "indexes.create", "indexes.get", "indexes.update", "indexes.delete"),
    *("indexes.swap", "tasks.*", "tasks.cancel", "tasks.delete", "tasks.get", "settings.*"),
    *("settings.get", "settings.update", "stats.*", "stats.get"),
}
_FIELDS = ("description", "name", "uid", "actions", "indexes", "expiresAt")


@dataclass
class Keys:
    master: str
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    def made(self, asked: dict[str, Any], now: str) -> dict[str, Any]:
        for name in asked:
            if name not in _FIELDS:
                raise unknown_field(name, _FIELDS)
        if "expiresAt" not in asked:
            raise Refusal(400, "missing_api_key_expires_at", "Missing field `expiresAt`")
        for place, action in enumerate(asked["actions"]):
            if action not in _ACTIONS:
                raise Refusal(
                    400,
                    "invalid_api_key_actions",
                    f"Unknown value `{action}` at `.actions[{place}]`: expected one of",
                )
        scoped = [a for a in asked["actions"] if a in _GLOBAL and "*" not in asked["indexes"]]
        if scoped:
            raise Refusal(
                400,
                "index_scoped_api_key_with_global_action",
                f'cannot create index-scoped API key with global action `"{scoped[0]}"`',
            )
        uid = asked.get("uid") or str(uuid4())
        if uid in self.held:
            raise Refusal(
                409,
                "api_key_already_exists",
                f"`uid` field value `{uid}` is already an existing API key.",
            )
        key = hmac.new(self.master.encode(), uid.encode(), hashlib.sha256).hexdigest()
        self.held[uid] = {
            "name": asked.get("name"),
            "description": asked.get("description"),
            "key": key,
            "uid": uid,
            "actions": asked["actions"],
            "indexes": asked["indexes"],
            "expiresAt": asked["expiresAt"],
            "createdAt": now,
            "updatedAt": now,
        }
        return self.held[uid]

    def found(self, name: str) -> dict[str, Any]:
        for key in self.held.values():
            if name in (key["uid"], key["key"]):
                return key
        raise Refusal(404, "api_key_not_found", f"API key `{name}` not found.")

    def indexes(self, bearer: str | None, action: str) -> list[str]:
        """The patterns of indexes on which the bearer may do this; refuses whoever may not."""
        if bearer is None:
            raise Refusal(
                401,
                "missing_authorization_header",
                "The Authorization header is missing. It must use the bearer authorization method.",
                "auth",
            )
        if bearer == self.master:
            return ["*"]
        for key in self.held.values():
            family = f"{action.partition('.')[0]}.*"
            if key["key"] == bearer and {action, family, "*"} & set(key["actions"]):
                return list(key["indexes"])
        raise Refusal(403, "invalid_api_key", "The provided API key is invalid.", "auth")

    def allow(self, bearer: str | None, action: str, uid: str) -> None:
        patterns = self.indexes(bearer, action)
        if not any(matches(uid, pattern) for pattern in patterns):
            shown = ", ".join(f'"{pattern}"' for pattern in patterns)
            said = "The provided API key is invalid."
            if action == "search":
                said = (
                    f"The API key cannot acces the index `{uid}`, authorized indexes are [{shown}]."
                )
            raise Refusal(403, "invalid_api_key", said, "auth")


def matches(uid: str, pattern: str) -> bool:
    return fnmatchcase(uid, pattern)
