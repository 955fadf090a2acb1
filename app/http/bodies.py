"""JSON bodies: read after the caller is known, bounded, strict, and documented.

FastAPI would read a body before it asks who sends it, and would validate it as Python objects, for
which a strict type takes no date from text. A route's parameter is
`sent: Annotated[TagInput, json_of(TagInput)]`; `management.ManagementRoute` documents it.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, Generic, TypeVar, get_args

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from app.errors import BadRequest, Detail, Invalid, TooLarge, Unsupported

LARGEST: Final = 4_000_000
"""Bytes of a JSON body; an article's body has at most a million characters."""

Model = TypeVar("Model", bound=BaseModel)


class JsonBody(Generic[Model]):
    """Reads and validates one body."""

    def __init__(self, model: type[Model], *, optional: bool = False) -> None:
        self.model = model
        self.optional = optional

    async def __call__(self, request: Request) -> Model:
        """The body as the model; `BadRequest`, `Invalid`, `TooLarge`, `Unsupported`."""
        if self.optional and "content-type" not in request.headers and not await read(request):
            return self.model()
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise Unsupported("unsupported_media_type", "Send JSON with its content type.")
        return parsed(self.model, await read(request))


def parsed(model: type[Model], content: bytes) -> Model:
    """JSON as a model; `BadRequest` or `Invalid`."""
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise _refused(model, error) from error


def json_of(model: type[BaseModel], *, optional: bool = False) -> Any:
    """The dependency that gives the request's JSON body as a model; with `optional`, where every
    field has a default, there may be no body."""
    return Depends(JsonBody(model, optional=optional))


async def read(request: Request, most: int = LARGEST) -> bytes:
    """The whole body, which `request.body()` then has too; `TooLarge` for more bytes than that."""
    said = request.headers.get("content-length", "0")
    if said.isdecimal() and int(said) > most:
        raise _too_large(most)
    if hasattr(request.state, "body"):
        kept: bytes = request.state.body
        return kept
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    request.state.body = b"".join(parts)
    body: bytes = request.state.body
    return body


def _too_large(most: int) -> TooLarge:
    return TooLarge("body_too_large", f"A body has at most {most} bytes; send less.")


def _refused(model: type[BaseModel], error: ValidationError) -> BadRequest | Invalid:
    problems = error.errors(include_url=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        message = f"{str(problems[0]['msg']).removeprefix('Invalid JSON: ').capitalize()}."
        return BadRequest("malformed_json", f"The body is no JSON: {message}")
    names = tuple(_members(model))
    details = tuple(_detail(problem, names) for problem in problems[:50])
    first = details[0]
    said = f"{first.pointer}: {first.message}" if first.pointer else first.message
    return Invalid(first.code, said, details)


def _detail(problem: Any, names: tuple[str, ...]) -> Detail:
    pointer = "".join(
        f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in problem["loc"]
    )
    pointer = pointer[:300]
    match problem["type"]:
        case "extra_forbidden":
            unknown = str(problem["loc"][-1])[:60]
            close = get_close_matches(unknown, names, 1, cutoff=0.7)
            hint = f"did you mean {close[0]!r}?" if close else "remove it."
            return Detail("unknown_field", f"There is no field {unknown!r}; {hint}", pointer)
        case "missing":
            return Detail("missing_field", "This field is required.", pointer)
        case _:
            text = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
            return Detail("invalid_field", f"{text[:1].upper()}{text[1:]}.", pointer)


def _members(model: type[BaseModel]) -> Iterator[str]:
    """The names of a model's fields and of those of the models in it."""
    for name, field in model.model_fields.items():
        yield name
        for inner in _models(field.annotation):
            yield from _members(inner)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
