"""Search for front ends made for Meilisearch: InstantSearch and the `meilisearch` package.

Only what is asked differs from `/v1/search`: the engine ranks, and hits are what the store shows
now. All questions of a request are asked in one hop and answered from one snapshot.
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
from app.http.instant import InstantRoute, wire
from app.http.reading import View, answer_search_uncached
from app.kit.calendar import coarse
from app.kit.clock import EPOCH
from app.kit.dates import first_instant
from app.kit.ids import uuid7
from app.kit.text import without_unseen
from app.public.instant import FacetHits, InstantResult, InstantResults
from app.published import found as things
from app.published.found import Shown
from app.search import protocol
from app.search.instant.asking import FACETS, INDEX, Asked, asked, chosen_filter, is_index, language
from app.search.instant.questions import FacetSearch, MultiSearch, SearchQuestion
from app.search.present import thing
from app.search.protocol import FACET_VALUES, FacetName, Found, Hit
from app.search.serving import Search, Served

router = APIRouter(tags=["search"], route_class=InstantRoute)

_BASE: Final = "/v1/search/instant"
_SECOND: Final = timedelta(seconds=1)
_NOTHING: Final = Found((), 0)


@dataclass(frozen=True, slots=True)
class _Answered:
    """One question, what was found, who found it, and how long that took in milliseconds."""

    asked: Asked
    found: Found
    engine: str
    took: int


@router.post(f"{_BASE}/multi-search", response_model=InstantResults)
async def multi_search(
    request: Request, sent: Annotated[MultiSearch, wire(MultiSearch)], runtime: RuntimeDep
) -> Response:
    """Several searches at once, as InstantSearch sends them. The index is `articles`."""

    def ask(view: View) -> list[Asked]:
        return [
            _inside(f".queries[{place}]", one.index_uid, one, view)
            for place, one in enumerate(sent.queries)
        ]

    def show(view: View, _: list[Asked], answers: list[_Answered]) -> bytes:
        results = _results(view, answers)
        return to_json(
            {
                "results": [
                    {"indexUid": answer.asked.uid, **result}
                    for answer, result in zip(answers, results, strict=True)
                ]
            }
        )

    return await answer_search_uncached(
        request, ask, lambda many: _all_found(runtime.search, many), show
    )


@router.post(f"{_BASE}/indexes/{{uid}}/search", response_model=InstantResult)
async def search(
    request: Request,
    uid: str,
    sent: Annotated[SearchQuestion, wire(SearchQuestion)],
    runtime: RuntimeDep,
) -> Response:
    """One search, as the `meilisearch` package sends it."""

    def ask(view: View) -> list[Asked]:
        _known(uid)
        return [_understood(uid, sent, view)]

    def show(view: View, _: list[Asked], answers: list[_Answered]) -> bytes:
        return to_json(_results(view, answers)[0])

    return await answer_search_uncached(
        request, ask, lambda one: _all_found(runtime.search, one), show
    )


@router.post(f"{_BASE}/indexes/{{uid}}/facet-search", response_model=FacetHits)
async def facet_search(
    request: Request, uid: str, sent: Annotated[FacetSearch, wire(FacetSearch)], runtime: RuntimeDep
) -> Response:
    """The values of a facet of which some word begins with what is typed."""
    began = perf_counter()
    typed = _folded(sent.facet_query or "")

    def ask(view: View) -> tuple[protocol.Query | None, FacetName]:
        _known(uid)
        facet = _facet(sent.facet_name)
        spoken = view.runtime.settings.languages
        names, lang = TagNames.of(view), language(sent.locales, spoken)
        chosen = chosen_filter(sent.filter, spoken, names.families, lang, view.calendar)
        if chosen is None:
            return None, facet
        if facet == "tags" and typed:
            # What is rare is not among the most frequent values until it is asked for.
            meant = names.whose(lambda name: _begins(name, typed), lang)
            if not meant:
                return None, facet
            chosen = replace(chosen, all_of=(meant, *chosen.all_of))
        return protocol.Query(text=sent.q or "", filter=chosen, limit=1, facets=(facet,)), facet

    def find(question: tuple[protocol.Query | None, FacetName]) -> Found:
        return _NOTHING if question[0] is None else runtime.search.search(question[0]).found

    def show(view: View, question: tuple[protocol.Query | None, FacetName], found: Found) -> bytes:
        facet = question[1]
        lang = language(sent.locales, view.runtime.settings.languages)
        values = _values(view, facet, found, lang)
        hits = [
            {"value": value, "count": count}
            for value, count in values.items()
            if _begins(value, typed)
        ]
        took = round((perf_counter() - began) * 1000)
        shown = {"facetHits": hits[:FACET_VALUES], "facetQuery": sent.facet_query}
        return to_json({**shown, "processingTimeMs": took})

    return await answer_search_uncached(request, ask, find, show)


def _known(uid: str) -> None:
    if not is_index(uid):
        raise NotFound("index_not_found", f"Index `{uid[:60]}` not found; it is `{INDEX}`.")


def _inside(place: str, uid: str, question: SearchQuestion, view: View) -> Asked:
    """One of several; what is wrong with it says where it is."""
    try:
        _known(uid)
        return _understood(uid, question, view)
    except (BadRequest, NotFound) as error:
        raise BadRequest(error.code, f"Inside `{place}`: {error.message}") from error


def _understood(uid: str, question: SearchQuestion, view: View) -> Asked:
    spoken = view.runtime.settings.languages
    return asked(uid, question, spoken, TagNames.of(view).families, view.calendar)


def _all_found(engines: Search, questions: Sequence[Asked]) -> list[_Answered]:
    """One after another; what is asked twice, as InstantSearch does at its start, is found once."""
    known: dict[protocol.Query, Served] = {}
    answers = []
    for one in questions:
        began = perf_counter()
        found, engine = _NOTHING, ""
        if one.query is not None:
            if one.query not in known:
                known[one.query] = engines.search(one.query)
            found, engine = known[one.query].found, known[one.query].standing.engine
        answers.append(_Answered(one, found, engine, round((perf_counter() - began) * 1000)))
    return answers


def _results(view: View, answers: Sequence[_Answered]) -> list[dict[str, Any]]:
    hits = [thing(hit) for answer in answers for hit in answer.found.hits]
    spoken = view.runtime.settings.languages
    shown = things.shown(view.tx, view.tags, {}, hits, spoken, view.now)
    return [_result(view, answer, shown) for answer in answers]


def _result(view: View, answer: _Answered, shown: Shown) -> dict[str, Any]:
    asked, found, window = answer.asked, answer.found, answer.asked.window
    seen = [hit for hit in found.hits[window.surplus :] if thing(hit) in shown]
    total = found.total - (len(found.hits[window.surplus :]) - len(seen))
    made: dict[str, Any] = {
        "hits": [_hit(view, answer, hit, shown[thing(hit)]) for hit in seen[: window.reach]],
        "query": asked.text,
        "processingTimeMs": answer.took,
        **window.told(total),
    }
    if asked.facets is not None:
        values = {name: _values(view, name, found, asked.lang) for name in asked.facets}
        made |= {"facetDistribution": values, "facetStats": _stats(values)}
    return made | {"requestUid": uuid7(view.now)}


def _hit(view: View, answer: _Answered, hit: Hit, item: bytes) -> dict[str, Any]:
    asked = answer.asked
    whole = _flat(view, from_json(item), asked.lang)
    made = {name: value for name, value in whole.items() if name in asked.retrieved}
    if asked.formatting is not None:
        made["_formatted"] = asked.formatting(whole, hit.highlights)
    if asked.scored:
        # Meilisearch's scores are shares of one already; a sum of weights has no end.
        share = hit.score if answer.engine == "meilisearch" else hit.score / (1 + hit.score)
        made["_rankingScore"] = round(share, 6)
    return made


def _flat(view: View, item: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """An article's public fields as front ends made for flat documents take them."""
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
        "year": view.calendar.day_of(_dated(published, item["date_precision"])).year,
        "tags": TagNames.of(view).shown(slugs, lang),
        "tag_slugs": slugs,
        "authors": [author["name"] for author in item["authors"]],
        "image": image.get("url"),
        "image_alt": image.get("alt"),
        **{name: rights[name] for name in ("credit", "licence", "syndicatable")},
    }


def _dated(published: datetime, precision: str) -> datetime:
    return published if precision == "time" else coarse(published)


def _facet(name: str) -> FacetName:
    for known in FACETS:
        if name == known:
            return known
    raise BadRequest(
        "invalid_facet_search_facet_name",
        f"Attribute `{name[:60]}` is not facet-searchable. Available facet-searchable attributes "
        f"patterns are: `{', '.join(FACETS)}`.",
    )


def _values(view: View, facet: FacetName, found: Found, lang: str) -> dict[str, int]:
    """Values as filters take them, the most frequent first; a tag that has gone is left out."""
    counted = found.facets.get(facet, ())
    if facet != "tags":
        return dict(counted)
    return TagNames.of(view).counted(counted, lang)


def _stats(values: Mapping[FacetName, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    years = [float(year) for year in values.get("year", ())]
    return {"year": {"min": min(years), "max": max(years)}} if years else {}


def _begins(value: str, typed: str) -> bool:
    """The words typed stand side by side in the value, the last perhaps unfinished."""
    return f" {typed}" in f" {_folded(value)}"


def _folded(text: str) -> str:
    """Without accents, capitals and punctuation."""
    plain = normalize("NFKD", without_unseen(text)).casefold()
    kept = "".join(sign if sign.isalnum() else " " for sign in plain if not combining(sign))
    return " ".join(kept.split())
