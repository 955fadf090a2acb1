"""The route of an endpoint: it reads a query in one step, or drops what others add to it."""

from collections.abc import Callable, Coroutine, Sequence
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote_plus

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, _effective_route_context_var
from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import Scope
from typing_extensions import override

from app.http.endpoint import handler_of
from app.http.operations import operation_options
from app.http.parameters import Parameters, Travelling, closest_name
from app.http.problems import query_names

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class EndpointRoute(APIRoute):
    """A route whose endpoint may be a plain function in a transaction (`endpoint.handler_of`).

    An address whose parameters are `Travelling` goes through posts, letters and readers that add
    parameters. The route drops the ones that it does not know, so they split no cache. It keeps a
    name that is close to a known one, which is then refused: a misspelt filter must not widen a
    feed.
    """

    answers_all = False
    """Whether the route has words of its own for whatever is wrong with a query."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, handler_of(endpoint), **operation_options(endpoint, options))

    def accepts(self, scope: Scope) -> bool:
        """Whether a request is this route's."""
        return scope["method"] in {"HEAD", *(self.methods or ())} and (
            self.path_regex.match(scope["path"]) is not None
        )

    @cached_property
    def travels(self) -> bool:
        """Whether its address travels."""
        models = [_model(param) for param in self.dependant.query_params]
        return any(isinstance(model, type) and issubclass(model, Travelling) for model in models)

    @cached_property
    def _names(self) -> frozenset[str]:
        fields = self.dependant.query_params
        elsewhere = (name for field in fields for name in _model(field).elsewhere)
        return frozenset((*query_names(fields), *elsewhere))

    def relevant_query(self, query: bytes) -> bytes:
        """The part of a query that this route looks at."""
        if not query or not self.travels:
            return query
        return b"&".join(part for part in query.split(b"&") if self._is_relevant(_name(part)))

    def _is_relevant(self, name: str) -> bool:
        return name in self._names or closest_name(name, self._names) is not None

    @override
    def get_route_handler(self) -> Handler:
        """FastAPI's handler, or a quicker one that does the same."""
        handle = _query_handler(self) or super().get_route_handler()
        if not self.travels:
            return handle

        async def handle_tidied(request: Request) -> Response:
            request.scope["query_string"] = self.relevant_query(request.scope["query_string"])
            return await handle(request)

        return handle_tidied


class ProtocolRoute(EndpointRoute):
    """A route of a protocol that has errors of its own."""

    answers_all = True


_NOT_QUERY: Final = (
    *("dependencies", "header_params", "cookie_params", "body_params"),
    *("background_tasks_param_name", "response_param_name", "security_scopes_param_name"),
)


def _query_handler(route: EndpointRoute) -> Handler | None:
    """A quick handler for an endpoint that takes only the request, parts of the path as text and
    one set of parameters; None for any other endpoint.

    FastAPI takes such a set apart on every request and looks at each member's type again, which
    is a quarter of what a list costs. This handler gives pydantic the whole query. The contract
    and the refusals of a wrong query stay FastAPI's.
    """
    included = _effective_route_context_var.get()
    is_own = included is not None and included.original_route is route
    dependant: Dependant = included.dependant if is_own and included else route.dependant
    if (
        any(getattr(dependant, name) for name in _NOT_QUERY)
        or any(param.field_info.annotation is not str for param in dependant.path_params)
        or len(dependant.query_params) != 1
        or dependant.request_param_name != "request"
    ):
        return None
    [field] = dependant.query_params
    name, model, endpoint = field.name, _model(field), route.endpoint
    if not (isinstance(model, type) and issubclass(model, Parameters)):
        return None

    async def handle(request: Request) -> Response:
        try:
            params = model.model_validate(dict(request.query_params))
        except ValidationError as error:
            errors = error.errors(include_url=False)
            wrong = [{**detail, "loc": ("query", *detail["loc"])} for detail in errors]
            raise RequestValidationError(wrong) from error
        answer: Response = await endpoint(request=request, **request.path_params, **{name: params})
        return answer

    return handle


def _model(field: Any) -> Any:
    return field.field_info.annotation


def _name(part: bytes) -> str:
    return unquote_plus(part.partition(b"=")[0].decode("latin-1"))


def own_query_routes(routers: Sequence[Any]) -> list[EndpointRoute]:
    """Those routes of some routers that judge their whole query, however it is written."""
    return [
        route
        for router in routers
        for route in router.routes
        if isinstance(route, EndpointRoute) and (route.answers_all or route.travels)
    ]
