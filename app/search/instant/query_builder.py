"""Translates a question for an engine: our query, the window of hits, and each hit's form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final
from uuid import UUID

from app.errors import BadRequest
from app.kit.calendar import Calendar
from app.kit.languages import best_matches, normalise_code
from app.public.instant import ATTRIBUTES
from app.search import protocol
from app.search.failover import SPARE
from app.search.instant.filter_builder import FilterVocabulary, to_filter
from app.search.instant.formatting import Formatting, HighlightTags, expand_names
from app.search.instant.grammar import Given, parse_clauses
from app.search.instant.questions import SearchQuestion
from app.search.protocol import DEEPEST, FacetName, Order

INDEX: Final = "articles"
FACETS: Final[tuple[FacetName, ...]] = ("lang", "tags", "year")
_ORDERS: Final[dict[str, Order]] = {
    "published_at:desc": "newest",
    "published_at:asc": "oldest",
}
_USUAL: Final = 20
_EMPHASIS: Final = ("<em>", "</em>")

Lookup = Callable[[str, str], tuple[UUID, ...]]
"""The ids of the tags that a name or slug (in a language) means, and of the tags below."""


@dataclass(frozen=True, slots=True)
class Window:
    """The requested hits: `limit` from `offset` on. `page` is set if the client counts pages."""

    limit: int
    offset: int
    page: int | None = None

    @classmethod
    def of(cls, question: SearchQuestion) -> "Window":
        """A question's window. Pages win over offsets; page 0 and all past `DEEPEST` are empty."""
        if question.page is None and question.hits_per_page is None:
            limit = _USUAL if question.limit is None else question.limit
            return cls(limit, question.offset or 0)
        size = _USUAL if question.hits_per_page is None else question.hits_per_page
        page = 1 if question.page is None else question.page
        return cls(size, max(page - 1, 0) * size, page)

    @property
    def reach(self) -> int:
        """The largest possible number of hits."""
        return 0 if self.page == 0 else max(0, min(self.limit, DEEPEST - self.offset))

    @property
    def surplus(self) -> int:
        """The hits before the first one, because an engine counts in whole pages."""
        return self.offset % self.reach if self.reach else 0

    def page_members(self, total: int) -> dict[str, int]:
        """The members of an answer that describe the window."""
        if self.page is None:
            return {"limit": self.limit, "offset": self.offset, "estimatedTotalHits": total}
        pages = ceil(min(total, DEEPEST) / self.limit) if self.limit else 0
        members = {"hitsPerPage": self.limit, "page": self.page}
        return members | {"totalPages": pages, "totalHits": total}


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """One parsed question; `query` is None if nothing can match it."""

    uid: str
    text: str
    lang: str
    query: protocol.Query | None
    window: Window
    facets: tuple[FacetName, ...] | None
    retrieved: frozenset[str]
    formatting: Formatting | None
    scored: bool


def parse_question(
    uid: str,
    question: SearchQuestion,
    languages: Sequence[str],
    tags: Lookup,
    calendar: Calendar,
) -> ParsedQuestion:
    """The parsed question; raises `BadRequest`."""
    lang = tag_language(question.locales, languages)
    window = Window.of(question)
    formatting = _parse_formatting(question)
    facets = None if question.facets is None else _facet_names(question.facets)
    filters = chosen_filter(question.filter, languages, tags, lang, calendar)
    query = None
    if filters is not None:
        size = window.reach or 1
        query = protocol.Query(
            text=question.q or "",
            filter=filters,
            order=_sort_order(uid, question.sort),
            limit=size,
            page=window.offset // size + 1 if window.reach else 1,
            extra=window.surplus + SPARE if window.reach else 0,
            facets=facets or (),
            highlight=formatting is not None and formatting.is_found,
        )
    names = ["*"] if question.attributes_to_retrieve is None else question.attributes_to_retrieve
    return ParsedQuestion(
        uid,
        question.q or "",
        lang,
        query,
        window,
        facets,
        expand_names(names, ATTRIBUTES),
        formatting,
        bool(question.show_ranking_score),
    )


def chosen_filter(
    filter_text: Given, languages: Sequence[str], tags: Lookup, lang: str, calendar: Calendar
) -> protocol.Filter | None:
    """A filter for articles; None if nothing can match it. Raises `BadRequest`."""
    vocabulary = FilterVocabulary(tuple(languages), lambda value: tags(value, lang), calendar)
    return to_filter(parse_clauses(filter_text), vocabulary)


def is_index(uid: str) -> bool:
    """Whether it is the only index, perhaps with an order after a colon."""
    name, _, order = uid.partition(":")
    return name == INDEX and (order == "" or order in _ORDERS) and uid != f"{INDEX}:"


def tag_language(locales: Sequence[str] | None, languages: Sequence[str]) -> str:
    """The language of tag names: the first requested one that the site has."""
    codes = (str(normalise_code(locale)) for locale in locales or ())
    return next(
        (code for locale in codes for code in best_matches(locale, languages)), languages[0]
    )


def _sort_order(uid: str, sort: Sequence[str] | None) -> Order:
    sort_keys = sort or [uid.partition(":")[2]]
    if sort_keys == [""]:
        return "relevance"
    if len(sort_keys) > 1 or sort_keys[0] not in _ORDERS:
        orders = " or ".join(f"`{order}`" for order in _ORDERS)
        text = ", ".join(sort_keys)[:60]
        raise BadRequest("invalid_search_sort", f"Cannot sort by `{text}`; use {orders}.")
    return _ORDERS[sort_keys[0]]


def _facet_names(names: Sequence[str]) -> tuple[FacetName, ...]:
    facet_names = ", ".join(FACETS)
    for name in names:
        if name not in (*FACETS, "*"):
            raise BadRequest(
                "invalid_search_facets",
                f"Invalid facet distribution: Pattern `{name[:60]}` is not filterable. Available "
                f"filterable attributes patterns are: `{facet_names}`.",
            )
    return tuple(name for name in FACETS if name in names or "*" in names)


def _parse_formatting(question: SearchQuestion) -> Formatting | None:
    marked, cropped = question.attributes_to_highlight, question.attributes_to_crop
    before, after = question.highlight_pre_tag, question.highlight_post_tag
    tags = HighlightTags.of(
        _EMPHASIS[0] if before is None else before, _EMPHASIS[1] if after is None else after
    )
    if marked is None and cropped is None:
        return None
    every = (*ATTRIBUTES, "body")
    in_whole, in_part = expand_names(marked or (), every), expand_names(cropped or (), every)
    attributes = question.attributes_to_retrieve
    cut = "…" if question.crop_marker is None else tags.plain(question.crop_marker)
    return Formatting(
        None
        if attributes is None or "*" in attributes
        else frozenset(attributes) | in_whole | in_part,
        in_whole,
        "body" in in_part,
        tags,
        cut,
    )
