"""Metrics for Prometheus: the facts of `/readyz`, the counters of the processes, and the values
that deploy/alerts.yml watches."""

import shutil
from collections.abc import Iterable
from hmac import compare_digest
from ipaddress import ip_address
from typing import Final, get_args

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response
from typing_extensions import override

from app import milestones
from app.delivery.search_metrics import search_metrics
from app.delivery.service import check_readiness
from app.errors import NotFound
from app.http.endpoint import RuntimeDep
from app.http.parameters import NoneTravelling
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.kit.version import VERSION
from app.letters import register
from app.letters.register import LetterTally
from app.milestones import LastOccurrence
from app.newsletters.bounces import ReportKind
from app.newsletters.health import NewsletterHealth, examine_newsletters
from app.newsletters.readers import ReaderState
from app.outbox import LetterState
from app.partners import enqueue
from app.partners.enqueue import Backlog
from app.public.service import Ready
from app.runtime import Runtime

router = APIRouter(tags=["service"], route_class=EndpointRoute)


class GaugesResponse(Response):
    """Prometheus' text form."""

    media_type = "text/plain; version=1.0.0; charset=utf-8"


_HEADERS: Final = {"Cache-Control": "no-store"}
_FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@router.get("/metrics", response_class=GaugesResponse, responses=public_responses(400, 404, 503))
async def read_metrics(request: Request, _params: NoneTravelling, runtime: RuntimeDep) -> Response:
    """Counters and gauges in Prometheus' text form. Answered to this machine, and to who shows
    `WILLAY_METRICS_TOKEN` as a bearer; for all others there is nothing here."""
    if not _is_allowed(request, runtime):
        raise NotFound("not_found", "There is nothing at this address; see /v1 for what there is.")

    def measure() -> bytes:
        now = check_readiness(runtime)
        with runtime.database.reading() as tx:
            backlog = enqueue.backlog(tx, runtime.clock())
            letters = register.tally(tx, runtime.clock())
            newsletters = examine_newsletters(tx, runtime.settings, runtime.clock())
            passed = {name: milestones.last_occurrence(tx, name) for name in ("worker", "backup")}
        registry = CollectorRegistry()
        mail = (letters, newsletters)
        gauges = _Gauges(runtime, now, backlog, mail, list(search_metrics(runtime)), passed)
        registry.register(gauges)
        return generate_latest(registry) + runtime.meters.text()

    runtime.meters.publish()
    return GaugesResponse(await runtime.searches.run(measure), headers=_HEADERS)


def _is_allowed(request: Request, runtime: Runtime) -> bool:
    token = runtime.settings.metrics_token
    bearer = request.headers.get("authorization", "").encode()
    if token is not None and compare_digest(bearer, b"Bearer " + token.get_secret_value().encode()):
        return True
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _Gauges(Collector):
    """The gauges that are read on each request; they are the same in every process."""

    def __init__(
        self,
        runtime: Runtime,
        now: Ready,
        backlog: Backlog,
        mail: tuple[LetterTally, NewsletterHealth],
        search: Iterable[Metric],
        passed: dict[str, LastOccurrence | None],
    ) -> None:
        self._runtime = runtime
        self._passed = passed
        self._now = now
        self._backlog = backlog
        self._letters, self._newsletters = mail
        self._search = search

    @override
    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("willay_build", "The program.", {"version": VERSION})
        yield from self._store()
        yield from self._search
        yield from self._webhooks()
        yield from self._mail()
        yield from self._disk()
        yield from self._milestones()
        yield GaugeMetricFamily(
            "willay_limits_alone",
            "1 while this process counts limits for itself though a Redis is set.",
            float(self._now.limits.trouble is not None),
        )

    def _store(self) -> Iterable[Metric]:
        store = self._now.store
        yield GaugeMetricFamily("willay_log_sequence", "Changes in the log.", store.sequence)
        yield GaugeMetricFamily(
            "willay_log_behind_seconds",
            "Since something became due that is not in the log.",
            store.behind_seconds,
        )

    def _webhooks(self) -> Iterable[Metric]:
        backlog = self._backlog
        states = GaugeMetricFamily("willay_webhooks", "Webhooks by state.", labels=["state"])
        for state, count in sorted(backlog.states.items()):
            states.add_metric([state], count)
        yield states
        gauges = (
            ("failing", "Active webhooks whose last delivery failed.", backlog.failing),
            ("waiting", "Deliveries that are still to be made.", backlog.waiting),
            ("behind_seconds", "Since the oldest of them.", backlog.oldest.total_seconds()),
        )
        for name, meaning, value in gauges:
            yield GaugeMetricFamily(f"willay_webhooks_{name}", meaning, value)

    def _mail(self) -> Iterable[Metric]:
        states = GaugeMetricFamily("willay_letters", "Letters by state.", labels=["state"])
        for state in get_args(LetterState):
            states.add_metric([state], self._letters.states.get(state, 0))
        yield states
        kinds = "Letters of the last 30 days that came back, or led to a complaint."
        bounces = GaugeMetricFamily("willay_letters_bounced", kinds, labels=["kind"])
        for kind in get_args(ReportKind):
            bounces.add_metric([kind], self._letters.bounces.get(kind, 0))
        yield bounces
        readers = GaugeMetricFamily("willay_readers", "Readers of newsletters.", labels=["state"])
        for state in get_args(ReaderState):
            readers.add_metric([state], self._newsletters.readers.get(state, 0))
        yield readers
        waiting = self._newsletters.waiting.total_seconds()
        meaning = "Since the oldest request to subscribe that waits."
        yield GaugeMetricFamily("willay_subscriptions_waiting_seconds", meaning, waiting)
        for name, meaning, age in (
            ("oldest", "Since the oldest letter that is still to go.", self._letters.oldest),
            ("behind", "Since a letter is due that has not gone.", self._letters.behind),
        ):
            yield GaugeMetricFamily(f"willay_letters_{name}_seconds", meaning, age.total_seconds())

    def _milestones(self) -> Iterable[Metric]:
        """The ages of events that happened; no sample for a worker or backup that never ran."""
        for name, metric, meaning in (
            ("worker", "willay_worker_seen_seconds", "Since a worker was last at work."),
            ("backup", "willay_backup_age_seconds", "Since `willay backup` last made a copy."),
        ):
            if (passed := self._passed[name]) is not None:
                age = (self._runtime.clock() - passed.at).total_seconds()
                yield GaugeMetricFamily(metric, meaning, max(0.0, age))

    def _disk(self) -> Iterable[Metric]:
        disk = shutil.disk_usage(self._runtime.settings.data_dir)
        yield GaugeMetricFamily("willay_disk_free_bytes", "Room in the data folder.", disk.free)
        yield GaugeMetricFamily("willay_disk_size_bytes", "Size of its disk.", disk.total)
