"""The endpoint is the work: a plain `def` whose first parameter says in which transaction it runs.

    @router.post("/sponsors", status_code=201, response_model=One[ManagedSponsor])
    def create_sponsor(tx: PublishTx, principal: Publisher, body: Json[NewSponsor]) -> Outcome: ...

FastAPI resolves who asks, path, query, headers and body on the loop, in the order of the
parameters, so the order is that of the refusals. Then the function runs in the lane of the
management, inside its transaction, and its answer is sent only after the commit. An `async def` is
FastAPI's own and runs on the loop.
"""

import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
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
from app.http.partner_access import PartnerView, answer_partner
from app.http.transactions import Outcome, answer_publish, answer_read, answer_write
from app.http.views import View, answer_view
from app.published.answer import Answer
from app.runtime import Runtime

Model = TypeVar("Model", bound=BaseModel)

Handler = Callable[..., Coroutine[Any, Any, Response]]
Mark = TypeVar("Mark")


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

SmallOptionalJson = Annotated[Model, _Body(optional=True, most=SMALL)]
"""One that may be absent too."""

LargeJson = Annotated[Model, _Body(most=LARGEST)]
"""A body with a whole text in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a request reads: one state of the store, and the moment at which it is looked at."""

    tx: ReadTx
    now: datetime


Decision = bool | Callable[[Mapping[str, Any]], bool]
"""For all requests, or by an endpoint's arguments."""


@dataclass(frozen=True, slots=True)
class Cost:
    """How a view is read: `slow` in the lane of what counts; `brief` on the event loop where the
    store allows it, for work without effects that reads few rows; `also` names the state of
    whatever the answer depends on beside the store."""

    slow: Decision = False
    brief: Decision = False
    also: Callable[[Runtime], str] | None = None


BriefView = Annotated[View, Cost(brief=True)]
"""A view for work that is over at once."""

CountingView = Annotated[View, Cost(slow=True)]
"""A view for work that counts, and so must not starve what is quick."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request with what FastAPI made of it for one endpoint."""

    request: Request
    arguments: Mapping[str, Any]
    principal: Any
    cost: Cost

    @property
    def is_slow(self) -> bool:
        """Whether its work goes into the lane of what counts."""
        return self._decide(self.cost.slow)

    @property
    def is_brief(self) -> bool:
        """Whether its work may run on the event loop."""
        return self._decide(self.cost.brief)

    def _decide(self, decision: Decision) -> bool:
        return decision if isinstance(decision, bool) else decision(self.arguments)


def runtime_of(request: Request) -> Runtime:
    """The service's parts, in a route that is not FastAPI's."""
    runtime: Runtime = request.state.runtime
    return runtime


async def _runtime(request: Request) -> Runtime:
    return runtime_of(request)


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
"""The service's parts, for the clock, the settings and the keys."""


def handler_of(endpoint: Callable[..., Any]) -> Handler:
    """The endpoint as FastAPI takes it; `TypeError` for one whose transaction is not said, that
    writes for nobody, or that reads a body before it knows whose."""
    hints = get_type_hints(endpoint, include_extras=True)
    parameters = list(inspect.signature(endpoint).parameters.values())
    principal = _principal_of(endpoint, hints)
    if inspect.iscoroutinefunction(endpoint):

        async def on_the_loop(**arguments: Any) -> Response:
            answer: Response = await endpoint(**arguments)
            return answer

        return _with_parameters(
            on_the_loop, endpoint, [_as_asked(parameter, hints) for parameter in parameters]
        )
    first, *others = parameters
    kind, cost = _plain_type(hints[first.name]), _mark_of(hints[first.name], Cost) or Cost()
    run = _RUNNERS.get(kind)
    if run is None:
        kinds = ", ".join(kind.__name__ for kind in _RUNNERS)
        raise TypeError(f"{endpoint.__qualname__}: its first parameter is none of {kinds}")
    if kind in (WriteTx, PublishTx) and not principal:
        raise TypeError(f"{endpoint.__qualname__}: it writes, and names no principal who does")

    async def in_its_lane(request: Request, **arguments: Any) -> Response:
        call = Call(request, arguments, arguments.get(principal), cost)
        return await run(call, lambda first: endpoint(first, **arguments))

    own_parameters = [_REQUEST, *(_as_asked(parameter, hints) for parameter in others)]
    return _with_parameters(in_its_lane, endpoint, own_parameters)


def _with_parameters(
    handler: Handler, endpoint: Callable[..., Any], parameters: Sequence[inspect.Parameter]
) -> Handler:
    """The handler, with its endpoint's name and these parameters. `functools.wraps` would lead
    FastAPI back to the transaction, which is no parameter of a request."""
    handler.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # a function takes one, by PEP 362
    handler.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(handler, name, getattr(endpoint, name))
    return handler


def _principal_of(endpoint: Callable[..., Any], hints: Mapping[str, Any]) -> str:
    """The parameter that says who asks; empty where none does."""
    names = list(hints)
    principal = next((name for name in names if _plain_type(hints[name]) is Principal), "")
    body = next((name for name in names if _mark_of(hints[name], _Body)), "")
    if principal and body and names.index(body) < names.index(principal):
        message = "its body would be read before its principal is known"
        raise TypeError(f"{endpoint.__qualname__}: {message}")
    return principal


_REQUEST: Final = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)


def _plain_type(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _mark_of(hint: Any, mark: type[Mark]) -> Mark | None:
    marks = getattr(hint, "__metadata__", ())
    return next((candidate for candidate in marks if isinstance(candidate, mark)), None)


def _as_asked(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> inspect.Parameter:
    """A parameter as FastAPI knows it: our marks in its own words."""
    hint = hints[parameter.name]
    if (body := _mark_of(hint, _Body)) is not None:
        model = _plain_type(hint)
        hint = Annotated[model, Depends(JsonBody(model, optional=body.optional, most=body.most))]
    elif isinstance(hint, type) and issubclass(hint, Parameters):
        hint = Annotated[hint, Query()]
    return parameter.replace(annotation=hint, kind=inspect.Parameter.KEYWORD_ONLY)


async def _view(call: Call, work: Callable[[View], Answer]) -> Response:
    return await answer_view(
        call.request, work, slow=call.is_slow, brief=call.is_brief, also=call.cost.also
    )


async def _partner(call: Call, work: Callable[[PartnerView], BaseModel]) -> Response:
    return await answer_partner(call.request, work, slow=call.is_slow)


async def _read(call: Call, work: Callable[[ReadTx], Outcome]) -> Response:
    return await answer_read(call.request, work)


async def _snapshot(call: Call, work: Callable[[Snapshot], Outcome]) -> Response:
    clock = call.request.state.runtime.clock()
    return await answer_read(call.request, lambda tx: work(Snapshot(tx, head(tx).moment(clock))))


async def _write(call: Call, work: Callable[[WriteTx], Outcome]) -> Response:
    return await answer_write(call.request, call.principal, work)


async def _publish(call: Call, work: Callable[[PublishTx], Outcome]) -> Response:
    return await answer_publish(call.request, call.principal, work)


Runner = Callable[[Call, Callable[[Any], Any]], Coroutine[Any, Any, Response]]

# By the exact type: a PublishTx is a WriteTx, which is a ReadTx.
_RUNNERS: Final[dict[Any, Runner]] = {
    View: _view,
    PartnerView: _partner,
    ReadTx: _read,
    Snapshot: _snapshot,
    WriteTx: _write,
    PublishTx: _publish,
}
