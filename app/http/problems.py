"""The only table from error to status, and one body for every failure (RFC 9457)."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from errno import EMFILE, ENFILE
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from app.errors import (
    BadRequest,
    Conflict,
    Detail,
    Forbidden,
    Gone,
    Invalid,
    Moved,
    NotFound,
    NotOffered,
    Stale,
    Throttled,
    TooLarge,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Unconditional,
    Unsupported,
    WillayError,
    WouldCancel,
)
from app.http.parameters import closest_name
from app.http.tracing import route_template
from app.outage import NO_ROOM
from app.public.envelopes import PlannedRelease, Problem, ProblemDetail
from app.public.instant import InstantRefusal
from app.storage import protocol as storage

log = logging.getLogger("willay")

STATUS: dict[type[WillayError], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    TooSlow: 408,
    Conflict: 409,
    Gone: 410,
    Stale: 412,
    TooLarge: 413,
    Unsupported: 415,
    Invalid: 422,
    Unconditional: 428,
    Throttled: 429,
    NotOffered: 501,
    Unavailable: 503,
}
MEDIA_TYPE = "application/problem+json"
INSTANT = "/v1/search/instant/"
"""Every answer below this address has Meilisearch's format, even for an unknown address."""

_PLAIN = {
    404: ("not_found", "There is nothing at this address; see /v1 for what there is."),
    405: ("method_not_allowed", "This address does not take that method."),
}


def public_responses(*statuses: int, links: bool = False) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a public route: problems, and 304 with the headers that `about` says of
    200 too."""
    headers = {} if 304 in statuses else {"Cache-Control": NO_STORE}
    if links:
        headers["Link"] = _LINK
    answers = problem_answers(*statuses)
    return answers | {200: {"headers": headers}} if headers else answers


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The part of `responses=` about problems (and 304); 500 is always one of them. That no cache
    keeps a problem is said once, in `about`."""
    schema = {"$ref": "#/components/schemas/Problem"}
    answers: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, 500}):
        answers[status] = {"description": HTTPStatus(status).phrase}
        if status in _HEADERS:
            answers[status]["headers"] = _HEADERS[status]
        if status != 304:
            answers[status]["content"] = {MEDIA_TYPE: {"schema": schema}}
    return answers


def header(description: str, pattern: str, *, required: bool = True) -> dict[str, Any]:
    """A response header in the contract."""
    schema = {"type": "string", "pattern": pattern}
    return {"description": description, "required": required, "schema": schema}


NO_STORE = header("Never kept", "^no-store$")
CACHE_LIFE = header(
    "Never beyond the next due change",
    "^public, max-age=[0-9]+(, (s-maxage|stale-[a-z-]+)=[0-9]+)*$",
)
_LINK = header("RFC 8288: `next` and `prev` where there are such", "^<", required=False)
_HEADERS: dict[int, dict[str, Any]] = {
    301: {"Location": header("Where it is now", ".")},
    304: {
        "ETag": header("Goes into `If-None-Match`", '^W/"[0-9a-f]+"$'),
        "Cache-Control": CACHE_LIFE,
        "Last-Modified": header("Goes into `If-Modified-Since`", " GMT$", required=False),
    },
    401: {"WWW-Authenticate": header("How to log in", "^Bearer")},
    429: {"Retry-After": header("Seconds", "^[0-9]+$")},
    503: {"Retry-After": header("Seconds", "^[0-9]+$")},
}


def install_handlers(app: FastAPI) -> None:
    """Answer every failure with a problem."""
    app.add_exception_handler(WillayError, _handle_willay_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_error)
    app.add_exception_handler(OSError, _handle_os_error)


def problem_response(
    status: int,
    code: str,
    message: str,
    details: Sequence[Detail] = (),
    headers: dict[str, str] | None = None,
    **extra: Any,
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


async def _handle_willay_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WillayError)
    if isinstance(error, Moved):
        # Relative to the request's address, so that it holds behind any proxy's prefix.
        query = f"?{request.url.query}" if request.url.query else ""
        return problem_response(
            301, error.code, error.message, headers={"Location": error.slug + query}
        )
    return error_response(error)


async def _handle_os_error(request: Request, error: Exception) -> Response:
    """Answer for a full disk or too many open files, wherever the error occurred."""
    assert isinstance(error, OSError)
    if error.errno in NO_ROOM:
        met = storage.storage_full(f"{error.filename or 'a file'}: {error.strerror}")
        request.state.runtime.storage.outage.begin(met)
    elif error.errno in (EMFILE, ENFILE):
        met = Unavailable("too_many_open_files", "Too many files are open; try again in a moment.")
    else:
        raise error
    return error_response(met)


def status_of(error: WillayError) -> int:
    """The status that stands for an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def error_response(error: WillayError) -> Response:
    """The answer to any error but `Moved`."""
    return problem_response(
        status_of(error),
        error.code,
        error.message,
        error.details,
        _headers(error),
        **_extra_members(error),
    )


def _extra_members(error: WillayError) -> dict[str, Any]:
    """The members that only some problems have."""
    match error:
        case Gone():
            return {"reason": error.reason or None, "at": error.at or None}
        case WouldCancel():
            return {"releases": [PlannedRelease(**asdict(release)) for release in error.releases]}
        case Stale():
            return {
                "current_revision": error.current_revision,
                "changed_by": error.changed_by,
                "changed_at": error.changed_at,
            }
        case _:
            return {}


def _headers(error: WillayError) -> dict[str, str]:
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": error.challenge}
        case Throttled():
            return {"Retry-After": str(error.retry_after)}
        case Unavailable():
            return {"Retry-After": "1"}
        case _:
            return {}


async def _handle_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if error.errors()[0]["loc"][0] == "path":  # no such id can exist
        return problem_response(404, *_PLAIN[404])
    fields = request.scope["route"].dependant.query_params if "route" in request.scope else []
    names = query_names(fields)
    details = [_to_detail(item, names) for item in error.errors()]
    first = details[0]
    return problem_response(400, first.code, first.message, details)


def query_names(fields: Iterable[Any]) -> list[str]:
    """The names of a route's query parameters, whether in sets or single."""
    names: list[str] = []
    for field in fields:
        members = getattr(field.field_info.annotation, "model_fields", None)
        if members is None:
            names.append(field.alias)
        else:
            names += [member.alias or name for name, member in members.items()]
    return names


def _to_detail(item: dict[str, Any], names: Sequence[str]) -> Detail:
    where = str(item["loc"][1]) if len(item["loc"]) > 1 else str(item["loc"][0])
    if item["type"] == "extra_forbidden":
        meant = closest_name(where, names) or next(iter(get_close_matches(where, names, 1)), None)
        hint = f"did you mean {meant!r}?" if meant else f"known: {', '.join(names) or 'none'}."
        return Detail(
            "unknown_parameter",
            f"There is no parameter {where[:60]!r}; {hint}",
            parameter=where[:60],
        )
    message = str(item["msg"]).removeprefix("Value error, ")
    return Detail("invalid_parameter", f"{where}: {message}.".replace("..", "."), parameter=where)


async def _handle_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    if error.status_code == 404 and path.endswith("/") and path.strip("/"):
        bare = path.rstrip("/")
        if allowed_methods(request.app, {**request.scope, "path": bare}):
            up = "../" * (len(path) - len(bare))
            query = f"?{request.url.query}" if request.url.query else ""
            where = f"{up}{quote(bare.rpartition('/')[2])}{query}"
            sentence = "The same without a slash at the end."
            return problem_response(308, "moved", sentence, headers={"Location": where})
    code, message = _PLAIN.get(error.status_code, ("http_error", str(error.detail)))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers = {"Allow": ", ".join(allowed_methods(request.app, request.scope))}
    if request.url.path.startswith(INSTANT):
        return instant_refusal(error.status_code, code, message, headers)
    return problem_response(error.status_code, code, message, headers=headers)


def instant_refusal(
    status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> Response:
    """A failure in Meilisearch's format; `link` is an identifier, not an address."""
    instant_refusal = InstantRefusal(
        message=message,
        code=code,
        type="internal" if status >= 500 else "invalid_request",
        link=f"urn:willay:problem:{code}",
    )
    headers = {"Cache-Control": "no-store"} | (headers or {})
    return Response(instant_refusal.model_dump_json(), status, headers, "application/json")


def allowed_methods(app: FastAPI, scope: Scope) -> list[str]:
    """The methods that an address takes; empty if it is unknown."""
    taken = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in app.routes)
    ]
    with_head = ["GET", "HEAD", *taken[1:]] if "GET" in taken else taken
    return [*with_head, "OPTIONS"] if taken else []


def unexpected_response(scope: Scope, error: Exception) -> Response:
    """Log a fault of ours and return the answer to it."""
    request_id = scope["state"]["request_id"]
    log.error("request %s failed: %s", request_id, route_template(scope), exc_info=error)
    message = "Something broke here; tell the operator the request id."
    return problem_response(500, "internal_error", message, request_id=request_id)
