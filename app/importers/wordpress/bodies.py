"""A text of WordPress as HTML of our own: blocks, shortcodes, paragraphs, addresses."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from app.importers.address_rewriter import AddressRewriter, TextMedia
from app.importers.figures import figure_html
from app.importers.players import player_html
from app.importers.source_report import SourceReport
from app.importers.stray_tags import escape_stray_tags, unwrap_buttons
from app.importers.text_repair import repair_body
from app.importers.wordpress.blocks import BlockRules, has_blocks, render_blocks
from app.importers.wordpress.paragraphs import to_paragraphs
from app.importers.wordpress.shortcodes import ShortcodeRules, render_shortcodes
from app.kit.text import plain_text

_MORE: Final = re.compile(r"(?:<p>\s*)?<!--\s*more(?:\s[^>]*)?-->(?:\s*</p>)?", re.IGNORECASE)
_PAGES: Final = re.compile(r"(?:<p>\s*)?<!--\s*nextpage\s*-->(?:\s*</p>)?", re.IGNORECASE)
_NO_TEASER: Final = re.compile(r"<!--\s*noteaser\s*-->", re.IGNORECASE)
_BARE: Final = re.compile(r"^[ \t]*(https?://[^\s<>\"\]\[]+)[ \t]*$", re.MULTILINE)
_WRAPPED: Final = re.compile(
    r'(<div class="wp-block-embed__wrapper">)\s*(https?://[^\s<>"]+)\s*(</div>)'
)
_BLOCK_COMMENT: Final = re.compile(r"<!--\s+/?wp:.*?-->", re.DOTALL)


@dataclass(slots=True)
class RenderedPost:
    """A body, what stands before its `more`, and its media."""

    body: str
    teaser: str = ""
    media: TextMedia = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BodyRenderer:
    """Renders the texts of one export, once it is surveyed."""

    rewriter: AddressRewriter
    drop_unknown: bool

    @property
    def report(self) -> SourceReport:
        """The report of the source."""
        return self.rewriter.report

    def render(self, source: str, key: str, place: str, page: str) -> RenderedPost:
        """The text of an item; `page` is the address that it had."""
        note = partial(self.report.note, place=place)
        text = escape_stray_tags(repair_body(source, place, self.report), note)
        text = unwrap_buttons(text, note)
        rules = ShortcodeRules(partial(self._gallery, key, place), self.drop_unknown, note)
        text = render_shortcodes(text, rules)
        if has_blocks(text):
            text = _WRAPPED.sub(lambda match: player_html(match[2]), text)
            pictures = partial(self._figures, place)
            text = render_blocks(text, BlockRules(self._reusable, pictures, note))
            text = _BLOCK_COMMENT.sub("", text)
        else:
            if any(line.lstrip(" \t").startswith("http") for line in text.split("\n")):
                text = _BARE.sub(lambda match: f"\n\n{player_html(match[1])}\n\n", text)
            text = to_paragraphs(text)
        return self._divide(text, place, page)

    def _divide(self, text: str, place: str, page: str) -> RenderedPost:
        teaser = ""
        if "<!--" in text:
            text = _NO_TEASER.sub("", text)
            text, pages = _PAGES.subn("", text)
            if pages:
                self.report.note("pages of one text are joined", "", place, pages)
            before = _MORE.split(text, maxsplit=1)
            teaser = " ".join(plain_text(before[0]).split()) if len(before) > 1 else ""
            text = _MORE.sub("", text)
        rendered = RenderedPost(text.strip(), teaser[:4_999])
        rendered.body = self.rewriter.rewrite_html(rendered.body, rendered.media, place, page)
        return rendered

    def _reusable(self, ref: str) -> str | None:
        text: str | None = self.rewriter.index.get("reusable", ref)
        return text

    def _gallery(self, key: str, place: str, facts: Mapping[str, str]) -> str:
        """The pictures of a gallery: those that it names, or all that were sent with the text."""
        named = facts.get("ids") or facts.get("include") or ""
        keys = [each.strip() for each in named.split(",") if each.strip()]
        left_out = set(facts.get("exclude", "").split(","))
        keys = keys or [
            each for each in self.rewriter.index.members("child", key) if each not in left_out
        ]
        if not keys:
            self.report.note("gallery without pictures", "", place)
        return self._figures(place, keys)

    def _figures(self, place: str, keys: Sequence[str]) -> str:
        figures = []
        for each in keys:
            picture: dict[str, Any] | None = self.rewriter.index.get("attachment", each)
            if picture is None:
                message = "picture of a gallery that the export does not hold"
                self.report.note(message, each, place)
                continue
            caption = html.escape(picture["caption"])
            figures.append(figure_html(picture["address"], picture["alt"], caption))
        return "\n".join(figures)
