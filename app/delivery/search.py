"""Search over everything published, and completions of a query being typed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response

from app.delivery.filters import (
    Fallback,
    FilterParameters,
    are_instead,
    article_filter,
    count_by_tag,
    languages,
    to_search_filter,
)
from app.http.contract.parameters import comma_list
from app.http.parameters import (
    DIGITS,
    Flag,
    Language,
    Limit,
    Parameters,
    bad_parameter,
    build_url,
    known_names,
)
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View, answer_search
from app.public.search import Completions, SearchPage
from app.public.vocabulary import ContentKind
from app.published import changes
from app.published import visible_hits as things
from app.published.answer import Answer
from app.published.cache_keys import SEARCH
from app.published.visible_hits import VisibleItems
from app.runtime import Runtime
from app.search import protocol
from app.search.failover import SPARE, ServedResult
from app.search.overlay import thing_of
from app.search.protocol import (
    DEEPEST,
    DOCUMENT_KINDS,
    FACET_NAMES,
    ArticleKind,
    Hit,
)

router = APIRouter(tags=["search"], route_class=EndpointRoute)


class SearchParameters(FilterParameters):
    """The parameters of a search: words, and the filters of the list of articles."""

    q: Annotated[
        str,
        Field(
            max_length=2_000,
            description='Words, "phrases" and -exclusions; the newest when absent',
        ),
    ] = ""
    kind: Annotated[
        str,
        Field(
            max_length=100,
            description=f"Any of {', '.join(DOCUMENT_KINDS)}, by `,`; `page` alone for those "
            "articles that are standing pages",
            json_schema_extra=comma_list((*DOCUMENT_KINDS, "page")),
        ),
    ] = ""
    fallback: Fallback = ""
    order: Annotated[
        Literal["relevance", "newest", "oldest"], Field(description="What comes first")
    ] = "relevance"
    facets: Annotated[
        str,
        Field(
            max_length=100,
            description=f"Any of {', '.join(FACET_NAMES)}, by `,`",
            json_schema_extra=comma_list(FACET_NAMES),
        ),
    ] = ""
    exact: Annotated[Flag, Field(description="Take every word as it is written")] = False
    limit: Limit = 20
    page: Annotated[int, Field(ge=1, le=DEEPEST, description="Of `limit` hits, from 1"), DIGITS] = 1


class SuggestParameters(Parameters):
    """The parameters of a completion."""

    q: Annotated[str, Field(min_length=1, max_length=200, description="What was typed so far")]
    lang: Language = ""
    limit: Annotated[int, Field(ge=1, le=20, description="The most in one answer"), DIGITS] = 8


@router.get(
    "/v1/search", response_model=SearchPage, responses=public_responses(304, 400, 503, links=True)
)
async def search(request: Request, params: SearchParameters) -> Response:
    """Articles, pages, tags, sponsors and committee members, best first."""
    runtime: Runtime = request.state.runtime

    def show(view: View, query: protocol.Query, answer: ServedResult) -> Answer:
        site_languages = (*query.filter.languages, *view.runtime.settings.languages)
        items = _visible_things(view, answer.result.hits, site_languages, params.lang)
        hits = [hit for hit in answer.result.hits if thing_of(hit) in items]
        total = answer.result.total - (len(answer.result.hits) - len(hits))
        base = f"{view.runtime.settings.public_url}/v1/search"
        links = _links(params, base, total)
        meta = _meta(params, view, answer, base, site_languages[0]) | {"total": total}
        body = b'{"data":[%s],"meta":%s,"links":%s}' % (
            b",".join(_hit(hit, items[thing_of(hit)]) for hit in hits[: params.limit]),
            to_json(meta),
            to_json(links),
        )
        return Answer(body, {"next": links["next"], "prev": links["prev"]}, SEARCH)

    return await answer_search(
        request, lambda view: _query(params, view), runtime.search.search, show
    )


@router.get(
    "/v1/search/suggest", response_model=Completions, responses=public_responses(304, 400, 503)
)
async def suggest(request: Request, params: SuggestParameters) -> Response:
    """Titles, tags and people that complete what was typed."""
    runtime: Runtime = request.state.runtime

    def ask(view: View) -> tuple[str, ...]:
        return languages(params.lang, "", view.runtime.settings.languages)

    def find(preferred: tuple[str, ...]) -> list[protocol.Suggestion]:
        return runtime.search.suggest(params.q, preferred, params.limit + SPARE)

    def show(
        view: View, preferred: tuple[str, ...], suggestions: list[protocol.Suggestion]
    ) -> Answer:
        site_languages = (*preferred, *view.runtime.settings.languages)
        items = _visible_things(view, suggestions, site_languages, params.lang)
        slugs = things.hit_slugs(items)
        data = [
            {
                "kind": suggestion.key.kind,
                "id": suggestion.key.id,
                "title": suggestion.title,
                "highlighted": suggestion.highlighted,
                "slug": slugs[thing_of(suggestion)],
            }
            for suggestion in suggestions
            if thing_of(suggestion) in items
        ]
        return Answer(to_json({"data": data[: params.limit]}), {}, SEARCH)

    return await answer_search(request, ask, find, show)


def _query(params: SearchParameters, view: View) -> protocol.Query:
    if params.page * params.limit > DEEPEST:
        message = (
            f"Only the first {DEEPEST} hits can be paged to; filter, or search for more words."
        )
        raise bad_parameter("page_too_deep", "page", message)
    site_languages = languages(params.lang, params.fallback, view.runtime.settings.languages)
    filters = article_filter(params, view.tags, view.calendar)
    once = are_instead(params.lang, site_languages)
    filters = replace(filters, languages=site_languages, each_story_once=once)
    kinds, article_kinds = _kinds(params.kind)
    facets = known_names("facet", "facets", params.facets, FACET_NAMES)
    return protocol.Query(
        text=params.q,
        filter=to_search_filter(filters, kinds, article_kinds),
        order=params.order,
        limit=params.limit,
        page=params.page,
        extra=SPARE,
        facets=tuple(name for name in FACET_NAMES if name in facets),
        exact=params.exact,
        highlight=True,
    )


def _kinds(text: str) -> tuple[tuple[ContentKind, ...], tuple[ArticleKind, ...]]:
    """The kinds of documents, and of articles, that the parameter `kind` names."""
    names = known_names("kind", "kind", text, (*DOCUMENT_KINDS, "page"))
    kinds = tuple(kind for kind in DOCUMENT_KINDS if kind in names)
    if "page" not in names or "article" in kinds:  # pages are articles
        return kinds, ()
    if kinds:
        message = "`page` goes alone or with `article`; ask for the other kinds by themselves."
        raise bad_parameter("mixed_kinds", "kind", message)
    return ("article",), ("page",)


def _visible_things(
    view: View,
    hits: Sequence[Hit | protocol.Suggestion],
    site_languages: tuple[str, ...],
    lang: str,
) -> VisibleItems:
    keys = [thing_of(hit) for hit in hits]
    counts: dict[UUID, int] = {}
    if any(kind == "tag" for kind, _, _ in keys):
        counts = count_by_tag(view, lang)
    return things.visible_hits(
        view.tx, view.tags, counts, keys, site_languages, view.now, view.recall
    )


def _hit(hit: Hit, item: bytes) -> bytes:
    marked = hit.highlights or protocol.HitHighlights()
    highlights = {"title": marked.title, "summary": marked.summary, "body": marked.body}
    return b'{"kind":%s,"score":%s,"highlights":%s,"item":%s}' % (
        to_json(hit.key.kind),
        to_json(round(hit.score, 4)),
        to_json(highlights),
        item,
    )


def _meta(
    params: SearchParameters, view: View, served: ServedResult, base: str, lang: str
) -> dict[str, Any]:
    answer, standing = served.result, served.status
    behind, _ = changes.lag_of(view.tx, view.head, standing.cursor, view.now)
    meta: dict[str, Any] = {
        "limit": params.limit,
        "page": params.page,
        "total_is_exact": answer.total_is_exact,
        "engine": standing.engine,
        "degraded": standing.degraded,
        "freshness": {"behind_changes": behind},
    }
    if answer.corrected is not None:
        insist = build_url(base, params.model_copy(update={"exact": True, "page": 1}))
        meta["corrected"] = {"q": answer.corrected, "insist": insist}
    if answer.did_you_mean is not None:
        meta["did_you_mean"] = answer.did_you_mean
    if answer.facets:
        meta["facets"] = {
            name: _facet(name, values, view, lang) for name, values in answer.facets.items()
        }
    return meta


def _facet(
    facet: str, values: Iterable[tuple[str, int]], view: View, lang: str
) -> list[dict[str, Any]]:
    """Values as parameters take them, the most frequent first; tags that are gone are omitted."""
    if facet != "tags":
        return [{"value": value, "name": value, "count": count} for value, count in values]
    counted_tags = [(view.tags.by_id.get(UUID(key)), count) for key, count in values]
    facet_values = [
        {
            "value": tag.slug,
            "name": view.tags.localise(tag.names, lang) or tag.slug,
            "count": n,
            "type": tag.type,
        }
        for tag, n in counted_tags
        if tag is not None
    ]
    return sorted(facet_values, key=lambda value: (-value["count"], value["value"]))


def _links(params: SearchParameters, base: str, total: int) -> dict[str, str | None]:
    def page(number: int) -> str:
        return build_url(base, params.model_copy(update={"page": number}))

    last = min(total, DEEPEST)
    return {
        "self": page(params.page),
        "next": page(params.page + 1) if params.page * params.limit < last else None,
        "prev": page(params.page - 1) if params.page > 1 else None,
    }
