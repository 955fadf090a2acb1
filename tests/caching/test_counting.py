"""Stored answers count: against limits, in the metrics and in the log; ids come back."""

import logging
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.caching.asking import ask
from tests.caching.conftest import fill, site_in

ADDRESS = "/v1/articles/one"


def counted(metrics: str, name: str, **labels: str) -> int:
    return int(
        sum(
            sample.value
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )
    )


def test_a_stored_answer_counts_against_the_limit(tmp_path: Path) -> None:
    with site_in(tmp_path, rate_limit=10) as here:
        fill(here)
        answers = [ask(here.client, ADDRESS) for _ in range(12)]
        limits = [answer.headers["ratelimit"].rpartition(";t=")[0] for answer in answers]
        assert limits == [f'"default";r={max(0, 9 - number)}' for number in range(12)]
        assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"default";q=10;w=60'}
        assert [answer.status for answer in answers] == [200] * 10 + [429] * 2
        refused = answers[-1]
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["access-control-allow-origin"] == "*"
        assert ask(here.client, ADDRESS, peer="198.51.100.1").status == 200
        unchanged = ask(
            here.client,
            ADDRESS,
            peer="198.51.100.1",
            if_none_match=answers[0].headers["etag"],
        )
        assert (unchanged.status, unchanged.headers["ratelimit"][:13]) == (304, '"default";r=8')


@pytest.mark.parametrize("log_requests", [False, True])
def test_a_stored_answer_is_counted_logged_and_named(
    tmp_path: Path, log_requests: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "willay.requests")
    with site_in(tmp_path, log_requests=log_requests) as here:
        fill(here)
        for number in range(5):
            answer = ask(here.client, ADDRESS, x_request_id=f"id-{number}")
            assert answer.headers["x-request-id"] == f"id-{number}"
        tag = answer.headers["etag"]
        for bad in ("two words", "x" * 65, ""):
            assert ask(here.client, ADDRESS, x_request_id=bad).headers.get("x-request-id") != bad
        assert ask(here.client, ADDRESS, if_none_match=tag).status == 304
        assert ask(here.client, ADDRESS, method="HEAD").status == 200
        text = ask(here.client, "/metrics", peer="127.0.0.1").body.decode()

    def requests(**labels: str) -> int:
        return counted(text, "willay_requests_total", route="/v1/articles/{slug}", **labels)

    assert requests(method="GET", status="200") == 8
    assert requests(method="GET", status="304") == 1
    assert requests(method="HEAD", status="200") == 1
    seconds: dict[str, Any] = {"route": "/v1/articles/{slug}"}
    assert counted(text, "willay_request_seconds_count", **seconds) == 10
    assert counted(text, "willay_answers_total", source="store") == 2
    assert counted(text, "willay_answers_total", source="memory") == 7
    assert counted(text, "willay_answers_total", source="unchanged") == 1
    lines = [it.getMessage() for it in caplog.records if "/v1/articles/{slug}" in it.getMessage()]
    assert len(lines) == (10 if log_requests else 0)
    assert all("id=id-" in line for line in lines[:5])
