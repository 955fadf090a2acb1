"""What a question asks of an engine: a query of ours, the window of hits, what each hit shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final
from uuid import UUID

from app.errors import BadRequest
from app.kit.languages import answering, normalised
from app.public.instant import ATTRIBUTES
from app.search import protocol
from app.search.instant.formatting import Formatting, Tags, named
from app.search.instant.grammar import Given, clauses
from app.search.instant.narrowing import Known, narrowed
from app.search.instant.questions import SearchQuestion
from app.search.protocol import DEEPEST, FacetName, Order
from app.search.serving import SPARE

INDEX: Final = "articles"
FACETS: Final[tuple[FacetName, ...]] = ("lang", "tags", "year")
_ORDERS: Final[dict[str, Order]] = {
    "published_at:desc": "newest",
    "published_at:asc": "oldest",
}
_USUAL: Final = 20
_EMPHASIS: Final = ("<em>", "</em>")

Lookup = Callable[[str, str], tuple[UUID, ...]]
"""The ids of the tags that a name or slug means, and of those below; the second is a language."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which hits: `limit` from `offset` on. With `page` the asker counts pages."""

    limit: int
    offset: int
    page: int | None = None

    @classmethod
    def of(cls, question: SearchQuestion) -> "Window":
        """Pages win over offsets; there is nothing on page 0, nor beyond `DEEPEST`."""
        if question.page is None and question.hits_per_page is None:
            limit = _USUAL if question.limit is None else question.limit
            return cls(limit, question.offset or 0)
        size = _USUAL if question.hits_per_page is None else question.hits_per_page
        page = 1 if question.page is None else question.page
        return cls(size, max(page - 1, 0) * size, page)

    @property
    def reach(self) -> int:
        """Hits that can be there."""
        return 0 if self.page == 0 else max(0, min(self.limit, DEEPEST - self.offset))

    @property
    def surplus(self) -> int:
        """Hits that come before the first one, since an engine counts in whole pages."""
        return self.offset % self.reach if self.reach else 0

    def told(self, total: int) -> dict[str, int]:
        """What an answer says of it."""
        if self.page is None:
            return {"limit": self.limit, "offset": self.offset, "estimatedTotalHits": total}
        pages = ceil(min(total, DEEPEST) / self.limit) if self.limit else 0
        told = {"hitsPerPage": self.limit, "page": self.page}
        return told | {"totalPages": pages, "totalHits": total}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question understood; `query` is None when nothing can match it."""

    uid: str
    text: str
    lang: str
    query: protocol.Query | None
    window: Window
    facets: tuple[FacetName, ...] | None
    retrieved: frozenset[str]
    formatting: Formatting | None
    scored: bool


def asked(uid: str, question: SearchQuestion, languages: Sequence[str], tags: Lookup) -> Asked:
    """Raises `BadRequest`."""
    lang = language(question.locales, languages)
    window = Window.of(question)
    formatting = _formatting(question)
    facets = None if question.facets is None else _facets(question.facets)
    chosen = chosen_filter(question.filter, languages, tags, lang)
    query = None
    if chosen is not None:
        size = window.reach or 1
        query = protocol.Query(
            text=question.q or "",
            filter=chosen,
            order=_order(uid, question.sort),
            limit=size,
            page=window.offset // size + 1 if window.reach else 1,
            extra=window.surplus + SPARE if window.reach else 0,
            facets=facets or (),
            highlight=formatting is not None and formatting.is_found,
        )
    names = ["*"] if question.attributes_to_retrieve is None else question.attributes_to_retrieve
    return Asked(
        uid,
        question.q or "",
        lang,
        query,
        window,
        facets,
        named(names, ATTRIBUTES),
        formatting,
        bool(question.show_ranking_score),
    )


def chosen_filter(
    given: Given, languages: Sequence[str], tags: Lookup, lang: str
) -> protocol.Filter | None:
    """A filter of articles; None when nothing can match it. Raises `BadRequest`."""
    known = Known(tuple(languages), lambda value: tags(value, lang))
    return narrowed(clauses(given), known)


def is_index(uid: str) -> bool:
    """The one index there is, or the same with an order after a colon."""
    name, _, order = uid.partition(":")
    return name == INDEX and (order == "" or order in _ORDERS) and uid != f"{INDEX}:"


def language(locales: Sequence[str] | None, languages: Sequence[str]) -> str:
    """The language in which tags are named: the first asked for that is spoken here."""
    asked = (str(normalised(one)) for one in locales or ())
    return next((code for one in asked for code in answering(one, languages)), languages[0])


def _order(uid: str, sort: Sequence[str] | None) -> Order:
    wanted = sort or [uid.partition(":")[2]]
    if wanted == [""]:
        return "relevance"
    if len(wanted) > 1 or wanted[0] not in _ORDERS:
        known = " or ".join(f"`{one}`" for one in _ORDERS)
        shown = ", ".join(wanted)[:60]
        raise BadRequest("invalid_search_sort", f"Cannot sort by `{shown}`; use {known}.")
    return _ORDERS[wanted[0]]


def _facets(names: Sequence[str]) -> tuple[FacetName, ...]:
    known = ", ".join(FACETS)
    for name in names:
        if name not in (*FACETS, "*"):
            raise BadRequest(
                "invalid_search_facets",
                f"Invalid facet distribution: Pattern `{name[:60]}` is not filterable. Available "
                f"filterable attributes patterns are: `{known}`.",
            )
    return tuple(name for name in FACETS if name in names or "*" in names)


def _formatting(question: SearchQuestion) -> Formatting | None:
    marked, cropped = question.attributes_to_highlight, question.attributes_to_crop
    before, after = question.highlight_pre_tag, question.highlight_post_tag
    tags = Tags.of(
        _EMPHASIS[0] if before is None else before, _EMPHASIS[1] if after is None else after
    )
    if marked is None and cropped is None:
        return None
    every = (*ATTRIBUTES, "body")
    in_whole, in_part = named(marked or (), every), named(cropped or (), every)
    shown = question.attributes_to_retrieve
    cut = "…" if question.crop_marker is None else tags.plain(question.crop_marker)
    return Formatting(
        None if shown is None or "*" in shown else frozenset(shown) | in_whole | in_part,
        in_whole,
        "body" in in_part,
        tags,
        cut,
    )
