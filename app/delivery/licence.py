"""What machines may do with the content, as crawlers look for it."""

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.responses import Response

from app.errors import NotFound
from app.feeds import machine_licence
from app.feeds.machine_licence import machine_terms
from app.http.endpoint import BriefView
from app.http.parameters import NoneTravelling
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.kit.languages import localise
from app.public.site import TdmRule
from app.published.answer import Answer
from app.published.cache_keys import LISTS
from app.published.site_record import read_record

router = APIRouter(tags=["discovery"], route_class=EndpointRoute)

_RULES: TypeAdapter[list[TdmRule]] = TypeAdapter(list[TdmRule])


class RslResponse(Response):
    """RSL."""

    media_type = machine_licence.MEDIA_TYPE


@router.get(
    "/license.xml", response_class=RslResponse, responses=public_responses(304, 400, 404, 503)
)
def read_licence(view: BriefView, _params: NoneTravelling) -> Answer:
    """What machines may do with the content, as RSL 1.0; `robots.txt` names this address."""
    record, settings = read_record(view.tx, view.recall), view.runtime.settings
    terms = machine_terms(record.machines)
    if terms is None or not terms.has_rsl:
        raise NotFound("no_machine_licence", "This site has no licence for machines.")
    publisher = localise(record.names, settings.languages) or settings.site_name
    contact = record.contact.get("email") or settings.site_url
    body = machine_licence.render_rsl(terms, publisher, contact)
    return Answer(body, {}, LISTS, machine_licence.MEDIA_TYPE)


@router.get(
    "/.well-known/tdmrep.json",
    response_model=list[TdmRule],
    responses=public_responses(304, 400, 404, 503),
)
def read_tdm_reservation(view: BriefView, _params: NoneTravelling) -> Answer:
    """Whether the rights to text and data mining are reserved, by the TDM Reservation Protocol."""
    terms = machine_terms(read_record(view.tx, view.recall).machines)
    rules = machine_licence.tdm_rules(terms) if terms is not None else []
    if not rules:
        message = "This site says nothing about text and data mining."
        raise NotFound("no_tdm_reservation", message)
    return Answer(_RULES.dump_json(rules, by_alias=True, exclude_none=True), {}, LISTS)
