"""Routes of the public face: they read a query in one step, or drop what others add to it."""

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

from app.http.endpoint import EndpointRoute
from app.http.parameters import Travelling, closest_name
from app.http.problems import query_names


class OwnQueryRoute(EndpointRoute):
    """A route that judges its whole query, even one that is repeated or malformed."""

    answers_all = False
    """Whether it has error messages of its own for every fault of a query."""

    def accepts(self, scope: Scope) -> bool:
        """Whether a request is for this route."""
        return scope["method"] in {"HEAD", *(self.methods or ())} and (
            self.path_regex.match(scope["path"]) is not None
        )

    def relevant_query(self, query: bytes) -> bytes:
        """The part of a query that this route reads."""
        return query


class ProtocolRoute(OwnQueryRoute):
    """A route of a protocol with errors of its own."""

    answers_all = True


class TravellingRoute(OwnQueryRoute):
    """A GET whose address travels through posts, letters and readers that add parameters.

    If its parameters are `Travelling`, unknown ones are removed from the query before anything
    reads it, so that they split no cache. A name that is close to a known one stays, and is refused
    as everywhere: a misspelt filter must not widen a feed.
    """

    @cached_property
    def travels(self) -> bool:
        """Whether its parameters are `Travelling`."""
        models = [_model(param) for param in self.dependant.query_params]
        return any(isinstance(param, type) and issubclass(param, Travelling) for param in models)

    @cached_property
    def _names(self) -> frozenset[str]:
        fields = self.dependant.query_params
        elsewhere = (name for field in fields for name in _model(field).elsewhere)
        return frozenset((*query_names(fields), *elsewhere))

    @override
    def relevant_query(self, query: bytes) -> bytes:
        if not query or not self.travels:
            return query
        return b"&".join(part for part in query.split(b"&") if self._is_relevant(_name(part)))

    def _is_relevant(self, name: str) -> bool:
        return name in self._names or closest_name(name, self._names) is not None

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint, behind the removal of unknown parameters."""
        handle = self._handler()
        if not self.travels:
            return handle

        async def handle_tidied(request: Request) -> Response:
            request.scope["query_string"] = self.relevant_query(request.scope["query_string"])
            return await handle(request)

        return handle_tidied

    def _handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return super().get_route_handler()


class ReadRoute(TravellingRoute):
    """A GET whose endpoint takes the request, parts of the path as text, one set of parameters.

    FastAPI takes such a set apart on every request and inspects each member's type again: a quarter
    of what a list costs. Here pydantic gets the whole query. The contract and the error messages
    stay FastAPI's. Other features of FastAPI's endpoints would not work here, so they are refused
    when the route is made.
    """

    @override
    def _handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        _refuse_what_is_dropped(self)
        [field] = self.dependant.query_params
        name, model = field.name, _model(field)
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            try:
                params = model.model_validate(dict(request.query_params))
            except ValidationError as error:
                errors = error.errors(include_url=False)
                wrong = [{**detail, "loc": ("query", *detail["loc"])} for detail in errors]
                raise RequestValidationError(wrong) from error
            answer: Response = await endpoint(
                request=request, **request.path_params, **{name: params}
            )
            return answer

        return handle


_DROPPED: Final = ("dependencies", "header_params", "cookie_params", "body_params")


def _refuse_what_is_dropped(route: APIRoute) -> None:
    """Raise `TypeError` for features that the endpoint, its router or an outer router asks for and
    `ReadRoute` does not give."""
    included = _effective_route_context_var.get()
    is_own = included is not None and included.original_route is route
    dependant: Dependant = included.dependant if is_own and included else route.dependant
    dropped = [name for name in _DROPPED if getattr(dependant, name)]
    dropped += [
        param.name for param in dependant.path_params if param.field_info.annotation is not str
    ]
    models = [param for param in dependant.query_params if hasattr(_model(param), "model_fields")]
    if len(models) != 1 or len(dependant.query_params) != 1:
        dropped.append("query parameters that are not one set")
    names = ("background_tasks_param_name", "response_param_name", "security_scopes_param_name")
    dropped += [name for name in names if getattr(dependant, name)]
    if dropped or dependant.request_param_name is None:
        raise TypeError(
            f"{route.path}: {type(route).__name__} gives an endpoint the request, parts of the "
            f"path as text and one set of parameters; it would drop {', '.join(dropped)}. Use "
            "another route class."
        )


def _model(field: Any) -> Any:
    return field.field_info.annotation


def _name(part: bytes) -> str:
    return unquote_plus(part.partition(b"=")[0].decode("latin-1"))


def own_query_routes(routers: Sequence[Any]) -> list[OwnQueryRoute]:
    """The routes that judge their whole query."""
    return [
        route for router in routers for route in router.routes if isinstance(route, OwnQueryRoute)
    ]
