"""Posts and pages of Ghost as records of articles."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from app.importers.address_rewriter import AddressRewriter, TextMedia
from app.importers.ghost.cards import render_card, simplify_cards
from app.importers.ghost.export_file import Row, moment_of_value, text_of_field
from app.importers.ghost.lexical import render_lexical
from app.importers.ghost.mobiledoc import render_mobiledoc
from app.importers.media_plan import file_of
from app.importers.record_fields import (
    html_line,
    html_summary,
    plain_line,
    plain_summary,
    to_address,
)
from app.importers.source_report import Note
from app.importers.stray_tags import escape_stray_tags, unwrap_buttons
from app.importers.text_repair import repair_body
from app.importers.text_state import state_fields
from app.interchange.import_entry import ImportEntry, to_record
from app.kit.clock import Clock

_PAYWALL: Final = re.compile(r"<!--\s*(?:members-only|kg-paywall)[^>]*-->", re.IGNORECASE)
_KG: Final = re.compile(r"<!--\s*/?kg-[^>]*-->")
_DROPPED: Final = ("codeinjection_head", "codeinjection_foot", "custom_template")


def site_address(text: str) -> str:
    """Text in which the sign that stands for the site's address is gone: addresses are relative."""
    return text.replace("__GHOST_URL__", "")


def is_page(post: Row) -> bool:
    """Whether it is a page; older versions say so by a number."""
    return post.get("type") == "page" or post.get("page") in (1, True)


def body_html(post: Row, note: Note) -> str:
    """The text as HTML: as Ghost rendered it, or else from its source."""
    rendered = text_of_field(post, "html")
    if rendered.strip():
        return rendered
    for name, render in (("lexical", render_lexical), ("mobiledoc", render_mobiledoc)):
        source = text_of_field(post, name)
        made = render(source, note) if source else None
        if made is not None:
            note("text without HTML; it is made from its source", name)
            return made
    source = text_of_field(post, "markdown")
    if source:
        note("text without HTML; it is made from its source", "markdown")
        return render_card("markdown", {"markdown": source}, note)
    words = text_of_field(post, "plaintext")
    return "".join(f"<p>{html.escape(part)}</p>" for part in words.split("\n\n") if part.strip())


@dataclass(frozen=True, slots=True)
class PostTranslator:
    """Translates the posts of an export, once it is surveyed."""

    rewriter: AddressRewriter
    source: str
    clock: Clock

    def entry(
        self,
        post: Row,
        meta: Row,
        tags: Sequence[str],
        authors: Sequence[Mapping[str, str]],
        file: str,
    ) -> ImportEntry:
        """The entry of a post that comes."""
        key = str(post.get("id"))
        facts: dict[str, Any] = self.rewriter.index.get("text", key)
        place = facts["place"]
        media: TextMedia = {}
        note = partial(self._note, place)
        raw = body_html(post, note)
        body = self._body(raw, media, place, facts["path"])
        title = self._title(post, body, place)
        seo = self._seo(post, meta)
        fields: dict[str, Any] = {
            "type": "article",
            "kind": facts["kind"],
            "lang": facts["lang"],
            "title": title,
            "slug": facts["slug"],
            "summary": plain_summary(text_of_field(post, "custom_excerpt")),
            "body": body,
            "body_format": "html",
            "authors": tuple(authors),
            "tags": tuple(tags),
            "image": self._image(post, meta, media, place),
            "seo": seo,
            "canonical_url": self.rewriter.canonical_address(
                site_address(text_of_field(post, "canonical_url"))
            ),
            "external_source": self.source,
            "external_id": key,
            "paths": tuple(facts["paths"]),
            **self._state(post, raw, place),
        }
        for name in _DROPPED:
            if text_of_field(post, name) or text_of_field(meta, name):
                note("setting of a text that is left", name)
        name = f"{place} {title[:60]!r}"
        return ImportEntry(
            file, 0, 1, to_record(fields), name, media_addresses=media, is_foreign=True
        )

    def _body(self, raw: str, media: TextMedia, place: str, page: str) -> str:
        text = repair_body(raw, place, self.rewriter.report)
        note = partial(self._note, place)
        text = _KG.sub("", _PAYWALL.sub("", simplify_cards(site_address(text), note)))
        text = unwrap_buttons(escape_stray_tags(text, note), note)
        return self.rewriter.rewrite_html(text, media, place, page)

    def _title(self, post: Row, body: str, place: str) -> str:
        title = plain_line(text_of_field(post, "title"))
        if not title:
            self._note(place, "text without a title; its first words are the title", "")
            title = html_line(body, 80) or place
        return title

    def _state(self, post: Row, raw: str, place: str) -> dict[str, Any]:
        """What only members could read, or nobody, is a draft."""
        status = text_of_field(post, "status") or "draft"
        visibility = text_of_field(post, "visibility") or "public"
        note = partial(self._note, place, subject="")
        if visibility != "public" or _PAYWALL.search(raw) or _is_paid(post):
            note("was for members alone; it is a draft")
            status = "draft"
        elif status not in ("published", "scheduled", "draft"):
            note(f"had the status {status[:40]!r}; it is a draft")
            status = "draft"
        return state_fields(
            status,
            moment_of_value(post.get("published_at")),
            moment_of_value(post.get("updated_at")),
            self.clock(),
            note,
        )

    def _image(self, post: Row, meta: Row, media: TextMedia, place: str) -> dict[str, Any] | None:
        address = site_address(text_of_field(post, "feature_image") or text_of_field(post, "image"))
        if not address:
            return None
        site = self.rewriter.site
        path = file_of(site, address)
        url: str | None = None
        if path is not None:
            url = self.rewriter.file_reference(path, media, place)
        if url is None or not url.startswith("media:"):
            local = site.path_of(address)
            url = to_address(site.address_of(local) if local else address)
        if url is None:
            self._note(place, "picture without a whole address; give --site or --media", address)
            return None
        alt = plain_line(text_of_field(meta, "feature_image_alt"))
        caption = html_summary(text_of_field(meta, "feature_image_caption"))
        return {"url": url, "alt": alt or None, "caption": caption or None}

    def _seo(self, post: Row, meta: Row) -> dict[str, str] | None:
        title = text_of_field(meta, "meta_title") or text_of_field(post, "meta_title")
        about = text_of_field(meta, "meta_description") or text_of_field(post, "meta_description")
        fields = {"title": plain_line(title), "description": plain_summary(about)}
        return {name: text for name, text in fields.items() if text} or None

    def _note(self, place: str, message: str, subject: str = "") -> None:
        self.rewriter.report.note(message, subject, place)


def _is_paid(post: Row) -> bool:
    """Whether the source holds a paywall that the rendered text does not show."""
    sources = (text_of_field(post, "lexical"), text_of_field(post, "mobiledoc"))
    return any(re.search(r'"(?:type"\s*:\s*"paywall"|paywall",)', source) for source in sources)
