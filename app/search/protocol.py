"""The protocol of search engines, in our own words.

Neither of the two engines behind these types may show through: no grammar, field name or exception
of a library gets past this module. Text is plain text everywhere except in highlights. These are
safe HTML: everything is escaped, and `<mark>` is the only element.
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
"""The deepest hit that paging reaches (`limit * page`): later ranks mean nothing."""
FACET_VALUES = 100
"""The most values that one facet returns, the most frequent first."""
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Label:
    """A name or synonym of a tag; `lang` is an ISO 639 code, or None if it has no language."""

    text: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """The subject of a document: its kind and its id in the store."""

    kind: ContentKind
    id: UUID


Keys = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of a subject that a document was made of.

    `version` is below 2**63; `digest` is `DIGEST_BYTES` of a hash of everything in the document.
    """

    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """One searchable subject.

    `lang` is None for subjects of every language (a tag, a sponsor, a person). `labels` are the
    names and synonyms, in all languages, of the article's tags, or of the tag itself; a tag's first
    label in each language is its name. `tag_ids` include the ancestors, so that a parent matches
    its descendants. `also_in` are the other languages of the same story. Without a `year`, it is
    the UTC year.
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
    """A selection of documents; an empty field sets no condition.

    Tag clauses are families of ids: one of each `all_of` must be present, none of any `none_of`.
    `until` is exclusive unless `until_inclusive`. Only articles have tags, authors and dates, so a
    filter on these selects articles alone. One matching period of `periods`, whose ends are
    exclusive, is enough. With `each_story_once` an article counts only in the first of its
    `languages`. Subjects in `without` are neither found nor counted.
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
    """A search: `limit` hits from `(page - 1) * limit` on, within `DEEPEST`.

    `exact` insists on the words as written; `extra` more hits come at the end and move no page.
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
    """Safe HTML: the whole title and summary, and the best passage of the body; "" for none."""

    title: str = ""
    summary: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One matching document. Scores compare within one answer only, and are 0.0 by date."""

    key: Key
    version: int
    score: float
    highlights: HitHighlights | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of an answer.

    `facets` maps each requested facet to (value, count), the most frequent first: tags as hex ids,
    years as four digits. `corrected` is the text that was searched in place of the given one,
    `did_you_mean` a probable text that was not searched.
    """

    hits: tuple[Hit, ...]
    total: int
    total_is_exact: bool = True
    facets: Mapping[FacetName, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    corrected: str | None = None
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One subject whose name completes the typed text; `highlighted` is safe HTML."""

    key: Key
    version: int
    title: str
    highlighted: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A subject whose document the engine could not hold, and why; the others went on."""

    key: Key
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """An engine's cursor, and the things that it could not hold on the way."""

    cursor: str | None
    parked: tuple[Parked, ...] = ()


class IndexBusy(Unavailable):
    """Another process holds the writer's lease of this index."""


class IndexUnreadable(Unavailable):
    """The index is damaged; it is thrown away and rebuilt from the store."""


class Engine(Upkeep, Protocol):
    """An engine; every method may be called from several threads at once.

    All may raise `Unavailable`: nothing is lost by trying again later.
    """

    @property
    def name(self) -> str:
        """The engine's name in answers."""
        ...

    def search(self, query: Query) -> SearchResult:
        """The requested page. Raises ValueError for a page beyond `DEEPEST`."""
        ...

    def suggest(
        self, text: str, languages: Sequence[str] = (), limit: int = 8, without: Keys = ()
    ) -> list[Suggestion]:
        """Titles, tags and people that complete `text`, best first."""
        ...

    def apply(
        self, upserts: Sequence[Document], deletes: Sequence[Key], cursor: str | None = None
    ) -> None:
        """Write everything and then the cursor; on return it is durable and searchable.

        If it raises, the cursor has not moved. Documents that were already written may stay,
        because they are written again. None keeps the cursor. A document that the engine cannot
        hold is parked. Raises `IndexBusy` if another process writes.
        """
        ...

    def parked(self) -> Sequence[Parked]:
        """The things that could not be held."""
        ...

    def progress(self) -> Progress:
        """Cursor and parked things, as fast as a search, or `Unavailable`."""
        ...

    def new_replacement(self) -> "Replacement | None":
        """An empty index that can replace this one; None if this one can be rewritten in place
        without a gap. Raises `IndexBusy` if another process builds one."""
        ...

    def rewrite(self, portions: Iterable[Sequence[Document]], cursor: str) -> None:
        """Write all documents anew, visible at once; the former ones are kept nowhere.

        Raises `IndexBusy` if another process writes.
        """
        ...

    def cursor(self) -> str | None:
        """The cursor of the last `apply` that had one."""
        ...

    def marks(self) -> Iterator[tuple[Key, Mark]]:
        """The mark of every document, unordered, read as it is asked for. Anybody who can write to
        the index can forge marks; `seals` show the true content."""
        ...

    def seals(self, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        """A digest of each of these documents, made of everything that the index now holds of it.
        Absent documents are left out."""
        ...

    def seal(self, document: Document) -> bytes:
        """The seal of a document as `apply` writes it."""
        ...

    def count(self) -> int:
        """The number of documents."""
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
    """An index that is built beside the one that answers."""

    def take_over(self) -> None:
        """Replace the old index in one instant; it is kept for `restore`."""
        ...
