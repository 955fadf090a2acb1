"""Refusals, with the real server's codes: clients go by them, and quote the sentence."""

from typing import Any


class Refusal(Exception):
    """An answer that is no success; also the error of a failed task."""

    def __init__(
        self, status: int, code: str, message: str = "No.", kind: str = "invalid_request"
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.kind = status, code, message, kind

    @property
    def body(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "code": self.code,
            "type": self.kind,
            "link": f"https://docs.meilisearch.com/errors#{self.code}",
        }


def no_index(uid: str) -> Refusal:
    return Refusal(404, "index_not_found", f"Index `{uid}` not found.")


def not_doubled(what: object) -> Refusal:
    """For what the real server can and Willay never asks: whoever asks it gets no success."""
    return Refusal(501, "not_doubled", f"The double does not do this: {what}", "internal")
