"""Lists that are always sent whole: tags, sponsors, committee, the archive."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from app.delivery.filters import ArticleParameters, articles_chosen, languages
from app.http.parameters import AnySlug, Language, Parameters, address, one_of, refuse_capitals
from app.http.problems import documented
from app.http.reading import Reading, answered
from app.http.routing import ReadRoute
from app.public.archive import Year
from app.public.committee import CommitteeMember
from app.public.envelopes import One, Whole
from app.public.sponsors import Sponsor
from app.public.tags import Tag, TagDetail
from app.public.vocabulary import CommitteeGroup, SponsorKind, TagType
from app.published import archive, people, tags
from app.published.answers import Answer

router = APIRouter(route_class=ReadRoute)


class TagParameters(Parameters):
    """Which tags, and the language of their names."""

    lang: Language = ""
    type: Literal["", TagType] = ""
    parent: Annotated[AnySlug, Field(description="Only the children of this tag")] = ""


class TagDetailParameters(Parameters):
    """The language of its name."""

    lang: Language = ""


class SponsorParameters(Parameters):
    """Which sponsors."""

    kind: Literal["", SponsorKind] = ""


class CommitteeParameters(Parameters):
    """Which members, and the language of their biographies."""

    group: Literal["", CommitteeGroup] = ""
    lang: Language = ""


@router.get(
    "/v1/tags", response_model=Whole[Tag], responses=documented(304, 400, 503), tags=["tags"]
)
async def list_tags(request: Request, asked: Annotated[TagParameters, Query()]) -> Response:
    """All tags with the number of articles under each."""

    def work(reading: Reading) -> Answer:
        spoken = _first(asked.lang, reading)
        parent = reading.tags.find(asked.parent) if asked.parent else None
        if asked.parent and parent is None:
            known = reading.tags.by_slug
            raise one_of("tag", "parent", asked.parent, known, "see /v1/tags for all.")
        found = tags.listed(
            reading.tags,
            _counts(reading),
            spoken,
            asked.type or None,
            parent.id if parent else None,
        )
        return _whole(request, reading, asked, found, "tags")

    return await answered(request, work, slow=True)


@router.get(
    "/v1/tags/{slug}",
    response_model=One[TagDetail],
    responses=documented(301, 304, 400, 404, 410, 503),
    tags=["tags"],
)
async def read_tag(
    request: Request, slug: str, asked: Annotated[TagDetailParameters, Query()]
) -> Response:
    """One tag with its names, synonyms and children; an old slug leads to the new one."""
    refuse_capitals(slug)

    def work(reading: Reading) -> Answer:
        tag = tags.one(reading.tags, _counts(reading), slug, _first(asked.lang, reading))
        return Answer(b'{"data":%s}' % to_json(tag), {}, f"tags tag/{slug}")

    return await answered(request, work, slow=True)


@router.get(
    "/v1/sponsors",
    response_model=Whole[Sponsor],
    responses=documented(304, 400, 503),
    tags=["organisation"],
)
async def list_sponsors(request: Request, asked: Annotated[SponsorParameters, Query()]) -> Response:
    """Sponsors valid today, in their order."""
    return await answered(
        request,
        lambda reading: _whole(
            request,
            reading,
            asked,
            people.sponsors(reading.tx, asked.kind or None, reading.now),
            "sponsors",
        ),
    )


@router.get(
    "/v1/committee",
    response_model=Whole[CommitteeMember],
    responses=documented(304, 400, 503),
    tags=["organisation"],
)
async def list_committee(
    request: Request, asked: Annotated[CommitteeParameters, Query()]
) -> Response:
    """Officers, committee and staff in office today, in their order."""

    def work(reading: Reading) -> Answer:
        site = reading.runtime.settings.languages
        wanted = (*languages(asked.lang, "", site), *site)
        members = people.committee(reading.tx, asked.group or None, wanted, reading.now)
        return _whole(request, reading, asked, members, "committee")

    return await answered(request, work)


@router.get(
    "/v1/archive",
    response_model=Whole[Year],
    responses=documented(304, 400, 503),
    tags=["articles"],
)
async def read_archive(request: Request, asked: Annotated[ArticleParameters, Query()]) -> Response:
    """Years and months that have articles, with counts; takes every filter of the list."""

    def work(reading: Reading) -> Answer:
        wanted = articles_chosen(asked, reading.tags, reading.runtime.settings.languages)
        years = reading.recall(
            ("archive", wanted),
            lambda: archive.years(reading.tx, reading.tags, wanted, reading.now),
        )
        return _whole(request, reading, asked, years, "articles")

    return await answered(request, work, slow=True)


def _counts(reading: Reading) -> dict[UUID, int]:
    return reading.recall("tag counts", lambda: tags.counts(reading.tx, reading.tags, reading.now))


def _first(lang: str, reading: Reading) -> str | None:
    return next(iter(languages(lang, "", reading.runtime.settings.languages)), None)


def _whole(
    request: Request, reading: Reading, asked: Parameters, data: Sequence[BaseModel], key: str
) -> Answer:
    here = address(f"{reading.runtime.settings.public_url}{request.url.path}", asked)
    links = {"self": here, "next": None, "prev": None}
    body = {"data": data, "meta": {"total": len(data)}, "links": links}
    return Answer(to_json(body), {}, key)
