"""Conditions as a typed filter: each clause is about one attribute, or it cannot be said here.

Values are taken as hits and facets show them: tags by their name or slug, authors likewise,
`published_at` in seconds since 1970. A value that is not there matches nothing, as on Meilisearch.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar, get_args
from uuid import UUID

from app.kit.text import slug_of
from app.search.instant.grammar import Clauses, Condition, invalid
from app.search.instant.periods import ALWAYS, Spans, intersection, periods, spans, union
from app.search.protocol import ArticleKind, Filter

One = TypeVar("One")

FILTERABLE: Final = (
    *("authors", "id", "kind", "lang", "published_at", "syndicatable", "tags", "year"),
)
_COMPARED: Final = ("published_at", "year")
_KINDS: Final[tuple[ArticleKind, ...]] = get_args(ArticleKind)


@dataclass(frozen=True, slots=True)
class Known:
    """What values may mean here: the site's languages; a tag's name or slug as the ids of those
    tags and all below them, none where there is no such tag."""

    languages: tuple[str, ...]
    tags: Callable[[str], tuple[UUID, ...]]


def narrowed(clauses: Clauses, known: Known) -> Filter | None:
    """The filter, of articles alone; None when nothing can match. Raises `BadRequest`."""
    rest = _Rest(known)
    for clause in clauses:
        rest.take(clause)
    return rest.filter()


@dataclass
class _Rest:
    """What is left of everything while clauses narrow it."""

    known: Known
    languages: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    ids: frozenset[UUID] | None = None
    time: Spans = ALWAYS
    all_of: list[tuple[UUID, ...]] = field(default_factory=list)
    none_of: list[tuple[UUID, ...]] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)
    syndicatable: bool = False
    is_empty: bool = False

    def take(self, clause: Sequence[Condition]) -> None:
        """Let one clause narrow it."""
        for condition in clause:
            _check(condition)
        names = {condition.attribute for condition in clause}
        if len(names) > 1:
            shown = " and ".join(f"`{name}`" for name in sorted(names))
            raise invalid(
                f"`OR` joins conditions on one attribute here, not on {shown}; send two queries."
            )
        match names.pop() if names else "":
            case "lang":
                self.languages = _both(self.languages, _chosen(clause, self.known.languages))
            case "kind":
                self.kinds = _both(self.kinds, _chosen(clause, _KINDS))
            case "published_at" | "year":
                self.time = intersection(self.time, union([spans(one) for one in clause]))
            case "id":
                self.ids = _both(self.ids, frozenset(_ids(clause)))
            case "tags":
                self._take_tags(clause)
            case "authors":
                self._take_author(clause)
            case "syndicatable":
                self._take_rights(clause)
            case _:
                self.is_empty = True

    def filter(self) -> Filter | None:
        """What is left; None when that is nothing."""
        within = periods(self.time)
        some = (self.languages, self.kinds, self.ids)
        if self.is_empty or within is None or any(one is not None and not one for one in some):
            return None
        kinds = self.kinds or frozenset(_KINDS)
        return Filter(
            kinds=("article",),
            article_kinds=tuple(kind for kind in _KINDS if kind in kinds)
            if len(kinds) < len(_KINDS)
            else (),
            languages=tuple(sorted(self.languages or ())),
            all_of=tuple(sorted(self.all_of, key=len)),
            none_of=tuple(self.none_of),
            author=next(iter(self.authors), None),
            ids=tuple(sorted(self.ids or ())),
            periods=within,
            syndicatable=self.syndicatable,
        )

    def _take_tags(self, clause: Sequence[Condition]) -> None:
        wanted = [self.known.tags(one.value) for one in clause if one.operator == "="]
        refused = [self.known.tags(one.value) for one in clause if one.operator == "!="]
        if not all(refused):
            return  # a tag that is not there is on nothing, so this clause always holds
        if refused and len(clause) > 1:
            raise invalid("`OR` joins tags that are wanted; say of each unwanted one `AND NOT`.")
        if refused:
            self.none_of += refused
            return
        family = tuple(dict.fromkeys(tag for tags in wanted for tag in tags))
        self.is_empty |= not family
        self.all_of.append(family)

    def _take_author(self, clause: Sequence[Condition]) -> None:
        slugs = {slug_of(one.value) for one in clause}
        self.authors |= slugs
        if any(one.operator == "!=" for one in clause) or len(self.authors) > 1:
            raise invalid("`authors` takes one author at a time; ask for one.")
        self.is_empty |= slugs == {""}

    def _take_rights(self, clause: Sequence[Condition]) -> None:
        if any((one.operator, one.value.lower()) != ("=", "true") for one in clause):
            raise invalid("`syndicatable` takes `= true`, or leave it out.")
        self.syndicatable = True


def _check(condition: Condition) -> None:
    name, operator = condition.attribute, condition.operator
    if name not in FILTERABLE:
        known = ", ".join(f"`{one}`" for one in FILTERABLE)
        raise invalid(
            f"Attribute `{name[:60]}` is not filterable. Available filterable attribute patterns "
            f"are: {known}."
        )
    if operator not in ("=", "!=") and name not in _COMPARED:
        raise invalid(
            f"Filter operator `{operator}` is not allowed for the attribute `{name}`; use `=`, "
            "`!=` or `IN`."
        )


def _both(had: frozenset[One] | None, wanted: frozenset[One]) -> frozenset[One]:
    return wanted if had is None else had & wanted


def _chosen(clause: Iterable[Condition], every: Sequence[str]) -> frozenset[str]:
    """Which of all possible values a clause allows."""
    return frozenset(
        value
        for value in every
        for one in clause
        if (one.value.strip().lower() == value.lower()) == (one.operator == "=")
    )


def _ids(clause: Iterable[Condition]) -> Iterable[UUID]:
    for one in clause:
        if one.operator == "!=":
            raise invalid("`id` takes `=` or `IN`; leave out of the answer what you know.")
        try:
            yield UUID(one.value)
        except ValueError:  # no id, so nothing has it
            continue
