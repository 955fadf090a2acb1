"""Who may do what: keys derived from the master key, with actions and index patterns."""

import hashlib
import hmac
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from uuid import uuid4

from tests.search.double.errors import Refusal, not_doubled

_FAMILIES = {"*", "search", "documents", "indexes", "tasks", "settings", "stats", "version"}
_FIELDS = {"description", "name", "uid", "actions", "indexes", "expiresAt"}


@dataclass
class Keys:
    master: str
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    def made(self, asked: dict[str, Any], now: str) -> dict[str, Any]:
        uid = asked.get("uid") or str(uuid4())
        families = {action.partition(".")[0] for action in asked["actions"]}
        is_odd = set(asked) - _FIELDS or families - _FAMILIES or "expiresAt" not in asked
        if is_odd or uid in self.held or ("version" in families and asked["indexes"] != ["*"]):
            raise not_doubled("a key that is refused")
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
            raise Refusal(401, "missing_authorization_header", kind="auth")
        if bearer == self.master:
            return ["*"]
        family = f"{action.partition('.')[0]}.*"
        for key in self.held.values():
            if key["key"] == bearer and {action, family, "*"} & set(key["actions"]):
                return list(key["indexes"])
        raise Refusal(403, "invalid_api_key", "The provided API key is invalid.", "auth")

    def allow(self, bearer: str | None, action: str, uid: str) -> None:
        patterns = self.indexes(bearer, action)
        if not any(matches(uid, pattern) for pattern in patterns):
            raise Refusal(403, "invalid_api_key", "The provided API key is invalid.", "auth")


def matches(uid: str, pattern: str) -> bool:
    return fnmatchcase(uid, pattern)
