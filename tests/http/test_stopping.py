"""A server that is asked to end lets those who wait go, and ends within seconds, in silence."""

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest

from tests.conftest import store
from tests.served import free_port, get_when_up
from tests.stores import environment_of


@pytest.mark.parametrize("workers", [1, 2])
def test_who_waits_is_let_go_at_once(tmp_path: Path, workers: int) -> None:
    with store(None, tmp_path):
        pass
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", "from app.console import main; main()", "serve"]
    with subprocess.Popen(
        [*command, "--workers", str(workers)],
        env=environment_of(tmp_path, WILLAY_PORT=str(port)),
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        get_when_up(f"{base}/livez")
        cursor = httpx2.get(f"{base}/v1/changes").json()["meta"]["cursor"]
        ends: dict[str, object] = {}
        is_streaming, is_sent = threading.Event(), threading.Event()

        def wait_long() -> None:
            params = {"cursor": cursor, "wait": "25"}
            ends["waiting"] = httpx2.get(f"{base}/v1/changes", params=params, timeout=60)

        def stream() -> None:
            headers = {"accept": "text/event-stream"}
            with httpx2.stream("GET", f"{base}/v1/changes", headers=headers, timeout=60) as answer:
                is_streaming.set()
                ends["streamed"] = b"".join(answer.iter_bytes())

        def send_half_a_body() -> None:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
                sock.sendall(
                    b"POST /v1/search/instant/indexes/willay/search HTTP/1.1\r\nHost: x\r\n"
                    b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"q":'
                )
                is_sent.set()
                ends["half"] = b"".join(iter(lambda: sock.recv(65_536), b""))

        threads = [threading.Thread(target=one) for one in (wait_long, stream, send_half_a_body)]
        for thread in threads:
            thread.start()
        assert is_streaming.wait(60)
        assert is_sent.wait(60)
        time.sleep(1)  # nothing shows that the server reads what is sent
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=30)
        took = time.monotonic() - began
        for thread in threads:
            thread.join(5)
    assert "Traceback" not in log, log
    waited = ends["waiting"]
    assert isinstance(waited, httpx2.Response)
    assert (waited.status_code, waited.json()["data"]) == (200, [])
    assert isinstance(ends["streamed"], bytes)
    assert isinstance(ends["half"], bytes)
    assert ends["half"].startswith(b"HTTP/1.1 503 ")
    assert b'"stopping"' in ends["half"]
    assert took < 6, took
