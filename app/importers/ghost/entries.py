"""Exports of Ghost as entries of an import: tags, media, authors, texts, a new site's names."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from typing_extensions import override

from app.errors import Invalid
from app.importers.address_rewriter import AddressRewriter, claim_slug
from app.importers.ghost import redirects
from app.importers.ghost.export_file import (
    Row,
    is_export,
    moment_of_value,
    read_tables,
    text_of_field,
)
from app.importers.ghost.posts import PostTranslator, body_html, is_page, site_address
from app.importers.ghost.tags import TagTranslator
from app.importers.media_plan import MediaPlan, file_of, files_in
from app.importers.old_site import OldSite, page_path
from app.importers.record_fields import (
    NO_LANGUAGE,
    plain_line,
    plain_summary,
    to_address,
    to_language,
    to_slug,
)
from app.importers.redirects import RedirectPlan
from app.importers.source_import import SourceImport
from app.interchange.import_entry import ImportEntry, to_record

_READ: Final = frozenset({"posts", "tags", "posts_meta", "posts_tags", "posts_authors", "users"})
_PRIVATE: Final = re.compile(r"member|subscriber|email|token|session|invite|stripe|comment")


@dataclass
class GhostImport(SourceImport):
    """One import of one file."""

    _tables: dict[str, list[Row]] = field(default_factory=dict)
    _damage: Invalid | None = None

    @classmethod
    @override
    def paths_in(cls, folder: Path) -> Sequence[Path]:
        """Themes hold JSON too; the export is the file with tables."""
        files = sorted(folder.rglob("*.json"), key=lambda path: (len(path.parts), path))
        return [path for path in files if is_export(path)][:1]

    @override
    def survey(self, advance: Callable[[int], None]) -> None:
        path = self.paths[0]
        try:
            self._tables = read_tables(path)
        except Invalid as error:
            self._damage = error
        advance(path.stat().st_size)
        self._settings = {
            text_of_field(row, "key"): str(row.get("value") or "") for row in self._rows("settings")
        }
        code = self._settings.get("locale") or self._settings.get("lang", "")
        named_language = self.options.lang or to_language(code, self.languages)
        self._language = named_language or self.languages[0]
        self._is_language_named = named_language is not None or len(self.languages) == 1
        name = to_slug(self._settings.get("title", "")) or "site"
        self.name = self.options.source or f"ghost/{name}"
        site = OldSite.at(self.options.site)
        self._plan = MediaPlan(self.index, self.report, site, self.options.media)
        self._rewriter = AddressRewriter(self.index, self._plan, site, self.report, self.page_urls)
        tags = {str(row.get("id")): row for row in self._rows("tags")}
        self._tags = TagTranslator(tags, self.report, self._language, self.languages)
        self._users = {str(row.get("id")): row for row in self._rows("users")}
        self._meta = {str(row.get("post_id")): row for row in self._rows("posts_meta")}
        self._tags_of = self._members("posts_tags", "tag_id")
        self._authors_of = self._members("posts_authors", "author_id")
        for post in self._rows("posts"):
            self._survey_post(post)
        self._writers = {
            str(user.get("id")) for post in self._rows("posts") for user in self._author_rows(post)
        }
        for key, user in self._users.items():
            if key in self._writers:
                self._survey_portrait(user)
        self._count_others()
        self._redirects = RedirectPlan(self.index, self.report, site, self._tags.slug_at)
        self._survey_redirects()

    @override
    def entries(self) -> Iterator[ImportEntry]:
        file = self.paths[0].name
        if self._damage is not None:
            self.report.see("damaged file")
            self.report.pass_on("damaged file")
            yield ImportEntry(file, 0, 1, self._damage)
            return
        yield from self._tags.entries(file)
        yield from self._plan.entries(file, self.name)
        yield from self._author_entries(file)
        translator = PostTranslator(self._rewriter, self.name, self.clock)
        for post in self._rows("posts"):
            key = str(post.get("id"))
            if self.index.get("owner", key) != id(post):
                continue
            self.report.pass_on("page" if is_page(post) else "post")
            authors = [self._author_fields(user) for user in self._author_rows(post)]
            yield translator.entry(
                post,
                self._meta.get(key, {}),
                self._tags.slugs_of(self._tags_of.get(key, ())),
                [author for author in authors if author],
                file,
            )
        yield from self._redirects.entries(file)
        yield from self._site_entries(file)

    def _rows(self, table: str) -> list[Row]:
        return self._tables.get(table, [])

    def _members(self, table: str, name: str) -> dict[str, list[str]]:
        """The ids of what belongs to each post, in their order."""
        rows = sorted(self._rows(table), key=lambda row: str(row.get("sort_order") or 0).zfill(9))
        members: dict[str, list[str]] = {}
        for row in rows:
            members.setdefault(str(row.get("post_id")), []).append(str(row.get(name)))
        return members

    def _survey_post(self, post: Row) -> None:
        key, kind = str(post.get("id")), "page" if is_page(post) else "post"
        place = f"{kind} {text_of_field(post, 'slug')[:60] or key}"
        self.report.see(kind)
        if self.index.get("owner", key) is not None:
            self.report.leave(kind, "is in the export twice", place)
            return
        self.index.put("owner", key, id(post))
        title, raw_slug = text_of_field(post, "title"), text_of_field(post, "slug")
        path = f"/{raw_slug or key}/"
        dated = self._settings.get("permalinks", "")
        at = moment_of_value(post.get("published_at"))
        if ":year" in dated and at is not None and kind == "post":
            parts = {
                ":year": f"{at:%Y}",
                ":month": f"{at:%m}",
                ":day": f"{at:%d}",
                ":slug": raw_slug,
            }
            path = re.sub(r":\w+", lambda match: parts.get(match[0], ""), dated)
        facts = {
            "kind": "page" if kind == "page" else "article",
            "lang": self._language_of(post),
            "path": path,
            "paths": [path],
            "place": place,
        }
        self.index.put("text", key, facts)
        wish = to_slug(raw_slug) or to_slug(title) or f"{kind}-{key}"
        claim_slug(self.index, key, to_slug(wish), self.report.note)
        self.index.claim("path", page_path(path), key)
        texts = [site_address(body_html(post, _unheard))]
        pictures = (text_of_field(post, "feature_image"), text_of_field(post, "image"))
        texts += [f'"{site_address(picture)}"' for picture in pictures if picture]
        site = self._rewriter.site
        for file, _ in files_in(site, "\n".join(texts), path):
            self._plan.add_reference(file, site.address_of("/" + file), place)

    def _survey_redirects(self) -> None:
        folders = [self.paths[0].parent, *filter(None, [self.options.media.folder])]
        path = redirects.find_file(folders)
        if path is None or self._damage is not None:
            return
        kind, reason = "file of redirects", "its redirects are counted one by one"
        self.report.see(kind)
        try:
            self._redirects.add(redirects.read_file(path))
        except Invalid as error:
            reason = error.message
        self.report.leave(kind, reason, path.name)
        self._redirects.settle()

    def _survey_portrait(self, user: Row) -> None:
        if (path := self._portrait_path(user)) is not None:
            address = self._rewriter.site.address_of("/" + path)
            self._plan.add_reference(path, address, f"user {text_of_field(user, 'slug')[:60]}")

    def _portrait_path(self, user: Row) -> str | None:
        return file_of(self._rewriter.site, site_address(text_of_field(user, "profile_image")))

    def _language_of(self, post: Row) -> str:
        """The language of a text: its own, or that of an internal tag such as `#es`."""
        codes = [text_of_field(post, "locale")]
        tags = (self._tags.rows.get(tag, {}) for tag in self._tags_of.get(str(post.get("id")), ()))
        names = (text_of_field(tag, "name") for tag in tags)
        codes += [name[1:] for name in names if name.startswith("#")]
        languages = (to_language(code, self.languages) for code in codes if code)
        language = next((language for language in languages if language), None)
        if language is None and not self._is_language_named:
            self.report.note(
                NO_LANGUAGE, self._language, f"post {text_of_field(post, 'slug')[:60]}"
            )
        return language or self._language

    def _count_others(self) -> None:
        """Everything that is no content is told by its table, and nothing of it is read."""
        for table, rows in self._tables.items():
            if table in _READ or not rows:
                continue
            reason = "private; it is not even read" if _PRIVATE.search(table) else "no content"
            reason = "of the old site itself" if table == "settings" else reason
            self.report.see(f"row of {table}", len(rows))
            self.report.leave(f"row of {table}", reason, table, len(rows))

    def _author_rows(self, post: Row) -> list[Row]:
        keys = self._authors_of.get(str(post.get("id"))) or [str(post.get("author_id"))]
        return [self._users[key] for key in keys if key in self._users]

    def _author_fields(self, user: Row) -> dict[str, str] | None:
        name = plain_line(text_of_field(user, "name"))
        slug = to_slug(text_of_field(user, "slug")) or to_slug(name)
        return {"name": name, "slug": slug} if name and slug and "@" not in name else None

    def _author_entries(self, file: str) -> Iterator[ImportEntry]:
        """What readers saw of those who wrote: never an address, a hash or a role."""
        for key, user in self._users.items():
            self.report.see("user")
            fields = self._author_fields(user)
            if key not in self._writers or fields is None:
                reason = "wrote no text" if key not in self._writers else "has no name for readers"
                self.report.leave("user", f"{reason}; accounts are made anew", "users")
                continue
            self.report.pass_on("user")
            about = plain_summary(text_of_field(user, "bio"))
            address = to_address(text_of_field(user, "website"))
            path = self._portrait_path(user)
            named = self._plan.name_of(path) if path else None
            if named is None and text_of_field(user, "profile_image"):
                self.report.note(
                    "portrait that stays at the old site", "", f"user {fields['slug']}"
                )
            media = dict([named]) if named else {}
            record = to_record(
                {
                    "type": "author",
                    **fields,
                    "biography": {self._language: about} if about else {},
                    "links": ({"label": "Website", "url": address},) if address else (),
                    "external_source": self.name,
                    "external_id": f"user/{key}",
                    "portrait": f"media:{named[0]}" if named else None,
                }
            )
            yield ImportEntry(
                file, 0, 0, record, fields["name"], media_addresses=media, is_foreign=True
            )

    def _site_entries(self, file: str) -> Iterator[ImportEntry]:
        public = [
            post
            for post in self._rows("posts")
            if post.get("featured") and post.get("status") == "published" and not is_page(post)
            if post.get("visibility", "public") == "public"
        ]
        slugs = [self.index.get("text", str(post.get("id")))["slug"] for post in public]
        yield from self.site_entry(
            file,
            self._language,
            self._settings.get("title", ""),
            self._settings.get("description", ""),
            slugs,
            "featured post",
        )


def _unheard(_message: str, _subject: str) -> None:
    """What the survey notices is told when the text is made."""
