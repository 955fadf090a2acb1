"""Errors of a distant server, with messages that say what to do.

All are `Unavailable`: reading and editing go on, another engine may answer, and the follower tries
again. The class of an error decides what the writer does next.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from meilisearch.errors import MeilisearchApiError, MeilisearchError
from pydantic import ValidationError
from requests import RequestException

from app.errors import Unavailable

_SHOWN = 300
"""Characters of the server's message that are quoted."""
_GUESS = ". Hint: It might not be working because you're not up to date"
"""The misleading hint that the official client appends to the server's message."""
UNREAD = (KeyError, TypeError, AttributeError, ValidationError)
"""The official client's exceptions for an empty or malformed answer."""


class ServerAway(Unavailable):
    """There is no readable answer: whether a write was accepted is unknown."""


class ServerBusy(Unavailable):
    """The server accepts no more for now: its queue, its disk or its search slots are full."""


class IndexAbsent(Unavailable):
    """The index does not exist: it was never created, or the server lost its data."""


class KeyRefused(Unavailable):
    """The key lacks an action, or the server has lost its keys."""


class PayloadTooLarge(Unavailable):
    """The request is larger than the server accepts."""


class RequestRejected(Unavailable):
    """The server understood and refused the request; the index may have lost its settings."""


class ServerTooOld(Unavailable):
    """The server's version cannot hold the index with its settings."""


class TaskFailed(Unavailable):
    """The task was accepted and then failed: none of its changes are in the index."""

    def __init__(self, code: str, message: str, reason: str) -> None:
        super().__init__(code, message)
        self.reason = reason


@contextmanager
def translate_errors(
    action: str, index: str, unread: tuple[type[Exception], ...] = UNREAD
) -> Iterator[None]:
    """Translate the client's errors; `action` is the right that the call needs. Around code of
    ours, `unread` holds only the exceptions of an unreadable answer."""
    try:
        yield
    except MeilisearchApiError as error:
        raise _to_unavailable(error, action, index) from error
    except (MeilisearchError, RequestException) as error:
        raise ServerAway(
            "search_unreachable", f"The search server does not answer: {shorten(str(error))}"
        ) from error
    except unread as error:
        part = error if isinstance(error, KeyError) else "what it should say"
        raise ServerAway(
            "search_unreachable", f"What answers is no search server: {part} is missing."
        ) from error


def _to_unavailable(error: MeilisearchApiError, action: str, index: str) -> Unavailable:
    code, message = error.code or "", shorten(error.message.partition(_GUESS)[0])
    if code == "index_not_found":
        return IndexAbsent("search_index_absent", f"The search index {index} is not there.")
    if error.status_code in (401, 403):
        return KeyRefused(
            "search_key_refused",
            f"The key of the search server may not do `{action}` on the index `{index}`: give it "
            f"that action, or set WILLAY_MEILISEARCH_KEY to one that has it. ({message})",
        )
    if error.status_code == 413 or code == "payload_too_large":
        return PayloadTooLarge(
            "search_payload_too_large", f"More than the search server takes: {message}"
        )
    if code == "no_space_left_on_device" or error.status_code in (429, 503):
        return ServerBusy(
            "search_overloaded", f"The search server takes no more for now: {message}"
        )
    if error.status_code >= 500:
        return ServerAway("search_unreachable", f"The search server failed: {message}")
    return RequestRejected("search_refused", f"The search server refused {action}: {message}")


def shorten(text: str) -> str:
    """The part of the server's message that may be quoted, on one line."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
