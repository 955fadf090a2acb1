"""Releases: the calendar of all articles, and texts that become public at one instant."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app import cursors
from app.admin import release_views as views
from app.admin.articles import Publisher, Reader
from app.admin.previews import NewPreview, Previewer, to_new_preview, without_secret
from app.admin.release_views import ListedReleaseText, ManagedRelease, NewRelease
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import previews, release_list, scheduling
from app.editorial.release_list import Period
from app.editorial.scheduling import Interval, ReleaseItem
from app.errors import Detail, Invalid
from app.feeds import ics
from app.http.access import actor
from app.http.calendars import CalendarReader, CalendarResponse
from app.http.endpoint import Json, OptionalJson, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import Limit, Parameters, bad_parameter, date_of, links_onward
from app.http.problems import header, problem_answers
from app.http.transactions import Outcome
from app.inputs import Input, make_optional
from app.kit import paging
from app.kit.dates import first_instant, first_instant_after, local_moment_of
from app.public.envelopes import One, Page, PageMeta, Total
from app.runtime import Runtime

router = management("releases")

CALENDAR_LIMIT: Final = 2_000
"""The largest number of entries in a calendar program's copy; the earliest are kept."""

_CALENDAR_PAST: Final = timedelta(days=31)
_CHALLENGE: Final = {"WWW-Authenticate": header("How to log in", "^Basic")}

LocalMoment = Annotated[
    str, Field(max_length=40, description="RFC 3339; without an offset in the site's time zone")
]


class ReleaseParameters(Parameters):
    """The part of the calendar: from now on and without end, unless told otherwise."""

    from_: Annotated[
        str, Field(alias="from", max_length=40, description="First day or instant; now if absent")
    ] = ""
    to: Annotated[str, Field(max_length=40, description="Last day or instant")] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


class ItemInput(Input):
    """An article, whose newest text is released; with `text_revision` only if it is that."""

    article: Annotated[UUID, Field(strict=False)]
    text_revision: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class ReleaseInput(Input):
    """Texts for one instant: all of them, or none if one cannot be released."""

    at: LocalMoment
    until: LocalMoment | None = None
    items: Annotated[
        tuple[ItemInput, ...], Field(min_length=1, max_length=scheduling.AT_MOST, strict=False)
    ]
    cancels: Annotated[bool, Field(description="End what is scheduled for then or later")] = False


@make_optional
class ReleaseMove(Input):
    """Another instant, another end; null for no end."""

    at: LocalMoment
    until: LocalMoment | None


class ReleasePreviewInput(Input):
    """For how long."""

    hours: Annotated[int, Field(ge=1, le=previews.LONGEST // timedelta(hours=1))] = 72


class NewPreviews(BaseModel):
    """A link for each text, in the order of the release."""

    data: list[NewPreview]
    meta: Total


@router.get("/releases", response_model=Page[ListedReleaseText])
def list_releases(
    tx: ReadTx, principal: Reader, params: ReleaseParameters, runtime: RuntimeDep
) -> Outcome:
    """What begins and ends in all articles, the earliest first, page by page."""
    base = f"{runtime.settings.public_url}/v1/admin/releases"
    calendar, now = runtime.settings.calendar, runtime.clock()
    since = date_of("from", params.from_, partial(first_instant, calendar=calendar))
    until = date_of("to", params.to, partial(first_instant_after, calendar=calendar))
    if since and until and since >= until:
        raise bad_parameter("reversed_range", "from", "from is after to; swap them.")
    name = repr(("releases", since, until))
    cursor = cursors.decode(params.cursor or None, name)
    period = Period(since or now, until)
    rows, more = release_list.calendar_page(tx, period, cursor, params.limit, now)
    last = rows[-1] if more else None
    place = paging.Cursor(last.at, last.text.article_id, backwards=False) if last else None
    links = links_onward(base, params, place.encode(name) if place else None)
    data = [views.to_listed_text(row) for row in rows]
    meta = PageMeta(limit=params.limit)
    return Outcome(Page[ListedReleaseText](data=data, meta=meta, links=links))


@router.get(
    "/releases.ics",
    response_class=CalendarResponse,
    responses={
        **problem_answers(403),
        401: {**problem_answers(401)[401], "headers": _CHALLENGE},
    },
)
async def read_release_calendar(
    request: Request, principal: CalendarReader, runtime: RuntimeDep
) -> Response:
    """What begins and ends, for calendar programs, from a month ago on: the first 2,000 entries."""

    def read() -> Response:
        now = runtime.clock()
        period = Period(now - _CALENDAR_PAST, None)
        with runtime.database.reading() as tx:
            rows, _ = release_list.calendar_page(tx, period, None, CALENDAR_LIMIT, now)
        name = f"{runtime.settings.site_name}: releases"
        content = ics.render_instants(name, map(views.to_instant, rows))
        return CalendarResponse(content, headers={"Cache-Control": "no-store"})

    return await runtime.edits.run(read)


@router.post(
    "/releases",
    status_code=201,
    response_model=One[NewRelease],
    responses=problem_answers(409),
)
def create_release(
    tx: PublishTx, principal: Publisher, body: Json[ReleaseInput], runtime: RuntimeDep
) -> Outcome:
    """Schedule up to 500 texts for one instant, all or none; readers see none or all of them."""
    interval = Interval(
        _moment("at", body.at, runtime),
        _moment("until", body.until, runtime) if body.until is not None else None,
    )
    items = [ReleaseItem(item.article, item.text_revision) for item in body.items]
    release, cancelled = scheduling.schedule(
        *(tx, actor(principal), runtime.site_rules, interval, items), cancels=body.cancels
    )
    detail = release_list.read_release(tx, release.id, tx.moment)
    view = views.to_new_release(detail, cancelled)
    where = f"/v1/admin/releases/{release.id}"
    return Outcome(One[NewRelease](data=view), 201, release.revision, where)


@router.get("/releases/{release_id:uuid}", response_model=One[ManagedRelease])
def read_release(tx: ReadTx, release_id: UUID, principal: Reader, runtime: RuntimeDep) -> Outcome:
    """One release with all its texts, those that were taken out of it too."""
    return _release_outcome(tx, release_id, runtime.clock())


@router.patch(
    "/releases/{release_id:uuid}",
    response_model=One[ManagedRelease],
    responses=problem_answers(409),
)
def move_release(
    tx: PublishTx,
    release_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: Json[ReleaseMove],
    runtime: RuntimeDep,
) -> Outcome:
    """Move all its texts, which stay approved as they are. When it has begun, only its end."""
    given: dict[str, Any] = {}
    if "at" in body.model_fields_set:
        given["start"] = _moment("at", body.at, runtime)
    if "until" in body.model_fields_set:
        until = body.until
        given["until"] = _moment("until", until, runtime) if until is not None else None
    scheduling.move(
        *(tx, actor(principal), release_id, revision, runtime.site_rules),
        change=lambda interval: replace(interval, **given),
    )
    return _release_outcome(tx, release_id, tx.moment)


@router.delete("/releases/{release_id:uuid}", status_code=204, responses=problem_answers(409))
def cancel_release(
    tx: PublishTx, release_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """None of its texts appears; what was approved is approved again."""
    release = scheduling.cancel(tx, actor(principal), release_id, revision)
    return Outcome(status=204, revision=release.revision)


@router.post(
    "/releases/{release_id:uuid}/previews",
    status_code=201,
    response_model=NewPreviews,
    responses=problem_answers(409),
)
def preview_release(
    tx: WriteTx,
    release_id: UUID,
    principal: Previewer,
    body: OptionalJson[ReleasePreviewInput],
    runtime: RuntimeDep,
) -> Outcome:
    """A link for each of its texts that is to come, as that text will be."""
    now, lifetime = runtime.clock(), timedelta(hours=body.hours)
    issued = [
        previews.create(tx, actor(principal), text.article_id, text.text_revision, lifetime, now)
        for text in release_list.list_planned(tx, release_id, now)
    ]
    links = [to_new_preview(link, runtime) for link in issued]
    meta = Total(total=len(links))
    return Outcome(
        NewPreviews(data=links, meta=meta),
        201,
        location=f"/v1/admin/releases/{release_id}",
        repeat_body=NewPreviews(data=[without_secret(link) for link in links], meta=meta),
    )


def _moment(field: str, text: str, runtime: Runtime) -> datetime:
    """An instant, or a time of the site's clocks; `Invalid` unless they show it exactly once."""
    try:
        return local_moment_of(text, runtime.settings.calendar)
    except (ValueError, OverflowError) as error:
        message = f"{field}: {error}."
        detail = Detail("invalid_moment", message, pointer=f"/{field}")
        raise Invalid("invalid_moment", message, (detail,)) from error


def _release_outcome(tx: ReadTx, release_id: UUID, now: datetime) -> Outcome:
    detail = release_list.read_release(tx, release_id, now)
    body = One[ManagedRelease](data=views.to_release(detail))
    return Outcome(body, revision=detail.release.revision)
