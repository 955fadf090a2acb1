"""The official client over a transport that threads may share.

Its own opens a connection for every call, waits for ever, and keeps the headers of the call at
hand in one dict of all threads, so that some calls lose their content type. Here each call has
headers of its own, connections are kept and bounded in number, and both timeouts are set. Answers
are asked for uncompressed: to a near server, a kept connection that accepts gzip waits 40 ms for
each.
"""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx2
import urllib3
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.config import Config
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)
from meilisearch.index import Index
from pydantic_core import from_json, to_json
from requests import Response
from typing_extensions import override
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, TimeoutError

Timeouts = tuple[float, float]
"""Seconds to connect, and between two pieces of an answer."""


class PooledRequests(HttpRequests):
    """Keeps connections; nothing of a call outlives it. With `again`, a call whose connection
    broke is made a second time: for calls that change nothing."""

    def __init__(
        self, config: Config, connections: int, timeouts: Timeouts, *, again: bool
    ) -> None:
        super().__init__(config)
        self._timeouts = urllib3.Timeout(connect=timeouts[0], read=timeouts[1])
        self._again = again
        # Neither proxies nor a .netrc of the environment may change who is asked, or as whom.
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=connections,
            block=True,
            ssl_context=httpx2.create_ssl_context() if config.url.startswith("https:") else None,
        )
        self._headers = {
            "User-Agent": self.headers["User-Agent"],
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        if config.api_key is not None:
            self._headers["Authorization"] = f"Bearer {config.api_key}"

    @override
    def send_request(
        self,
        http_method: Callable[..., Any],
        path: str,
        body: Any = None,
        content_type: str | None = None,
        *,
        serializer: type[json.JSONEncoder] | None = None,
    ) -> Any:
        """The answer's JSON, None for 204; raises what the client raises."""
        method = http_method.__name__.upper()
        headers = dict(self._headers)
        data: bytes | None = None
        if content_type is not None:
            headers["Content-Type"] = content_type
            data = to_json(body)
        answer = self._sent(method, f"{self.config.url}/{path}", headers, data)
        if answer.status >= 400:
            raise MeilisearchApiError(f"{method} answered {answer.status}", _refusal(answer))
        if answer.status == 204:
            return None
        try:
            return from_json(answer.data)
        except ValueError as error:
            raise MeilisearchCommunicationError("it answers something that is no JSON") from error

    def _sent(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None
    ) -> urllib3.BaseHTTPResponse:
        attempts = 2 if self._again or method == "GET" else 1
        while True:
            attempts -= 1
            try:
                return self._pool.request(
                    method, url, body=data, headers=headers,
                    timeout=self._timeouts, retries=False, redirect=False,
                )  # fmt: skip
            except (NewConnectionError, ProtocolError) as error:
                if not attempts:
                    raise MeilisearchCommunicationError(str(error)) from error
            except TimeoutError as error:
                raise MeilisearchTimeoutError(str(error)) from error
            except (HTTPError, OSError) as error:
                raise MeilisearchCommunicationError(str(error)) from error

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()


def _refusal(answer: urllib3.BaseHTTPResponse) -> Response:
    """As the client's errors read it."""
    refusal = Response()
    refusal.status_code = answer.status
    refusal.raw = BytesIO(answer.data)
    refusal.encoding = "utf-8"
    return refusal


class PooledClient(Client):
    """The official client with that transport in every part."""

    def __init__(
        self, url: str, key: str | None, connections: int, timeouts: Timeouts, *, again: bool
    ) -> None:
        super().__init__(url, key)
        self.pooled = PooledRequests(self.config, connections, timeouts, again=again)
        self.http = self.pooled
        self.task_handler.http = self.pooled

    @override
    def index(self, uid: str) -> Index:
        """A fresh object for each call."""
        index = super().index(uid)
        index.http = self.pooled
        index.task_handler.http = self.pooled
        return index
