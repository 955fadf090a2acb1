"""ZIP archives of exports and uploads, unpacked for as long as an import runs.

An archive may hold paths that leave the folder, links, and a few bytes that become millions of
gigabytes. So every path is checked, links are refused, and bytes are counted while they come.
"""

import errno
import gzip
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from app.errors import Invalid, TooLarge
from app.kit.temporary_folders import temporary_folder

FILES_AT_MOST: Final = 200_000
BYTES_AT_MOST: Final = 50_000_000_000
_RATIO_AT_MOST: Final = 200
"""Times that a file may grow, from a size on. Texts grow by ten, pictures do not."""
_JUDGED_FROM: Final = 10_000_000
_KEPT_FREE: Final = 500_000_000
"""Bytes of the disk that stay free."""
_CHUNK: Final = 1_000_000
_SKIPPED: Final = frozenset({"__MACOSX", ".DS_Store"})


def is_archive(path: Path) -> bool:
    """Whether a path is a ZIP archive, by its content."""
    return path.is_file() and zipfile.is_zipfile(path)


def is_packed_file(path: Path) -> bool:
    """Whether a path is one file packed by gzip, by its content."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextmanager
def unpacked_file(packed: Path, place: Path) -> Iterator[Path]:
    """The file within a gzip; it is deleted like the folder of an archive. `Invalid`
    (`broken_archive`) and `TooLarge` (`archive_too_large`)."""
    with temporary_folder(place) as folder:
        path = folder / (packed.name.removesuffix(".gz") or "file")
        most = max(_JUDGED_FROM, packed.stat().st_size * _RATIO_AT_MOST)
        most = min(most, shutil.disk_usage(folder).free - _KEPT_FREE)
        try:
            with gzip.open(packed) as source, path.open("xb") as file:
                while chunk := source.read(_CHUNK):
                    most -= len(chunk)
                    if most < 0:
                        message = f"{packed.name} is too large for this disk, or is a trap."
                        raise TooLarge("archive_too_large", f"{message} Unpack it by hand.")
                    file.write(chunk)
        except (OSError, EOFError, zlib.error) as error:
            message = f"{packed.name} is damaged ({error}); make it again, or unpack it by hand."
            raise Invalid("broken_archive", message) from error
        yield path


def require_archive(path: Path) -> Path:
    """The path; `Invalid` (`no_archive`) for another file."""
    if not is_archive(path):
        message = f"{path.name} is neither a folder nor a ZIP archive; make a ZIP of the folder."
        raise Invalid("no_archive", message)
    return path


@contextmanager
def unpacked_folder(archive: Path, place: Path) -> Iterator[Path]:
    """A folder within `place` with the files of an archive, for as long as `temporary_folder` says.

    `Invalid` (`unsafe_archive`, `broken_archive`) and `TooLarge` (`archive_too_large`).
    """
    with temporary_folder(place) as folder:
        try:
            with zipfile.ZipFile(archive) as source:
                # A folder of texts is known again by its name.
                inner = folder / (archive.stem.strip(". ") or "archive")
                inner.mkdir()
                _unpack(source, archive.name, inner)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            message = f"{archive.name} is damaged ({error}); make the archive again."
            raise Invalid("broken_archive", message) from error
        except RuntimeError as error:  # what the library says of a password
            message = f"{archive.name} cannot be read ({error}); make it without a password."
            raise Invalid("broken_archive", message) from error
        yield inner


def _unpack(source: zipfile.ZipFile, name: str, folder: Path) -> None:
    members = [member for member in source.infolist() if not member.is_dir()]
    if len(members) > FILES_AT_MOST:
        message = f"{name} holds {len(members)} files, and at most {FILES_AT_MOST} are unpacked."
        raise TooLarge("archive_too_large", f"{message} Unpack it, and name the folder.")
    most = min(BYTES_AT_MOST, shutil.disk_usage(folder).free - _KEPT_FREE)
    for member in members:
        path = _checked_path(member, name)
        if _SKIPPED.isdisjoint(path.parts):
            most -= _write_member(source, member, folder / path, name, most)


def _checked_path(member: zipfile.ZipInfo, name: str) -> PurePosixPath:
    """The path of a file within the folder; `Invalid` for one that leaves it, and for a link."""
    path = PurePosixPath(member.filename)
    is_outside = path.is_absolute() or ".." in path.parts or not path.parts
    is_odd = any(sign in member.filename for sign in "\\\0") or ":" in path.parts[:1]
    kind = stat.S_IFMT(member.external_attr >> 16)
    if is_outside or is_odd or kind not in (0, stat.S_IFREG):
        message = f"{name} holds {member.filename[:200]!r}, which is a link or leaves the folder."
        raise Invalid("unsafe_archive", f"{message} Do not use this archive.")
    return path


def _write_member(
    source: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, name: str, most: int
) -> int:
    """The bytes that were written; `TooLarge` when there are more than `most`."""
    size = 0
    longest = max(_JUDGED_FROM, member.compress_size * _RATIO_AT_MOST)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with source.open(member) as packed, path.open("xb") as file:
            while chunk := packed.read(_CHUNK):
                size += len(chunk)
                if size > min(most, longest):
                    what = f"{name} is too large for this disk, or is a trap"
                    message = f"{what}: {member.filename[:200]} grows without end."
                    raise TooLarge("archive_too_large", f"{message} Unpack it by hand, and look.")
                file.write(chunk)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise TooLarge("archive_too_large", f"{name} is too large for this disk.") from error
        message = f"{name} holds {member.filename[:200]!r} twice, or under a name that no file has"
        raise Invalid("unsafe_archive", f"{message} ({error.strerror}).") from error
    return size


def single_folder(folder: Path) -> Path:
    """The folder in which everything lies, if all of it lies in one."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
