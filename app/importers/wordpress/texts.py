"""Posts and pages of WordPress as records of articles."""

from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.editorial.page_tree import LEVELS
from app.importers.old_site import page_path
from app.importers.record_fields import (
    html_line,
    html_summary,
    plain_line,
    plain_summary,
    to_address,
)
from app.importers.text_repair import repair_text
from app.importers.text_state import state_fields
from app.importers.wordpress.bodies import BodyRenderer, RenderedPost
from app.importers.wordpress.kinds import outcome_of
from app.importers.wordpress.moments import moment_of_item
from app.importers.wordpress.survey import WordPressSurvey, translation_groups
from app.importers.wordpress.wxr import Item
from app.interchange.import_entry import ImportEntry, to_record
from app.kit.clock import Clock
from app.kit.text import is_legal, visible_line

_TAGS_AT_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class TextTranslator:
    """Translates the texts of an export, once it is surveyed."""

    survey: WordPressSurvey
    renderer: BodyRenderer
    source: str
    zone: ZoneInfo
    clock: Clock

    def entry(self, item: Item, file: str, size: int) -> ImportEntry:
        """The entry of a text that comes."""
        place = item.place
        text = self.renderer.render(
            item.fields.get("content", ""), item.key, place, item.text("link")
        )
        fields = self._fields(item, text)
        name = f"{place} {fields['title'][:60]!r}"
        return ImportEntry(
            file, 0, size, to_record(fields), name, media_addresses=text.media, is_foreign=True
        )

    def _fields(self, item: Item, text: RenderedPost) -> dict[str, Any]:
        facts: dict[str, Any] = self.survey.index.get("text", item.key)
        title = self._title(item, text)
        fields: dict[str, Any] = {
            "type": "article",
            "kind": facts["kind"],
            "lang": facts["lang"],
            "title": title,
            "slug": facts["slug"],
            "summary": html_summary(item.text("excerpt")) or text.teaser,
            "body": text.body,
            "body_format": "html",
            "authors": tuple(self._authors(item)),
            "tags": tuple(self._tags(item, facts["lang"])),
            "image": self._image(item, text),
            "seo": _seo(item),
            "canonical_url": self.renderer.rewriter.canonical_address(
                item.first_meta("_yoast_wpseo_canonical")
            ),
            "external_source": self.source,
            "external_id": item.key,
            "paths": self._paths(item),
            **self._state(item),
        }
        if facts["kind"] == "page":
            fields["parent"] = self._parent(item)
            order = item.text("menu_order")
            fields["position"] = min(int(order), 1_000_000) if order.isdecimal() else 0
        fields["translations"] = tuple(self._translations(item))
        return fields

    def _title(self, item: Item, text: RenderedPost) -> str:
        """The title as one line of text. A longer one stands whole before the body."""
        raw = item.text("title")
        whole = html_line(raw, 100_000)
        letters = unescape(raw)
        if not is_legal(letters) or repair_text(letters)[1]:
            self._note(item, "misread letters in the title were put right or left out")
        if not whole:
            self._note(item, "text without a title; its first words are the title")
            return html_line(text.body, 80) or f"{item.kind} {item.key}"
        if visible_line(letters) != letters:
            self._note(item, "signs that turn the direction of text are left out")
        title = html_line(raw)
        if title != whole:
            self._note(item, "title that is too long; the whole of it begins the text")
            text.body = f"<p>{escape(whole)}</p>\n{text.body}"
        return title

    def _state(self, item: Item) -> dict[str, Any]:
        """The status and the dates. What the old site did not show yet is not shown here."""
        status, message = outcome_of(item.text("status"), item.text("post_password"))
        if message:
            self._note(item, message)
        at = moment_of_item(
            item.text("post_date_gmt"), item.text("post_date"), item.text("pubDate"), self.zone
        )
        changed = moment_of_item(
            item.text("post_modified_gmt"), item.text("post_modified"), "", self.zone
        )
        if status == "draft" and item.text("post_date_gmt").startswith("0000"):
            at = None  # its local date is that of its last autosave
        return state_fields(status, at, changed, self.clock(), partial(self._note, item))

    def _authors(self, item: Item) -> list[dict[str, str]]:
        """The co-authors, or else the account that wrote the text, by the name readers saw."""
        names = [html_line(term.name) for term in item.terms if term.taxonomy == "author"]
        login = item.text("creator")
        if not names and login:
            name = html_line(self.survey.index.get("author", login) or "")
            if not name and "@" in login:
                self._note(item, "author of whom the export has only an e-mail address; left out")
            names = [name or ("" if "@" in login else plain_line(login))]
        return [{"name": name} for name in dict.fromkeys(names) if name and "@" not in name][:50]

    def _tags(self, item: Item, lang: str) -> list[str]:
        slugs = [self.survey.terms.add(term, lang, item.place) for term in item.terms]
        tags = list(dict.fromkeys(slug for slug in slugs if slug))
        if len(tags) > _TAGS_AT_MOST:
            message = f"more than {_TAGS_AT_MOST} tags; left are"
            left = ", ".join(tags[_TAGS_AT_MOST:])
            self.survey.report.note(message, left[:1_000], item.place)
        return tags[:_TAGS_AT_MOST]

    def _image(self, item: Item, text: RenderedPost) -> dict[str, Any] | None:
        key = item.first_meta("_thumbnail_id")
        if not key or key == "0":
            return None
        picture: dict[str, Any] | None = self.survey.index.get("attachment", key)
        if picture is None:
            self._note(item, "featured picture that the export does not hold")
            return None
        address = to_address(picture["address"])
        has_medium = self.renderer.rewriter.plan.name_of(picture["path"]) is not None
        url = address
        if has_medium:
            url = self.renderer.rewriter.file_reference(picture["path"], text.media, item.place)
        if url is None:
            self._note(item, "featured picture without an address")
            return None
        return {"url": url, "alt": picture["alt"] or None, "caption": picture["caption"] or None}

    def _parent(self, item: Item) -> str | None:
        """The slug of the page above. Deeper levels than the fourth move up to it."""
        index = self.survey.index
        line: list[str] = []
        key = item.text("post_parent")
        while key not in ("", "0") and len(line) < 100:
            page: dict[str, Any] | None = index.get("text", key)
            if page is None or page["kind"] != "page":
                break
            if key == item.key or key in line:
                self._note(item, "circle of pages; this one is at the top")
                return None
            line.append(key)
            key = page["parent"]
        if not line:
            if item.text("post_parent") not in ("", "0"):
                self._note(item, "the page above it does not come; it is at the top")
            return None
        if len(line) >= LEVELS:
            self._note(item, "page below the fourth level; it is on the fourth")
            line = line[-(LEVELS - 1) :]
        slug: str = index.get("text", line[0])["slug"]
        return slug

    def _translations(self, item: Item) -> list[dict[str, str]]:
        index = self.survey.index
        # An original does not know its copies, and is no member of their group.
        groups = [*translation_groups(item), f"copy/{item.key}"]
        keys = [key for group in groups for key in index.members("group", group)]
        keys += [group.removeprefix("copy/") for group in groups if group.startswith("copy/")]
        texts = [index.get("text", key) for key in dict.fromkeys(keys) if key != item.key]
        return [{"lang": text["lang"], "slug": text["slug"]} for text in texts if text]

    def _paths(self, item: Item) -> tuple[str, ...]:
        """The old addresses that no other text has."""
        index, paths = self.survey.index, self.survey.paths_of(item)
        return tuple(p[:1_000] for p in paths if index.get("path", page_path(p)) == item.key)

    def _note(self, item: Item, message: str) -> None:
        self.survey.report.note(message, "", item.place)


def _seo(item: Item) -> dict[str, str] | None:
    """What plugins tell search engines, unless it is a template of the plugin. It is plain text,
    in which WordPress wrote some signs as entities."""
    title = item.first_meta("_yoast_wpseo_title", "rank_math_title", "_aioseo_title")
    about = item.first_meta("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description")
    fields = {"title": plain_line(unescape(title)), "description": plain_summary(unescape(about))}
    fields = {name: text for name, text in fields.items() if text and "%" not in text}
    return fields or None
