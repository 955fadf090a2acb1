"""Texts of a folder with their front matter as records of articles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.importers.folder.addresses import DATE
from app.importers.folder.bodies import FolderRenderer, FolderText
from app.importers.folder.dates import moment_of_fact
from app.importers.folder.files import TextFile, first_fact
from app.importers.folder.front_matter import Facts
from app.importers.folder.tags import TAG_FACTS, tag_slugs
from app.importers.record_fields import (
    html_summary,
    plain_line,
    plain_summary,
    to_address,
    to_slug,
)
from app.importers.text_state import state_fields
from app.interchange.import_entry import ImportEntry, to_record
from app.kit.clock import Clock
from app.kit.markup import split_names
from app.kit.sanitise import TangledMarkup, render_body

_CHANGED: Final = (
    "lastmod",
    "updateddate",
    "updated",
    "last_modified_at",
    "modified",
    "updated_at",
)
_EXPIRES: Final = ("expirydate", "expiry_date", "unpublishdate", "expires")
_AUTHORS: Final = ("authors", "author", "byline")
_IMAGES: Final = (
    *("featured_image", "featuredimage", "feature_image", "image", "heroimage", "cover"),
    *("thumbnail", "banner", "og_image", "header", "images"),
)
_SUMMARY: Final = ("summary", "excerpt", "description", "lead", "subtitle")
_ORDER: Final = ("weight", "nav_order", "menu_order", "order", "position")
_CANONICAL: Final = ("canonical", "canonicalurl", "canonical_url")
READ: Final = frozenset(
    (*DATE, *_CHANGED, *_EXPIRES, *_AUTHORS, *TAG_FACTS, *_IMAGES, *_SUMMARY, *_ORDER, *_CANONICAL)
) | split_names(
    "title slug draft lang language locale translationkey aliases url permalink redirect_from"
    " layout type kind seo_title seo_description published status image_alt"
)


@dataclass(frozen=True, slots=True)
class FolderTranslator:
    """Translates the texts of a folder, once it is surveyed."""

    renderer: FolderRenderer
    source: str
    zone: ZoneInfo
    taxonomies: Sequence[str]
    clock: Clock

    def entry(self, text: TextFile, facts: Facts, source: str, size: int) -> ImportEntry:
        """The entry of a text that comes."""
        index = self.renderer.rewriter.index
        known: dict[str, Any] = index.get("text", text.name)
        title = plain_line(str(first_fact(facts, "title") or ""))
        body = self.renderer.render(source, text, known["path"], has_title=bool(title))
        note = partial(self._note, text)
        if not title:
            title = plain_line(body.title) or text.stem.replace("-", " ").strip()
            note("text without a title; its heading or the name of its file is the title")
        summary, seo = self._summary(facts, body)
        fields: dict[str, Any] = {
            "type": "article",
            "kind": known["kind"],
            "lang": known["lang"],
            "title": title or "Untitled",
            "slug": known["slug"],
            "summary": summary,
            "body": body.body,
            "body_format": body.body_format,
            "authors": tuple(_authors(facts)),
            "tags": tag_slugs(facts, text, self.taxonomies),
            "image": self._image(text, facts, known["path"], body),
            "seo": seo,
            "canonical_url": self.renderer.rewriter.canonical_address(
                str(first_fact(facts, *_CANONICAL) or "")
            ),
            "paths": tuple(known["paths"]),
            "external_source": self.source,
            "external_id": text.name if len(text.name) <= 300 else to_slug(text.name),
            "translations": tuple(self._translations(text, known)),
            **self._state(text, facts),
        }
        if known["kind"] == "page":
            order = first_fact(facts, *_ORDER)
            fields["position"] = order if isinstance(order, int) and 0 <= order < 1_000_000 else 0
            fields["parent"] = known["parent"] or None
        for fact in facts:
            if str(fact).lower().replace("-", "_") not in READ.union(self.taxonomies):
                self.renderer.rewriter.report.note(
                    "fact of the front matter that is left", str(fact)[:60], text.name
                )
        return ImportEntry(
            text.name,
            0,
            size,
            to_record(fields),
            title[:60],
            media_addresses=body.media,
            is_foreign=True,
        )

    def _state(self, text: TextFile, facts: Facts) -> dict[str, Any]:
        """The status and the dates: of the front matter, or else of the file's name."""
        note, now = partial(self._note, text), self.clock()
        date = first_fact(facts, *DATE)
        dated = moment_of_fact(date, self.zone) if date is not None else None
        if date is not None and not isinstance(date, bool) and dated is None:
            note("date that does not exist or cannot be read")
        if dated is None and text.dated:
            dated = moment_of_fact(text.dated, self.zone)
        changed = moment_of_fact(first_fact(facts, *_CHANGED), self.zone)
        is_draft = first_fact(facts, "draft") is True or facts.get("published") is False
        is_draft = is_draft or text.is_draft or first_fact(facts, "status") == "draft"
        moment, precision = dated or (None, "unknown")
        status = "draft" if is_draft else "published"
        if moment is None and status == "published" and date is None and not text.dated:
            return {"status": status, "date_precision": "unknown"}
        fields = state_fields(status, moment, changed[0] if changed else None, now, note)
        if "published_at" in fields:
            fields["date_precision"] = precision
        expires = moment_of_fact(first_fact(facts, *_EXPIRES), self.zone)
        if expires is not None and fields["status"] != "draft":
            fields |= _end(expires[0], now)
        return fields

    def _summary(self, facts: Facts, body: FolderText) -> tuple[str, dict[str, str] | None]:
        """The summary, and what search engines are told in its place."""
        written = first_fact(facts, *_SUMMARY)
        summary = plain_summary(str(written)) if written else ""
        if not summary and body.teaser:
            try:
                summary = html_summary(render_body(body.teaser, body.body_format).html)
            except TangledMarkup:
                summary = ""
        seo = {
            "title": plain_line(str(first_fact(facts, "seo_title") or "")),
            "description": plain_summary(str(first_fact(facts, "seo_description") or "")),
        }
        return summary, {name: value for name, value in seo.items() if value} or None

    def _image(
        self, text: TextFile, facts: Facts, page: str, body: FolderText
    ) -> dict[str, Any] | None:
        value = first_fact(facts, *_IMAGES)
        value = value[0] if isinstance(value, list) and value else value
        about: Facts = value if isinstance(value, dict) else {}
        names = ("src", "url", "path", "image", "feature", "overlay_image", "teaser", "filename")
        target = str(first_fact(about, *names) or "") if about else str(value or "")
        if not target:
            return None
        url: str | None = self.renderer.picture(text, target, page, body.media)
        url = url if url and url.startswith("media:") else to_address(url or "")
        if url is None:
            self._note(text, "picture that the folder does not hold, without a whole address")
            return None
        alt = first_fact(about, "alt") or first_fact(facts, "image_alt", "featured_image_alt")
        caption = first_fact(about, "caption", "title")
        return {
            "url": url,
            "alt": plain_line(str(alt or "")) or None,
            "caption": plain_summary(str(caption or "")) or None,
        }

    def _translations(self, text: TextFile, about: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        index = self.renderer.rewriter.index
        for name in index.members("group", about["group"]):
            other: dict[str, Any] = index.get("text", name)
            if name != text.name and other["lang"] != about["lang"]:
                yield {"lang": other["lang"], "slug": other["slug"]}

    def _note(self, text: TextFile, message: str) -> None:
        self.renderer.rewriter.report.note(message, "", text.name)


def _end(expires: datetime, now: datetime) -> dict[str, Any]:
    if expires > now:
        return {"visible_until": expires}
    return {"status": "expired", "ended_at": expires}


def _authors(facts: Facts) -> Iterator[dict[str, str]]:
    """The names of the authors: texts, or maps that have a name."""
    value = first_fact(facts, *_AUTHORS)
    values = value if isinstance(value, list) else [value]
    names: dict[str, None] = {}
    for each in values:
        is_map = isinstance(each, dict)
        name_list = first_fact(each, "name", "display_name", "title") if is_map else each
        for name in name_list.split(",") if isinstance(name_list, str) else []:
            line = plain_line(name)
            if line and "@" not in line and to_slug(line):
                names[line] = None
    yield from ({"name": name} for name in list(names)[:50])
