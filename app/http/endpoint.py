"""The endpoint is the work: a plain `def` whose first parameter says in which transaction it runs.

    @router.post("/sponsors", status_code=201, response_model=One[ManagedSponsor])
    def create_sponsor(tx: PublishTx, principal: Publisher, body: Json[NewSponsor]) -> Outcome: ...

FastAPI resolves who asks, path, query, headers and body on the loop, in the order of the
parameters, so the order is that of the refusals. Then the function runs in the lane of the
management, inside its transaction, and its answer is sent only after the commit. An `async def` is
FastAPI's own and runs on the loop.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.accounts.principal import Principal
from app.changes import PublishTx, head
from app.database import ReadTx, WriteTx
from app.http.bodies import LARGEST, SMALL, USUAL, JsonBody
from app.http.parameters import Parameters
from app.http.writing import Outcome, changed, published, shown
from app.runtime import Runtime

Model = TypeVar("Model", bound=BaseModel)

Handler = Callable[..., Coroutine[Any, Any, Response]]
Run = Callable[[Request, Any, Callable[[Any], Outcome]], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class _Body:
    """Marks the parameter that is the request's JSON body."""

    optional: bool = False
    most: int = USUAL


Json = Annotated[Model, _Body()]
"""The request's body: `body: Json[NewSponsor]`."""

OptionalJson = Annotated[Model, _Body(optional=True)]
"""A body that may be absent; then every field has its default."""

SmallJson = Annotated[Model, _Body(most=SMALL)]
"""A body that anybody may send."""

LargeJson = Annotated[Model, _Body(most=LARGEST)]
"""A body with a whole text in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a request reads: one state of the store, and the moment at which it is looked at."""

    tx: ReadTx
    now: datetime


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
"""The service's parts, for the clock, the settings and the keys."""


def handler_of(endpoint: Callable[..., Any]) -> Handler:
    """The endpoint as FastAPI takes it; `TypeError` for one whose transaction is not said, that
    writes for nobody, or that reads a body before it knows whose."""
    hints = get_type_hints(endpoint, include_extras=True)
    parameters = list(inspect.signature(endpoint).parameters.values())
    principal = _principal_of(endpoint, hints)
    if inspect.iscoroutinefunction(endpoint):
        return _described(endpoint, endpoint, [_resolved(each, hints) for each in parameters])
    first, *others = parameters
    run = _RUNNERS.get(hints[first.name])
    if run is None:
        kinds = ", ".join(kind.__name__ for kind in _RUNNERS)
        raise TypeError(f"{endpoint.__qualname__}: its first parameter is none of {kinds}")
    if hints[first.name] in (WriteTx, PublishTx) and not principal:
        raise TypeError(f"{endpoint.__qualname__}: it writes, and names no principal who does")

    async def handler(request: Request, **given: Any) -> Response:
        return await run(request, given.get(principal), lambda tx: endpoint(tx, **given))

    return _described(handler, endpoint, [_REQUEST, *(_resolved(each, hints) for each in others)])


def _described(
    handler: Handler, endpoint: Callable[..., Any], parameters: Sequence[inspect.Parameter]
) -> Handler:
    """A handler that has its endpoint's name, and these parameters."""

    # `functools.wraps` would lead FastAPI back to the transaction, which is no parameter of a
    # request.
    async def described(**given: Any) -> Response:
        return await handler(**given)

    described.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # a function takes one, by PEP 362
    described.__annotations__ = {each.name: each.annotation for each in parameters}
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(described, name, getattr(endpoint, name))
    return described


def _principal_of(endpoint: Callable[..., Any], hints: Mapping[str, Any]) -> str:
    """The parameter that says who asks; empty where none does."""
    names = list(hints)
    principal = next((name for name in names if _plain(hints[name]) is Principal), "")
    body = next((name for name in names if _mark(hints[name])), "")
    if principal and body and names.index(body) < names.index(principal):
        said = "its body would be read before its principal is known"
        raise TypeError(f"{endpoint.__qualname__}: {said}")
    return principal


_REQUEST: Final = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _mark(hint: Any) -> _Body | None:
    marks: Iterator[Any] = iter(getattr(hint, "__metadata__", ()))
    return next((mark for mark in marks if isinstance(mark, _Body)), None)


def _resolved(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> inspect.Parameter:
    """A parameter as FastAPI knows it: our marks in its own words."""
    hint = hints[parameter.name]
    if (body := _mark(hint)) is not None:
        model = _plain(hint)
        hint = Annotated[model, Depends(JsonBody(model, optional=body.optional, most=body.most))]
    elif isinstance(hint, type) and issubclass(hint, Parameters):
        hint = Annotated[hint, Query()]
    return parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY)


async def _read(request: Request, _: Any, work: Callable[[ReadTx], Outcome]) -> Response:
    return await shown(request, work)


async def _look(request: Request, _: Any, work: Callable[[Snapshot], Outcome]) -> Response:
    clock = request.state.runtime.clock()
    return await shown(request, lambda tx: work(Snapshot(tx, head(tx).moment(clock))))


# By the exact type: a PublishTx is a WriteTx, which is a ReadTx.
_RUNNERS: Final[dict[Any, Run]] = {
    ReadTx: _read,
    Snapshot: _look,
    WriteTx: changed,
    PublishTx: published,
}
