"""Folders of texts as entries of an import: tags, pictures, texts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from typing_extensions import override

from app.editorial.page_tree import LEVELS
from app.errors import Invalid
from app.importers.address_rewriter import AddressRewriter, claim_slug
from app.importers.archives import require_archive
from app.importers.folder.addresses import OldAddresses
from app.importers.folder.bodies import FolderRenderer, find_file, reference_key, targets_in
from app.importers.folder.files import TextFile, first_fact, to_text_file, walk
from app.importers.folder.front_matter import Facts, FrontMatterError, split_front_matter
from app.importers.folder.redirects import FILES, read_redirects
from app.importers.folder.site_config import SiteConfig, SiteConfigError, read_site_config
from app.importers.folder.tags import FolderTags
from app.importers.folder.texts import READ, FolderTranslator
from app.importers.media_plan import MediaOptions, MediaPlan, is_media_name
from app.importers.old_site import OldSite, page_path
from app.importers.record_fields import NO_LANGUAGE, to_address, to_language, to_slug
from app.importers.redirects import RedirectPlan
from app.importers.source_import import SourceImport
from app.importers.text_repair import decode_text
from app.interchange.import_entry import ImportEntry, to_record

_LARGEST: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class _ReadText:
    """A file as it was read, or the reason why it could not be."""

    facts: Facts = field(default_factory=dict)
    body: str = ""
    error: Invalid | None = None
    is_legacy: bool = False
    """Whether it is not in UTF-8."""
    is_mended: bool = False
    """Whether its front matter had to be read line by line."""


class FolderImport(SourceImport):
    """One import of one folder."""

    @classmethod
    @override
    def paths_in(cls, folder: Path) -> Sequence[Path]:
        return [folder]

    @override
    def survey(self, advance: Callable[[int], None]) -> None:
        self._folder = self.paths[0].resolve()
        if not self._folder.is_dir():
            require_archive(self._folder)
        config = self._read_config()
        site = OldSite.at(self.options.site or config.site)
        name = OldSite.at(self.options.site).host or to_slug(self._folder.name) or "folder"
        self.name = self.options.source or f"folder/{name}"
        self._plan = MediaPlan(self.index, self.report, site, MediaOptions(self._folder))
        rewriter = AddressRewriter(self.index, self._plan, site, self.report, self.page_urls)
        self._lang = to_language(config.lang, self.languages) if config.lang else None
        zone = self._find_zone(config)
        addresses = OldAddresses(config, self._lang or "", zone)
        self._config, self._addresses = config, addresses
        taxonomies = [name for name in config.taxonomies if name not in READ]
        self._tags = FolderTags(self.index, self.report, addresses, taxonomies)
        self._redirects = RedirectPlan(self.index, self.report, site, self._tags.find)
        renderer = FolderRenderer(self._folder, rewriter, self.options.drop_unknown)
        self._translator = FolderTranslator(renderer, self.name, zone, taxonomies, self.clock)
        for path, reason in walk(self._folder):
            self._survey_file(path, reason)
            advance(path.lstat().st_size)
        self._redirects.settle()
        self._settle_slugs()
        for name, _ in list(self.index.items("text")):
            self._settle_parent(name)
        for name, _ in self.index.items("picture"):
            if self.index.get("medium", name) is None:
                self.report.leave("picture or PDF", "no text shows it", name)

    @override
    def entries(self) -> Iterator[ImportEntry]:
        yield from self._tags.entries(self._folder.name)
        yield from self._plan.entries(self._folder.name, self.name)
        for name, _ in self.index.items("damaged"):
            self.report.pass_on("text")
            size = (self._folder / name).stat().st_size
            yield ImportEntry(name, 0, size, self._read(name).error or _unreadable(""))
        for name, _ in self.index.items("text"):
            path = self._folder / name
            read = self._read(name)
            self.report.pass_on("text")
            size = path.stat().st_size
            if read.error is not None:  # it has changed since the survey
                yield ImportEntry(name, 0, size, read.error)
                continue
            text = self._text_file(path)
            yield self._translator.entry(text, read.facts, read.body, size)
        yield from self._redirect_entries()
        yield from self._redirects.entries(self._folder.name)

    def _read(self, name: str) -> _ReadText:
        path = self._folder / name
        try:
            if path.stat().st_size > _LARGEST:
                return _ReadText(error=_unreadable("it is too large for a text"))
            source, is_legacy = decode_text(path.read_bytes())
            facts, body, is_mended = split_front_matter(source.replace("\r\n", "\n"))
        except FrontMatterError as error:
            reason = f"its front matter cannot be read: {error}"
            return _ReadText(error=_unreadable(reason))
        except OSError as error:
            return _ReadText(error=_unreadable(str(error.strerror)))
        facts = self._config.with_defaults(name, facts)
        return _ReadText(facts, body, None, is_legacy, is_mended)

    def _text_file(self, path: Path) -> TextFile:
        return to_text_file(path, self._folder, self.languages, self._config)

    def _find_zone(self, config: SiteConfig) -> ZoneInfo:
        """The zone that was chosen, or that of the configuration, or that of the site."""
        if self.options.has_zone or not config.timezone:
            return self.options.zone
        try:
            return ZoneInfo(config.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.report.note("time zone of the configuration is not known", "", config.timezone)
            return self.options.zone

    def _read_config(self) -> SiteConfig:
        try:
            return read_site_config(self._folder)
        except SiteConfigError as error:
            message = "configuration of the site, without which addresses are those of custom"
            self.report.note(message, "", str(error))
            return SiteConfig()

    def _survey_file(self, path: Path, reason: str) -> None:
        name = path.relative_to(self._folder).as_posix()
        if path.name in FILES and "no text" in reason:
            self._take_redirects(path, name)
            return
        is_picture = is_media_name(path.name)
        kind = "picture or PDF" if is_picture else "text"
        kind = kind if not reason or "no text" not in reason else "other file"
        self.report.see(kind)
        if reason:
            self.report.leave(kind, reason, name)
        elif is_picture:
            self.index.put("picture", name, True)
        else:
            self._survey_text(path, name)

    def _take_redirects(self, path: Path, name: str) -> None:
        kind, reason = "file of redirects", "its redirects are counted one by one"
        self.report.see(kind)
        try:
            text, _ = decode_text(path.read_bytes()[:_LARGEST])
            self._redirects.add(read_redirects(path.name, text))
        except (ValueError, RecursionError, OSError) as error:
            reason = f"cannot be read ({str(error)[:100]})"
        self.report.leave(kind, reason, name)

    def _survey_text(self, path: Path, name: str) -> None:
        read = self._read(name)
        if read.error is not None:
            self.index.put("damaged", name, True)
            return
        self._tell_repairs(read, name)
        facts, body = read.facts, read.body
        text = self._text_file(path)
        if (elsewhere := first_fact(facts, "redirect_to")) is not None:
            self._keep_redirect(text, facts, elsewhere)
            return
        if not body.strip() and not first_fact(facts, "title"):
            self.report.leave("text", "has neither a title nor a text", name)
            return
        self._keep_text(text, facts)
        page = self.index.get("text", name)["path"]
        for target in [*targets_in(body), *_picture_facts(facts)]:
            found_file = find_file(self._folder, text, target)
            if found_file is not None:
                self._plan.add_file(found_file, found_file, name)
                address = re.sub(r"^(?:static|public|assets)/", "", found_file)
                if target.startswith("/") and address != found_file:
                    self.index.add("size", found_file, address)
                elif not target.startswith("/"):
                    near = f"{page.strip('/')}/{PurePosixPath(target).name}"
                    self.index.add("size", found_file, near)

    def _keep_redirect(self, text: TextFile, facts: Facts, elsewhere: Any) -> None:
        """A text that only leads elsewhere: its addresses do."""
        target = str(elsewhere[0] if isinstance(elsewhere, list) and elsewhere else elsewhere)
        url = to_address(target)
        paths = [path for path in self._paths(self._path_of(text, facts), facts) if path.strip("/")]
        if url is None or not paths:
            self.report.leave("text", f"only leads to another text: {target[:100]}", text.name)
            return
        self.index.put("redirect", text.name, {"url": url, "paths": paths[:100]})

    def _path_of(self, text: TextFile, facts: Facts) -> str:
        """The address that a text had."""
        path = self._addresses.address_of(text, facts)
        if path is None:
            self.report.note(
                "address in a form that is not known; that of custom counts", "", text.name
            )
            path = text.permalink(facts)
        return path

    def _redirect_entries(self) -> Iterator[ImportEntry]:
        for name, facts in self.index.items("redirect"):
            for number, path in enumerate(facts["paths"]):
                kind = "old address" if number else "text"
                if number:
                    self.report.see(kind)
                self.report.pass_on(kind)
                alias = to_record({"type": "alias", "path": path, "url": facts["url"]})
                yield ImportEntry(name, 0, 0, alias, path[:80], is_foreign=True)

    def _tell_repairs(self, read: _ReadText, name: str) -> None:
        if read.is_legacy:
            self.report.note("file that is not in UTF-8; it is read as Windows-1252", "", name)
        if read.is_mended:
            self.report.note(
                "front matter that is no YAML; its lines are read one by one", "", name
            )

    def _keep_text(self, text: TextFile, facts: Facts) -> None:
        name = text.name
        code = str(first_fact(facts, "lang", "language", "locale") or "")
        lang = to_language(code, self.languages) if code else text.lang
        lang = lang or code or self.options.lang or self._lang
        if lang is None:
            lang = self.languages[0]
            if len(self.languages) > 1:
                self.report.note(NO_LANGUAGE, lang, name)
        kind = "article" if text.is_article(facts) else "page"
        path = self._path_of(text, facts)
        group = str(first_fact(facts, "translationKey") or text.group)
        known: dict[str, Any] = {"kind": kind, "lang": lang, "path": path, "group": group}
        known |= {"parent": "", "folders": list(text.folders), "is_index": text.is_index}
        wish = to_slug(str(first_fact(facts, "slug") or "")) or to_slug(text.stem)
        self.index.put("wish", name, wish or to_slug(f"text-{name}") or "text")
        self.index.add("group", group, name)
        paths = [each for each in self._paths(path, facts) if each.strip("/")]
        own = [each for each in paths if self.index.claim("path", page_path(each), name)]
        self.index.put("text", name, {**known, "paths": own[:100]})
        if text.is_index and kind == "page":
            self.index.claim("section", f"{lang}/{'/'.join(text.folders)}", name)
        for reference in text.references:
            key = reference_key(reference)
            self.index.claim("ref", f"{lang}:{key}", name)
            self.index.claim("ref", key, name)
        self._tags.add(facts, text, lang)

    def _settle_slugs(self) -> None:
        """Give each text a slug. Translations get what those in the first language leave."""
        for is_first in (True, False):
            for name, wish in self.index.items("wish"):
                if (self.index.get("text", name)["lang"] == self.languages[0]) is is_first:
                    claim_slug(self.index, name, wish, self.report.note)

    def _paths(self, path: str, facts: Facts) -> list[str]:
        """The address that a text had, and those that led to it."""
        paths = [path]
        for fact in ("aliases", "redirect_from"):
            value = first_fact(facts, fact)
            values = value if isinstance(value, list) else [value]
            head = path.rstrip("/").rpartition("/")[0]
            for each in values:
                if isinstance(each, str) and each.strip() and "://" not in each:
                    paths.append(each if each.startswith("/") else f"{head}/{each}")
        return list(dict.fromkeys(each[:1_000] for each in paths))

    def _settle_parent(self, name: str) -> None:
        """The page above a page: that of the nearest folder around it, at most on level four."""
        known: dict[str, Any] = self.index.get("text", name)
        if known["kind"] != "page":
            return
        folders: list[str] = known["folders"][:-1] if known["is_index"] else known["folders"]
        line = []
        for end in range(len(folders), 0, -1):
            section = self.index.get("section", f"{known['lang']}/{'/'.join(folders[:end])}")
            if section is not None and section != name:
                line.append(section)
        if len(line) >= LEVELS:
            self.report.note("page below the fourth level; it is on the fourth", "", name)
            line = line[-(LEVELS - 1) :]
        if line:
            slug = self.index.get("text", line[0])["slug"]
            self.index.put("text", name, {**known, "parent": slug})


def _picture_facts(facts: Facts) -> list[str]:
    """Every text in the front matter that may be the path of a picture."""
    texts: list[str] = []
    values: list[Any] = list(facts.values())
    while values and len(texts) < 100:
        value = values.pop()
        if isinstance(value, str) and is_media_name(value):
            texts.append(value)
        elif isinstance(value, list | dict):
            values += value if isinstance(value, list) else value.values()
    return texts


def _unreadable(reason: str) -> Invalid:
    return Invalid("unreadable_text", f"The text is not read: {reason}. Mend the file.")
