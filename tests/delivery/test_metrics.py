"""`/metrics`: who may read it, what it counts, over one process and over several."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app import milestones
from app.meters import SAMPLE_SECONDS
from tests.conftest import Bench, client_of, store
from tests.served import free_port, get_when_up
from tests.stores import environment_of

DEPLOY = Path(__file__).parents[2] / "deploy"
TOKEN = "metrics-of-a-test"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


def samples(text: str) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.items()) or ''}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def total(text: str, name: str, **labels: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("127.0.0.1", {"X-Real-IP": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
        ("192.0.2.7", {"Authorization": "Bearer wrong"}, 404),
        ("192.0.2.7", {"Authorization": TOKEN}, 404),
        ("192.0.2.7", {"Authorization": "Bearer \N{LATIN SMALL LETTER E WITH ACUTE}"}, 404),
        ("192.0.2.7", SHOWN, 200),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7", **SHOWN}, 200),
        ("a unix socket", {}, 404),
    ],
)
def test_it_is_there_for_this_machine_and_for_the_token(
    tmp_path: Path, peer: str, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    with (
        store(None, tmp_path, metrics_token=TOKEN) as (runtime, _),
        TestClient(client_of(runtime).app, client=(peer, 40_000)) as client,
    ):
        answer = client.get("/metrics", headers=sent)
        assert answer.status_code == status
        if status == 404:
            assert answer.json() == client.get("/nothing").json()


def test_requests_answers_and_lanes_are_counted(bench: Bench) -> None:
    for _ in range(3):
        bench.client.get("/v1/articles")
    tag = bench.client.get("/v1/articles").headers["ETag"]
    bench.client.get("/v1/articles", headers={"If-None-Match": tag})
    bench.client.get("/v1/articles/nobody-knows-it")
    bench.client.head("/v1/articles")
    bench.client.get("/wp-login.php")
    bench.client.request("BREW", "/v1/articles")
    text = bench.client.get("/metrics").text

    def requests(**labels: str) -> float:
        return total(text, "willay_requests_total", **labels)

    assert requests(route="/v1/articles", method="GET", status="200") == 4
    assert requests(route="/v1/articles", status="304") == 1
    assert requests(route="/v1/articles/{slug}", status="404") == 1
    assert requests(route="/v1/articles", method="HEAD") == 1
    assert requests(route="-", status="404") == 1
    assert requests(method="other") == 1
    assert total(text, "willay_request_seconds_count", route="/v1/articles") == requests(
        route="/v1/articles"
    )
    assert total(text, "willay_answers_total", source="unchanged") == 1
    assert total(text, "willay_answers_total", source="memory") >= 3
    # The scrape itself is in the read lane, where search has none of its own.
    assert total(text, "willay_lane_requests") == 1
    assert total(text, "willay_webhooks") == 0
    assert 0 < total(text, "willay_disk_free_bytes") < total(text, "willay_disk_size_bytes")
    assert total(text, "willay_build_info") == 1


def test_no_address_is_ever_a_label(bench: Bench) -> None:
    """An address may hold a secret, and labels that outsiders make up fill the memory."""
    for path in ("/v1/preview/secret-of-a-link", "/v1/articles/zqmarker", "/zqmarker?zqmarker=1"):
        bench.client.get(path)
    text = bench.client.get("/metrics").text
    assert "secret-of-a-link" not in text
    assert "zqmarker" not in text


@pytest.fixture
def several(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The address of a server of two processes, and the id of their parent."""
    with store(None, tmp_path):
        pass
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-c",
        "from app.console import main; main()",
        "serve",
        "--workers",
        "2",
    ]
    environment = environment_of(tmp_path, WILLAY_PORT=str(port))
    with subprocess.Popen(command, env=environment) as server:
        try:
            get_when_up(f"{base}/livez")
            yield base, server.pid
        finally:
            server.terminate()


def test_several_processes_count_together(several: tuple[str, int]) -> None:
    base, parent = several
    children = Path(f"/proc/{parent}/task/{parent}/children")
    if not children.exists():
        pytest.skip("no /proc: a process's children cannot be told")

    def counted() -> float:
        text = httpx2.get(f"{base}/metrics").text
        return total(text, "willay_requests_total", route="/v1/articles")

    def ask(times: int) -> None:
        for _ in range(times):  # a connection each, so that either process may get it
            with httpx2.Client() as client:
                assert client.get(f"{base}/v1/articles").status_code == 200

    ask(20)
    time.sleep(2 * SAMPLE_SECONDS)  # until each process has told the others what it counted
    assert [counted() for _ in range(6)] == [20] * 6
    before = samples(httpx2.get(f"{base}/metrics").text)["willay_resident_bytes"]
    for child in children.read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
            break
    else:
        pytest.fail("the server has no processes")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = get_when_up(f"{base}/metrics")
        now = samples(answer.text)["willay_resident_bytes"]
        if now < 0.8 * before:
            break
        time.sleep(0.05)
    assert counted() == 20, "what a killed process counted stays"


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize(
    "words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")]
)
def test_the_alert_rules_hold(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["promtool", *words], cwd=DEPLOY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_takes_the_metrics_as_they_are(bench: Bench) -> None:
    text = bench.client.get("/metrics").text
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_metric_that_an_alert_names_exists(bench: Bench) -> None:
    bench.client.get("/v1/articles")
    with bench.runtime.database.writing() as tx:
        for passed in ("worker", "backup"):
            milestones.record(tx, passed, "a test", bench.clock())
    families = text_string_to_metric_families(bench.client.get("/metrics").text)
    known = {f"{family.name}{end}" for family in families for end in ("", "_total", "_bucket")}
    named = set(re.findall(r"\bwillay_[a-z_]+", (DEPLOY / "alerts.yml").read_text()))
    assert named - {"willay_request_seconds"} <= known
