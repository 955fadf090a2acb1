"""Files in an S3-compatible bucket, through obstore; imported only when a bucket is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, S3Store

from app.errors import NotFound, Unavailable
from app.settings import Settings
from app.storage.protocol import CHUNK_BYTES, NAME, Stored, checked

if TYPE_CHECKING:  # obstore has these names for type checkers only
    from obstore.store import ClientConfig, RetryConfig, S3Config

_PREFIX: Final = "media/"


class ObjectStorage:
    """`media/<name>` in any store that obstore speaks to.

    S3 has no way to remove an object only if it is old: between looking and removing in `discard`
    lies one exchange, in which a file that nobody used for a day would have to be put again.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, name: str, content: bytes) -> None:
        """See `Storage.put`."""
        with _told():
            obstore.put(self._store, _PREFIX + checked(name), content)

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """See `Storage.read`."""
        if start == end:
            return
        with _told():
            found = obstore.get(
                self._store, _PREFIX + checked(name), options={"range": (start, end)}
            )
            for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    def discard(self, name: str, before: datetime) -> bool:
        """See `Storage.discard`."""
        path = _PREFIX + checked(name)
        with _told():
            try:
                if obstore.head(self._store, path)["last_modified"] >= before:
                    return False
            except (NotFoundError, FileNotFoundError):
                return False
            obstore.delete(self._store, path)
            return True

    def stored(self) -> Iterator[Stored]:
        """See `Storage.stored`."""
        with _told():
            for page in obstore.list(self._store, prefix=_PREFIX):
                for meta in page:
                    name = meta["path"].removeprefix(_PREFIX)
                    if NAME.fullmatch(name):
                        yield Stored(name, meta["size"], meta["last_modified"])

    def tidy(self, before: datetime) -> int:
        """See `Storage.tidy`; a bucket shows nothing that is unfinished."""
        return 0


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
    return ObjectStorage(store)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("file_not_found", "The file is not there.") from error
    except (BaseError, OSError) as error:
        raise Unavailable(
            "storage_unavailable", "The bucket of the media cannot be reached; try again later."
        ) from error
