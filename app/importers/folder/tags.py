"""Tags and categories of a folder's texts as tags of our own, with the addresses of their pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from app.importers.folder.addresses import OldAddresses
from app.importers.folder.files import TextFile, first_fact
from app.importers.folder.front_matter import Facts
from app.importers.old_site import page_path
from app.importers.record_fields import plain_line, to_slug
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.interchange.import_entry import ImportEntry, to_record

TAG_FACTS: Final = ("tags", "tag", "categories", "category", "topics")
_PLURALS: Final = {"tag": "tags", "category": "categories"}
_AT_MOST: Final = 50
"""Tags of one text."""


def tag_slugs(facts: Facts, text: TextFile, taxonomies: Sequence[str]) -> tuple[str, ...]:
    """The slugs of the tags and categories of a text, and of its terms of further taxonomies."""
    names = _list_names(facts, text, taxonomies)
    return tuple(dict.fromkeys(to_slug(name) for _, name in names))


def _list_names(facts: Facts, text: TextFile, taxonomies: Sequence[str]) -> list[tuple[str, str]]:
    """The names of the tags of a text, each after the fact that has it."""
    return list(islice(dict.fromkeys(_names(facts, text, taxonomies)), _AT_MOST))


def _names(facts: Facts, text: TextFile, taxonomies: Sequence[str]) -> Iterator[tuple[str, str]]:
    for fact in dict.fromkeys((*TAG_FACTS, *taxonomies)):
        value = first_fact(facts, fact)
        if isinstance(value, str):
            # Jekyll takes a blank for the end of a tag, where others take a comma.
            is_split = "," not in value and "_posts" in text.folders
            values: Any = value.split() if is_split else value.split(",")
        else:
            values = value if isinstance(value, list) else []
        for each in values:
            name = plain_line(str(each)) if each is not None else ""
            if to_slug(name):
                yield _PLURALS.get(fact, fact), name


@dataclass(frozen=True, slots=True)
class FolderTags:
    """Collects the tags of texts while a folder is surveyed, then makes records of them."""

    index: SourceIndex
    report: SourceReport
    addresses: OldAddresses
    taxonomies: Sequence[str]

    def add(self, facts: Facts, text: TextFile, lang: str) -> None:
        """Remember the tags of a text in this language."""
        for fact, name in _list_names(facts, text, self.taxonomies):
            slug = to_slug(name)
            if self.index.get("tag", slug) is None:
                self.index.put("tag", slug, {"name": name, "lang": lang, "place": text.name})
            path = self.addresses.tag_address(name, fact, lang)
            if path is not None:
                self.index.claim("tag path", page_path(path), slug)

    def find(self, path: str) -> str | None:
        """The slug of the tag whose page is at a path."""
        slug: str | None = self.index.get("tag path", path)
        return slug

    def entries(self, file: str) -> Iterator[ImportEntry]:
        """The tags, then the addresses of their pages that are no text's."""
        for slug, known in self.index.items("tag"):
            self.report.see("tag")
            self.report.pass_on("tag")
            names = {known["lang"]: known["name"]}
            record = to_record({"type": "tag", "slug": slug, "names": names})
            yield ImportEntry(known["place"], 0, 0, record, f"tag {slug}", is_foreign=True)
        for path, slug in self.index.items("tag path"):
            kind = "address of a tag"
            self.report.see(kind)
            if self.index.get("path", path) is not None:
                self.report.leave(kind, "is that of a text which comes", path[:80])
                continue
            self.report.pass_on(kind)
            alias = to_record({"type": "alias", "path": path, "tag": slug})
            yield ImportEntry(file, 0, 0, alias, f"tag {slug}", is_foreign=True)
