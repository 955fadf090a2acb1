"""Media: upload, describe, take down, delete, and preview files that are not public."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from app import cursors
from app.accounts.principal import Principal
from app.admin.media_views import Media, Medium, UploadedMedium, to_medium
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import known_media, media, media_files, media_list, takedown
from app.editorial.media import MediaChange, MediaInput, Reason, Upload
from app.editorial.media_list import MediaFilter
from app.editorial.patch_input import check_languages
from app.editorial.profiles import append_owners
from app.errors import Detail, Invalid, NotFound
from app.http import files, uploads
from app.http.access import require_scopes
from app.http.bodies import parse_json
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import (
    Flag,
    Limit,
    NoParameters,
    Parameters,
    date_of,
    links_onward,
    one_of,
)
from app.http.problems import problem_answers
from app.http.routing import EndpointRoute
from app.http.transactions import Outcome, answer_publish, answer_write
from app.imaging.sandbox import make_picture_isolated
from app.inputs import Input
from app.kit.clock import TICK
from app.kit.dates import range_end, range_start
from app.kit.paging import Cursor
from app.library import intake
from app.public.envelopes import One, PageMeta
from app.published import media as published_media
from app.published.media import PublicFile
from app.runtime import Runtime

router = management("media")
_LIST = "media"

Reader = Annotated[Principal, require_scopes("articles:read")]
Writer = Annotated[Principal, require_scopes("media:write")]
Publisher = Annotated[Principal, require_scopes("media:write", "articles:publish")]


class MediaParameters(Parameters):
    """The parameters of the list of media."""

    kind: Literal["", "image", "document"] = ""
    q: Annotated[
        str, Field(max_length=200, description="In its name, credit, alternative text or caption")
    ] = ""
    unused: Annotated[Flag, Field(description="Only what nothing shows or will show")] = False
    missing_alt: Annotated[
        str, Field(max_length=20, description="Pictures without an alternative text in a language")
    ] = ""
    created_by: Annotated[UUID | None, Field(description="An account's id")] = None
    from_date: Annotated[str, Field(max_length=40, description="First day of the upload")] = ""
    to_date: Annotated[str, Field(max_length=40, description="Last day of the upload")] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


class NameParameters(Parameters):
    """The name of a file that is sent as the plain body."""

    name: Annotated[str, Field(max_length=300)] = ""


class UploadParameters(NameParameters):
    """The name of the file, and what to do with a file that is here already."""

    overwrite: Annotated[
        Flag, Field(description="Of a file that is here already, take these texts for its own")
    ] = False


class Takedown(Input):
    """Why; readers who ask for the file are told."""

    reason: Reason


@router.get("/media", response_model=Media)
def list_media(
    tx: ReadTx, principal: Reader, params: MediaParameters, runtime: RuntimeDep
) -> Outcome:
    """What was uploaded, the newest first."""
    base = f"{runtime.settings.public_url}/v1/admin/media"
    filters = _media_filter(params, runtime)
    name = f"{_LIST} {filters}"
    cursor = cursors.decode(params.cursor or None, name)
    media = media_list.list_media(
        tx,
        filters,
        runtime.clock(),
        before=cursor.id if cursor else None,
        limit=params.limit + 1,
    )
    page, more = media[: params.limit], len(media) > params.limit
    last = page[-1].media if more else None
    after = Cursor(last.created_at, last.id, backwards=False).encode(name) if last else None
    links = links_onward(base, params, after)
    data = [to_medium(medium) for medium in page]
    return Outcome(Media(data=data, meta=PageMeta(limit=params.limit), links=links))


@router.post(
    "/media",
    status_code=201,
    response_model=One[UploadedMedium],
    responses={
        **problem_answers(409, 413, 415, 422),
        200: {"description": "The same file is here already", "model": One[UploadedMedium]},
    },
    openapi_extra={"requestBody": uploads.upload_request_body()},
)
async def upload_medium(
    request: Request, principal: Writer, params: UploadParameters, runtime: RuntimeDep
) -> Response:
    """Send a JPEG, PNG, WebP, AVIF or GIF image, or a PDF: as the part `file` of a form, with its
    texts as JSON in `metadata`, or bare with `?name=`.

    An image is made anew in several sizes, without anything but its pixels and its credit. Of a
    file that is here already only the texts that nobody wrote yet are taken, or with `overwrite`
    all that are sent; `notices` says so.
    """
    async with uploads.receive_upload(request, params.name) as received_file:
        description = parse_json(MediaInput, received_file.metadata)
        check_languages(runtime.site_rules, alt=description.alt, caption=description.caption)
        upload = await runtime.uploads.run_inside(
            lambda: intake.taken_in(runtime, received_file.spool, received_file.name)
        )
        body = (
            f"{received_file.spool.sha256}/{received_file.name}/".encode() + received_file.metadata
        )
    now = runtime.clock()

    def save(tx: WriteTx) -> Outcome:
        row, is_new = media.create(tx, principal.by, upload, description, runtime.site_rules, now)
        if is_new:
            notices = upload.notices
        elif params.overwrite:
            notices = known_media.replace_texts(tx, principal.by, row, description, now)
        else:
            notices = known_media.fill_in(tx, principal.by, row, description, now)
        tx.session.flush()
        if isinstance(tx, PublishTx):
            append_owners(tx, [row.id])
        fields = to_medium(media_list.get_medium(tx, row.id, now)).model_dump()
        body = One[UploadedMedium](data=UploadedMedium(**fields, notices=list(notices)))
        where = f"/v1/admin/media/{row.id}" if is_new else None
        return Outcome(body, 201 if is_new else 200, row.revision, where)

    if upload.files:
        return await answer_write(request, principal, save, body=body)
    # The file is here already: a portrait may show it, which then shows what is said of it.
    return await answer_publish(request, principal, save, body=body)


@router.put(
    "/media/{media_id}/file",
    response_model=One[UploadedMedium],
    responses=problem_answers(409, 422),
    openapi_extra={"requestBody": uploads.upload_request_body()},
)
async def replace_file(
    request: Request,
    media_id: UUID,
    principal: Writer,
    revision: IfMatch,
    params: NameParameters,
    runtime: RuntimeDep,
) -> Response:
    """Send a better file for a medium, which keeps its id, its texts and its addresses.

    Articles show it at once. A picture must be at least as wide as the one that it replaces.
    """

    def take(received_file: uploads.ReceivedUpload) -> Upload:
        with runtime.database.reading() as tx:
            widths = media_files.picture_widths(tx, media_id)
        make = partial(make_picture_isolated, widths=widths)
        return intake.taken_in(runtime, received_file.spool, received_file.name, make)

    async with uploads.receive_upload(request, params.name) as received_file:
        if received_file.metadata.strip() not in (b"", b"{}"):
            message = "A better file keeps the texts; PATCH the medium to change them."
            raise Invalid("texts_with_file", message, (Detail("texts_with_file", message),))
        upload = await runtime.uploads.run_inside(lambda: take(received_file))
        body = f"{received_file.spool.sha256}/{received_file.name}/".encode()

    def save(tx: PublishTx) -> Outcome:
        row, notices = media_files.replace_file(tx, principal.by, media_id, revision, upload)
        fields = to_medium(media_list.get_medium(tx, row.id, tx.moment)).model_dump()
        view = UploadedMedium(**fields, notices=list(notices))
        return Outcome(One[UploadedMedium](data=view), revision=row.revision)

    return await answer_publish(request, principal, save, body=body)


@router.get("/media/{media_id}", response_model=One[Medium])
def read_medium(tx: ReadTx, media_id: UUID, principal: Reader, runtime: RuntimeDep) -> Outcome:
    """One medium."""
    return _medium_outcome(tx, media_id, runtime.clock())


@router.patch("/media/{media_id}", response_model=One[Medium])
def describe_medium(
    tx: PublishTx,
    media_id: UUID,
    principal: Writer,
    revision: IfMatch,
    body: Json[MediaChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Change alternative texts, captions, credit or focal point; what is absent stays.

    What is published keeps what it said until it is published again. Portraits and logos change
    at once.
    """
    check_languages(runtime.site_rules, alt=body.alt, caption=body.caption)
    media.describe(tx, principal.by, media_id, revision, body, tx.moment)
    append_owners(tx, [media_id])
    return _medium_outcome(tx, media_id, tx.moment)


@router.post(
    "/media/{media_id}/takedown", response_model=One[Medium], responses=problem_answers(409)
)
def take_medium_down(
    tx: PublishTx, media_id: UUID, principal: Publisher, revision: IfMatch, body: Json[Takedown]
) -> Outcome:
    """Stop showing it, at once and everywhere; every article loses it. For good."""
    takedown.take_down(tx, principal.by, media_id, revision, body.reason)
    return _medium_outcome(tx, media_id, tx.moment)


@router.delete("/media/{media_id}", status_code=204, responses=problem_answers(409))
def delete_medium(
    tx: WriteTx, media_id: UUID, principal: Writer, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Remove what nothing shows or ever showed, or the files and texts of what was taken down.

    The files themselves go within a day.
    """
    now = runtime.clock()
    media.delete(tx, principal.by, media_id, revision, now)
    return Outcome(status=204)


files_router = APIRouter(prefix="/v1/admin", tags=["admin: media"], route_class=EndpointRoute)


@files_router.get(
    "/media/{media_id}/file/{rendition}",
    response_class=Response,
    responses={**files.file_responses(private=True), **problem_answers(401, 403)},
)
async def preview_file(
    request: Request,
    media_id: UUID,
    rendition: str,
    principal: Reader,
    _params: NoParameters,
) -> Response:
    """A file whether it is public or not; no cache keeps it."""

    def find(runtime: Runtime) -> PublicFile:
        with runtime.database.reading() as tx:
            public_file = published_media.find_rendition(tx, media_id, rendition)
        if public_file is None:
            raise NotFound("media_not_found", "There is no such file.")
        return public_file

    return await files.private_file(request, find)


def _media_filter(params: MediaParameters, runtime: Runtime) -> MediaFilter:
    calendar = runtime.settings.calendar
    since = date_of("from_date", params.from_date, partial(range_start, calendar=calendar))
    until = date_of("to_date", params.to_date, partial(range_end, calendar=calendar))
    if params.missing_alt and params.missing_alt not in runtime.settings.languages:
        site = runtime.settings.languages
        raise one_of("language", "missing_alt", params.missing_alt, site, f"use {', '.join(site)}.")
    return MediaFilter(
        kind=params.kind or None,
        words=params.q or None,
        is_unused=params.unused,
        missing_alt=params.missing_alt or None,
        created_by=params.created_by,
        since=since.at if since else None,
        until=until[0].at + (TICK if until[1] else TICK * 0) if until else None,
    )


def _medium_outcome(tx: ReadTx, media_id: UUID, now: datetime) -> Outcome:
    medium = media_list.get_medium(tx, media_id, now)
    return Outcome(One[Medium](data=to_medium(medium)), revision=medium.media.revision)
