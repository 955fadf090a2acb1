"""Search for front ends made for Meilisearch: InstantSearch and the `meilisearch` package.

Only the query's form differs from `/v1/search`: the engine ranks, and hits show the store's
articles. All queries of a request run in one thread, and one snapshot answers them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Annotated, Any, Final
from unicodedata import combining, normalize

from fastapi import APIRouter, Request
from pydantic_core import from_json, to_json
from starlette.responses import Response

from app.delivery.tag_names import TagNames
from app.errors import BadRequest, NotFound
from app.http.endpoint import RuntimeDep
from app.http.instant import InstantRoute, wire_body
from app.http.views import View, answer_search_uncached
from app.kit.calendar import date_only
from app.kit.clock import EPOCH
from app.kit.dates import first_instant
from app.kit.ids import uuid7
from app.kit.text import without_unseen
from app.public.instant import FacetHits, InstantResult, InstantResults
from app.published import visible_hits as things
from app.published.visible_hits import VisibleItems
from app.search import protocol
from app.search.failover import SearchService, ServedResult
from app.search.instant.query_builder import (
    FACETS,
    INDEX,
    ParsedQuestion,
    chosen_filter,
    is_index,
    parse_question,
    tag_language,
)
from app.search.instant.questions import FacetSearch, MultiSearch, SearchQuestion
from app.search.overlay import thing_of
from app.search.protocol import FACET_VALUES, FacetName, Hit, SearchResult

router = APIRouter(tags=["search"], route_class=InstantRoute)

_BASE: Final = "/v1/search/instant"
_SECOND: Final = timedelta(seconds=1)
_NOTHING: Final = SearchResult((), 0)


@dataclass(frozen=True, slots=True)
class _AnsweredQuestion:
    """A question with its result, its engine, and the time it took in milliseconds."""

    question: ParsedQuestion
    result: SearchResult
    engine: str
    took: int


@router.post(f"{_BASE}/multi-search", response_model=InstantResults)
async def multi_search(
    request: Request,
    multi_search: Annotated[MultiSearch, wire_body(MultiSearch)],
    runtime: RuntimeDep,
) -> Response:
    """Several searches at once, as InstantSearch sends them. The index is `articles`."""

    def ask(view: View) -> list[ParsedQuestion]:
        return [
            _parse_nested(f".queries[{place}]", query.index_uid, query, view)
            for place, query in enumerate(multi_search.queries)
        ]

    def show(view: View, _: list[ParsedQuestion], answers: list[_AnsweredQuestion]) -> bytes:
        results = _results(view, answers)
        return to_json(
            {
                "results": [
                    {"indexUid": answer.question.uid, **result}
                    for answer, result in zip(answers, results, strict=True)
                ]
            }
        )

    return await answer_search_uncached(
        request, ask, lambda many: _all_found(runtime.search, many), show
    )


@router.post(f"{_BASE}/indexes/{{uid}}/search", response_model=InstantResult)
async def search_instantly(
    request: Request,
    uid: str,
    search_question: Annotated[SearchQuestion, wire_body(SearchQuestion)],
    runtime: RuntimeDep,
) -> Response:
    """One search, as the `meilisearch` package sends it."""

    def ask(view: View) -> list[ParsedQuestion]:
        _require_index(uid)
        return [_parse_question(uid, search_question, view)]

    def show(view: View, _: list[ParsedQuestion], answers: list[_AnsweredQuestion]) -> bytes:
        return to_json(_results(view, answers)[0])

    return await answer_search_uncached(
        request, ask, lambda questions: _all_found(runtime.search, questions), show
    )


@router.post(f"{_BASE}/indexes/{{uid}}/facet-search", response_model=FacetHits)
async def search_facet_values(
    request: Request,
    uid: str,
    facet_search: Annotated[FacetSearch, wire_body(FacetSearch)],
    runtime: RuntimeDep,
) -> Response:
    """The values of a facet of which some word begins with what is typed."""
    began = perf_counter()
    typed = _fold(facet_search.facet_query or "")

    def ask(view: View) -> tuple[protocol.Query | None, FacetName]:
        _require_index(uid)
        facet = _facet(facet_search.facet_name)
        site_languages = view.runtime.settings.languages
        names, lang = TagNames.of(view), tag_language(facet_search.locales, site_languages)
        filters = chosen_filter(
            facet_search.filter, site_languages, names.families, lang, view.calendar
        )
        if filters is None:
            return None, facet
        if facet == "tags" and typed:
            # A rare value is not among the most frequent ones, so the search asks for it by name.
            meant = names.families_where(lambda name: _begins(name, typed), lang)
            if not meant:
                return None, facet
            filters = replace(filters, all_of=(meant, *filters.all_of))
        return protocol.Query(
            text=facet_search.q or "", filter=filters, limit=1, facets=(facet,)
        ), facet

    def find(question: tuple[protocol.Query | None, FacetName]) -> SearchResult:
        return _NOTHING if question[0] is None else runtime.search.search(question[0]).result

    def show(
        view: View, question: tuple[protocol.Query | None, FacetName], result: SearchResult
    ) -> bytes:
        facet = question[1]
        lang = tag_language(facet_search.locales, view.runtime.settings.languages)
        values = _values(view, facet, result, lang)
        hits = [
            {"value": value, "count": count}
            for value, count in values.items()
            if _begins(value, typed)
        ]
        took = round((perf_counter() - began) * 1000)
        answer = {"facetHits": hits[:FACET_VALUES], "facetQuery": facet_search.facet_query}
        return to_json({**answer, "processingTimeMs": took})

    return await answer_search_uncached(request, ask, find, show)


def _require_index(uid: str) -> None:
    if not is_index(uid):
        raise NotFound("index_not_found", f"Index `{uid[:60]}` not found; it is `{INDEX}`.")


def _parse_nested(place: str, uid: str, question: SearchQuestion, view: View) -> ParsedQuestion:
    """A question of several; an error says at which place in the request it is."""
    try:
        _require_index(uid)
        return _parse_question(uid, question, view)
    except (BadRequest, NotFound) as error:
        raise BadRequest(error.code, f"Inside `{place}`: {error.message}") from error


def _parse_question(uid: str, question: SearchQuestion, view: View) -> ParsedQuestion:
    site_languages = view.runtime.settings.languages
    return parse_question(uid, question, site_languages, TagNames.of(view).families, view.calendar)


def _all_found(
    engines: SearchService, questions: Sequence[ParsedQuestion]
) -> list[_AnsweredQuestion]:
    """The results in order. A repeated question, as at InstantSearch's start, is searched once."""
    results: dict[protocol.Query, ServedResult] = {}
    answers = []
    for question in questions:
        began = perf_counter()
        result, engine = _NOTHING, ""
        if question.query is not None:
            if question.query not in results:
                results[question.query] = engines.search(question.query)
            result, engine = results[question.query].result, results[question.query].status.engine
        answers.append(
            _AnsweredQuestion(question, result, engine, round((perf_counter() - began) * 1000))
        )
    return answers


def _results(view: View, answers: Sequence[_AnsweredQuestion]) -> list[dict[str, Any]]:
    hits = [thing_of(hit) for answer in answers for hit in answer.result.hits]
    site_languages = view.runtime.settings.languages
    items = things.visible_hits(view.tx, view.tags, {}, hits, site_languages, view.now, view.recall)
    return [_result(view, answer, items) for answer in answers]


def _result(view: View, answer: _AnsweredQuestion, items: VisibleItems) -> dict[str, Any]:
    question, result, window = answer.question, answer.result, answer.question.window
    seen = [hit for hit in result.hits[window.surplus :] if thing_of(hit) in items]
    total = result.total - (len(result.hits[window.surplus :]) - len(seen))
    members: dict[str, Any] = {
        "hits": [_hit(view, answer, hit, items[thing_of(hit)]) for hit in seen[: window.reach]],
        "query": question.text,
        "processingTimeMs": answer.took,
        **window.page_members(total),
    }
    if question.facets is not None:
        values = {name: _values(view, name, result, question.lang) for name in question.facets}
        members |= {"facetDistribution": values, "facetStats": _stats(values)}
    return members | {"requestUid": uuid7(view.now)}


def _hit(view: View, answer: _AnsweredQuestion, hit: Hit, item: bytes) -> dict[str, Any]:
    question = answer.question
    fields = _flat_hit(view, from_json(item), question.lang)
    members = {name: value for name, value in fields.items() if name in question.retrieved}
    if question.formatting is not None:
        members["_formatted"] = question.formatting(fields, hit.highlights)
    if question.scored:
        # Meilisearch's scores are between 0 and 1; the local engine's sum of weights has no limit.
        share = hit.score if answer.engine == "meilisearch" else hit.score / (1 + hit.score)
        members["_rankingScore"] = round(share, 6)
    return members


def _flat_hit(view: View, item: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """An article's public fields, flat, as front ends for Meilisearch expect them."""
    image, rights = item["image"] or {}, item["rights"]
    published, updated = (first_instant(item[name]) for name in ("published_at", "updated_at"))
    slugs = [tag["slug"] for tag in item["tags"]]
    where = view.runtime.settings.page_address(item["kind"], item["slug"], item["lang"])
    return {
        **{name: item[name] for name in ("id", "kind", "slug")},
        "url": where,
        **{name: item[name] for name in ("lang", "title", "summary")},
        "published_at": (published - EPOCH) // _SECOND,
        "updated_at": (updated - EPOCH) // _SECOND,
        "year": view.calendar.day_of(_truncate_date(published, item["date_precision"])).year,
        "tags": TagNames.of(view).names_of(slugs, lang),
        "tag_slugs": slugs,
        "authors": [author["name"] for author in item["authors"]],
        "image": image.get("url"),
        "image_alt": image.get("alt"),
        **{name: rights[name] for name in ("credit", "licence", "syndicatable")},
    }


def _truncate_date(published: datetime, precision: str) -> datetime:
    return published if precision == "time" else date_only(published)


def _facet(name: str) -> FacetName:
    for facet in FACETS:
        if name == facet:
            return facet
    raise BadRequest(
        "invalid_facet_search_facet_name",
        f"Attribute `{name[:60]}` is not facet-searchable. Available facet-searchable attributes "
        f"patterns are: `{', '.join(FACETS)}`.",
    )


def _values(view: View, facet: FacetName, result: SearchResult, lang: str) -> dict[str, int]:
    """Values as filters take them, the most frequent first; tags that are gone are omitted."""
    counts = result.facets.get(facet, ())
    if facet != "tags":
        return dict(counts)
    return TagNames.of(view).counts_by_name(counts, lang)


def _stats(values: Mapping[FacetName, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    years = [float(year) for year in values.get("year", ())]
    return {"year": {"min": min(years), "max": max(years)}} if years else {}


def _begins(value: str, prefix: str) -> bool:
    """Whether `prefix` starts at a word of `value`; its last word may be unfinished."""
    return f" {prefix}" in f" {_fold(value)}"


def _fold(text: str) -> str:
    """The text without accents, capitals and punctuation."""
    plain = normalize("NFKD", without_unseen(text)).casefold()
    letters = "".join(sign if sign.isalnum() else " " for sign in plain if not combining(sign))
    return " ".join(letters.split())
