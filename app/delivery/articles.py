"""Lists of articles with the whole filter algebra, and one article by its slug."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar, get_args

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import from_json, to_json

from app import cursors
from app.delivery.filters import ArticleParameters, NextLanguages, languages, list_filter
from app.delivery.list_context import Context, read_subjects, read_whole_archive
from app.feeds import jsonld
from app.http.contract.parameters import comma_list
from app.http.endpoint import BriefView, Cost
from app.http.parameters import (
    Flag,
    Language,
    Limit,
    Travelling,
    bad_parameter,
    build_url,
    known_names,
    refuse_capitals,
)
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kit.addresses import absolute_media
from app.public.article_lists import ArticleList
from app.public.articles import ArticleDetail, ArticleItem, Seo
from app.public.envelopes import One
from app.public.vocabulary import Kind
from app.published import articles
from app.published.answer import Answer
from app.published.articles import Extra
from app.published.cache_keys import LISTS, key_of
from app.published.totals import count_articles
from app.settings import Settings

router = APIRouter(tags=["articles"], route_class=EndpointRoute)

EXTRAS: tuple[Extra, ...] = get_args(Extra)
LIST_FIELDS = tuple(ArticleItem.model_fields)
DetailExtra = Literal[Extra, "jsonld"]
DETAIL_EXTRAS: tuple[DetailExtra, ...] = get_args(DetailExtra)
CONTEXT: tuple[Context, ...] = get_args(Context)
_BRIEF_PAGE = 50

DETAIL_FIELDS = tuple(name for name in ArticleDetail.model_fields if name not in DETAIL_EXTRAS)

_ADDED = (
    "Add `related`, `paths` to each, by `,`; and to `meta` the one `tag` or `author` that is asked "
    "for, whole, and the `archive` by year and month"
)
_ADDED_TO_DETAIL = "Add `jsonld`; `related` and `paths` are there anyway"


def _names(description: str, choices: Sequence[str]) -> Any:
    """A list of names by comma."""
    return Field(max_length=500, description=description, json_schema_extra=comma_list(choices))


_ONLY = "Only these members, by `,`"
Fields = Annotated[str, _names(_ONLY, (*LIST_FIELDS, *EXTRAS))]
DetailFields = Annotated[str, _names(_ONLY, (*DETAIL_FIELDS, *DETAIL_EXTRAS))]
Include = Annotated[str, _names(_ADDED, (*EXTRAS, *CONTEXT))]
DetailInclude = Annotated[str, _names(_ADDED_TO_DETAIL, DETAIL_EXTRAS)]


class ListParameters(ArticleParameters):
    """The parameters of a list of articles."""

    repeated = frozenset({"kind"})
    kind: Annotated[
        Kind, Field(description="With `ids` and without `kind`, the list has pages too")
    ] = "article"
    order: Annotated[
        Literal["newest", "oldest", "updated", "position"],
        Field(description="`position`: as editors order pages, with `kind=page`"),
    ] = "newest"
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""
    count: Annotated[Flag, Field(description="Also tell `meta.total`, and whether it is exact")] = (
        False
    )
    fields: Fields = ""
    include: Include = ""


class DetailParameters(Travelling):
    """The parameters of one article."""

    lang: Language = ""
    fallback: NextLanguages = ""
    fields: DetailFields = ""
    include: DetailInclude = ""


def _is_slow(arguments: Mapping[str, Any]) -> bool:
    """Whether the request is slow: `related` costs several look-ups for each new article."""
    params: ListParameters = arguments["params"]
    return params.count or "related" in params.include + params.fields


def _is_brief(arguments: Mapping[str, Any]) -> bool:
    """Whether the page is short enough for the event loop."""
    params: ListParameters = arguments["params"]
    is_short = params.limit <= _BRIEF_PAGE and "archive" not in params.include
    return is_short and not _is_slow(arguments)


@router.get(
    "/v1/articles",
    response_model=ArticleList,
    responses=public_responses(304, 400, 404, 410, 503, links=True),
)
def list_articles(
    view: Annotated[View, Cost(_is_slow, _is_brief)], params: ListParameters
) -> Answer:
    """Articles, newest first, page by page."""
    settings = view.runtime.settings
    if params.order == "position" and params.kind != "page":
        message = "Only pages have a position; add kind=page, or choose another order."
        raise bad_parameter("pages_only", "order", message)
    names, include, context = _list_members(params)
    meta: dict[str, Any] = {"limit": params.limit, **read_subjects(view, params, context)}
    filters = list_filter(params, view.tags, settings)
    if filters.ids and "kind" not in params.model_fields_set:
        filters = replace(filters, any_kind=True)
    name = repr((filters, params.order))
    cursor = cursors.decode(params.cursor or None, name)
    page = articles.list_page(
        view.tx,
        view.tags,
        filters,
        params.order,
        cursor,
        params.limit,
        view.now,
        view.recall,
        include,
    )
    items = [_select_members(item, names) for item in page.items] if names else page.items
    base = f"{settings.public_url}/v1/articles"
    links = {
        "self": build_url(base, params),
        "next": build_url(base, params, page.next.encode(name)) if page.next else None,
        "prev": build_url(base, params, page.prev.encode(name)) if page.prev else None,
    }
    if "archive" in context:
        meta["archive"] = read_whole_archive(view, filters).years
    if params.count:
        total = view.recall(
            ("total", filters),
            lambda: count_articles(view.tx, view.tags, filters, view.now, view.recall),
        )
        meta |= {"total": total.number, "total_is_exact": total.is_exact}
    body = b'{"data":[%s],"meta":%s,"links":%s}' % (
        b",".join(items),
        absolute_media(to_json(meta), settings.public_url) if context else to_json(meta),
        to_json(links),
    )
    return Answer(body, {"next": links["next"], "prev": links["prev"]}, LISTS)


@router.get(
    "/v1/articles/{slug}",
    response_model=One[ArticleDetail],
    responses=public_responses(301, 304, 400, 404, 410, 503),
)
def read_article(view: BriefView, slug: str, params: DetailParameters) -> Answer:
    """One article whole; an old slug and an id lead to its slug, a retracted one says why."""
    refuse_capitals(slug)
    preferred = languages(params.lang, params.fallback, view.runtime.settings.languages)
    names, extras = _chosen_fields(params.fields, params.include, DETAIL_FIELDS, DETAIL_EXTRAS)
    article_id, item, shown = articles.article_detail(
        view.tx,
        view.tags,
        slug,
        preferred,
        view.now,
        view.recall,
    )
    plain = item
    if names:
        item = _select_members(item, tuple(name for name in names if name != "jsonld"))
    if "jsonld" in extras:  # last and as rendered, which is safe in a page's script
        comma = b"" if item == b"{}" else b","
        item = item[:-1] + comma + b'"jsonld":%s}' % to_jsonld(view.runtime.settings, plain)
    keys = " ".join(key_of("article", key) for key in dict.fromkeys((article_id, *shown)))
    return Answer(b'{"data":%s}' % item, {}, keys)


def to_jsonld(settings: Settings, item: bytes) -> bytes:
    """The JSON-LD of an article, from the JSON of its item with `seo`."""
    publisher = jsonld.Publisher(
        name=settings.site_name,
        home=settings.site_url or f"{settings.public_url}/v1",
        logo=settings.logo_url,
        author_page=settings.author_address,
    )
    article = ArticleItem.model_validate_json(item)
    seo = Seo.model_validate(from_json(item)["seo"])
    return jsonld.render(article, seo, publisher, settings.page_address)


Wanted = TypeVar("Wanted", bound=str)


def _chosen_fields(
    fields_text: str,
    include_text: str,
    known_fields: tuple[str, ...],
    extra: tuple[Wanted, ...],
) -> tuple[tuple[str, ...], tuple[Wanted, ...]]:
    """The members to keep (none: all) and those of `extra` to add. Both parameters add up."""
    fields = known_names("field", "fields", fields_text, (*known_fields, *extra))
    include = known_names("inclusion", "include", include_text, extra)
    if fields:
        fields = tuple(dict.fromkeys((*fields, *include)))
    return fields, tuple(name for name in extra if name in fields or name in include)


def _list_members(
    params: ListParameters,
) -> tuple[tuple[str, ...], tuple[Extra, ...], tuple[Context, ...]]:
    """The members to keep of each article (none: all), those to add, and what to add to `meta`."""
    for parameter, text in (("fields", params.fields), ("include", params.include)):
        if "body_html" in text.split(","):
            message = "body_html is in the detail only; read /v1/articles/{slug} for it."
            raise bad_parameter("detail_only", parameter, message)
    include = known_names("inclusion", "include", params.include, (*EXTRAS, *CONTEXT))
    of_each = ",".join(name for name in include if name in EXTRAS)
    fields, extras = _chosen_fields(params.fields, of_each, LIST_FIELDS, EXTRAS)
    return fields, extras, tuple(name for name in CONTEXT if name in include)


def _select_members(item: bytes, names: tuple[str, ...]) -> bytes:
    members = from_json(item)
    return to_json({name: members[name] for name in names})
