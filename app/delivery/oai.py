"""OAI-PMH 2.0, by which libraries and archives harvest: six verbs, takedowns kept for ever.

The protocol reports a refusal as an `error` element in the answer, never as a status.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.delivery.harvesting import ARGUMENTS, oai_reply
from app.errors import BadRequest
from app.feeds import oai
from app.feeds.oai import PREFIX
from app.http.bodies import FORM, read_form
from app.http.problems import public_responses
from app.http.routing import ProtocolRoute
from app.http.views import View, answer_view
from app.kit.text import is_legal
from app.published.answer import Answer
from app.published.cache_keys import LISTS

router = APIRouter(tags=["discovery"], route_class=ProtocolRoute)


class OaiParameters(BaseModel):
    """The arguments of the protocol; it refuses others by `badArgument`."""

    model_config = ConfigDict(extra="allow")

    verb: Annotated[str, Field(description=", ".join(ARGUMENTS))] = ""
    identifier: Annotated[str, Field(description="Of GetRecord")] = ""
    metadata_prefix: Annotated[
        str, Field(alias="metadataPrefix", description=f"Only `{PREFIX}`")
    ] = ""
    since: Annotated[str, Field(alias="from", description="First day or second")] = ""
    until: Annotated[str, Field(description="Last day or second")] = ""
    set: Annotated[str, Field(description="A type of tag, or `type:tag`")] = ""
    resumption_token: Annotated[
        str, Field(alias="resumptionToken", description="Goes on, alone")
    ] = ""


class OaiResponse(Response):
    """OAI-PMH."""

    media_type = oai.MEDIA_TYPE


@router.get("/v1/oai", response_class=OaiResponse, responses=public_responses(304, 400, 503))
async def harvest_by_query(
    request: Request, _params: Annotated[OaiParameters, Query()]
) -> Response:
    """Articles for harvesters, in Dublin Core; `verb=Identify` says more."""
    return await _answer_request(request, request.query_params.multi_items())


@router.post(
    "/v1/oai",
    response_class=OaiResponse,
    responses=public_responses(304, 400, 408, 413, 415, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {FORM: {"schema": OaiParameters.model_json_schema(ref_template="")}},
        }
    },
)
async def harvest_by_form(request: Request) -> Response:
    """The same, with the arguments in a form, as the protocol also wants it."""
    try:
        pairs = await read_form(request)
    except BadRequest:
        pairs = [("", "")]
    return await _answer_request(request, pairs)


async def _answer_request(request: Request, pairs: Sequence[tuple[str, str]]) -> Response:
    params = dict(pairs)
    if len(params) < len(pairs):
        params[""] = ""  # a repeated argument is refused like an unknown one
    if not all(is_legal(text) for pair in pairs for text in pair):
        params = {"verb": "Identify", "": ""}  # XML cannot repeat these characters

    def harvest(view: View) -> Answer:
        return Answer(oai_reply(view, params), {}, LISTS, oai.MEDIA_TYPE)

    # The fields of a form are not in the address, so the validators include them here.
    return await answer_view(request, harvest, also=lambda _runtime: repr(params))
