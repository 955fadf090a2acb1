"""The files of media that a public article shows."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.errors import NotFound
from app.http.files import file_responses, public_file
from app.http.parameters import NoneTravelling
from app.http.routing import EndpointRoute
from app.published import media

router = APIRouter(tags=["media"], route_class=EndpointRoute)


@router.get("/v1/media/{media_id}/{rendition}", response_class=Response, responses=file_responses())
async def read_media_file(
    request: Request,
    media_id: str,
    rendition: str,
    _params: NoneTravelling,
) -> Response:
    """A picture in one of its sizes, or a document to save.

    404 for what was never public; 410 with a reason for what was and is no longer.
    """
    key = _parse_id(media_id)
    return await public_file(
        request, lambda view: media.get_public_file(view.tx, key, rendition, view.now)
    )


def _parse_id(text: str) -> UUID:
    """The id; `NotFound` for other spellings of it, because a file has one address."""
    try:
        key = UUID(text)
    except ValueError:
        key = None
    if key is None or str(key) != text:
        raise NotFound("media_not_found", "There is no such file.")
    return key
