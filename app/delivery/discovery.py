"""How others find what is here: sitemaps, robots, JSON-LD, oEmbed, a page for language models."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import escape
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from pydantic_core import from_json, to_json
from starlette.responses import Response

from app.delivery.articles import linked
from app.delivery.filters import languages
from app.delivery.service import checked_path
from app.errors import Moved, NotFound, NotOffered
from app.feeds import jsonld, sitemap
from app.http.parameters import DIGITS, Language, NoneTravelling, Travelling, refuse_capitals
from app.http.problems import documented
from app.http.reading import Reading, answered
from app.http.routing import TravellingRoute
from app.public.articles import ArticleItem
from app.public.jsonld import NewsArticle
from app.public.oembed import OEmbed
from app.published import archive, archives, articles, paths
from app.published.answers import Answer
from app.published.archives import Month
from app.published.query import ArticleFilter
from app.settings import Settings

router = APIRouter(tags=["discovery"], route_class=TravellingRoute)

_NEWS_DAYS: Final = timedelta(days=2)
_NEWS_MOST: Final = 1_000
_PLAIN: Final = "text/plain; charset=utf-8"
_NOTHING = Annotated[NoneTravelling, Query()]
_RESPONSES = documented(304, 400, 503)


class XmlResponse(Response):
    """XML."""

    media_type = sitemap.MEDIA_TYPE


class PlainResponse(Response):
    """Plain text."""

    media_type = _PLAIN


class LinkedResponse(JSONResponse):
    """JSON-LD."""

    media_type = jsonld.MEDIA_TYPE


class LinkedParameters(Travelling):
    """The language of the article."""

    lang: Language = ""
    fallback: Annotated[str, Field(max_length=50, description="Languages to try next, by `,`")] = ""


class EmbedParameters(Travelling):
    """The page to show, and how large."""

    url: Annotated[str, Field(min_length=1, max_length=1_000, description="An article's address")]
    format: Literal["json", "xml"] = "json"
    maxwidth: Annotated[int, Field(ge=1, le=10_000), DIGITS] = 600
    maxheight: Annotated[int, Field(ge=1, le=10_000), DIGITS] = 400


@router.get("/sitemap.xml", response_class=XmlResponse, responses=_RESPONSES)
async def sitemap_index(request: Request, _asked: _NOTHING) -> Response:
    """The whole archive: a sitemap for each month, one of standing pages, one of the news."""

    def work(reading: Reading) -> Answer:
        base = reading.runtime.settings.public_url
        months = reading.recall("months", lambda: archive.changed(reading.tx, reading.now))
        parts = [
            (f"{base}/sitemaps/news.xml", None),
            (f"{base}/sitemaps/pages.xml", None),
            *((f"{base}/sitemaps/{month}.xml", changed) for month, changed in months),
        ]
        return Answer(sitemap.index(parts), {}, "sitemaps articles", sitemap.MEDIA_TYPE)

    return await answered(request, work, slow=True)


@router.get("/sitemaps/news.xml", response_class=XmlResponse, responses=_RESPONSES)
async def sitemap_news(request: Request, _asked: _NOTHING) -> Response:
    """Articles of the last two days, at most the thousand newest, as news search engines ask."""

    def work(reading: Reading) -> Answer:
        settings = reading.runtime.settings
        recent = ArticleFilter(since=reading.now - _NEWS_DAYS)
        shown = _items(reading, recent)[:_NEWS_MOST]
        body = sitemap.news(shown, settings.site_name, settings.page_address)
        return Answer(body, {}, "sitemaps articles", sitemap.MEDIA_TYPE)

    # What is recent changes by itself.
    return await answered(request, work, also=lambda runtime: f"{runtime.clock():%Y-%m-%dT%H}")


@router.get("/sitemaps/pages.xml", response_class=XmlResponse, responses=_RESPONSES)
async def sitemap_pages(request: Request, _asked: _NOTHING) -> Response:
    """Standing pages, such as aims and history."""
    return await answered(request, lambda reading: _map(reading, ArticleFilter(kind="page")))


@router.get(
    "/sitemaps/{period}.xml",
    response_class=XmlResponse,
    responses=documented(304, 400, 404, 503),
)
async def sitemap_month(request: Request, period: str, _asked: _NOTHING) -> Response:
    """The articles of a month, with their translations."""

    def work(reading: Reading) -> Answer:
        wanted = Month.parsed(period)
        if wanted is None:
            raise NotFound("month_not_found", "A month is written as 2012-07.")
        return _map(reading, archives.within(ArticleFilter(), wanted))

    return await answered(request, work, slow=True)


@router.get("/robots.txt", response_class=PlainResponse, responses=_RESPONSES)
async def robots(request: Request, _asked: _NOTHING) -> Response:
    """All may read all that is public."""

    def work(reading: Reading) -> Answer:
        base = reading.runtime.settings.public_url
        lines = ["User-agent: *", "Disallow: /v1/admin", "Allow: /", ""]
        lines += [f"Sitemap: {base}/sitemap.xml", f"Sitemap: {base}/sitemaps/news.xml", ""]
        return Answer("\n".join(lines).encode(), {}, "service", _PLAIN)

    return await answered(request, work)


@router.get("/llms.txt", response_class=PlainResponse, responses=_RESPONSES)
async def language_models(request: Request, _asked: _NOTHING) -> Response:
    """What is here and what may be done with it, for language models and those who run them."""
    return await answered(
        request,
        lambda reading: Answer(
            _explained(reading.runtime.settings).encode(), {}, "service", _PLAIN
        ),
    )


@router.get(
    "/v1/articles/{slug}.jsonld",
    response_class=LinkedResponse,
    response_model=NewsArticle,
    responses=documented(301, 304, 400, 404, 410, 503),
)
async def read_linked(
    request: Request, slug: str, asked: Annotated[LinkedParameters, Query()]
) -> Response:
    """One article as schema.org JSON-LD."""
    refuse_capitals(slug, ".jsonld")

    def work(reading: Reading) -> Answer:
        settings = reading.runtime.settings
        wanted = languages(asked.lang, asked.fallback, settings.languages)
        try:
            key, item = articles.detail(
                reading.tx, reading.tags, slug, wanted, reading.now, reading.recall
            )
        except Moved as moved:
            raise Moved(moved.code, moved.message, slug=f"{moved.slug}.jsonld") from moved
        return Answer(linked(settings, item), {}, f"articles article/{key}", jsonld.MEDIA_TYPE)

    return await answered(request, work)


@router.get("/v1/oembed", response_model=OEmbed, responses=documented(304, 400, 404, 410, 501, 503))
async def embed(request: Request, asked: Annotated[EmbedParameters, Query()]) -> Response:
    """An article as a card for another page, by the address of its page here or at the site."""
    if asked.format == "xml":
        raise NotOffered("no_xml", "Cards are JSON here; leave out format.")

    def work(reading: Reading) -> Answer:
        settings = reading.runtime.settings
        page = _as_of_site(settings, asked.url)
        slug = settings.shown_at(page)
        if slug is None:
            if not page.startswith(tuple(f"{base}/" for base in _bases(settings))):
                raise NotFound("address_not_found", "This address is not of this site.")
            path = checked_path(page, "url")
            found = paths.resolve(
                reading.tx,
                lambda: reading.tags,
                path,
                reading.now,
                settings.public_url,
                settings.slug_at,
            )
            if found.kind == "tag":
                raise NotFound("article_not_found", "There is no article at this address.")
            slug = found.slug
        try:
            key, item = articles.detail(
                reading.tx, reading.tags, slug, (), reading.now, reading.recall
            )
        except Moved as moved:
            key, item = articles.detail(
                reading.tx, reading.tags, moved.slug, (), reading.now, reading.recall
            )
        return Answer(to_json(_card(settings, from_json(item), asked)), {}, f"article/{key}")

    return await answered(request, work)


def _items(reading: Reading, chosen: ArticleFilter) -> Sequence[ArticleItem]:
    keys = [key for _, key in archives.ids(reading.tx, reading.tags, chosen, reading.now)]
    found = articles.by_ids(reading.tx, reading.tags, keys, reading.now)
    return [ArticleItem.model_validate_json(found[key]) for key in keys]


def _map(reading: Reading, chosen: ArticleFilter) -> Answer:
    settings = reading.runtime.settings
    body = sitemap.pages(_items(reading, chosen), settings.page_address, settings.languages[0])
    return Answer(body, {}, "sitemaps articles", sitemap.MEDIA_TYPE)


def _bases(settings: Settings) -> tuple[str, ...]:
    return tuple(base for base in (settings.site_url, settings.public_url) if base)


def _as_of_site(settings: Settings, address: str) -> str:
    """A page's address with the scheme of the site: people still link by http:// to https://."""
    rest = re.sub("^https?://", "", address, flags=re.IGNORECASE)
    for base in _bases(settings):
        scheme, _, own = base.partition("://")
        if rest.lower().startswith(f"{own.lower()}/"):
            return f"{scheme}://{own}{rest[len(own) :]}"
    return address


def _card(settings: Settings, item: dict[str, Any], asked: EmbedParameters) -> OEmbed:
    address = settings.page_address(item["kind"], item["slug"], item["lang"])
    names = ", ".join(author["name"] for author in item["authors"]) or settings.site_name
    signed = dict.fromkeys((names, settings.site_name))
    html = (
        f'<blockquote lang="{item["lang"]}"><p><a href="{escape(address)}">'
        f"{escape(item['title'])}</a></p><p>{escape(item['summary'])}</p>"
        f"<footer>{escape(', '.join(signed))}</footer></blockquote>"
    )
    return OEmbed(
        type="rich",
        version="1.0",
        title=item["title"],
        author_name=names,
        provider_name=settings.site_name,
        provider_url=settings.site_url or f"{settings.public_url}/v1",
        cache_age=settings.cache_seconds,
        html=html,
        width=min(600, asked.maxwidth),
        height=min(200, asked.maxheight),
    )


def _explained(settings: Settings) -> str:
    base = settings.public_url
    return f"""# {settings.site_name}

> Articles, subjects and people published by {settings.site_name}, as open JSON. Languages: \
{", ".join(settings.languages)}.

Every article says under which licence it may be used and whom to credit (`rights`); what names \
none is under {settings.default_licence}. Articles are corrected and taken down: keep no copy \
without following the change feed.

## Read

- [Articles]({base}/v1/articles): newest first, with filters by subject, language, date and rights
- [Subjects]({base}/v1/tags): what `tag=` takes
- [Search]({base}/v1/search?q=water): full text, in the languages of the articles
- [Changes]({base}/v1/changes): everything from the first day, with corrections and takedowns
- [Feeds]({base}/v1/feeds/articles.atom): whole texts, the archive by month
- [Sitemap]({base}/sitemap.xml): every page
- [Contract]({base}/openapi.json): OpenAPI 3.1
"""
