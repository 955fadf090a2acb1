"""Routes of the management face; what all of them take and answer is documented in one place."""

from collections.abc import Callable, Collection, Coroutine, Iterator
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Any, Final, get_type_hints

from fastapi import APIRouter, Depends, Header, Request, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response
from typing_extensions import override

from app.errors import BadRequest, Unconditional
from app.http.access import is_guarded
from app.http.bodies import FORM, SMALL, FormBody, JsonBody, NoBody, documented_body
from app.http.endpoint import handler_of
from app.http.operations import operation_options
from app.http.problems import header, problem_answers, query_names


async def _if_match_revision(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The `ETag` that came with what is changed"),
    ] = None,
) -> int:
    """The revision that a change was made from."""
    if if_match is None:
        raise Unconditional(
            "if_match_required", "Send `If-Match` with the ETag of what you read, and change that."
        )
    number = if_match.strip().removeprefix("W/").removeprefix('"').removesuffix('"')
    if not (number.isascii() and number.isdecimal() and len(number) <= 10):
        raise BadRequest("invalid_if_match", "`If-Match` takes one ETag as this API gave it.")
    return int(number)


IfMatch = Annotated[int, Depends(_if_match_revision)]
"""The revision that a change was made from: `revision: IfMatch`."""

_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request with the same key takes effect once and is answered alike, "
    "with `Idempotency-Replayed: true`",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {"headers": {"Location": header("Where it is", "^/v1/admin/")}}
}


class ManagementRoute(APIRoute):
    """Derives a route's documentation from its signature."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] = ("GET",),
        status_code: int | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
        openapi_extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        options = operation_options(endpoint, options)
        endpoint = handler_of(endpoint)
        dependencies = list(_dependencies_of(endpoint))
        bodies = [call for call in dependencies if isinstance(call, JsonBody | FormBody)]
        extra = dict(openapi_extra or {})
        if not bodies and "requestBody" not in extra and "GET" not in methods:
            bodies, endpoint = [_NO_BODY], _without_body(endpoint)
        repeatable = is_guarded(dependencies) and "POST" in methods
        statuses = {400, 503}
        statuses |= {401, 403} if is_guarded(dependencies) else set()
        statuses |= {408, 413, 415} if "GET" not in methods else set()
        statuses |= (
            {422} if any(isinstance(dependency, JsonBody) for dependency in bodies) else set()
        )
        statuses |= {412, 428} if _if_match_revision in dependencies else set()
        statuses |= {404} if "{" in path else set()
        statuses |= {422} if repeatable else set()
        status = status_code or 200
        self._bodies = [body for body in bodies if body is not _NO_BODY]
        if repeatable:
            extra["parameters"] = [*extra.get("parameters", ()), _KEY]
        super().__init__(
            path,
            endpoint,
            methods=list(methods),
            status_code=status,
            responses={
                **problem_answers(*statuses),
                **(responses or {}),
                **(_CREATED if status == HTTPStatus.CREATED else {}),
            },
            openapi_extra=extra,
            **options,
        )

    def describe_body(self) -> None:
        """Add the body to the documentation: only the contract needs it, and it takes long."""
        for body in self._bodies:
            described = (
                documented_body(body.model, FORM)
                if isinstance(body, FormBody)
                else documented_body(body.model, required=not body.optional)
            )
            self.openapi_extra = {**described, **(self.openapi_extra or {})}

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint behind a refusal of unknown query parameters. A set of parameters refuses
        them by itself, but most routes here have none."""
        handle = super().get_route_handler()
        names = query_names(self.dependant.query_params)

        async def handle_strictly(request: Request) -> Response:
            unknown = [name for name in request.query_params if name not in names]
            if unknown:
                raise RequestValidationError(
                    [{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown]
                )
            return await handle(request)

        return handle_strictly


_NO_BODY: Final = JsonBody(NoBody, optional=True, most=SMALL)


def _without_body(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint behind a refusal of any body, once its caller is known."""

    @wraps(endpoint)
    async def handle(request: Request, **arguments: Any) -> Response:
        await _NO_BODY(request)
        answer: Response = await endpoint(request=request, **arguments)
        return answer

    return handle


def _dependencies_of(endpoint: Callable[..., Any]) -> Iterator[object]:
    """The dependencies of a route's parameters."""
    for hint in get_type_hints(endpoint, include_extras=True).values():
        for marked in getattr(hint, "__metadata__", ()):
            if isinstance(marked, params.Depends):
                yield marked.dependency


def management(tag: str) -> APIRouter:
    """A router of the management face."""
    return APIRouter(prefix="/v1/admin", tags=[f"admin: {tag}"], route_class=ManagementRoute)
