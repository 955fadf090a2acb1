"""Exports of WordPress as entries of an import: tags, media, texts, a new site's names."""

from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path

from typing_extensions import override

from app.errors import Invalid
from app.importers.address_rewriter import AddressRewriter
from app.importers.media_plan import MediaPlan
from app.importers.old_site import OldSite
from app.importers.source_import import SourceImport
from app.importers.wordpress.bodies import BodyRenderer
from app.importers.wordpress.survey import WordPressSurvey, claim_item, left_reason
from app.importers.wordpress.terms import TermPlan
from app.importers.wordpress.texts import TextTranslator
from app.importers.wordpress.wxr import Item, WxrFile
from app.interchange.import_entry import ImportEntry


class WordPressImport(SourceImport):
    """One import of some files, all parts of one site."""

    @classmethod
    @override
    def paths_in(cls, folder: Path) -> Sequence[Path]:
        return sorted(folder.rglob("*.xml"))

    @override
    def survey(self, advance: Callable[[int], None]) -> None:
        site = OldSite()
        self._plan = MediaPlan(self.index, self.report, site, self.options.media)
        self._terms = TermPlan(self.index, self.report, self.options.taxonomies)
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
        self.name = self.options.source or f"wordpress/{address or 'unknown'}"[:200]
        rewriter = AddressRewriter(self.index, self._plan, site, self.report, self.page_urls)
        renderer = BodyRenderer(rewriter, self.options.drop_unknown)
        self._translator = TextTranslator(
            self._survey, renderer, self.name, self.options.zone, self.clock
        )

    @override
    def entries(self) -> Iterator[ImportEntry]:
        file = self.paths[0].name
        yield from self._terms.entries(file)
        yield from self._plan.entries(file, self.name)
        for path in self.paths:
            yield from self._text_entries(path)
        yield from self._site_entries(file)

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
        if item.kind == "attachment" or not claim_item(self.index, item, owner):
            return False
        return left_reason(item, self.options.types) is None

    def _site_entries(self, file: str) -> Iterator[ImportEntry]:
        """The names of the site, and its sticky posts as featured articles."""
        slugs = [self.index.get("text", key)["slug"] for key, _ in self.index.items("sticky")]
        facts = self._survey.facts
        yield from self.site_entry(
            file,
            self._survey.language,
            unescape(facts.get("title", "")),
            unescape(facts.get("description", "")),
            slugs,
            "sticky post",
        )
