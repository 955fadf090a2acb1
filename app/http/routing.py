"""Routes that read: their query in one step."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.responses import Response
from typing_extensions import override


class ReadRoute(APIRoute):
    """A GET whose endpoint takes the request, parts of the path as text, one set of parameters.

    FastAPI takes such a set apart on every request and looks at each member's type again: a
    quarter of what a list costs. Here pydantic is given the query whole. The contract and what
    is said of a wrong query stay FastAPI's.
    """

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint behind the check of its parameters."""
        [field] = self.dependant.query_params
        name, model = field.name, field.field_info.annotation
        assert model is not None
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            try:
                asked = model.model_validate(dict(request.query_params))
            except ValidationError as error:
                found = error.errors(include_url=False)
                wrong = [{**one, "loc": ("query", *one["loc"])} for one in found]
                raise RequestValidationError(wrong) from error
            answer: Response = await endpoint(request, **request.path_params, **{name: asked})
            return answer

        return handle
