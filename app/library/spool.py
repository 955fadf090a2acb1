"""An upload while it arrives: on disk without a name, counted and hashed on the way."""

import tempfile
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from app.errors import TooLarge
from app.imaging.kinds import HEAD_BYTES, Kind, check_document, kind_of


class Spool:
    """A context manager around a file that the system deletes, even if the process is killed.

    Its calls write to disk, so they belong in a lane.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._digest = sha256()
        self._head = b""
        self.size = 0
        self.file: BinaryIO

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file = tempfile.TemporaryFile(dir=self._folder)  # closed in __exit__
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.file.close()

    @property
    def sha256(self) -> str:
        """The digest of all bytes so far, in hexadecimal digits."""
        return self._digest.hexdigest()

    def add(self, chunk: bytes) -> None:
        """Add a chunk. `TooLarge` as soon as the limit is exceeded, `Unsupported` as soon as the
        kind of file is known not to be accepted."""
        self.size += len(chunk)
        refuse_size(self.size, self._most)
        judged = len(self._head) >= HEAD_BYTES
        if not judged:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._digest.update(chunk)
        self.file.write(chunk)
        if not judged and len(self._head) >= HEAD_BYTES:
            kind_of(self._head)

    def kind(self) -> Kind:
        """The kind of the file by its content; `Unsupported`, or `Invalid` if it is cut off."""
        kind = kind_of(self._head)
        if kind == "application/pdf":
            self.file.seek(max(0, self.size - HEAD_BYTES))
            check_document(self._head, self.file.read())
        return kind


def refuse_size(size: int, most: int) -> None:
    """Raise `TooLarge` above the limit."""
    if size > most:
        raise TooLarge("media_too_large", f"At most {most} bytes are taken; send a smaller file.")
