"""The receiver of docs/partners.md takes what is sent, and nothing that is not."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from tests import builders
from tests.conftest import Bench
from tests.partners.partner import Received, following, info, partner, settled, subscribed
from tests.served import free_port

GUIDE = Path(__file__).parents[2] / "docs" / "partners.md"


def written(folder: Path) -> Path:
    """The receiver, as the guide has it."""
    found = re.search(r'```python\n("""receiver\.py.+?)```', GUIDE.read_text(), re.DOTALL)
    assert found
    program = folder / "receiver.py"
    program.write_text(found[1])
    return program


@contextmanager
def receiver(folder: Path, secret: str, port: int) -> Iterator[list[str]]:
    """It runs on a port; what it has printed, once it is stopped."""
    printed: list[str] = []
    command = [sys.executable, str(written(folder)), secret, str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        try:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                with socket.socket() as wire:
                    if wire.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.02)
            yield printed
        finally:
            running.terminate()
            printed += (running.stdout or []) and running.stdout.read().splitlines()


def test_it_answers_the_challenge_and_prints_what_it_is_told(quiet: Bench, tmp_path: Path) -> None:
    runtime, port = quiet.runtime, free_port()
    quiet.clock.now = datetime.now(UTC)
    with following(runtime) as follower:
        webhook, secret = subscribed(runtime, f"http://127.0.0.1:{port}/")
        settled(follower)  # nobody is there yet
        assert info(runtime, webhook).state == "pending"
        with receiver(tmp_path, secret, port) as printed:
            quiet.clock.move(seconds=10)
            settled(follower)
            assert info(runtime, webhook).state == "active"
            key = builders.published(runtime)
            settled(follower)
        said = [line.split()[1:] for line in printed]
        assert said == [["webhook.verification"], ["article.upsert", str(key)]]


@pytest.mark.parametrize("what", ["body", "secret", "old", "unsigned"])
def test_it_takes_nothing_that_is_not_ours(quiet: Bench, tmp_path: Path, what: str) -> None:
    runtime, port = quiet.runtime, free_port()
    quiet.clock.now = datetime.now(UTC) - timedelta(minutes=10 if what == "old" else 0)
    with partner() as here, following(runtime) as follower:
        _, secret = subscribed(runtime, here.url)
        settled(follower)
        builders.published(runtime)
        settled(follower)
        message: Received = here.messages[0]
    headers = {name: value for name, value in message.headers.items() if "webhook" in name}
    if what == "unsigned":
        del headers["webhook-signature"]
    body = message.body + " " if what == "body" else message.body
    other = "whsec_" + "A" * 44 if what == "secret" else secret
    with receiver(tmp_path, other, port) as printed:
        answer = httpx2.post(f"http://127.0.0.1:{port}/", content=body, headers=headers)
        assert answer.status_code == 401
    assert printed == []
