"""The addresses in a text: to media, to texts that came too, or to where they led before."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from app.importers.media_plan import MediaPlan, file_at
from app.importers.old_site import OldSite, page_path, rewrite_addresses
from app.importers.record_fields import to_address
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.kit.page_urls import PageUrls

TextMedia = dict[str, str]
"""The addresses of the media of one text, by name; they stand in for media that cannot come."""


@dataclass(frozen=True, slots=True)
class AddressRewriter:
    """Rewrites the addresses of one source, once it is surveyed: its index has the key of the text
    at each `path`, the `page of a file`, and the `kind`, `slug` and `lang` of each `text`."""

    index: SourceIndex
    plan: MediaPlan
    site: OldSite
    report: SourceReport
    page_urls: PageUrls

    def rewrite_html(self, body: str, media: TextMedia, place: str, page: str) -> str:
        """HTML with its addresses made anew; `page` is the address that the text had."""
        return rewrite_addresses(body, partial(self.rewrite, media, place, page))

    def rewrite(self, media: TextMedia, place: str, page: str, element: str, address: str) -> str:
        """Where an address in an element leads now."""
        if address.startswith(("#", "mailto:", "tel:", "data:", "media:")):
            return address
        local = self.site.path_of(address, page)
        if local is None:
            return address
        path = file_at(local)
        if path is not None:
            return self.file_reference(path, media, place)
        fragment = address.partition("#")[2]
        target = self.find_text(local)
        if target is not None:
            self.report.note("link within the site, now to the new address", "", place)
            location = self.page_urls.location(target["kind"], target["slug"], target["lang"])
            return f"{location}#{fragment}" if fragment else location
        shown_file = self.index.get("page of a file", page_path(local))
        if shown_file is not None:
            self.report.note("link to the page of a file, now to the file itself", "", place)
            return self.file_reference(shown_file, media, place)
        whole = self.site.address_of(local)
        if element == "a" and local.rstrip("/"):
            message = "link to the old site, where no text that comes is"
            self.report.note(message, local[:80], place)
        return f"{whole}#{fragment}" if fragment else whole

    def file_reference(self, path: str, media: TextMedia, place: str) -> str:
        """The reference to the medium of a file, or the address that it had."""
        named = self.plan.name_of(path)
        if named is not None:
            name, address = named
            media[name] = to_address(address) or address
            return f"media:{name}"
        self.report.note("file that stays at the old site", path[-80:], place)
        return self.site.address_of("/" + path)

    def canonical_address(self, text: str) -> str | None:
        """The address of a text elsewhere, of which this one is a copy. None for the addresses that
        it had, or has now, here."""
        address = to_address(text)
        if address is None or self.site.path_of(address) is not None:
            return None
        own = urlsplit(self.page_urls.site or "").hostname
        return None if urlsplit(address).hostname == own else address

    def find_text(self, local: str) -> dict[str, Any] | None:
        """The text at a path of the old site, if it comes too."""
        key = self.index.get("path", page_path(local))
        if key is None:
            key = self.index.get("path", page_path(local.partition("?")[0]))
        target: dict[str, Any] | None = self.index.get("text", key) if key is not None else None
        return target


def claim_slug(
    index: SourceIndex, key: str, wish: str, note: Callable[[str, str, str], None]
) -> str:
    """Give a text the slug, or the first with a number that no other text of the source has."""
    slug, number = wish, index.get("slug number", wish) or 1
    while not index.claim("slug", slug, key):
        number += 1
        slug = f"{wish}-{number}"
    index.put("slug number", wish, number)
    index.put("text", key, {**(index.get("text", key) or {}), "slug": slug})
    if slug != wish:
        note("slug that another text has; it got a number", slug, f"text {key}")
    return slug
