"""A text of WordPress as HTML of our own: blocks, shortcodes, paragraphs, addresses."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from app.importers.media_plan import MediaPlan, file_of
from app.importers.old_site import OldSite, page_path, rewrite_addresses
from app.importers.players import player_html
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.importers.stray_tags import escape_stray_tags
from app.importers.text_repair import repair_text
from app.importers.wordpress.blocks import BlockRules, has_blocks, render_blocks
from app.importers.wordpress.paragraphs import to_paragraphs
from app.importers.wordpress.shortcodes import ShortcodeRules, render_shortcodes
from app.kit.page_urls import PageUrls
from app.kit.text import plain_text

_MORE: Final = re.compile(r"(?:<p>\s*)?<!--\s*more(?:\s[^>]*)?-->(?:\s*</p>)?", re.IGNORECASE)
_PAGES: Final = re.compile(r"(?:<p>\s*)?<!--\s*nextpage\s*-->(?:\s*</p>)?", re.IGNORECASE)
_NO_TEASER: Final = re.compile(r"<!--\s*noteaser\s*-->", re.IGNORECASE)
_BARE: Final = re.compile(r"^[ \t]*(https?://[^\s<>\"\]\[]+)[ \t]*$", re.MULTILINE)
_WRAPPED: Final = re.compile(
    r'(<div class="wp-block-embed__wrapper">)\s*(https?://[^\s<>"]+)\s*(</div>)'
)
_BLOCK_COMMENT: Final = re.compile(r"<!--\s+/?wp:.*?-->", re.DOTALL)
_MEMBER_PATH: Final = re.compile(r"[?&](?:p|page_id|attachment_id)=(\d+)")


@dataclass(slots=True)
class RenderedPost:
    """A body, what stands before its `more`, and the addresses of its media by name."""

    body: str
    teaser: str = ""
    media: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BodyRenderer:
    """Renders the texts of one export, once it is surveyed."""

    index: SourceIndex
    plan: MediaPlan
    site: OldSite
    report: SourceReport
    page_urls: PageUrls
    drop_unknown: bool

    def render(self, source: str, key: str, place: str, page: str) -> RenderedPost:
        """The text of an item; `page` is the address that it had."""
        note = partial(self._note, place)
        text, repaired = repair_text(source)
        if repaired:
            self.report.note("misread letters were put right, in lines", "", place, repaired)
        text = escape_stray_tags(text, note)
        rules = ShortcodeRules(
            partial(self._gallery, key, place), player_html, self.drop_unknown, note
        )
        text = render_shortcodes(text, rules)
        if has_blocks(text):
            text = _WRAPPED.sub(lambda match: player_html(match[2]), text)
            pictures = partial(self._figures, place)
            text = render_blocks(text, BlockRules(self._reusable, pictures, note))
            text = _BLOCK_COMMENT.sub("", text)
        else:
            text = _BARE.sub(lambda match: f"\n\n{player_html(match[1])}\n\n", text)
            text = to_paragraphs(text)
        return self._divide(text, place, page)

    def _divide(self, text: str, place: str, page: str) -> RenderedPost:
        text = _NO_TEASER.sub("", text)
        text, pages = _PAGES.subn("", text)
        if pages:
            self.report.note("pages of one text are joined", "", place, pages)
        before = _MORE.split(text, maxsplit=1)
        teaser = " ".join(plain_text(before[0]).split()) if len(before) > 1 else ""
        rendered = RenderedPost(_MORE.sub("", text).strip(), teaser[:4_999])
        rendered.body = rewrite_addresses(
            rendered.body, partial(self._rewrite, rendered.media, place, page)
        )
        return rendered

    def _note(self, place: str, message: str, subject: str) -> None:
        self.report.note(message, subject, place)

    def _reusable(self, ref: str) -> str | None:
        text: str | None = self.index.get("reusable", ref)
        return text

    def _gallery(self, key: str, place: str, facts: Mapping[str, str]) -> str:
        """The pictures of a gallery: those that it names, or all that were sent with the text."""
        named = facts.get("ids") or facts.get("include") or ""
        keys = [each.strip() for each in named.split(",") if each.strip()]
        left_out = set(facts.get("exclude", "").split(","))
        keys = keys or [each for each in self.index.members("child", key) if each not in left_out]
        if not keys:
            self._note(place, "gallery without pictures", "")
        return self._figures(place, keys)

    def _figures(self, place: str, keys: Sequence[str]) -> str:
        figures = []
        for each in keys:
            picture: dict[str, Any] | None = self.index.get("attachment", each)
            if picture is None:
                self._note(place, "picture of a gallery that the export does not hold", each)
                continue
            caption = picture.get("caption") or ""
            words = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
            source, alt = html.escape(picture["address"]), html.escape(picture.get("alt") or "")
            figures.append(f'<figure><img src="{source}" alt="{alt}">{words}</figure>')
        return "\n".join(figures)

    def _rewrite(
        self, media: dict[str, str], place: str, page: str, element: str, address: str
    ) -> str:
        """Where an address leads now: to a medium, to a text that came too, or where it did."""
        if address.startswith(("#", "mailto:", "tel:", "data:")):
            return address
        path = file_of(self.site, address, page)
        if path is not None:
            named = self.plan.name_of(path)
            if named is not None:
                media[named[0]] = named[1]
                return f"media:{named[0]}"
            self._note(place, "file that stays at the old site", path[-80:])
            return self.site.address_of("/" + path)
        local = self.site.path_of(address, page)
        if local is None:
            return address
        fragment = address.partition("#")[2]
        target = self._target(local)
        if target is not None:
            self.report.note("link within the site, now to the new address", "", place)
            location = self.page_urls.location(target["kind"], target["slug"], target["lang"])
            return f"{location}#{fragment}" if fragment else location
        whole = self.site.address_of(local)
        if element == "a" and local.rstrip("/") != "":
            self._note(
                place, "link to an address of the old site that has no text here", local[:80]
            )
        return f"{whole}#{fragment}" if fragment else whole

    def _target(self, local: str) -> dict[str, Any] | None:
        """The text at a path of the old site, if it comes too."""
        key = self.index.get("path", page_path(local))
        if key is None and (match := _MEMBER_PATH.search(local)):
            key = match[1]
        if key is None:
            key = self.index.get("path", page_path(local.partition("?")[0]))
        target: dict[str, Any] | None = self.index.get("text", key) if key is not None else None
        return target
