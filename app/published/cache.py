"""The memory of a process for one head of the log: tags, counts, the archive.

Tags are few and change seldom, so they are kept for one sequence. Proposed tags are left out, so
that no outlet shows them. Values that also depend on time (counts, the archive) are kept for one
sequence and only until the next boundary.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlmodel import col

from app.changes import Head
from app.database import ReadTx
from app.kit.addresses import make_absolute
from app.kit.languages import localise
from app.kit.page_urls import PageUrls
from app.models.tag import FormerTag, Tag, TagSlug


@dataclass(frozen=True, slots=True)
class CachedTag:
    """A tag with everything that does not depend on articles."""

    id: UUID
    slug: str
    type: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    synonyms: Mapping[str, list[str]]
    parent_id: UUID | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class FormerTags:
    """The traces of former tags: slugs with the tag they lead to, slugs with the time of a removal,
    ids with the tag they were merged into."""

    slugs: dict[str, UUID]
    removed: dict[str, datetime]
    ids: dict[UUID, UUID]


_DEFAULT_PAGES: Final = PageUrls()


class Tags:
    """All tags at one sequence; and the addresses of this service and of the front end's pages,
    which publications do not hold."""

    def __init__(
        self,
        rows: list[CachedTag],
        former: FormerTags,
        languages: tuple[str, ...],
        address: bytes = b"",
        page_urls: PageUrls = _DEFAULT_PAGES,
    ) -> None:
        self.page_urls = page_urls
        self._languages = languages
        self._address = address
        self.by_id = {tag.id: tag for tag in rows}
        self.by_slug = {tag.slug: tag for tag in rows}
        self.children: dict[UUID, list[CachedTag]] = {}
        for tag in rows:
            if tag.parent_id is not None:
                self.children.setdefault(tag.parent_id, []).append(tag)
        self._by_former_slug = {slug: self.by_id[key] for slug, key in former.slugs.items()}
        self.removed = former.removed
        """The time of the removal, by the slugs of removed tags."""
        self._by_saved_id = {str(tag.id): tag for tag in rows}
        self._by_saved_id |= {str(old): self.by_id[new] for old, new in former.ids.items()}
        self._references: dict[tuple[str, str | None], bytes] = {}
        self.sizes: dict[tuple[UUID, str], int] = {}
        """The row counts by tag and kind that `plan` has made."""
        self.totals: dict[tuple[tuple[UUID, ...], str], int] = {}
        """The kept totals by clause and kind that `plan` has read."""

    def find(self, slug: str) -> CachedTag | None:
        """The tag that has or had a slug."""
        return self.by_slug.get(slug) or self._by_former_slug.get(slug)

    def resolve_ids(self, saved_ids: Iterable[str]) -> list[CachedTag]:
        """The present tags of saved ids: a merged tag becomes its target, and each occurs once."""
        resolved = (self._by_saved_id.get(saved) for saved in saved_ids)
        return list({tag.slug: tag for tag in resolved if tag is not None}.values())

    def descendant_ids(self, tag: CachedTag) -> list[UUID]:
        """The tag and its descendants."""
        family, waiting = [], [tag]
        while waiting:
            member = waiting.pop()
            family.append(member.id)
            waiting.extend(self.children.get(member.id, ()))
        return family

    def root_of(self, family: Sequence[UUID]) -> UUID | None:
        """The tag whose family this is: itself with all its descendants; None if there is none."""
        members = set(family)
        roots = [key for key in members if self.by_id[key].parent_id not in members]
        if len(roots) != 1 or members != set(self.descendant_ids(self.by_id[roots[0]])):
            return None
        return roots[0]

    def ancestors_and_self(self, tag: CachedTag) -> list[CachedTag]:
        """The tag and its ancestors."""
        line = [tag]
        while (parent := line[-1].parent_id) is not None:
            line.append(self.by_id[parent])
        return line

    def localise(self, texts: Mapping[str, str], lang: str | None) -> str | None:
        """A text in a language, else in the first of the site's languages that has it."""
        return localise(texts, self._languages if lang is None else (lang, *self._languages))

    def absolute_urls(self, json: bytes) -> bytes:
        """JSON or HTML in which the paths of media are whole addresses."""
        return make_absolute(json, self._address)

    def reference(self, tag: CachedTag, lang: str | None) -> bytes:
        """The JSON of `TagReference` in a language, by default in the first of the site's."""
        key = (tag.slug, lang)
        ready = self._references.get(key)
        if ready is None:
            ready = to_json(
                {"slug": tag.slug, "type": tag.type, "name": self.localise(tag.names, lang)}
            )
            self._references[key] = ready
        return ready


Answer = TypeVar("Answer")
Key = TypeVar("Key", bound=Hashable)

KEPT_AT_MOST = 10_000
"""The most answers, of some kilobytes each; more clear all, because outsiders choose the keys."""


class ReadCache:
    """Values for one head, which a newer head clears."""

    def __init__(
        self,
        languages: tuple[str, ...],
        address: str = "",
        page_urls: PageUrls = _DEFAULT_PAGES,
    ) -> None:
        self._page_urls = page_urls
        self._languages = languages
        self._address = to_json(address)[1:-1]
        self._lock = Lock()
        self._head: Head | None = None
        self._tags: tuple[tuple[str, int], Tags] | None = None
        self._values: dict[object, Any] = {}

    def tags(self, tx: ReadTx, head: Head) -> Tags:
        """All tags as this snapshot has them."""
        cached = self._tags
        if cached is None or cached[0] != (head.epoch, head.sequence):
            cached = ((head.epoch, head.sequence), self._read_tags(tx))
            self._tags = cached
        return cached[1]

    def _read_tags(self, tx: ReadTx) -> Tags:
        rows, former = _load_tags(tx)
        return Tags(rows, former, self._languages, self._address, self._page_urls)

    def at_head(self, head: Head, current: bool) -> "HeadCache":
        """The values of a head; none are kept once a boundary has passed."""
        if not current:
            return HeadCache()
        with self._lock:
            if self._head != head:
                self._head, self._values = head, {}
            return HeadCache(self._values, current=True)


class HeadCache:
    """A mapping that makes and keeps missing values, for one head."""

    __slots__ = ("_values", "current")

    def __init__(self, values: dict[object, Any] | None = None, *, current: bool = False) -> None:
        self._values = {} if values is None else values
        self.current = current
        """Whether the log has caught up with the present, so that the kept counts are exact."""

    def __call__(self, key: object, make: Callable[[], Answer]) -> Answer:
        """The value of a key; `make` makes it when it is missing."""
        if key in self._values:
            answer: Answer = self._values[key]
            return answer
        value = make()
        self._store({key: value})
        return value

    def many(
        self, keys: Sequence[Key], make: Callable[[list[Key]], Mapping[Key, Answer]]
    ) -> list[Answer]:
        """The values of keys; one call of `make` makes all missing ones."""
        cached = {key: self._values[key] for key in keys if key in self._values}
        missing = [key for key in keys if key not in cached]
        if missing:
            fresh = make(missing)
            cached |= fresh
            self._store(fresh)
        return [cached[key] for key in keys]

    def _store(self, values: Mapping[Any, Any]) -> None:
        if len(self._values) >= KEPT_AT_MOST:
            self._values.clear()
        self._values.update(values)


_LIVING = (
    *(col(Tag.id), col(Tag.slug), col(Tag.type), col(Tag.names), col(Tag.descriptions)),
    *(col(Tag.synonyms), col(Tag.parent_id), col(Tag.updated_at)),
)
_NOTHING: Final = [sa.null()] * 4
_OLD_SLUGS = (
    sa.select(
        *(col(TagSlug.tag_id), col(TagSlug.slug), *_NOTHING, sa.null(), col(TagSlug.removed_at))
    )
    .outerjoin(Tag, col(Tag.id) == col(TagSlug.tag_id))
    .where(col(Tag.slug).is_distinct_from(col(TagSlug.slug)), col(Tag.accepted).is_not(False))
)
_OLD_IDS = (
    sa.select(*(col(FormerTag.id), sa.null(), *_NOTHING, col(FormerTag.tag_id), sa.null()))
    .join(Tag, col(Tag.id) == col(FormerTag.tag_id))
    .where(col(Tag.accepted))
)
# One statement, since every process runs it for every head of the log.
_TAGS: sa.CompoundSelect[*tuple[Any, ...]] = sa.union_all(
    sa.select(*_LIVING).where(col(Tag.accepted)), _OLD_SLUGS, _OLD_IDS
)


def _load_tags(tx: ReadTx) -> tuple[list[CachedTag], FormerTags]:
    tags: list[CachedTag] = []
    former = FormerTags({}, {}, {})
    for row in tx.execute(_TAGS):
        key, slug, kind, *_, parent_id, at = row
        if kind is not None:
            tags.append(CachedTag(*row))
        elif slug is None:
            former.ids[key] = parent_id
        elif key is not None:
            former.slugs[slug] = key
        else:
            former.removed[slug] = at
    return sorted(tags, key=lambda tag: tag.slug), former
