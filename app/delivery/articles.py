"""Lists of articles with the whole filter algebra, and one article by its slug."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json, to_json
from starlette.responses import Response

from app.delivery.filters import ArticleParameters, chosen, languages
from app.errors import BadRequest, Detail
from app.http.problems import documented
from app.http.reading import Answer, Reading, answered
from app.kit import paging
from app.public.articles import ArticleDetail, ArticleItem
from app.public.envelopes import One, Page
from app.published import articles

router = APIRouter(tags=["articles"])

LIST_FIELDS = tuple(ArticleItem.model_fields)
DETAIL_FIELDS = tuple(ArticleDetail.model_fields)


class ListParameters(ArticleParameters):
    """What a list takes."""

    order: Literal["newest", "oldest", "updated"] = "newest"
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""
    count: Annotated[bool, Field(description="Also tell `meta.total`")] = False
    fields: Annotated[str, Field(max_length=500, description="Only these, by `,`")] = ""


class DetailParameters(BaseModel):
    """What one article takes."""

    model_config = ConfigDict(extra="forbid")

    lang: Annotated[str, Field(max_length=20, description="The language wanted")] = ""
    fallback: Annotated[str, Field(max_length=50, description="Languages to try next, by `,`")] = ""
    fields: Annotated[str, Field(max_length=500, description="Only these, by `,`")] = ""


@router.get("/v1/articles", response_model=Page[ArticleItem], responses=documented(304, 400, 503))
async def list_articles(request: Request, asked: Annotated[ListParameters, Query()]) -> Response:
    """Articles, newest first, page by page."""

    def work(reading: Reading) -> Answer:
        settings = reading.runtime.settings
        wanted = chosen(asked, reading.tags, settings.languages)
        name = repr((wanted, asked.order))
        cursor = _cursor(asked.cursor, name)
        names = _fields(asked.fields, LIST_FIELDS)
        page = articles.page(
            reading.tx, reading.tags, wanted, asked.order, cursor, asked.limit, reading.now
        )
        items = [_only(item, names) for item in page.items] if names else page.items
        base = f"{settings.public_url}/v1/articles"
        links = {
            "self": _link(base, asked, asked.cursor),
            "next": _link(base, asked, page.next.encode(name)) if page.next else None,
            "prev": _link(base, asked, page.prev.encode(name)) if page.prev else None,
        }
        meta: dict[str, int] = {"limit": asked.limit}
        if asked.count:
            meta["total"] = reading.recall(
                ("total", wanted), lambda: articles.total(reading.tx, wanted, reading.now)
            )
        body = b'{"data":[%s],"meta":%s,"links":%s}' % (
            b",".join(items),
            to_json(meta),
            to_json(links),
        )
        return Answer(body, {"next": links["next"], "prev": links["prev"]}, "articles")

    return await answered(request, work, slow=asked.count)


@router.get(
    "/v1/articles/{slug}",
    response_model=One[ArticleDetail],
    responses=documented(301, 304, 400, 404, 410, 503),
)
async def read_article(
    request: Request, slug: str, asked: Annotated[DetailParameters, Query()]
) -> Response:
    """One article whole; an old slug leads to the new one, a retracted one says why."""

    def work(reading: Reading) -> Answer:
        wanted = languages(asked.lang, asked.fallback, reading.runtime.settings.languages)
        names = _fields(asked.fields, DETAIL_FIELDS)
        item = articles.detail(
            reading.tx,
            reading.tags,
            slug,
            wanted,
            reading.now,
            lambda key, make: reading.recall(("related", key), make),
        )
        item = _only(item, names) if names else item
        return Answer(b'{"data":%s}' % item, {}, f"articles article/{slug}")

    return await answered(request, work)


def _cursor(text: str, name: str) -> paging.Cursor | None:
    if not text:
        return None
    try:
        return paging.decode(text, name)
    except paging.BadCursor as error:
        message = "This cursor belongs to no such list; begin again without it."
        detail = Detail("invalid_cursor", message, parameter="cursor")
        raise BadRequest("invalid_cursor", message, (detail,)) from error


def _fields(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in known:
            message = f"There is no field {name[:60]!r} here; known: {', '.join(known)}."
            detail = Detail("unknown_field", message, parameter="fields")
            raise BadRequest("unknown_field", message, (detail,))
    return names


def _only(item: bytes, names: tuple[str, ...]) -> bytes:
    whole = from_json(item)
    return to_json({name: whole[name] for name in names})


def _link(base: str, asked: ListParameters, cursor: str) -> str:
    given = asked.model_dump(exclude_defaults=True, exclude={"cursor"}, mode="json")
    given = {key: "true" if value is True else value for key, value in given.items()}
    query = urlencode({**given, "cursor": cursor} if cursor else given, safe=",|:")
    return f"{base}?{query}" if query else base
