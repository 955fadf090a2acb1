"""JSON bodies and forms: read after the caller is known, bounded, strict, and documented.

FastAPI would read a body before it identifies the caller. It would validate the body as Python
objects, and from these a strict type takes no date in text. An endpoint's parameter is
`body: Json[TagInput]`, of `endpoint`; `management.ManagementRoute` documents it.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, Generic, TypeVar, get_args
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError

from app.errors import BadRequest, Detail, Invalid, TooLarge, Unsupported
from app.http.contract.references import REFERENCE

SMALL: Final = 10_000
"""The limit in bytes of a form, and of a body that anybody may send."""

USUAL: Final = 500_000
"""The limit in bytes of a JSON body: ten thousand ids, or a biography in every language."""

LARGEST: Final = 4_000_000
"""The limit in bytes of a JSON body with a text in it, which has at most a million characters."""

FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"
_MOST_FIELDS: Final = 50

Model = TypeVar("Model", bound=BaseModel)


class JsonBody(Generic[Model]):
    """Reads and validates one body."""

    def __init__(self, model: type[Model], *, optional: bool = False, most: int = USUAL) -> None:
        self.model = model
        self.optional = optional
        self.most = most

    async def __call__(self, request: Request) -> Model:
        """The body as the model; `BadRequest`, `Invalid`, `TooLarge`, `Unsupported`. For a request
        without a body and its content type, the error names the missing fields."""
        if media_type(request) == _JSON:
            content = await read(request, self.most)
            return parse_json(self.model, content or (b"{}" if self.optional else b""))
        unsupported = Unsupported("unsupported_media_type", "Send JSON with its content type.")
        try:
            await read(request, 0)
        except TooLarge as error:
            raise unsupported from error
        empty = parse_json(self.model, b"{}")
        if not self.optional:
            raise unsupported
        return empty


class NoBody(BaseModel):
    """The body of a request without one."""

    model_config = ConfigDict(extra="forbid")


def documented_body(
    model: type[BaseModel], media: str = _JSON, *, required: bool = True
) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes a body."""
    schema = model.model_json_schema(ref_template=REFERENCE + "{model}")
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


def parse_json(model: type[Model], content: bytes) -> Model:
    """JSON as a model; `BadRequest` or `Invalid`."""
    try:
        return model.model_validate_json(strip_bom(content))
    except ValidationError as error:
        raise _validation_error(model, error) from error


def strip_bom(content: bytes) -> bytes:
    """The content without the UTF-8 byte order mark that Windows' tools write."""
    return content.removeprefix(BOM_UTF8)


class FormBody:
    """Reads and validates one form of a few short fields."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> BaseModel:
        """The form as the model; `BadRequest`, `TooLarge`, `Unsupported`."""
        pairs = await read_form(request)
        repeated = [name for name in self.model.model_fields if _count_field(name, pairs) > 1]
        if repeated:
            message = f"The field {repeated[0]!r} is there twice; send it once."
            raise BadRequest("repeated_parameter", message)
        try:
            return self.model.model_validate(dict(pairs))
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            raise RequestValidationError(
                [{**error, "loc": ("body", *error["loc"])} for error in wrong]
            ) from error


def form_of(model: type[BaseModel]) -> Any:
    """The dependency that gives the request's form as a model."""
    return Depends(FormBody(model))


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form; `BadRequest`, `TooLarge`, `Unsupported`."""
    if media_type(request) != FORM:
        raise Unsupported("unsupported_media_type", f"Send a form, as {FORM}.")
    content = await read(request, SMALL)
    if content.count(b"&") >= _MOST_FIELDS:
        raise TooLarge("too_many_fields", f"A form has at most {_MOST_FIELDS} fields; send fewer.")
    try:
        return parse_qsl(strip_bom(content).decode(), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadRequest("invalid_encoding", "The form is not UTF-8; encode it so.") from error


def _count_field(name: str, pairs: list[tuple[str, str]]) -> int:
    return sum(key == name for key, _ in pairs)


def media_type(request: Request) -> str:
    """The media type of a body without its parameters; empty if none is named."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_encoded(request: Request) -> None:
    """Raise `Unsupported` for a compressed body, whose size is unknown."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        message = "Send the body as it is, without a Content-Encoding."
        raise Unsupported("unsupported_encoding", message)


async def read(request: Request, most: int) -> bytes:
    """The whole body, which `request.state.body` then keeps; `TooLarge` above `most` bytes."""
    refuse_encoded(request)
    message = request.headers.get("content-length", "0")
    if message.isdecimal() and (len(message) > 18 or int(message) > most):
        raise _too_large(most)
    if hasattr(request.state, "body"):
        content: bytes = request.state.body
        return content
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


def _validation_error(model: type[BaseModel], error: ValidationError) -> BadRequest | Invalid:
    problems = error.errors(include_url=False, include_input=False)
    if problems[0]["type"] == "json_invalid":
        message = f"{str(problems[0]['msg']).removeprefix('Invalid JSON: ').capitalize()}."
        return BadRequest("malformed_json", f"The body is no JSON: {message}")
    names = tuple(_members(model))
    details = tuple(_detail(problem, names) for problem in problems[:50])
    first = details[0]
    sentence = f"{first.pointer}: {first.message}" if first.pointer else first.message
    return Invalid(first.code, sentence, details)


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
    """The names of a model's fields and of the fields of the models in it."""
    for name, field in model.model_fields.items():
        yield name
        for inner in _models(field.annotation):
            yield from _members(inner)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
