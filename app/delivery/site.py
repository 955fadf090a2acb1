"""The site's own record and its front page: what a front end asks first."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import to_json

from app.delivery.filters import are_instead, languages, preferred_languages
from app.feeds.organisation import render_organisation
from app.http.endpoint import BriefView
from app.http.parameters import DIGITS, Language, Parameters
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kit.languages import localise
from app.public.articles import TagReference
from app.public.envelopes import One
from app.public.images import Image
from app.public.links import ExternalLink
from app.public.site import (
    Home,
    Site,
    SiteAddresses,
    SiteContact,
    SiteFeeds,
    SitePolicies,
)
from app.published.answer import Answer
from app.published.cache import CachedTag
from app.published.cache_keys import LISTS
from app.published.home import HomeSize, gather_home
from app.published.navigation import PageAddresses, build_navigation, default_navigation
from app.published.query import ArticleFilter
from app.published.site_record import (
    MOST_SECTIONS,
    StoredSite,
    load_logo,
    read_record,
    section_tags,
)
from app.settings import Settings

router = APIRouter(tags=["site"], route_class=EndpointRoute)

_JSONLD: Final = "jsonld"


class SiteParameters(Parameters):
    """The language of the texts, and what to add."""

    lang: Language = ""
    include: Annotated[
        Literal["", "jsonld"], Field(description="Add the publisher as schema.org JSON-LD")
    ] = ""


class HomeParameters(Parameters):
    """The language of the articles, and how many of them."""

    lang: Language = ""
    latest: Annotated[int, Field(ge=0, le=50, description="Latest articles"), DIGITS] = 10
    sections: Annotated[int, Field(ge=0, le=12, description="Sections, at most"), DIGITS] = 6
    per_section: Annotated[int, Field(ge=0, le=12, description="Articles of each"), DIGITS] = 4


@router.get("/v1/site", response_model=One[Site], responses=public_responses(304, 400, 503))
def read_site(view: BriefView, params: SiteParameters) -> Answer:
    """The site: its name, logo and menu, its sections, where its pages are, its policies."""
    preferred = preferred_languages(params.lang, view.runtime.settings)
    site = build_site(view, read_record(view.tx, view.recall), preferred)
    body = view.tags.absolute_urls(to_json(site, by_alias=True))
    if params.include == _JSONLD:
        settings = view.runtime.settings
        whole = Site.model_validate_json(body)
        home = settings.site_url or f"{settings.public_url}/v1"
        body = b'%s,"jsonld":%s}' % (body[:-1], render_organisation(whole, home))
    return Answer(b'{"data":%s}' % body, {}, LISTS)


@router.get("/v1/home", response_model=One[Home], responses=public_responses(304, 400, 503))
def read_home(view: View, params: HomeParameters) -> Answer:
    """The articles of the front page at once: the featured ones, the latest ones, and the newest of
    each section that has any. The latest are those of `/v1/articles`, the sections' those of its
    `tag=`; so an article may be in several places."""
    settings = view.runtime.settings
    wanted = languages(params.lang, "", settings.languages)
    filters = ArticleFilter(languages=wanted, each_story_once=are_instead(params.lang, wanted))
    size = HomeSize(params.latest, params.sections, params.per_section)
    home = gather_home(view.tx, view.tags, filters, size, view.now, view.recall)
    lang = (*wanted, *settings.languages)[0]
    sections = [
        b'{"tag":%s,"articles":%s}' % (view.tags.reference(tag, lang), _join(items))
        for tag, items in home.sections
    ]
    body = b'{"data":{"featured":%s,"latest":%s,"sections":%s}}' % (
        _join(home.featured),
        _join(home.latest),
        _join(sections),
    )
    return Answer(body, {}, LISTS)


def build_site(view: View, record: StoredSite, preferred: tuple[str, ...]) -> Site:
    """The public form of a record, in the first of some languages. Pictures have paths."""
    settings, lang = view.runtime.settings, preferred[0]
    name = localise(record.names, preferred) or settings.site_name
    return Site(
        name=name,
        description=localise(record.descriptions, preferred),
        languages=list(settings.languages),
        lang=lang,
        timezone=settings.timezone,
        licence=settings.default_licence,
        url=settings.site_url,
        logo=_logo(view, record, lang, name),
        contact=_contact(record),
        links=[
            ExternalLink(label=localise(link["labels"], preferred) or link["url"], url=link["url"])
            for link in record.links
        ],
        navigation=_navigation(view, record, preferred),
        sections=[
            _reference(view, tag, lang)
            for tag in section_tags(view.tx, view.tags, record, view.recall)
        ][:MOST_SECTIONS],
        feeds=_feeds(settings),
        addresses=_addresses(settings),
        policies=SitePolicies(
            **{policy: record.policies.get(policy) for policy in SitePolicies.model_fields}
        ),
    )


def _logo(view: View, record: StoredSite, lang: str, name: str) -> Image | None:
    if record.logo_id is not None:
        return load_logo(view.tx, record, lang, name)
    if (address := view.runtime.settings.logo_url) is None:
        return None
    unknown = dict.fromkeys(
        ("caption", "credit", "width", "height", "colour", "focal_point", "sizes")
    )
    return Image.model_validate({"url": address, "alt": name, **unknown})


def _contact(record: StoredSite) -> SiteContact | None:
    if not record.contact:
        return None
    return SiteContact(**{name: record.contact.get(name) for name in SiteContact.model_fields})


def _navigation(view: View, record: StoredSite, preferred: tuple[str, ...]) -> Any:
    settings = view.runtime.settings
    addresses = PageAddresses(settings.page_address, settings.tag_address)
    wanted = tuple(dict.fromkeys(preferred))
    if record.navigation is None:
        return default_navigation(view.tx, view.tags, wanted, addresses, view.now, view.recall)
    return build_navigation(view.tx, view.tags, record.navigation, wanted, addresses, view.now)


def _reference(view: View, tag: CachedTag, lang: str) -> TagReference:
    return TagReference.model_validate_json(view.tags.reference(tag, lang))


def _feeds(settings: Settings) -> SiteFeeds:
    base = f"{settings.public_url}/v1/feeds"
    articles = {name: f"{base}/articles.{name}" for name in ("rss", "atom", "json")}
    newsletters = f"{base}/newsletters.atom" if settings.newsletters else None
    return SiteFeeds.model_validate(
        {**articles, "events": f"{base}/events.ics", "newsletters": newsletters}
    )


def _addresses(settings: Settings) -> SiteAddresses:
    """The templates of the front end, or without one those of this API, which shows everything."""

    def template(own: str, resource: str) -> str:
        if settings.site_url is None and "{site}" in own:
            return f"{settings.public_url}/v1/{resource}/{{slug}}"
        return own.replace("{site}", settings.site_url or "")

    author = settings.author_url
    has_authors = author is not None and ("{site}" not in author or settings.site_url is not None)
    return SiteAddresses(
        article=template(settings.article_url, "articles"),
        page=template(settings.page_url, "articles"),
        tag=template(settings.tag_url, "tags"),
        author=template(author, "authors") if author is not None and has_authors else None,
    )


def _join(items: list[bytes]) -> bytes:
    return b"[%s]" % b",".join(items)
