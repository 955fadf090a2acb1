"""What a place for files can do. Every call blocks, so it belongs into a lane.

Files are named by what they hold (`name_of`): a name never gets other bytes, to put a file twice
is to put it once, and two uploads that come to the same bytes share them.
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
"""What is read at once."""

HANGS_SECONDS: Final = 5.0
REST_SECONDS: Final = 10.0
"""Who waited so long for a place that does not answer spares the others that, for a while."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A file that is there; `modified` is when it was last put."""

    name: str
    size: int
    modified: datetime


class Storage(Protocol):
    """Files by name. `NotFound` (`file_not_found`) for what is not there; `Unavailable`
    (`storage_unavailable`, `storage_full`) when the place cannot be used or is full, which is
    told to the log once."""

    outage: Outage

    def put(self, name: str, content: bytes) -> None:
        """Keep a file; when this returns it survives a power cut. To put it again renews
        `modified`, which saves it from `discard`."""
        ...

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Its bytes in [start, end), in chunks; opened with the first of them."""
        ...

    def discard(self, name: str, before: datetime) -> bool:
        """Remove a file unless it was put since `before`; false when it was left or not there."""
        ...

    def list_objects(self) -> Iterator[StoredObject]:
        """Every file, in no order."""
        ...

    def tidy(self, before: datetime) -> int:
        """Clear away what interrupted calls left behind before then; how many things that were."""
        ...


def storage_unavailable(message: str, cause: str) -> Unavailable:
    """The place cannot be used."""
    return Unavailable("storage_unavailable", message, cause=cause)


def storage_full(cause: str) -> Unavailable:
    """The place takes nothing more in."""
    message = "The place of the media is full: nothing is kept until the operator makes room."
    return Unavailable("storage_full", message, cause=cause)


@contextmanager
def watch_outage(
    outage: Outage, fault: Callable[[Exception], WillayError | None]
) -> Iterator[None]:
    """What goes wrong in the block is raised in our words, and the outage told; `fault` says what
    an exception means, None where it is a fault of the program."""
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
    """The name of a file with these bytes."""
    return check_name(f"{digest[:2]}/{digest}.{extension}")


def check_name(name: str) -> str:
    """The name, if it is one: nothing else ever becomes a path. ValueError otherwise."""
    if not NAME.fullmatch(name):
        raise ValueError("no name of a stored file")
    return name
