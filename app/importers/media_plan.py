"""The files of a source: which of them become media, from a folder or by address, and their names.

Texts and lists of attachments name files. Once all are known, each original is one medium; its
smaller sizes are old addresses of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote, unquote

from app.errors import Invalid
from app.importers.old_site import OldSite, file_path
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.interchange.import_entry import ImportEntry, to_record
from app.kit.hosts import host_of

MEDIA_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".pdf"})
"""The ends of the names of files that the media library takes."""
_ADDRESS: Final = re.compile(r"(?:https?:)?//[^\s\"'<>\[\]]+|(?<=[\"'])/[^\s\"'<>\[\]]+")
_SIZED: Final = re.compile(r"(?:-\d{2,5}x\d{2,5}|-scaled|-rotated)(?=\.\w{2,5}$)")
_GHOST_SIZE: Final = re.compile(r"(?<=/images/)size/w\d+(?:h\d+)?/(?:format/\w+/)?")
_PATHS_AT_MOST: Final = 100
_NOT_GIVEN: Final = "its file is not here; give the folder with --media, or --fetch-media"
_MISSING: Final = "its file is not in the folder of --media"


@dataclass(frozen=True, slots=True)
class MediaOptions:
    """Where files come from: a folder, and by address if that was asked for."""

    folder: Path | None = None
    fetch: bool = False
    fetch_at_most: int = 10_000


class MediaPlan:
    """Collects the files of a source while it is surveyed, then makes records of them."""

    def __init__(
        self,
        index: SourceIndex,
        report: SourceReport,
        site: OldSite,
        options: MediaOptions,
    ) -> None:
        self._index, self._report, self._site = index, report, site
        self._options = options
        self._fetched = 0

    def add_attachment(self, path: str, address: str, about: dict[str, Any]) -> None:
        """Remember a file of the source's own list. `about` has `place` and texts of the medium."""
        self._report.see("attachment")
        if self._index.get("medium", path) is not None:
            self._report.leave("attachment", "the same file as another attachment", about["place"])
            return
        self._index.put("medium", path, {"address": address, "kind": "attachment", **about})

    def add_reference(self, path: str, address: str, place: str) -> None:
        """Remember that a text names a file."""
        if self._index.get("reference", path) is None:
            self._index.put("reference", path, {"address": address, "place": place})

    def add_file(self, path: str, file: str, place: str) -> None:
        """Remember a file that lies in the folder of the texts themselves."""
        if self._index.get("medium", path) is None:
            facts = {"address": self._site.address_of("/" + path), "kind": "picture or PDF"}
            self._index.put("medium", path, {**facts, "file": file, "place": place})

    def entries(self, file: str, source: str) -> Iterator[ImportEntry]:
        """The media of the source, once it is surveyed; what does not come is told. `source` is its
        name, with which those of the media begin."""
        self._settle()
        for path, facts in self._index.items("medium"):
            kind, place = facts["kind"], facts["place"]
            reason, origin = self._origin_of(path, facts["address"], facts.get("file"))
            if reason:
                self._report.leave(kind, reason, place)
                continue
            self._report.pass_on(kind)
            paths = [path, *self._index.members("size", path)]
            name = quote(f"{source}/{path}")
            record = to_record(
                {
                    "type": "media",
                    "name": name,
                    "alt": facts.get("alt") or {},
                    "caption": facts.get("caption") or {},
                    "former_paths": tuple("/" + each for each in paths[:_PATHS_AT_MOST]),
                    **origin,
                }
            )
            if not isinstance(record, Invalid):
                for each in paths:
                    self._index.put("name", each, {"name": name, "address": facts["address"]})
            yield ImportEntry(
                file,
                0,
                0,
                record,
                f"{place} {path[:80]}",
                folder=self._options.folder,
                hosts=self._hosts,
            )

    @property
    def _hosts(self) -> frozenset[str]:
        """The hosts of the site and of its files."""
        return frozenset({self._site.host, *self._site.file_hosts} - {""})

    def name_of(self, path: str) -> tuple[str, str] | None:
        """The name of the medium of a file, and the address that it had."""
        fact = self._index.get("name", path)
        return (fact["name"], fact["address"]) if fact else None

    def _settle(self) -> None:
        """Decide for each file that a text names of which medium it is a size."""
        for path, facts in list(self._index.items("reference")):
            candidates = _originals(path)
            original = next(
                (c for c in candidates if self._index.get("medium", c) is not None), None
            )
            if original is None:
                # Without a folder nobody knows whether a larger one is there.
                original = next((c for c in reversed(candidates) if self._find(c)), path)
                self._index.put("medium", original, {**facts, "kind": "file of a text"})
                self._report.see("file of a text")
            if original != path:
                self._index.add("size", original, path)

    def _origin_of(self, path: str, address: str, file: str | None) -> tuple[str, dict[str, Any]]:
        """The reason why a file does not come, or the fields that say where it is."""
        if not is_media_name(path):
            extension = PurePosixPath(path).suffix.lower().lstrip(".")
            return f"no picture or PDF (.{extension[:10]}); it stays at its address", {}
        if (found_path := file or self._find(path)) is not None:
            return "", {"file": found_path}
        if not self._options.fetch:
            return _MISSING if self._options.folder else _NOT_GIVEN, {}
        if self._fetched >= self._options.fetch_at_most:
            return f"more than {self._options.fetch_at_most} files to fetch; raise the number", {}
        if host_of(address) not in self._hosts:
            return "its address is not on the site that was exported", {}
        self._fetched += 1
        return "", {"address": re.sub("^http:", "https:", address)}

    def _find(self, path: str) -> str | None:
        """The path of a file within the folder, which may begin some folders further down."""
        folder = self._options.folder
        parts = PurePosixPath(path).parts
        if folder is None or ".." in parts:
            return None
        candidates = ["/".join(parts[skipped:]) for skipped in range(min(3, len(parts)))]
        return next((each for each in candidates if (folder / each).is_file()), None)


def is_media_name(name: str) -> bool:
    """Whether a file with this name is one that the media library takes."""
    return PurePosixPath(name).suffix.lower() in MEDIA_SUFFIXES


def _originals(path: str) -> list[str]:
    """A path, and those of which it may be a smaller size."""
    plain = _GHOST_SIZE.sub("", path)
    candidates = [path, plain, _SIZED.sub("", plain)]
    if candidates[-1] != plain:
        stem, _, extension = candidates[-1].rpartition(".")
        candidates.append(f"{stem}-scaled.{extension}")
    return list(dict.fromkeys(candidates))


def file_of(site: OldSite, address: str, page: str = "") -> str | None:
    """The path of a file of the site that an address names, by its extension; None for others."""
    path = site.path_of(address, page)
    return file_at(path) if path is not None else None


def file_at(path: str) -> str | None:
    """The path of the file at a path of the site; None when it is none."""
    plain = file_path(path)
    return plain if is_media_name(plain) else None


def files_in(site: OldSite, text: str, page: str) -> Iterator[tuple[str, str]]:
    """The files of the site that a text of HTML names: the path and the address of each."""
    letters = unquote(text).lower() if "%" in text else text.lower()
    if not any(suffix in letters for suffix in MEDIA_SUFFIXES):
        return
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(".,;)")
        if (path := file_of(site, address, page)) is not None:
            yield path, address
