"""Exports of WordPress as entries of an import: tags, media, texts, a new site's names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from app.errors import Invalid
from app.importers.address_rewriter import AddressRewriter
from app.importers.media_plan import MediaPlan
from app.importers.old_site import OldSite
from app.importers.options import ImportOptions
from app.importers.record_fields import to_line, to_summary
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.importers.wordpress.bodies import BodyRenderer
from app.importers.wordpress.survey import WordPressSurvey, left_reason
from app.importers.wordpress.terms import TermPlan
from app.importers.wordpress.texts import TextTranslator
from app.importers.wordpress.wxr import Item, WxrFile
from app.interchange.import_entry import ImportEntry, refused_by_schema
from app.interchange.records import SiteRecord
from app.kit.clock import Clock
from app.kit.page_urls import PageUrls

_FEATURED_AT_MOST: Final = 20


@dataclass
class WordPressImport:
    """One import of some files. `survey` comes before `entries`."""

    paths: Sequence[Path]
    options: ImportOptions
    index: SourceIndex
    languages: Sequence[str]
    page_urls: PageUrls
    clock: Clock
    report: SourceReport = field(default_factory=SourceReport)
    has_site: bool = True
    name: str = ""
    """Whether the store has a record of the site already, which stays as it is."""

    def survey(self, advance: Callable[[int], None]) -> None:
        """Read all files once."""
        site = OldSite(self.options.site)
        source = self.options.source
        self._plan = MediaPlan(self.index, self.report, site, source, self.options.media)
        self._terms = TermPlan(self.index, self.report)
        self._survey = WordPressSurvey(
            self.index,
            self.report,
            site,
            self._plan,
            self._terms,
            self.languages,
            self.options.lang,
            self.options.types,
        )
        self._survey.read(self.paths, advance)
        address = site.base.partition("://")[2].strip("/").removeprefix("www.")
        self.name = source or f"wordpress/{address or 'unknown'}"[:200]
        self._plan.source = self.name
        rewriter = AddressRewriter(self.index, self._plan, site, self.report, self.page_urls)
        renderer = BodyRenderer(rewriter, self.options.drop_unknown)
        self._translator = TextTranslator(
            self._survey, renderer, self.name, self.options.zone, self.clock
        )

    def entries(self) -> Iterator[ImportEntry]:
        """The records in the order in which they refer to each other."""
        file = self.paths[0].name
        yield from self._terms.entries(file)
        yield from self._plan.entries(file)
        for path in self.paths:
            yield from self._text_entries(path)
        yield from self._site_entry(file)

    def _text_entries(self, path: Path) -> Iterator[ImportEntry]:
        wxr, done = WxrFile(path), 0
        try:
            for number, part in enumerate(wxr.parts()):
                if isinstance(part, Item) and self._comes(part, f"{path.name}#{number}"):
                    self.report.pass_on(part.kind)
                    size, done = wxr.size - done, wxr.size
                    yield self._translator.entry(part, path.name, size)
        except Invalid as error:
            self.report.see("damaged file")
            self.report.pass_on("damaged file")
            yield ImportEntry(path.name, 0, wxr.size - done, error)

    def _comes(self, item: Item, owner: str) -> bool:
        if item.kind == "attachment" or not self.index.claim("item", item.key, owner):
            return False
        return left_reason(item, self.options.types) is None

    def _site_entry(self, file: str) -> Iterator[ImportEntry]:
        """The names of the site, and its sticky posts as featured articles, on a new store."""
        keys = [key for key, _ in self.index.items("sticky")]
        slugs = [self.index.get("text", key)["slug"] for key in keys][:_FEATURED_AT_MOST]
        if self.has_site:
            if slugs:
                message = "sticky post; the site has a record of its own, feature it there"
                for slug in slugs:
                    self.report.note(message, slug, f"post {slug}")
            return
        facts, lang = self._survey.facts, self._survey.language
        title, about = to_line(facts.get("title", "")), to_summary(facts.get("description", ""))
        if not title:
            return
        self.report.see("site")
        self.report.pass_on("site")
        fields: dict[str, Any] = {"names": {lang: title}, "featured": tuple(slugs)}
        fields["descriptions"] = {lang: about} if about else {}
        try:
            yield ImportEntry(file, 0, 0, SiteRecord(type="site", **fields), "the site")
        except ValidationError as error:
            yield ImportEntry(file, 0, 0, refused_by_schema(error), "the site")
