"""OAI-PMH 2.0, by which libraries and archives harvest: six verbs, takedowns kept for ever.

The protocol has its own way to refuse: an answer with an `error`, never a status.
"""

from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.delivery.harvesting import ARGUMENTS, replied
from app.errors import BadRequest, TooLarge, Unsupported
from app.feeds import oai
from app.feeds.oai import PREFIX
from app.http.problems import documented
from app.http.reading import Reading, answered
from app.kit.text import is_legal
from app.published.answers import Answer

router = APIRouter(tags=["discovery"])


class OaiParameters(BaseModel):
    """The arguments of the protocol; it refuses others by `badArgument`."""

    model_config = ConfigDict(extra="allow")

    verb: Annotated[str, Field(max_length=100, description=", ".join(ARGUMENTS))] = ""
    identifier: Annotated[str, Field(max_length=500, description="Of GetRecord")] = ""
    metadata_prefix: Annotated[
        str, Field(alias="metadataPrefix", max_length=100, description=f"Only `{PREFIX}`")
    ] = ""
    since: Annotated[str, Field(alias="from", max_length=40, description="First day or second")] = (
        ""
    )
    until: Annotated[str, Field(max_length=40, description="Last day or second")] = ""
    set: Annotated[str, Field(max_length=200, description="A type of tag, or `type:tag`")] = ""
    resumption_token: Annotated[
        str, Field(alias="resumptionToken", max_length=1_000, description="Goes on, alone")
    ] = ""


class OaiResponse(Response):
    """OAI-PMH."""

    media_type = oai.MEDIA_TYPE


@router.get("/v1/oai", response_class=OaiResponse, responses=documented(304, 400, 503))
async def harvest_by_query(request: Request, _asked: Annotated[OaiParameters, Query()]) -> Response:
    """Articles for harvesters, in Dublin Core; `verb=Identify` says more."""
    return await _answered(request, dict(request.query_params))


_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_FORM: Final = 10_000


@router.post(
    "/v1/oai",
    response_class=OaiResponse,
    responses=documented(304, 400, 413, 415, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_FORM: {"schema": OaiParameters.model_json_schema(ref_template="")}},
        }
    },
)
async def harvest_by_form(request: Request) -> Response:
    """The same, with the arguments in a form, as the protocol also wants it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _FORM:
        raise Unsupported("unsupported_media_type", f"Send a form, as {_FORM}.")
    form = b""
    async for part in request.stream():
        form += part
        if len(form) > _LONGEST_FORM:
            message = f"A form has at most {_LONGEST_FORM} bytes; send less."
            raise TooLarge("body_too_large", message)
    try:
        pairs = parse_qsl(form.decode(), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest("invalid_encoding", "The form is not UTF-8; encode it so.") from error
    if not all(is_legal(text) for pair in pairs for text in pair):
        raise BadRequest("control_character", "Remove control characters from the form.")
    asked = dict(pairs)
    if len(asked) < len(pairs):
        asked[""] = ""  # an argument twice is an argument too many
    return await _answered(request, asked)


async def _answered(request: Request, asked: dict[str, str]) -> Response:
    def work(reading: Reading) -> Answer:
        return Answer(replied(reading, asked), {}, "oai articles", oai.MEDIA_TYPE)

    # A form is no part of the address, which validators are made of.
    return await answered(request, work, also=lambda _runtime: repr(asked))
