"""Media that come back from an archive: their renditions as they were, checked and stored."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.editorial.media import StoredFile, Upload
from app.errors import Invalid
from app.library.intake import ISOLATED, Decoders, store_file
from app.runtime import Runtime

_NAME: Final = re.compile(r"([1-9][0-9]{0,4})\.(webp|jpg)")
_MEDIA_TYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg"}
_STARTS: Final = {"webp": b"RIFF", "jpg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True)
class Original:
    """The picture that was uploaded once and was not kept."""

    sha256: str
    media_type: str
    bytes: int
    width: int
    height: int
    colour: str | None


def take_renditions(
    runtime: Runtime,
    original: Original,
    name: str,
    contents: Sequence[tuple[str, bytes]],
    *,
    decoders: Decoders = ISOLATED,
    keep: bool = True,
) -> Upload:
    """The upload that these renditions (name and bytes) were made of, with its files in storage.

    They are not made anew, which would lose a little each time. So each must be a JPEG or WebP with
    nothing but pixels in it, of the width that its name says: `Invalid` (`broken_media`) otherwise.
    """
    parsed = [_NAME.fullmatch(file_name) for file_name, _ in contents]
    plain = [match for match in parsed if match is not None]
    if len(plain) != len(contents) or "jpg" not in {match[2] for match in plain}:
        raise Invalid("broken_media", "Renditions are files such as 640.jpg; one must be a JPEG.")
    with tempfile.TemporaryFile(dir=runtime.settings.data_dir) as file:
        for _, content in contents:
            file.write(content)
        sizes = decoders.check(file, [len(content) for _, content in contents])
    for match, (_, content), (width, _) in zip(plain, contents, sizes, strict=True):
        if not content.startswith(_STARTS[match[2]]) or width != int(match[1]):
            raise Invalid("broken_media", f"{match[0]} is not what its name says; export it again.")
    storage = runtime.storage if keep else None
    files: list[StoredFile] = [
        store_file(storage, content, _MEDIA_TYPES[match[2]], match[1], width, height)
        for match, (_, content), (width, height) in zip(plain, contents, sizes, strict=True)
    ]
    return Upload(
        "image",
        original.sha256,
        name,
        original.media_type,
        original.bytes,
        tuple(files),
        width=original.width,
        height=original.height,
        colour=original.colour,
    )
