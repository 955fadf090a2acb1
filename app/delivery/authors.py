"""Authors: a list in the order of their slugs, and one author."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic_core import to_json

from app import cursors
from app.delivery.list_context import author_moment
from app.http.endpoint import BriefView
from app.http.parameters import (
    Language,
    Limit,
    Parameters,
    Travelling,
    links_onward,
    refuse_capitals,
)
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kit import paging
from app.kit.addresses import absolute_media
from app.public.authors import AuthorProfile
from app.public.envelopes import One, Page, PageMeta
from app.published.answer import Answer
from app.published.authors import get_author, page_of_authors
from app.published.cache_keys import LISTS

router = APIRouter(tags=["authors"], route_class=EndpointRoute)

_LIST = "authors"


class AuthorListParameters(Parameters):
    """The parameters of the list of authors: the language of biographies, in which articles are
    counted too."""

    lang: Language = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


class AuthorParameters(Travelling):
    """The language of the biography, in which articles are counted too."""

    lang: Language = ""


@router.get(
    "/v1/authors",
    response_model=Page[AuthorProfile],
    responses=public_responses(304, 400, 503, links=True),
)
def list_authors(view: BriefView, params: AuthorListParameters) -> Answer:
    """Authors of visible articles, and those whom editors present anyway, page by page."""
    after = cursors.decode_slug(params.cursor or None, _LIST)
    data, onward = page_of_authors(author_moment(view, params.lang), after or "", params.limit)
    base = f"{view.runtime.settings.public_url}/v1/authors"
    links = links_onward(base, params, paging.encode_text(onward, _LIST) if onward else None)
    page = Page[AuthorProfile](data=data, meta=PageMeta(limit=params.limit), links=links)
    return _answer(view, page, links.next)


@router.get(
    "/v1/authors/{slug}",
    response_model=One[AuthorProfile],
    responses=public_responses(301, 304, 400, 404, 503),
)
def read_author(view: BriefView, slug: str, params: AuthorParameters) -> Answer:
    """One author; `/v1/articles?author={slug}` lists the articles."""
    refuse_capitals(slug)
    author = get_author(author_moment(view, params.lang), slug)
    return _answer(view, One[AuthorProfile](data=author))


def _answer(view: View, body: BaseModel, following: str | None = None) -> Answer:
    """Any article may change an author, so caches forget authors as they forget lists."""
    json = absolute_media(to_json(body), view.runtime.settings.public_url)
    return Answer(json, {"next": following}, LISTS)
