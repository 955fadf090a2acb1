"""What a search engine takes and gives, in our own words.

Two engines stand behind these types, and neither may show through: no grammar, no field name and
no exception of a library crosses this page. Text is plain text everywhere except in highlights,
which are safe HTML: everything is escaped and `<mark>` is the only element.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Literal, Protocol, Self, get_args
from uuid import UUID

from app.errors import Unavailable
from app.public.vocabulary import ContentKind
from app.search.upkeep import Upkeep

ArticleKind = Literal["article", "page"]
Order = Literal["relevance", "newest", "oldest"]
FacetName = Literal["tags", "lang", "year", "kind"]
Period = tuple[datetime, datetime]

DOCUMENT_KINDS: tuple[ContentKind, ...] = get_args(ContentKind)
FACET_NAMES: tuple[FacetName, ...] = ("tags", "lang", "year", "kind")
DEEPEST = 10_000
"""Hits that can be paged to: `limit * page` never passes it, since later ranks mean nothing."""
FACET_VALUES = 100
"""Values that one facet answers with, the most frequent first."""
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Label:
    """A name or synonym of a tag; `lang` is an ISO 639 code, or None for one of no language."""

    text: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What a document is about: the kind of the thing and its id in the store."""

    kind: ContentKind
    id: UUID


Keys = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Which state of a thing a document was made of.

    `version` is below 2**63; `digest` is `DIGEST_BYTES` of a hash of all that the document holds.
    """

    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """One findable thing.

    `lang` is None for what belongs to every language (a tag, a sponsor, a person). `labels` are the
    names and synonyms, in all languages, of the article's tags, or of the tag itself; a tag's first
    label of each language is its name. `tag_ids` hold the ancestors too, so that a parent matches
    its descendants. `also_in` are the other languages in which the same story is there.
    `year` is the UTC one when absent.
    """

    key: Key
    mark: Mark
    title: str
    lang: str | None = None
    summary: str = ""
    body: str = ""
    labels: tuple[Label, ...] = ()
    article_kind: ArticleKind | None = None
    tag_ids: tuple[UUID, ...] = ()
    authors: tuple[str, ...] = ()
    syndicatable: bool = False
    published_at: datetime | None = None
    year: int | None = None
    updated_at: datetime | None = None
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents; an empty field asks for nothing.

    Tag clauses are families of ids: one of each `all_of` must be there, none of any `none_of`.
    `until` is exclusive unless `until_inclusive`. What is no article has no tags, authors or
    dates, so a filter on these leaves articles alone. Of `periods`, without their ends, any one
    will do. With `each_story_once` an article counts only in the first of its `languages`.
    Things of `without` are neither found nor counted.
    """

    kinds: tuple[ContentKind, ...] = ()
    article_kinds: tuple[ArticleKind, ...] = ()
    languages: tuple[str, ...] = ()
    all_of: tuple[tuple[UUID, ...], ...] = ()
    none_of: tuple[tuple[UUID, ...], ...] = ()
    author: str | None = None
    ids: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    until_inclusive: bool = False
    periods: tuple[Period, ...] = ()
    updated_since: datetime | None = None
    syndicatable: bool = False
    each_story_once: bool = False
    without: Keys = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: `limit` hits from `(page - 1) * limit` on, within `DEEPEST`.

    `exact` insists on the words as written; `extra` hits more come at the end and move no page.
    """

    text: str = ""
    filter: Filter = field(default_factory=Filter)
    order: Order = "relevance"
    limit: int = 20
    page: int = 1
    extra: int = 0
    facets: tuple[FacetName, ...] = ()
    exact: bool = False
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class HitHighlights:
    """Safe HTML: title and summary whole, of the body the passage that fits best; "" if none."""

    title: str = ""
    summary: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; scores compare within one answer only, and are 0.0 in order of date."""

    key: Key
    version: int
    score: float
    highlights: HitHighlights | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of an answer.

    `facets` maps each facet asked for to (value, count), the most frequent first: tags as hex
    ids, years as four digits. `corrected` is the text that was searched for in place of the one
    given, `did_you_mean` one that may be meant and was not searched for.
    """

    hits: tuple[Hit, ...]
    total: int
    total_is_exact: bool = True
    facets: Mapping[FacetName, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    corrected: str | None = None
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing whose name completes what was typed; `highlighted` is safe HTML."""

    key: Key
    version: int
    title: str
    highlighted: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A thing whose document the engine could not hold, and why; the others went on without it."""

    key: Key
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an engine has come: its cursor, and what it could not hold on the way."""

    cursor: str | None
    parked: tuple[Parked, ...] = ()


class IndexBusy(Unavailable):
    """Another process holds the writer's lease of this index."""


class IndexUnreadable(Unavailable):
    """The index is damaged; it is thrown away and built again from the store."""


class Engine(Upkeep, Protocol):
    """An engine; every method may be called from several threads at once.

    All may raise `Unavailable`: nothing is lost by trying again later.
    """

    @property
    def name(self) -> str:
        """What answers call it."""
        ...

    def search(self, query: Query) -> SearchResult:
        """The page asked for. Raises ValueError for a page beyond `DEEPEST`."""
        ...

    def suggest(
        self, text: str, languages: Sequence[str] = (), limit: int = 8, without: Keys = ()
    ) -> list[Suggestion]:
        """Titles, tags and people that complete `text`, best first."""
        ...

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None = None
    ) -> None:
        """Write all of it and then the cursor; on return it is durable and findable.

        When it raises, the cursor is where it was; what was written already may stay, since it is
        written again. None leaves the cursor where it is. A document that the engine cannot hold is
        parked. Raises `IndexBusy` when another process writes.
        """
        ...

    def parked(self) -> Sequence[Parked]:
        """What could not be held."""
        ...

    def progress(self) -> Progress:
        """Both, as quickly as a search is answered, or `Unavailable`."""
        ...

    def new_replacement(self) -> "Replacement | None":
        """An empty index that can take this one's place; None when this one can be written anew
        in place without a gap. Raises `IndexBusy` when another process builds one."""
        ...

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """All documents anew, at once for readers; nothing of those before is kept anywhere.

        Raises `IndexBusy` when another process writes.
        """
        ...

    def cursor(self) -> str | None:
        """The cursor of the last `apply` that gave one."""
        ...

    def marks(self) -> Iterator[tuple[Key, Mark]]:
        """What every document says that it was made of, in no order, as of the call. Whoever can
        write to the index can forge it: `seals` tell what is there."""
        ...

    def seals(self, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        """A digest of each of these documents, made of all that the index holds of it now; what
        the index does not hold is left out."""
        ...

    def seal(self, document: Document) -> bytes:
        """What `seals` gives for a document that is held as `apply` writes it."""
        ...

    def count(self) -> int:
        """Documents held."""
        ...

    def close(self) -> None:
        """Give the writer's lease back; the engine may not be used afterwards."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Replacement(Engine, Protocol):
    """An index being built beside the one that answers."""

    def take_over(self) -> None:
        """Take its place, in one instant; what it replaces is kept for `restore`."""
        ...
