"""An import from another system: what every source begins with, and what it must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.importers.options import ImportOptions
from app.importers.record_fields import plain_line, plain_summary
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.interchange.import_entry import ImportEntry, to_record
from app.kit.clock import Clock
from app.kit.page_urls import PageUrls

_FEATURED_AT_MOST: Final = 20


@dataclass
class SourceImport(ABC):
    """One import of the files or the folder of one source. `survey` comes before `entries`."""

    paths: Sequence[Path]
    options: ImportOptions
    index: SourceIndex
    languages: Sequence[str]
    page_urls: PageUrls
    clock: Clock
    has_site: bool
    """Whether the store has a record of the site already, which stays as it is."""
    report: SourceReport = field(default_factory=SourceReport)
    name: str = ""
    """The name of the source in its records, once it is surveyed."""

    @classmethod
    @abstractmethod
    def paths_in(cls, folder: Path) -> Sequence[Path]:
        """What to read of an archive that was unpacked into a folder; nothing if it holds none."""

    @abstractmethod
    def survey(self, advance: Callable[[int], None]) -> None:
        """Learn what the source holds; `advance` receives the bytes that were read."""

    @abstractmethod
    def entries(self) -> Iterator[ImportEntry]:
        """The records in the order in which they refer to each other."""

    def site_entry(
        self,
        file: str,
        lang: str,
        title: str,
        description: str,
        featured: Sequence[str],
        featured_as: str,
    ) -> Iterator[ImportEntry]:
        """The site, on a new store. Its title and description are plain text, `featured` are slugs,
        `featured_as` is what such a text is called there."""
        if self.has_site:
            message = f"{featured_as}; the site has a record of its own, feature it there"
            for slug in featured:
                self.report.note(message, slug, f"post {slug}")
            return
        title, about = plain_line(title), plain_summary(description)
        if not title:
            return
        self.report.see("site")
        self.report.pass_on("site")
        record = to_record(
            {
                "type": "site",
                "names": {lang: title},
                "descriptions": {lang: about} if about else {},
                "featured": tuple(dict.fromkeys(featured))[:_FEATURED_AT_MOST],
            }
        )
        yield ImportEntry(file, 0, 0, record, "the site")
