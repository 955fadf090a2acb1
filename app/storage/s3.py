"""Files in an S3-compatible bucket, through obstore; imported only when a bucket is set."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, S3Store

from app.errors import NotFound, WillayError
from app.outage import Outage
from app.settings import Settings
from app.storage.protocol import (
    CHUNK_BYTES,
    NAME,
    StoredObject,
    check_name,
    storage_full,
    storage_unavailable,
    watch_outage,
)

if TYPE_CHECKING:  # obstore has these names for type checkers only
    from obstore.store import ClientConfig, RetryConfig, S3Config

_PREFIX: Final = "media/"
_AWAY: Final = "The bucket of the media cannot be reached; try again later."
_CODE: Final = re.compile(r"<Code>(\w{1,60})</Code>")
_SYSTEM: Final = re.compile(r'(?:message|error): "([^"]{1,200})"')
_FULL: Final = (
    "QuotaExceeded",
    "StorageFull",
    "InsufficientStorage",
    "507 Insufficient",
    "NoSpace",
)


class ObjectStorage:
    """`media/<name>` in any store that obstore can use.

    S3 cannot remove an object on the condition that it is old. So `discard` looks and removes in
    two requests; only a file unused for a day that is put again between them would be lost.
    """

    def __init__(self, store: ObjectStore, place: str = "the bucket") -> None:
        self._store = store
        self._place = place
        self.outage = Outage("The bucket of the media", "willay.storage")

    def put(self, name: str, content: bytes) -> None:
        """See `Storage.put`."""
        with self._watch_outage():
            try:
                obstore.put(self._store, _PREFIX + check_name(name), content)
            except FileNotFoundError as error:  # a file to put need not exist, but its bucket must
                raise storage_unavailable(
                    _AWAY, f"{self._place}: there is no such bucket"
                ) from error

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """See `Storage.read`."""
        if start == end:
            return
        with self._watch_outage():
            answer = obstore.get(
                self._store, _PREFIX + check_name(name), options={"range": (start, end)}
            )
            for chunk in answer.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    def discard(self, name: str, before: datetime) -> bool:
        """See `Storage.discard`."""
        path = _PREFIX + check_name(name)
        with self._watch_outage():
            try:
                if obstore.head(self._store, path)["last_modified"] >= before:
                    return False
            except (NotFoundError, FileNotFoundError):
                return False
            obstore.delete(self._store, path)
            return True

    def list_objects(self) -> Iterator[StoredObject]:
        """See `Storage.list_objects`."""
        with self._watch_outage():
            for page in obstore.list(self._store, prefix=_PREFIX):
                for meta in page:
                    name = meta["path"].removeprefix(_PREFIX)
                    if NAME.fullmatch(name):
                        yield StoredObject(name, meta["size"], meta["last_modified"])

    def tidy(self, before: datetime) -> int:
        """See `Storage.tidy`; a bucket shows no unfinished objects."""
        return 0

    def _watch_outage(self) -> AbstractContextManager[None]:
        return watch_outage(self.outage, partial(_to_fault, self._place))


def open_bucket(settings: Settings) -> ObjectStorage:
    """The bucket of the settings; absent credentials come from the environment."""
    assert settings.s3_bucket is not None
    config: S3Config = {}
    client: ClientConfig = {"timeout": "30s", "connect_timeout": "5s"}
    if settings.s3_endpoint is not None:
        config["endpoint"] = settings.s3_endpoint
        client["allow_http"] = settings.s3_endpoint.startswith("http://")
    if settings.s3_region is not None:
        config["region"] = settings.s3_region
    if settings.s3_access_key_id is not None and settings.s3_secret_access_key is not None:
        config["access_key_id"] = settings.s3_access_key_id.get_secret_value()
        config["secret_access_key"] = settings.s3_secret_access_key.get_secret_value()
    # obstore's own patience is three minutes, but a request or the only worker waits here.
    patience: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
    store = S3Store(settings.s3_bucket, config=config, client_options=client, retry_config=patience)
    at = f" at {urlsplit(settings.s3_endpoint or '').netloc.rpartition('@')[2]}"
    return ObjectStorage(store, settings.s3_bucket + (at if settings.s3_endpoint else ""))


def _to_fault(place: str, error: Exception) -> WillayError | None:
    text = str(error)
    if isinstance(error, NotFoundError | FileNotFoundError) and "NoSuchBucket" not in text:
        return NotFound("file_not_found", "The file is not there.")
    if not isinstance(error, BaseError | OSError):
        return None
    code = _CODE.search(text)
    if code is not None:  # the service's error code, without its message about keys and requests
        message = f"it refuses: {code[1]}"
    elif (system := _SYSTEM.search(text)) is not None:
        message = system[1]
    elif "TimedOut" in text:
        message = "it does not answer in time"
    else:  # the end of the first line: times and addresses before it never repeat
        message = text.partition("\n")[0].rpartition(" - ")[2][:200]
    message = f"{place}: {message}"
    return (
        storage_full(message)
        if any(word in text for word in _FULL)
        else storage_unavailable(_AWAY, message)
    )
