"""Makes files of an upload, stored before anything in the store names them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final

from app.editorial import media
from app.editorial.media import StoredFile, Upload
from app.imaging import sandbox
from app.imaging.pictures import Picture
from app.library.file_names import EXTENSIONS, stored_name
from app.library.spool import Spool
from app.runtime import Runtime
from app.storage.protocol import Storage, digest_of


@dataclass(frozen=True, slots=True)
class Decoders:
    """The functions that read strangers' pictures. `make` makes a picture anew; `check` gives the
    sizes of renditions of the given lengths, one after another in a file."""

    make: Callable[[BinaryIO], Picture]
    check: Callable[[BinaryIO, Sequence[int]], list[tuple[int, int]]]


ISOLATED: Final = Decoders(
    partial(sandbox.make_picture_isolated, promptly=True),
    partial(sandbox.check_renditions_isolated, promptly=True),
)
"""Each picture is read in a process of its own, for an operator who waits for it."""

_STILL: Final = "Only the first picture of the animation was kept."


def taken_in(
    runtime: Runtime,
    spool: Spool,
    name: str,
    make: Callable[[BinaryIO], Picture] = sandbox.make_picture_isolated,
    *,
    keep: bool = True,
) -> Upload:
    """The upload with its files in storage; without files if the upload is known already. With
    `keep` false it is only tried: nothing is stored.

    Known means the same bytes. That is decided before any decoder runs, and unlike a hash of pixels
    it stays true when the decoders change. Blocks for seconds, so it belongs in the lane `uploads`.
    `Unsupported` or `Invalid` if it is not accepted, `Conflict` if it was taken down.
    """
    kind = spool.kind()
    storage = runtime.storage if keep else None
    with runtime.database.reading() as tx:
        again = media.find_duplicate(tx, spool.sha256) is not None
    if again or kind == "application/pdf":
        stored_files = () if again else (_store_document(storage, spool),)
        return Upload("document", spool.sha256, name, kind, spool.size, stored_files)
    spool.file.seek(0)
    picture = make(spool.file)
    files = tuple(
        store_file(storage, r.content, f"image/{r.format}", str(r.width), r.width, r.height)
        for r in picture.renditions
    )
    return Upload(
        "image",
        spool.sha256,
        name,
        kind,
        spool.size,
        files,
        width=picture.width,
        height=picture.height,
        colour=picture.colour,
        caption=picture.caption,
        credit=picture.credit,
        notices=(_STILL,) if picture.animated else (),
    )


def _store_document(storage: Storage | None, spool: Spool) -> StoredFile:
    spool.file.seek(0)
    return store_file(storage, spool.file.read(), "application/pdf", "original")


def store_file(
    storage: Storage | None,
    content: bytes,
    media_type: str,
    stem: str,
    width: int | None = None,
    height: int | None = None,
) -> StoredFile:
    """Store a file under its digest, if there is a storage."""
    digest = digest_of(content)
    if storage is not None:
        storage.put(stored_name(digest, media_type), content)
    return StoredFile(
        f"{stem}.{EXTENSIONS[media_type]}", digest, media_type, len(content), width, height
    )
