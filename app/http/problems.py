"""The only table from error to status, and one body for every failure (RFC 9457)."""

import logging
import secrets
from collections.abc import Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.errors import (
    BadRequest,
    Conflict,
    Detail,
    Forbidden,
    Gone,
    Invalid,
    Moved,
    NotFound,
    Stale,
    Throttled,
    Unauthenticated,
    Unavailable,
    WillayError,
)
from app.public.envelopes import Problem, ProblemDetail

log = logging.getLogger("willay")

STATUS: dict[type[WillayError], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Stale: 412,
    Invalid: 422,
    Throttled: 429,
    Unavailable: 503,
}
MEDIA_TYPE = "application/problem+json"
_PLAIN = {
    404: ("not_found", "There is nothing at this address; see /v1 for what there is."),
    405: ("method_not_allowed", "This address does not take that method."),
}


def documented(*statuses: int, links: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may answer so: problems, and 304 with its validators."""
    schema = {"$ref": "#/components/schemas/Problem"}
    answers: dict[int | str, dict[str, Any]] = {}
    for status in (*statuses, 500):
        answers[status] = {"description": HTTPStatus(status).phrase, "headers": {}}
        if status != 304:
            answers[status]["content"] = {MEDIA_TYPE: {"schema": schema}}
        answers[status]["headers"] = _HEADERS.get(status, {"Cache-Control": _NO_STORE})
    headers = {"Cache-Control": _NO_STORE}
    if 304 in statuses:
        headers = {**_VALIDATORS, "Surrogate-Key": _KEYS}
    if links:
        headers["Link"] = _LINK
    answers[200] = {"headers": headers}
    return answers


def _header(description: str, pattern: str, *, required: bool = True) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"description": description, "required": required, "schema": schema}


_NO_STORE = _header("Never kept", "^no-store$")
_VALIDATORS = {
    "ETag": _header("Goes into `If-None-Match`", '^W/"[0-9a-f]+"$'),
    "Cache-Control": _header("Never beyond the next due change", "^public, max-age=[0-9]+$"),
    "Last-Modified": _header("Goes into `If-Modified-Since`", " GMT$", required=False),
}
_KEYS = _header("What to purge it by, separated by blanks", "^[^ ]+( [^ ]+)*$")
_LINK = _header("RFC 8288: `next` and `prev` where there are such", "^<", required=False)
_HEADERS: dict[int, dict[str, Any]] = {
    301: {"Cache-Control": _NO_STORE, "Location": _header("Where it is now", ".")},
    304: _VALIDATORS,
    503: {"Cache-Control": _NO_STORE, "Retry-After": _header("Seconds", "^[0-9]+$")},
}


def install(app: FastAPI) -> None:
    """Answer every failure with a problem."""
    app.add_exception_handler(WillayError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _unexpected)


def answer(
    status: int,
    code: str,
    message: str,
    details: Sequence[Detail] = (),
    headers: dict[str, str] | None = None,
    **extra: str | None,
) -> Response:
    """A problem as a response."""
    problem = Problem(
        type=f"urn:willay:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=message,
        errors=[
            ProblemDetail(code=d.code, message=d.message, pointer=d.pointer, parameter=d.parameter)
            for d in details
        ]
        or None,
        **extra,
    )
    return Response(
        problem.model_dump_json(exclude_none=True),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        MEDIA_TYPE,
    )


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, WillayError)
    if isinstance(error, Moved):
        # Relative to its own address, so that it holds behind any proxy's prefix.
        query = f"?{request.url.query}" if request.url.query else ""
        return answer(301, error.code, error.message, headers={"Location": error.slug + query})
    status = STATUS[type(error)]
    if isinstance(error, Gone):
        return answer(
            status,
            error.code,
            error.message,
            error.details,
            reason=error.reason or None,
            at=error.at or None,
        )
    return answer(status, error.code, error.message, error.details, _headers(error))


def _headers(error: WillayError) -> dict[str, str]:
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case Throttled():
            return {"Retry-After": str(error.retry_after)}
        case Unavailable():
            return {"Retry-After": "1"}
        case _:
            return {}


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    known = request.scope["route"].dependant.query_params if "route" in request.scope else []
    names = [
        name for field in known for name in getattr(field.field_info.annotation, "model_fields", {})
    ]
    details = [_detail(item, names) for item in error.errors()]
    first = details[0]
    return answer(400, first.code, first.message, details)


def _detail(item: dict[str, Any], names: Sequence[str]) -> Detail:
    where = str(item["loc"][1]) if len(item["loc"]) > 1 else str(item["loc"][0])
    if item["type"] == "extra_forbidden":
        close = get_close_matches(where, names, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names) or 'none'}."
        return Detail(
            "unknown_parameter",
            f"There is no parameter {where[:60]!r}; {hint}",
            parameter=where[:60],
        )
    message = str(item["msg"]).removeprefix("Value error, ")
    return Detail("invalid_parameter", f"{where}: {message}.".replace("..", "."), parameter=where)


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message = _PLAIN.get(error.status_code, ("http_error", str(error.detail)))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers = {"Allow": "GET, HEAD, OPTIONS"}
    return answer(error.status_code, code, message, headers=headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    request_id = secrets.token_hex(8)
    log.error("request %s failed: %s", request_id, request.url.path, exc_info=error)
    message = "Something broke here; tell the operator the request id."
    return answer(500, "internal_error", message, request_id=request_id)
