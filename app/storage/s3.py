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
from app.storage.protocol import CHUNK_BYTES, NAME, Stored, checked, full, unavailable, watched

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
    """`media/<name>` in any store that obstore speaks to.

    S3 has no way to remove an object only if it is old: between looking and removing in `discard`
    lies one exchange, in which a file that nobody used for a day would have to be put again.
    """

    def __init__(self, store: ObjectStore, place: str = "the bucket") -> None:
        self._store = store
        self._place = place
        self.outage = Outage("The bucket of the media", "willay.storage")

    def put(self, name: str, content: bytes) -> None:
        """See `Storage.put`."""
        with self._watched():
            try:
                obstore.put(self._store, _PREFIX + checked(name), content)
            except FileNotFoundError as error:  # what is put need not be there: its bucket must
                raise unavailable(_AWAY, f"{self._place}: there is no such bucket") from error

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """See `Storage.read`."""
        if start == end:
            return
        with self._watched():
            found = obstore.get(
                self._store, _PREFIX + checked(name), options={"range": (start, end)}
            )
            for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    def discard(self, name: str, before: datetime) -> bool:
        """See `Storage.discard`."""
        path = _PREFIX + checked(name)
        with self._watched():
            try:
                if obstore.head(self._store, path)["last_modified"] >= before:
                    return False
            except (NotFoundError, FileNotFoundError):
                return False
            obstore.delete(self._store, path)
            return True

    def stored(self) -> Iterator[Stored]:
        """See `Storage.stored`."""
        with self._watched():
            for page in obstore.list(self._store, prefix=_PREFIX):
                for meta in page:
                    name = meta["path"].removeprefix(_PREFIX)
                    if NAME.fullmatch(name):
                        yield Stored(name, meta["size"], meta["last_modified"])

    def tidy(self, before: datetime) -> int:
        """See `Storage.tidy`; a bucket shows nothing that is unfinished."""
        return 0

    def _watched(self) -> AbstractContextManager[None]:
        return watched(self.outage, partial(_fault, self._place))


def bucket(settings: Settings) -> ObjectStorage:
    """The bucket of the settings; credentials come from the environment's own names when absent."""
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
    # Its own patience is three minutes; whoever waits here is a request, or the only worker.
    patience: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
    store = S3Store(settings.s3_bucket, config=config, client_options=client, retry_config=patience)
    at = f" at {urlsplit(settings.s3_endpoint or '').netloc.rpartition('@')[2]}"
    return ObjectStorage(store, settings.s3_bucket + (at if settings.s3_endpoint else ""))


def _fault(place: str, error: Exception) -> WillayError | None:
    told = str(error)
    if isinstance(error, NotFoundError | FileNotFoundError) and "NoSuchBucket" not in told:
        return NotFound("file_not_found", "The file is not there.")
    if not isinstance(error, BaseError | OSError):
        return None
    code = _CODE.search(told)
    if code is not None:  # the service's own word, without what it says of keys and requests
        said = f"it refuses: {code[1]}"
    elif (system := _SYSTEM.search(told)) is not None:
        said = system[1]
    elif "TimedOut" in told:
        said = "it does not answer in time"
    else:  # the end of the first line: before it stand times and addresses that never repeat
        said = told.partition("\n")[0].rpartition(" - ")[2][:200]
    said = f"{place}: {said}"
    return full(said) if any(word in told for word in _FULL) else unavailable(_AWAY, said)
