"""Lists that are always sent whole: tags, sponsors, committee, the archive."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic_core import to_json

from app.delivery.filters import (
    ArticleParameters,
    count_by_tag,
    languages,
    list_filter,
    preferred_languages,
)
from app.delivery.list_context import get_tag_detail, read_years
from app.http.endpoint import BriefView, CountingView
from app.http.parameters import AnySlug, Language, Parameters, build_url, one_of, refuse_capitals
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kinds import committee, sponsors
from app.kit.addresses import absolute_media
from app.public.archive import Year
from app.public.committee import CommitteeMember
from app.public.envelopes import One, Whole
from app.public.sponsors import Sponsor
from app.public.tags import Tag, TagDetail
from app.public.vocabulary import CommitteeGroup, SponsorKind, TagType
from app.published import tags
from app.published.answer import Answer
from app.published.cache_keys import LISTS, key_of

router = APIRouter(route_class=EndpointRoute)


class TagParameters(Parameters):
    """The filters of tags, and the language of their names and of the articles that they count."""

    lang: Language = ""
    type: Annotated[Literal["", TagType], Field(description="What the tags name")] = ""
    parent: Annotated[AnySlug, Field(description="Only the children of this tag")] = ""


class TagDetailParameters(Parameters):
    """The language of the tag's name and of the articles that it counts."""

    lang: Language = ""


class SponsorParameters(Parameters):
    """The filters of sponsors, and the language of their names and statements."""

    kind: Annotated[Literal["", SponsorKind], Field(description="In what way they help")] = ""
    lang: Language = ""


class CommitteeParameters(Parameters):
    """The filters of members, and the language of their roles and biographies."""

    group: Annotated[Literal["", CommitteeGroup], Field(description="Only its members")] = ""
    lang: Language = ""


@router.get(
    "/v1/tags", response_model=Whole[Tag], responses=public_responses(304, 400, 503), tags=["tags"]
)
def list_tags(view: CountingView, params: TagParameters) -> Answer:
    """All tags with the number of articles under each."""
    lang = _first_language(params.lang, view)
    parent = view.tags.find(params.parent) if params.parent else None
    if params.parent and parent is None:
        by_slug = view.tags.by_slug
        raise one_of("tag", "parent", params.parent, by_slug, "see /v1/tags for all.")
    cached_tags = tags.list_tags(
        view.tags,
        count_by_tag(view, params.lang),
        lang,
        params.type or None,
        parent.id if parent else None,
    )
    return _answer_list(view, "/v1/tags", params, cached_tags)


@router.get(
    "/v1/tags/{slug}",
    response_model=One[TagDetail],
    responses=public_responses(301, 304, 400, 404, 410, 503),
    tags=["tags"],
)
def read_tag(view: CountingView, slug: str, params: TagDetailParameters) -> Answer:
    """One tag with its names, synonyms and children; an old slug leads to the new one."""
    refuse_capitals(slug)
    tag = get_tag_detail(view, slug, params.lang)
    return Answer(b'{"data":%s}' % to_json(tag), {}, f"{key_of('tag', tag.id)} {LISTS}")


@router.get(
    "/v1/sponsors",
    response_model=Whole[Sponsor],
    responses=public_responses(304, 400, 503),
    tags=["organisation"],
)
def list_sponsors(view: BriefView, params: SponsorParameters) -> Answer:
    """Sponsors valid today, in their order."""
    preferred = preferred_languages(params.lang, view.runtime.settings)
    matches = sponsors.list_sponsors(view.tx, view.now, preferred, params.kind or None)
    return _answer_list(view, "/v1/sponsors", params, matches)


@router.get(
    "/v1/committee",
    response_model=Whole[CommitteeMember],
    responses=public_responses(304, 400, 503),
    tags=["organisation"],
)
def list_committee_members(view: BriefView, params: CommitteeParameters) -> Answer:
    """Officers, committee and staff in office today, in their order."""
    preferred = preferred_languages(params.lang, view.runtime.settings)
    members = committee.list_members(view.tx, view.now, preferred, params.group or None)
    return _answer_list(view, "/v1/committee", params, members)


@router.get(
    "/v1/archive",
    response_model=Whole[Year],
    responses=public_responses(304, 400, 503, links=True),
    tags=["articles"],
)
def read_archive(view: CountingView, params: ArticleParameters) -> Answer:
    """Years and months that have articles, with counts; takes every filter of the list.

    All at once, or if counting them takes long, the newest months and `links.next`, which leads to
    older ones; a year may be on both pages, each with its own months.
    """
    filters = list_filter(params, view.tags, view.runtime.settings)
    page = read_years(view, filters)
    following = None
    if page.older_until is not None:
        older = params.model_copy(update={"to_date": page.older_until.isoformat()})
        following = build_url(f"{view.runtime.settings.public_url}/v1/archive", older)
    return _answer_list(view, "/v1/archive", params, page.years, following)


def _first_language(lang: str, view: View) -> str | None:
    return next(iter(languages(lang, "", view.runtime.settings.languages)), None)


def _answer_list(
    view: View,
    path: str,
    params: Parameters,
    data: Sequence[BaseModel],
    following: str | None = None,
) -> Answer:
    self_url = build_url(f"{view.runtime.settings.public_url}{path}", params)
    links = {"self": self_url, "next": following, "prev": None}
    body = {"data": data, "meta": {"total": len(data)}, "links": links}
    address = view.runtime.settings.public_url
    return Answer(absolute_media(to_json(body), address), {"next": following}, LISTS)
