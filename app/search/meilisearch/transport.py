"""Two ways to the server: the official client, and calls over kept connections.

The official client writes and administers. It opens a connection for every call, and has one
timeout for all of it. Threads would share the headers of a call, so some calls would lose their
content type: each caller therefore uses its own client. For a search this is too slow.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import httpx2
import urllib3
from meilisearch import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)
from meilisearch.models.task import TaskInfo
from pydantic_core import from_json, to_json
from requests import Response
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError

Timeouts = tuple[float, float]
"""The seconds to connect, and between two parts of an answer."""

_PLAIN = {"Accept-Encoding": "identity"}
"""From a near server, a kept connection that accepts gzip waits 40 ms for each answer."""


def official(url: str, key: str | None, seconds: int) -> Client:
    """The official client for one thread; it gives up after `seconds` of silence."""
    return Client(url, key, timeout=seconds, custom_headers=_PLAIN)


class KeptConnections:
    """Calls with one key that may be repeated: a call whose connection broke is made again. Threads
    share it; each call has its own headers."""

    def __init__(self, url: str, key: str | None, most: int, timeouts: Timeouts) -> None:
        self._url = url
        self._timeouts = urllib3.Timeout(connect=timeouts[0], read=timeouts[1])
        # No proxy or .netrc of the environment changes the server or the key.
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=most,
            block=True,
            ssl_context=httpx2.create_ssl_context() if url.startswith("https:") else None,
        )
        self._headers = {**_PLAIN, "Content-Type": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"

    def search(self, index: str, text: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The server's answer to a search; raises what the official client raises."""
        return self._post(f"indexes/{index}/search", {"q": text, **parameters})

    def search_several(self, searches: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The answers to several searches, in one call; each names its `indexUid`."""
        answers: list[dict[str, Any]] = self._post("multi-search", {"queries": searches})["results"]
        return answers

    def delete(self, index: str, ids: list[str], metadata: str) -> TaskInfo:
        """Delete documents by id and return the accepted task. The official client has deprecated
        its own call for this."""
        path = f"indexes/{index}/documents/delete-batch?customMetadata={metadata}"
        return TaskInfo(**self._post(path, ids))

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def _post(self, path: str, body: object) -> dict[str, Any]:
        answer = self._send(f"{self._url}/{path}", to_json(body))
        if answer.status >= 400:
            raise MeilisearchApiError(f"it answered {answer.status}", _to_response(answer))
        try:
            content = from_json(answer.data)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise MeilisearchCommunicationError("it answers something that is no JSON object")
        return content

    def _send(self, url: str, body: bytes) -> urllib3.BaseHTTPResponse:
        for is_last in (False, True):
            try:
                return self._pool.request(
                    "POST", url, body=body, headers=self._headers,
                    timeout=self._timeouts, retries=False, redirect=False,
                )  # fmt: skip
            except (NewConnectionError, ProtocolError) as error:
                if is_last:
                    raise MeilisearchCommunicationError(str(error)) from error
            except TimeoutError as error:
                raise MeilisearchTimeoutError(str(error)) from error
            except (HTTPError, OSError) as error:
                raise MeilisearchCommunicationError(str(error)) from error
        raise AssertionError("the second attempt answers or raises")


def _to_response(answer: urllib3.BaseHTTPResponse) -> Response:
    """The answer in the form that the official client's errors read."""
    refusal = Response()
    refusal.status_code = answer.status
    refusal.raw = BytesIO(answer.data)
    refusal.encoding = "utf-8"
    return refusal
