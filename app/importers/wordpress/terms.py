"""Categories and tags of WordPress as tags: one slug is one tag, parents come first."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.editorial.tag_tree import LEVELS
from app.errors import Invalid
from app.importers.record_fields import html_line, html_summary, to_slug
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.importers.wordpress.kinds import LEFT_TAXONOMIES, UNCATEGORIZED
from app.importers.wordpress.wxr import Term
from app.interchange.import_entry import ImportEntry, to_record
from app.interchange.records import AliasRecord

_NAMES: Final = {"category": "category", "post_tag": "tag"}
"""What the taxonomies are called, also in the addresses of their terms."""


_RECENT_AT_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class TermPlan:
    """Collects terms while an export is surveyed, then makes records of them."""

    index: SourceIndex
    report: SourceReport
    taxonomies: frozenset[str] = frozenset()
    """Those of plugins whose terms become tags too."""
    _recent: dict[tuple[str, str, str], str | None] = field(default_factory=dict)
    """What became of terms that were added lately: each text names the same few."""

    def add(self, term: Term, lang: str, place: str) -> str | None:
        """Remember a term; the slug of its tag, or None when it becomes none."""
        key = (term.taxonomy, term.slug, term.name)
        if key not in self._recent:
            if len(self._recent) >= _RECENT_AT_MOST:
                self._recent.clear()
            self._recent[key] = self._add(term, lang, place)
        return self._recent[key]

    def _add(self, term: Term, lang: str, place: str) -> str | None:
        slug = to_slug(term.slug or html_line(term.name))
        is_wanted = term.taxonomy in self.taxonomies
        kind = term.taxonomy if is_wanted else _NAMES.get(term.taxonomy)
        key = f"{term.taxonomy}/{slug}"
        is_new = self.index.get("term seen", key) is None
        if is_new:
            self.index.put("term seen", key, True)
        if kind is None:
            if is_new:
                self._leave_foreign(term, place)
            return None
        if not slug:
            return None
        if is_new:
            self.report.see(kind)
        if kind == "category" and slug in UNCATEGORIZED:
            if is_new:
                self.report.leave(kind, "says that a text has no category", place)
            return None
        if is_new:
            self._merge(term, slug, kind, lang, place)
        return slug

    def _leave_foreign(self, term: Term, place: str) -> None:
        name = term.taxonomy[:60]
        wish = f"of a plugin; with --taxonomy {name} it becomes a tag"
        reason = LEFT_TAXONOMIES.get(term.taxonomy, wish)
        kind = f"term of {term.taxonomy[:60]}"
        self.report.see(kind)
        self.report.leave(kind, reason, place)

    def _merge(self, term: Term, slug: str, kind: str, lang: str, place: str) -> None:
        facts: dict[str, Any] | None = self.index.get("tag", slug)
        if facts is None:
            facts = {"name": "", "parent": "", "description": "", "lang": lang, "kind": kind}
            facts |= {"place": place, "bases": []}
        else:
            self.report.leave(kind, "one tag with the other term of this slug", place)
        facts["name"] = facts["name"] or term.name
        facts["parent"] = facts["parent"] or to_slug(term.parent)
        facts["description"] = facts["description"] or term.description
        facts["bases"].append(kind)
        self.index.put("tag", slug, facts)

    def entries(self, file: str) -> Iterator[ImportEntry]:
        """The tags, each after the tag above it, then their old addresses."""
        parents = {slug: facts["parent"] for slug, facts in self.index.items("tag")}
        levels: dict[str, int] = {}
        bases: list[tuple[str, str]] = []
        for slug in parents:
            for each in self._line_up(slug, parents, levels):
                bases += [
                    (base, each) for base in (yield from self._tag(file, each, parents[each]))
                ]
        for base, slug in bases:
            self.report.see("address of a tag")
            self.report.pass_on("address of a tag")
            alias = AliasRecord(type="alias", path=f"/{base}/{slug}", tag=slug)
            yield ImportEntry(file, 0, 0, alias, f"tag {slug}", is_foreign=True)

    def _line_up(self, slug: str, parents: dict[str, str], levels: dict[str, int]) -> list[str]:
        """The tags from the highest to this one that are still to come, whose levels are set. A
        circle of parents is opened, and a branch that is too deep begins anew at the top."""
        line: dict[str, None] = {}
        while slug and slug not in levels:
            line[slug] = None
            above = parents[slug]
            if above in line:
                self._cut(slug, "category in a circle of parents, which was opened", parents)
            elif above and above not in parents:
                self._cut(slug, "category, its parent is not there", parents)
            slug = parents[slug]
        downwards = list(reversed(line))
        for each in downwards:
            if levels.get(parents[each], 0) >= LEVELS:
                self._cut(each, "category, its branch is too deep; it is at the top", parents)
            levels[each] = levels.get(parents[each], 0) + 1
        return downwards

    def _cut(self, slug: str, finding: str, parents: dict[str, str]) -> None:
        self.report.note(finding, slug, f"category {slug}")
        parents[slug] = ""

    def _tag(
        self, file: str, slug: str, parent: str
    ) -> Generator[ImportEntry, None, Sequence[str]]:
        """A tag; returns the kinds of terms that had its slug, which are parts of addresses."""
        facts: dict[str, Any] = self.index.get("tag", slug)
        description = html_summary(facts["description"])
        self.report.pass_on(facts["kind"])
        record = to_record(
            {
                "type": "tag",
                "slug": slug,
                "names": {facts["lang"]: html_line(facts["name"]) or slug},
                "descriptions": {facts["lang"]: description} if description else {},
                "parent": parent or None,
            }
        )
        yield ImportEntry(file, 0, 0, record, f"tag {slug}", is_foreign=True)
        bases: Sequence[str] = () if isinstance(record, Invalid) else facts["bases"]
        return bases
