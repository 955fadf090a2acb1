"""Refusals, in the real server's words where a client could go by them."""

from typing import Any


class Refusal(Exception):
    """An answer that is no success; also the error of a failed task."""

    def __init__(
        self, status: int, code: str, message: str, kind: str = "invalid_request", **headers: str
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.kind = status, code, message, kind
        self.headers = headers

    @property
    def body(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "code": self.code,
            "type": self.kind,
            "link": f"https://docs.meilisearch.com/errors#{self.code}",
        }


def no_index(uid: str, status: int = 404) -> Refusal:
    return Refusal(status, "index_not_found", f"Index `{uid}` not found.")


def unknown_field(name: str, known: tuple[str, ...], what: str = "field") -> Refusal:
    names = ", ".join(f"`{one}`" for one in known)
    return Refusal(400, "bad_request", f"Unknown {what} `{name}`: expected one of {names}")


def wrong_type(path: str, code: str, wanted: str, value: object) -> Refusal:
    shown = {str: "a string", bool: "a boolean", list: "an array", dict: "an object"}
    found = shown.get(type(value), "a positive integer")
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        found = "a negative integer"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return Refusal(
        400,
        code,
        f"Invalid value type at `.{path}`: expected {wanted}, but found {found}: `{text}`",
    )
