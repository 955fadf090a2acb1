"""Lists of articles with the whole filter algebra, and one article by its slug."""

from typing import Annotated, Literal, TypeVar, get_args

from fastapi import APIRouter, Query, Request
from pydantic import Field
from pydantic_core import from_json, to_json
from starlette.responses import Response

from app.delivery.filters import ArticleParameters, articles_chosen, languages
from app.feeds import jsonld
from app.http.parameters import (
    Flag,
    Language,
    Limit,
    Travelling,
    address,
    bad,
    known_names,
    refuse_capitals,
)
from app.http.problems import documented
from app.http.reading import Reading, answered
from app.http.routing import ReadRoute
from app.kit import paging
from app.public.articles import ArticleDetail, ArticleItem, ListedArticle
from app.public.envelopes import One, Page
from app.published import articles
from app.published.answers import Answer
from app.published.articles import Extra
from app.settings import Settings

router = APIRouter(tags=["articles"], route_class=ReadRoute)

EXTRAS: tuple[Extra, ...] = get_args(Extra)
LIST_FIELDS = tuple(ArticleItem.model_fields)
DetailExtra = Literal[Extra, "jsonld"]
DETAIL_EXTRAS: tuple[DetailExtra, ...] = get_args(DetailExtra)
DETAIL_FIELDS = tuple(name for name in ArticleDetail.model_fields if name not in DETAIL_EXTRAS)

Fields = Annotated[str, Field(max_length=500, description="Only these members, by `,`")]
Include = Annotated[
    str, Field(max_length=500, description="Add `related`, `paths`, by `,`; one article has both")
]
DetailInclude = Annotated[
    str,
    Field(max_length=500, description="Add `jsonld`; `related` and `paths` are there anyway"),
]


class ListParameters(ArticleParameters):
    """What a list takes."""

    order: Literal["newest", "oldest", "updated"] = "newest"
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""
    count: Annotated[Flag, Field(description="Also tell `meta.total`")] = False
    fields: Fields = ""
    include: Include = ""


class DetailParameters(Travelling):
    """What one article takes."""

    lang: Language = ""
    fallback: Annotated[str, Field(max_length=50, description="Languages to try next, by `,`")] = ""
    fields: Fields = ""
    include: DetailInclude = ""


@router.get(
    "/v1/articles",
    response_model=Page[ListedArticle],
    responses=documented(304, 400, 503, links=True),
)
async def list_articles(request: Request, asked: Annotated[ListParameters, Query()]) -> Response:
    """Articles, newest first, page by page."""

    def work(reading: Reading) -> Answer:
        settings = reading.runtime.settings
        wanted = articles_chosen(asked, reading.tags, settings)
        name = repr((wanted, asked.order))
        cursor = _cursor(asked.cursor, name)
        _refuse_body(asked)
        names, include = _chosen_fields(asked, LIST_FIELDS, EXTRAS)
        page = articles.page(
            reading.tx,
            reading.tags,
            wanted,
            asked.order,
            cursor,
            asked.limit,
            reading.now,
            reading.recall,
            include,
        )
        items = [_only(item, names) for item in page.items] if names else page.items
        base = f"{settings.public_url}/v1/articles"
        links = {
            "self": address(base, asked),
            "next": address(base, asked, page.next.encode(name)) if page.next else None,
            "prev": address(base, asked, page.prev.encode(name)) if page.prev else None,
        }
        meta: dict[str, int] = {"limit": asked.limit}
        if asked.count:
            meta["total"] = reading.recall(
                ("total", wanted),
                lambda: articles.total(reading.tx, reading.tags, wanted, reading.now),
            )
        body = b'{"data":[%s],"meta":%s,"links":%s}' % (
            b",".join(items),
            to_json(meta),
            to_json(links),
        )
        return Answer(body, {"next": links["next"], "prev": links["prev"]}, "articles")

    # What is related costs several look-ups an article when it is not remembered yet.
    return await answered(
        request, work, slow=asked.count or "related" in asked.include + asked.fields
    )


@router.get(
    "/v1/articles/{slug}",
    response_model=One[ArticleDetail],
    responses=documented(301, 304, 400, 404, 410, 503),
)
async def read_article(
    request: Request, slug: str, asked: Annotated[DetailParameters, Query()]
) -> Response:
    """One article whole; an old slug leads to the new one, a retracted one says why."""

    refuse_capitals(slug)

    def work(reading: Reading) -> Answer:
        wanted = languages(asked.lang, asked.fallback, reading.runtime.settings.languages)
        names, extras = _chosen_fields(asked, DETAIL_FIELDS, DETAIL_EXTRAS)
        article_id, item = articles.detail(
            reading.tx,
            reading.tags,
            slug,
            wanted,
            reading.now,
            reading.recall,
        )
        plain = item
        if names:
            item = _only(item, tuple(name for name in names if name != "jsonld"))
        if "jsonld" in extras:  # last, as it was written: it is safe in a page's script
            comma = b"" if item == b"{}" else b","
            item = item[:-1] + comma + b'"jsonld":%s}' % linked(reading.runtime.settings, plain)
        return Answer(b'{"data":%s}' % item, {}, f"articles article/{article_id}")

    return await answered(request, work)


def linked(settings: Settings, item: bytes) -> bytes:
    """The JSON-LD of an article, from its public JSON."""
    publisher = jsonld.Publisher(
        name=settings.site_name,
        home=settings.site_url or f"{settings.public_url}/v1",
        logo=settings.logo_url,
        author_page=settings.author_address,
    )
    article = ArticleItem.model_validate_json(item)
    return jsonld.rendered(article, publisher, settings.page_address)


def _cursor(text: str, name: str) -> paging.Cursor | None:
    if not text:
        return None
    try:
        return paging.decode(text, name)
    except paging.BadCursor as error:
        message = "This cursor belongs to no such list; begin again without it."
        raise bad("invalid_cursor", "cursor", message) from error


Wanted = TypeVar("Wanted", bound=str)


def _chosen_fields(
    asked: ListParameters | DetailParameters, known: tuple[str, ...], extra: tuple[Wanted, ...]
) -> tuple[tuple[str, ...], tuple[Wanted, ...]]:
    """The members to keep (none: all) and those of `extra` to add; the two lists are one wish."""
    fields = known_names("field", "fields", asked.fields, (*known, *extra))
    include = known_names("inclusion", "include", asked.include, extra)
    if fields:
        fields = tuple(dict.fromkeys((*fields, *include)))
    return fields, tuple(name for name in extra if name in fields or name in include)


def _refuse_body(asked: ListParameters) -> None:
    for parameter, text in (("fields", asked.fields), ("include", asked.include)):
        if "body_html" in text.split(","):
            message = "body_html is in the detail only; read /v1/articles/{slug} for it."
            raise bad("detail_only", parameter, message)


def _only(item: bytes, names: tuple[str, ...]) -> bytes:
    whole = from_json(item)
    return to_json({name: whole[name] for name in names})
