"""How the service does, for Prometheus: the same facts as `/readyz`, as gauges."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response
from typing_extensions import override

from app.delivery.search_metrics import search_metrics
from app.delivery.service import ready
from app.http.parameters import NoParameters
from app.http.problems import documented
from app.public.service import Ready
from app.runtime import Runtime

router = APIRouter(tags=["service"])


class GaugesResponse(Response):
    """Prometheus' text form."""

    media_type = "text/plain; version=1.0.0; charset=utf-8"


_HEADERS = {"Cache-Control": "no-store"}


@router.get("/metrics", response_class=GaugesResponse, responses=documented(400, 503))
async def metrics(request: Request, _asked: Annotated[NoParameters, Query()]) -> Response:
    """How far the log and search are behind, in changes and seconds, in Prometheus' text form."""
    runtime: Runtime = request.state.runtime
    now, search = await runtime.searches.run(
        lambda: (ready(runtime), list(search_metrics(runtime)))
    )
    registry = CollectorRegistry()
    registry.register(_Gauges(now, search))
    return GaugesResponse(generate_latest(registry), headers=_HEADERS)


class _Gauges(Collector):
    def __init__(self, now: Ready, search: Iterable[Metric]) -> None:
        self._now = now
        self._search = search

    @override
    def collect(self) -> Iterable[Metric]:
        store = self._now.store
        yield GaugeMetricFamily("willay_log_sequence", "Changes in the log.", store.sequence)
        yield GaugeMetricFamily(
            "willay_log_behind_seconds",
            "Since something became due that is not in the log.",
            store.behind_seconds,
        )
        yield from self._search
        yield GaugeMetricFamily(
            "willay_limits_alone",
            "1 while this process counts limits for itself though a Redis is set.",
            float(self._now.limits.trouble is not None),
        )
