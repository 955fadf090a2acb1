"""Tags of Ghost as tags of our own, with the addresses of their pages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.importers.ghost.export_file import Row, text_of_field
from app.importers.record_fields import plain_line, plain_summary, to_language, to_slug
from app.importers.source_report import SourceReport
from app.interchange.import_entry import ImportEntry, to_record
from app.interchange.records import AliasRecord


@dataclass(frozen=True, slots=True)
class TagTranslator:
    """Translates the tags of an export. `rows` are by id; `language` is the one of their names."""

    rows: Mapping[str, Row]
    report: SourceReport
    language: str
    languages: Sequence[str]

    def slugs_of(self, keys: Iterable[str]) -> list[str]:
        """The slugs of the tags of a text, by their ids."""
        tags = (self.rows.get(key) for key in keys)
        slugs = [_slug_of(tag) for tag in tags if tag is not None and not _is_internal(tag)]
        return [slug for slug in dict.fromkeys(slugs) if slug][:50]

    def slug_at(self, path: str) -> str | None:
        """The slug of the tag whose page is at a path."""
        slug = path.removeprefix("/tag/")
        known = {_slug_of(tag) for tag in self.rows.values() if not _is_internal(tag)}
        return slug if slug != path and slug in known else None

    def entries(self, file: str) -> Iterator[ImportEntry]:
        """The tags, then the addresses of their pages."""
        seen: dict[str, None] = {}
        for tag in self.rows.values():
            self.report.see("tag")
            slug, name = _slug_of(tag), plain_line(text_of_field(tag, "name"))
            if _is_internal(tag) or not slug or slug in seen:
                is_language = to_language(name[1:], self.languages) is not None and name[:1] == "#"
                reason = "internal; read as a language" if is_language else "internal"
                reason = reason if _is_internal(tag) else "another tag has its slug, or it has none"
                self.report.leave("tag", reason, f"tag {name}")
                continue
            seen[slug] = None
            about = plain_summary(text_of_field(tag, "description"))
            self.report.pass_on("tag")
            record = to_record(
                {
                    "type": "tag",
                    "slug": slug,
                    "names": {self.language: name or slug},
                    "descriptions": {self.language: about} if about else {},
                }
            )
            yield ImportEntry(file, 0, 0, record, f"tag {slug}", is_foreign=True)
        for slug in seen:
            self.report.see("address of a tag")
            self.report.pass_on("address of a tag")
            alias = AliasRecord(type="alias", path=f"/tag/{slug}", tag=slug)
            yield ImportEntry(file, 0, 0, alias, f"tag {slug}", is_foreign=True)


def _is_internal(tag: Row) -> bool:
    return tag.get("visibility") == "internal" or text_of_field(tag, "name").startswith("#")


def _slug_of(tag: Row) -> str:
    return to_slug(text_of_field(tag, "slug") or text_of_field(tag, "name"))
