"""The first reading of an export: addresses, slugs, media, terms, before any text is made."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final

from app.errors import Invalid
from app.importers.address_rewriter import claim_slug
from app.importers.media_plan import MediaPlan, files_in
from app.importers.old_site import OldSite, file_path, page_path
from app.importers.record_fields import NO_LANGUAGE, html_line, plain_line, to_language, to_slug
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.importers.wordpress.kinds import LEFT_STATUSES, LEFT_TYPES
from app.importers.wordpress.terms import TermPlan
from app.importers.wordpress.wxr import AuthorFacts, Item, SiteFacts, Term, WxrFile
from app.kit.hosts import host_of
from app.kit.markup import split_names
from app.kit.text import is_legal, visible_line

_SIZE_NAME: Final = re.compile(r"s:\d+:\"([^\"/]+-\d+x\d+\.\w{3,4})\"")
_WPML_LANGUAGE: Final = ("_wpml_import_language_code", "_wpml_language")
_IN_ADDRESS: Final = re.compile(
    r"/(?P<path>[a-z]{2}(?:-[a-z]{2,4})?)/|.*[?&]lang=(?P<query>[a-z]{2}(?:[-_]\w{2,4})?)(?:&|$)",
    re.IGNORECASE,
)
_USED_META: Final = split_names(
    "_thumbnail_id _wp_attached_file _wp_attachment_metadata _wp_attachment_image_alt"
    " _wp_old_slug _yoast_wpseo_metadesc _yoast_wpseo_title _yoast_wpseo_canonical"
    " _wpml_import_language_code _wpml_language _wpml_import_translation_group"
    " _wpml_import_source_language_code _icl_lang_duplicate_of"
    " rank_math_title rank_math_description _aioseo_title _aioseo_description"
)


@dataclass(slots=True)
class WordPressSurvey:
    """What one reading of all files tells, kept in the index."""

    index: SourceIndex
    report: SourceReport
    site: OldSite
    plan: MediaPlan
    terms: TermPlan
    languages: Sequence[str]
    lang: str | None
    types: Mapping[str, str]
    facts: dict[str, str] = field(default_factory=dict)

    def read(self, paths: Sequence[Path], advance: Callable[[int], None]) -> None:
        """Read all files. What is damaged is told by the second reading."""
        for path in paths:
            file, done = WxrFile(path), 0
            try:
                for number, part in enumerate(file.parts()):
                    self._take_part(part, f"{path.name}#{number}")
                    advance(file.size - done)
                    done = file.size
            except Invalid:
                continue
            finally:
                if file.repaired:
                    message = "damages of the XML that were mended, such as characters it forbids"
                    self.report.note(message, "", path.name, file.repaired)
        self._settle_slugs()

    @property
    def language(self) -> str:
        """The language of texts that name none."""
        told = self.lang or to_language(self.facts.get("language", ""), self.languages)
        return told or self.languages[0]

    def _take_part(self, part: SiteFacts | AuthorFacts | Term | Item, owner: str) -> None:
        match part:
            case SiteFacts():
                self.facts.setdefault(part.name, part.text)
                if part.name in ("base_blog_url", "link") and part.text:
                    self.site.base = OldSite.at(part.text).base
            case AuthorFacts():
                self._take_author(part)
            case Term():
                if part.slug or part.name:
                    self.terms.add(part, self.language, f"{part.taxonomy} {part.slug}")
            case Item():
                self._take_item(part, owner)

    def _take_author(self, author: AuthorFacts) -> None:
        if self.index.get("author", author.login) is None:
            self.index.put("author", author.login, author.name)
            self.report.see("author")
            # A login may be an address of a person, which no report names.
            reason = "the name is on the texts; accounts are made anew"
            self.report.leave("author", reason, "authors")

    def _take_item(self, item: Item, owner: str) -> None:
        is_claimed = claim_item(self.index, item, owner)
        kind, place = item.kind, item.place
        if not is_claimed:
            self.report.see(kind)
            self.report.leave(kind, "is in the export twice", place)
            return
        for comment, count in item.comments.items():
            self.report.see(comment[:40], count)
            self.report.leave(comment[:40], "comments stay at the old site", place, count)
        if kind == "attachment":
            self._take_attachment(item)
            return
        self.report.see(kind)
        if kind == "wp_block":
            self.index.put("reusable", item.key, item.text("content"))
        if (reason := left_reason(item, self.types)) is not None:
            self.report.leave(kind, reason, place)
            return
        self._take_text(item)

    def _take_attachment(self, item: Item) -> None:
        place = item.place
        address = item.text("attachment_url") or item.text("guid")
        self.site.file_hosts.add(host_of(address))
        path = file_path(self.site.path_of(address) or "")
        caption = html_line(item.text("excerpt"), 1_000)
        alt = plain_line(unescape(item.first_meta("_wp_attachment_image_alt")))
        about = {"place": place, "alt": alt, "caption": caption, "address": address, "path": path}
        self.index.put("attachment", item.key, about)
        if (parent := item.text("post_parent")) not in ("", "0"):
            self.index.add("child", parent, item.key)
        texts = {
            "place": place,
            "alt": {self.language: alt} if alt else {},
            "caption": {self.language: caption} if caption else {},
        }
        self.plan.add_attachment(path or place, address, texts)
        self._take_page_of_file(item, path)
        folder = path.rpartition("/")[0]
        for name in set(_SIZE_NAME.findall(item.first_meta("_wp_attachment_metadata"))):
            self.index.add("size", path, f"{folder}/{name}")

    def _take_page_of_file(self, item: Item, path: str) -> None:
        """WordPress gives a file a page of its own, to which galleries link."""
        page = self.site.path_of(item.text("link")) or ""
        name = file_path(page).strip("/")
        if not path:
            return
        if name not in ("", path):
            self.index.claim("page of a file", page_path(page), path)
            if "?" not in page and is_legal(name) and visible_line(name) == name:
                self.index.add("size", path, name)
        self.index.claim("page of a file", f"/?attachment_id={item.text('post_id')}", path)

    def _take_text(self, item: Item) -> None:
        key, place = item.key, item.place
        kind = self.types.get(item.kind, "page" if item.kind == "page" else "article")
        lang = self._language_of(item)
        parent = item.text("post_parent") if kind == "page" else ""
        self.index.put("text", key, {"kind": kind, "lang": lang, "slug": "", "parent": parent})
        wish = to_slug(item.text("post_name"))
        if wish and item.text("status") in ("publish", "future"):
            claim_slug(self.index, key, wish, self.report.note)
        else:
            wish = wish or to_slug(html_line(item.text("title"))) or f"{item.kind}-{key}"
            self.index.put("late slug", key, to_slug(wish))
        for path in self.paths_of(item):
            self.index.claim("path", page_path(path), key)
        for group in translation_groups(item):
            self.index.add("group", group, key)
        for term in item.terms:
            self.terms.add(term, lang, place)
        if item.text("is_sticky") == "1" and item.text("status") == "publish":
            self.index.put("sticky", key, True)
        for name in item.meta.keys() - _USED_META:
            self.report.note("custom field that is left", _plain_meta(name), place)
        for file, address in files_in(self.site, item.text("content"), item.text("link")):
            self.plan.add_reference(file, self.site.address_of(address), place)

    def _language_of(self, item: Item) -> str:
        """Of Polylang a term, of WPML a custom field, or else the beginning of the address."""
        code = next((term.slug for term in item.terms if term.taxonomy == "language"), "")
        code = code or item.first_meta(*_WPML_LANGUAGE)
        if code:
            return to_language(code, self.languages) or code
        match = _IN_ADDRESS.match(self.site.path_of(item.text("link")) or "")
        told = to_language(match["path"] or match["query"], self.languages) if match else None
        told = told or self.lang or to_language(self.facts.get("language", ""), self.languages)
        if told is None and len(self.languages) > 1:
            self.report.note(NO_LANGUAGE, self.languages[0], item.place)
        return told or self.languages[0]

    def paths_of(self, item: Item) -> list[str]:
        """The addresses that a text had, the permanent one first."""
        local = self.site.path_of(item.text("link")) or ""
        post_id = item.text("post_id")
        numbers = [f"/?{'page_id' if item.kind == 'page' else 'p'}={post_id}", f"/?p={post_id}"]
        paths = [local, *numbers] if "?" not in local else numbers
        head, _, _ = local.rstrip("/").rpartition("/")
        if local and "?" not in local:
            paths += [f"{head}/{slug}/" for slug in item.meta.get("_wp_old_slug", ()) if slug]
        return [path for path in dict.fromkeys(paths) if path.strip("/")]

    def _settle_slugs(self) -> None:
        """Drafts get what is left: the addresses of public texts come first."""
        for key, wish in list(self.index.items("late slug")):
            claim_slug(self.index, key, wish, self.report.note)


def claim_item(index: SourceIndex, item: Item, owner: str) -> bool:
    """Whether an item is its owner's, and not one that came before. Another text with the id of one
    gets a key of its own: people join the exports of two sites."""
    marks = [item.text("link"), item.text("guid")]
    if index.claim("item", item.key, owner):
        index.put("marks", item.key, marks)
        return True
    known: list[str] = index.get("marks", item.key)
    if not all(marks) or any(a == b for a, b in zip(marks, known, strict=True)):
        return False
    item.key = f"{item.key} {marks[0]}"[:250]
    return index.claim("item", item.key, owner)


def translation_groups(item: Item) -> list[str]:
    """What the translations of a text have in common: of Polylang a term, of WPML a number or the
    text that they were copied from."""
    groups = [term.slug for term in item.terms if term.taxonomy == "post_translations"]
    if number := item.first_meta("_wpml_import_translation_group"):
        groups.append(f"wpml/{number}")
    if original := item.first_meta("_icl_lang_duplicate_of"):
        groups.append(f"copy/{original}")
    return groups


def left_reason(item: Item, types: Mapping[str, str]) -> str | None:
    """Why an item is no text that comes; None when it is one."""
    kind, status = item.kind, item.text("status")
    if kind in LEFT_TYPES:
        return LEFT_TYPES[kind]
    if kind not in ("post", "page") and kind not in types:
        return f"a type of a plugin; bring it with --type {kind[:60]}=article"
    if status in LEFT_STATUSES:
        return LEFT_STATUSES[status]
    says = (item.text("title"), item.text("content"), item.text("excerpt"))
    return None if any(says) else "has neither a title nor a text"


def _plain_meta(name: str) -> str:
    return "_oembed_…" if name.startswith("_oembed_") else name[:80]
