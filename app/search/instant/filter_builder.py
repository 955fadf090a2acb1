"""Conditions as a typed filter: each clause is about one attribute, or it is refused.

Values have the form in which hits and facets show them: tags and authors by name or slug,
`published_at` in seconds since 1970. An unknown value matches nothing, as on Meilisearch.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar, get_args
from uuid import UUID

from app.kit.calendar import Calendar
from app.kit.text import slug_of
from app.search.instant.grammar import Clauses, Condition, invalid_filter
from app.search.instant.periods import ALWAYS, Spans, intersection, periods, spans, union
from app.search.protocol import ArticleKind, Filter

One = TypeVar("One")

FILTERABLE: Final = (
    *("authors", "id", "kind", "lang", "published_at", "syndicatable", "tags", "year"),
)
_COMPARED: Final = ("published_at", "year")
_KINDS: Final[tuple[ArticleKind, ...]] = get_args(ArticleKind)


@dataclass(frozen=True, slots=True)
class FilterVocabulary:
    """The possible values: the site's languages; the ids of the tags that a name or slug means and
    of all below them, none if there is no such tag; the site's years."""

    languages: tuple[str, ...]
    tags: Callable[[str], tuple[UUID, ...]]
    calendar: Calendar = field(default_factory=Calendar)


def to_filter(clauses: Clauses, vocabulary: FilterVocabulary) -> Filter | None:
    """The filter, for articles only; None if nothing can match. Raises `BadRequest`."""
    rest = _FilterBuilder(vocabulary)
    for clause in clauses:
        rest.narrow(clause)
    return rest.filter()


@dataclass
class _FilterBuilder:
    """The remaining selection while clauses narrow it."""

    vocabulary: FilterVocabulary
    languages: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    ids: frozenset[UUID] | None = None
    time: Spans = ALWAYS
    all_of: list[tuple[UUID, ...]] = field(default_factory=list)
    none_of: list[tuple[UUID, ...]] = field(default_factory=list)
    authors: set[str] = field(default_factory=set)
    syndicatable: bool = False
    is_empty: bool = False

    def narrow(self, clause: Sequence[Condition]) -> None:
        """Narrow the selection by one clause."""
        for condition in clause:
            _check(condition)
        names = {condition.attribute for condition in clause}
        if len(names) > 1:
            both = " and ".join(f"`{name}`" for name in sorted(names))
            raise invalid_filter(
                f"`OR` joins conditions on one attribute here, not on {both}; send two queries."
            )
        match names.pop() if names else "":
            case "lang":
                self.languages = _intersect(
                    self.languages, _matching_values(clause, self.vocabulary.languages)
                )
            case "kind":
                self.kinds = _intersect(self.kinds, _matching_values(clause, _KINDS))
            case "published_at" | "year":
                self.time = intersection(
                    self.time,
                    union([spans(condition, self.vocabulary.calendar) for condition in clause]),
                )
            case "id":
                self.ids = _intersect(self.ids, frozenset(_ids(clause)))
            case "tags":
                self._take_tags(clause)
            case "authors":
                self._take_author(clause)
            case "syndicatable":
                self._take_rights(clause)
            case _:
                self.is_empty = True

    def filter(self) -> Filter | None:
        """The filter for the selection; None if it is empty."""
        within = periods(self.time)
        some = (self.languages, self.kinds, self.ids)
        if (
            self.is_empty
            or within is None
            or any(values is not None and not values for values in some)
        ):
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
        families = [
            self.vocabulary.tags(condition.value)
            for condition in clause
            if condition.operator == "="
        ]
        refused = [
            self.vocabulary.tags(condition.value)
            for condition in clause
            if condition.operator == "!="
        ]
        if not all(refused):
            return  # an unknown tag is on no article, so this clause always holds
        if refused and len(clause) > 1:
            raise invalid_filter(
                "`OR` joins tags that are wanted; say of each unwanted one `AND NOT`."
            )
        if refused:
            self.none_of += refused
            return
        family = tuple(dict.fromkeys(tag for tags in families for tag in tags))
        self.is_empty |= not family
        self.all_of.append(family)

    def _take_author(self, clause: Sequence[Condition]) -> None:
        slugs = {slug_of(condition.value) for condition in clause}
        self.authors |= slugs
        if any(condition.operator == "!=" for condition in clause) or len(self.authors) > 1:
            raise invalid_filter("`authors` takes one author at a time; ask for one.")
        self.is_empty |= slugs == {""}

    def _take_rights(self, clause: Sequence[Condition]) -> None:
        if any(
            (condition.operator, condition.value.lower()) != ("=", "true") for condition in clause
        ):
            raise invalid_filter("`syndicatable` takes `= true`, or leave it out.")
        self.syndicatable = True


def _check(condition: Condition) -> None:
    name, operator = condition.attribute, condition.operator
    if name not in FILTERABLE:
        attributes = ", ".join(f"`{name}`" for name in FILTERABLE)
        raise invalid_filter(
            f"Attribute `{name[:60]}` is not filterable. Available filterable attribute patterns "
            f"are: {attributes}."
        )
    if operator not in ("=", "!=") and name not in _COMPARED:
        raise invalid_filter(
            f"Filter operator `{operator}` is not allowed for the attribute `{name}`; use `=`, "
            "`!=` or `IN`."
        )


def _intersect(had: frozenset[One] | None, added: frozenset[One]) -> frozenset[One]:
    return added if had is None else had & added


def _matching_values(clause: Iterable[Condition], every: Sequence[str]) -> frozenset[str]:
    """The possible values that a clause allows."""
    return frozenset(
        value
        for value in every
        for condition in clause
        if (condition.value.strip().lower() == value.lower()) == (condition.operator == "=")
    )


def _ids(clause: Iterable[Condition]) -> Iterable[UUID]:
    for condition in clause:
        if condition.operator == "!=":
            raise invalid_filter("`id` takes `=` or `IN`; leave out of the answer what you know.")
        try:
            yield UUID(condition.value)
        except ValueError:  # not an id, so no article has it
            continue
