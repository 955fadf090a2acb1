"""Routes for Meilisearch's clients: strict JSON in, and refusals in the format that they read.

Any key is accepted and ignored, because all results are public.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final, get_type_hints

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from typing_extensions import override

from app.errors import BadRequest, TooLarge, Unavailable, Unsupported, WillayError
from app.http.bodies import Model, documented_body, media_type, read, strip_bom
from app.http.problems import NO_STORE, instant_refusal, problem_answers, status_of
from app.http.routing import ProtocolRoute
from app.public.instant import InstantRefusal
from app.search.instant.questions import refusal

LARGEST: Final = 200_000
"""The limit of one request in bytes."""


class WireBody:
    """Reads and validates one body."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> BaseModel:
        """The body as the model; `BadRequest`, `TooLarge`, `Unsupported`."""
        sent_as = media_type(request)
        if sent_as != "application/json":
            code = "invalid_content_type" if sent_as else "missing_content_type"
            raise Unsupported(code, "Send JSON with the content type `application/json`.")
        try:
            content = await read(request, LARGEST)
        except TooLarge as error:
            raise TooLarge("payload_too_large", error.message) from error
        return parse_wire(self.model, content)


def parse_wire(model: type[Model], content: bytes) -> Model:
    """JSON as a model; `BadRequest` with Meilisearch's codes."""
    try:
        return model.model_validate_json(strip_bom(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadRequest(*refusal(model, first)) from error


def wire_body(model: type[BaseModel]) -> Any:
    """The dependency that gives the request's body as a model."""
    return Depends(WireBody(model))


class InstantGetRoute(ProtocolRoute):
    """Gives refusals in Meilisearch's format, and documents them."""

    statuses = frozenset((400, 503))

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        statuses = self.statuses | ({404} if "{" in path else set())
        options["responses"] = {
            # A refusal before this route is a problem, as everywhere.
            **{
                status: answer | ({"model": InstantRefusal} if status in statuses else {})
                for status, answer in problem_answers(*statuses).items()
            },
            200: {"headers": {"Cache-Control": NO_STORE}},
        }
        super().__init__(path, endpoint, **options)

    def check_request(self, request: Request) -> None:
        """Raise `BadRequest` for parts of the request that the endpoint would ignore."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint, with refusals in Meilisearch's format."""
        handle = super().get_route_handler()

        async def handle_or_refuse(request: Request) -> Response:
            try:
                self.check_request(request)
                return await handle(request)
            except WillayError as error:
                return _error_response(error)

        return handle_or_refuse


class InstantRoute(InstantGetRoute):
    """Documents the body too; an endpoint with a body takes no query."""

    statuses = frozenset((400, 408, 413, 415, 503))

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        options["openapi_extra"] = documented_body(_body_model(endpoint))
        super().__init__(path, endpoint, **options)

    @override
    def check_request(self, request: Request) -> None:
        for name in request.query_params:
            message = f"Unknown parameter `{name[:60]}`: all is asked for in the body."
            raise BadRequest("bad_request", message)


def _error_response(error: WillayError) -> Response:
    status = status_of(error)
    headers = {"Retry-After": "1"} if isinstance(error, Unavailable) else {}
    return instant_refusal(status, error.code, error.message, headers)


def _body_model(endpoint: Callable[..., Any]) -> type[BaseModel]:
    """The model of a route's body."""
    for hint in get_type_hints(endpoint, include_extras=True).values():
        for marked in getattr(hint, "__metadata__", ()):
            body = getattr(marked, "dependency", None)
            if isinstance(body, WireBody):
                return body.model
    raise TypeError(f"{endpoint.__name__} takes no body")
