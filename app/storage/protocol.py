"""The protocol of a storage. Every call blocks, so it belongs in a lane.

Files are named by their content (`name_of`). So a name never gets other bytes, putting a file twice
has the effect of putting it once, and two uploads with the same bytes share them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Final, Protocol

from app.errors import Unavailable, WillayError
from app.outage import Outage

NAME: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{1,5}")

CHUNK_BYTES: Final = 256 * 1024
"""Bytes that are read at once."""

HANGS_SECONDS: Final = 5.0
REST_SECONDS: Final = 10.0
"""After a call has waited this long in vain, other calls fail at once for this long."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A stored file; `modified` is when it was last put."""

    name: str
    size: int
    modified: datetime


class Storage(Protocol):
    """Files by name. `NotFound` (`file_not_found`) for an absent file; `Unavailable`
    (`storage_unavailable`, `storage_full`) if the storage cannot be used or is full, which is
    logged once."""

    outage: Outage

    def put(self, name: str, content: bytes) -> None:
        """Keep a file; once this returns the file survives a power cut. Putting it again renews
        `modified`, which saves it from `discard`."""
        ...

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """The file's bytes in [start, end), in chunks; the first chunk opens the file."""
        ...

    def discard(self, name: str, before: datetime) -> bool:
        """Remove a file unless it was put since `before`; false if it was kept or absent."""
        ...

    def list_objects(self) -> Iterator[StoredObject]:
        """Every file, in no order."""
        ...

    def tidy(self, before: datetime) -> int:
        """Remove what interrupted calls left behind before that time; return how many."""
        ...


def storage_unavailable(message: str, cause: str) -> Unavailable:
    """The error of a storage that cannot be used."""
    return Unavailable("storage_unavailable", message, cause=cause)


def storage_full(cause: str) -> Unavailable:
    """The error of a storage that is full."""
    message = "The place of the media is full: nothing is kept until the operator makes room."
    return Unavailable("storage_full", message, cause=cause)


@contextmanager
def watch_outage(
    outage: Outage, fault: Callable[[Exception], WillayError | None]
) -> Iterator[None]:
    """Translate the block's errors and log the outage. `fault` gives the meaning of an exception,
    or None for a fault of the program."""
    outage.refuse()
    began = monotonic()
    try:
        yield
    except Exception as error:
        raised = error if isinstance(error, Unavailable) else fault(error)
        if raised is None:
            raise
        if isinstance(raised, Unavailable):
            hung = monotonic() - began > HANGS_SECONDS
            outage.begin(raised, rest=REST_SECONDS if hung else 0.0)
        raise raised from error
    if outage.is_on:
        outage.end()


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(content).hexdigest()


def name_of(digest: str, extension: str) -> str:
    """The name of a file with this digest."""
    return check_name(f"{digest[:2]}/{digest}.{extension}")


def check_name(name: str) -> str:
    """The name; `ValueError` if it has another form. No other text ever becomes a path."""
    if not NAME.fullmatch(name):
        raise ValueError("no name of a stored file")
    return name
