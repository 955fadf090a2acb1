"""Discovery of the content: sitemaps, robots.txt, oEmbed and llms.txt."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import escape
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import from_json, to_json
from starlette.responses import Response

from app.delivery.service import checked_path
from app.errors import Moved, NotFound, NotOffered
from app.feeds import sitemap
from app.feeds.machine_licence import machine_terms
from app.http.endpoint import BriefView, Cost, CountingView
from app.http.parameters import DIGITS, NoneTravelling, Travelling
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kit.paging import count_parts
from app.public.articles import ArticleItem
from app.public.oembed import OEmbed
from app.published import archive, articles, feed_archive, paths, site_pages
from app.published.answer import Answer
from app.published.cache_keys import LISTS, SERVICE
from app.published.feed_archive import CalendarMonth
from app.published.query import ArticleFilter
from app.published.site_record import read_record
from app.runtime import Runtime
from app.settings import Settings

router = APIRouter(tags=["discovery"], route_class=EndpointRoute)

_NEWS_DAYS: Final = timedelta(days=2)
_NEWS_MOST: Final = 1_000
_CONTACT_DAYS: Final = timedelta(days=180)
"""The time for which `security.txt` is valid. Its date of expiry moves every day."""

_PLAIN: Final = "text/plain; charset=utf-8"
_RESPONSES = public_responses(304, 400, 503)


class XmlResponse(Response):
    """XML."""

    media_type = sitemap.MEDIA_TYPE


class PlainResponse(Response):
    """Plain text."""

    media_type = _PLAIN


class EmbedParameters(Travelling):
    """The page to show, and the size of its frame."""

    url: Annotated[str, Field(min_length=1, max_length=1_000, description="An article's address")]
    format: Annotated[Literal["json", "xml"], Field(description="Of the answer")] = "json"
    maxwidth: Annotated[int, Field(ge=1, le=10_000, description="In pixels"), DIGITS] = 600
    maxheight: Annotated[int, Field(ge=1, le=10_000, description="In pixels"), DIGITS] = 400


@router.get("/sitemap.xml", response_class=XmlResponse, responses=_RESPONSES)
def read_sitemap_index(view: CountingView, _params: NoneTravelling) -> Answer:
    """The whole archive: sitemaps for each month, one of standing pages, one of the news."""
    base = view.runtime.settings.public_url
    months = view.recall(
        "months",
        lambda: archive.month_states(view.tx, view.tags, view.now, view.recall, view.calendar),
    )
    parts = [
        (f"{base}/sitemaps/news.xml", None),
        (f"{base}/sitemaps/pages.xml", None),
        *(
            (f"{base}/sitemaps/{state.month}{f'-{part}' if part > 1 else ''}.xml", state.changed_at)
            for state in months
            for part in range(count_parts(state.count, site_pages.PART), 0, -1)
        ),
    ]
    return Answer(sitemap.index(parts), {}, LISTS, sitemap.MEDIA_TYPE)


def _hour(runtime: Runtime) -> str:
    """The hour as part of the validator: recent news changes although nothing is published."""
    return f"{runtime.clock():%Y-%m-%dT%H}"


@router.get("/sitemaps/news.xml", response_class=XmlResponse, responses=_RESPONSES)
def read_news_sitemap(
    view: Annotated[View, Cost(also=_hour)],
    _params: NoneTravelling,
) -> Answer:
    """Articles of the last two days, at most the thousand newest, as news search engines ask."""
    settings = view.runtime.settings
    recent = ArticleFilter(since=view.now - _NEWS_DAYS)
    own_items = [item for item in _items(view, recent) if item.canonical_url is None]
    article_items = own_items[:_NEWS_MOST]
    body = sitemap.news(article_items, settings.site_name, settings.page_address)
    return Answer(body, {}, LISTS, sitemap.MEDIA_TYPE)


@router.get("/sitemaps/pages.xml", response_class=XmlResponse, responses=_RESPONSES)
def read_pages_sitemap(view: View, _params: NoneTravelling) -> Answer:
    """Standing pages, such as aims and history."""
    return _map(view, ArticleFilter(kind="page"))


@router.get(
    "/sitemaps/{period}.xml",
    response_class=XmlResponse,
    responses=public_responses(304, 400, 404, 503),
)
def read_month_sitemap(view: CountingView, period: str, _params: NoneTravelling) -> Answer:
    """The articles of a month, with their translations: the oldest thousand, and in parts such as
    `2012-07-2` those that follow."""
    match = re.fullmatch(r"([0-9]{4}-[0-9]{2})(?:-([1-9][0-9]{0,4}))?", period)
    month = CalendarMonth.parse(match[1], view.calendar) if match else None
    if match is None or month is None:
        raise NotFound("month_not_found", "A month is written as 2012-07, a part as 2012-07-2.")
    return _map(view, feed_archive.within_month(ArticleFilter(), month), int(match[2] or 1))


@router.get("/robots.txt", response_class=PlainResponse, responses=_RESPONSES)
def read_robots(view: View, _params: NoneTravelling) -> Answer:
    """All may read all that is public; the licence says what machines may do with it."""
    base = view.runtime.settings.public_url
    terms = machine_terms(read_record(view.tx, view.recall).machines)
    lines = [f"License: {base}/license.xml", ""] if terms is not None and terms.has_rsl else []
    lines += ["User-agent: *", "Disallow: /v1/admin", "Allow: /", ""]
    lines += [f"Sitemap: {base}/sitemap.xml", f"Sitemap: {base}/sitemaps/news.xml", ""]
    return Answer("\n".join(lines).encode(), {}, LISTS, _PLAIN)


def _day(runtime: Runtime) -> str:
    return f"{runtime.clock():%Y-%m-%d}"


@router.get(
    "/.well-known/security.txt",
    response_class=PlainResponse,
    responses=public_responses(304, 400, 404, 503),
)
def read_security_contact(
    view: Annotated[View, Cost(also=_day)], _params: NoneTravelling
) -> Answer:
    """Where to report a weakness of this service (RFC 9116)."""
    settings = view.runtime.settings
    if settings.security_contact is None:
        raise NotFound("no_security_contact", "This service names no contact for its security.")
    midnight = view.runtime.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {midnight + _CONTACT_DAYS:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(settings.languages)}",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    ]
    return Answer("\n".join([*lines, ""]).encode(), {}, SERVICE, _PLAIN)


@router.get("/llms.txt", response_class=PlainResponse, responses=_RESPONSES)
def read_llms_text(view: View, _params: NoneTravelling) -> Answer:
    """What is here and what may be done with it, for language models and those who run them."""
    return Answer(_llms_text(view.runtime.settings).encode(), {}, SERVICE, _PLAIN)


@router.get(
    "/v1/oembed", response_model=OEmbed, responses=public_responses(304, 400, 404, 410, 501, 503)
)
def read_oembed(view: BriefView, params: EmbedParameters) -> Answer:
    """An article as a card for another page, by the address of its page here or at the site."""
    if params.format == "xml":
        raise NotOffered("no_xml", "Cards are JSON here; leave out format.")
    settings = view.runtime.settings
    page = _as_of_site(settings, params.url)
    slug = settings.shown_at(page)
    if slug is None:
        if not page.startswith(tuple(f"{base}/" for base in _bases(settings))):
            raise NotFound("address_not_found", "This address is not of this site.")
        path = checked_path(page, "url")
        resolution = paths.resolve_path(
            view.tx,
            lambda: view.tags,
            path,
            view.now,
            settings.public_url,
            settings.page_urls,
        )
        if resolution.slug is None or resolution.kind == "tag":
            raise NotFound("article_not_found", "There is no article at this address.")
        slug = resolution.slug
    try:
        _, item = articles.article_item(view.tx, view.tags, slug, (), view.now)
    except Moved as moved:
        _, item = articles.article_item(view.tx, view.tags, moved.slug, (), view.now)
    return Answer(to_json(_card(settings, from_json(item), params)), {}, LISTS)


def _items(view: View, filters: ArticleFilter) -> Sequence[ArticleItem]:
    keys = [key for _, key in feed_archive.list_ids(view.tx, view.tags, filters, view.now)]
    by_id = articles.by_ids(view.tx, view.tags, keys, view.now)
    return [ArticleItem.model_validate_json(by_id[key]) for key in keys]


def _map(view: View, filters: ArticleFilter, part: int | None = None) -> Answer:
    settings = view.runtime.settings
    pages = site_pages.list_site_pages(view.tx, view.tags, filters, view.now, part)
    body = sitemap.pages(pages, settings.page_address, settings.languages[0])
    return Answer(body, {}, LISTS, sitemap.MEDIA_TYPE)


def _bases(settings: Settings) -> tuple[str, ...]:
    return tuple(base for base in (settings.site_url, settings.public_url) if base)


def _as_of_site(settings: Settings, address: str) -> str:
    """A page's address with the scheme of the site, because old links use http:// for https://."""
    rest = re.sub("^https?://", "", address, flags=re.IGNORECASE)
    for base in _bases(settings):
        scheme, _, own = base.partition("://")
        if rest.lower().startswith(f"{own.lower()}/"):
            return f"{scheme}://{own}{rest[len(own) :]}"
    return address


def _card(settings: Settings, item: dict[str, Any], params: EmbedParameters) -> OEmbed:
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
        width=min(600, params.maxwidth),
        height=min(200, params.maxheight),
    )


def _llms_text(settings: Settings) -> str:
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
- [Events]({base}/v1/events): conferences and meetings, by dates
- [Sitemap]({base}/sitemap.xml): every page
- [Contract]({base}/openapi.json): OpenAPI 3.1
"""
