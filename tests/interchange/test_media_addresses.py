"""Media at addresses of the web: read only from public ones, once, and told when they are not."""

import json
import socket
from pathlib import Path

import pytest

from tests import builders
from tests.conftest import Bench, bench_in
from tests.partners.partner import raw


def server_of(body: bytes, status: str = "200 OK") -> object:
    def converse(connection: socket.socket) -> None:
        connection.recv(65_536)
        head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n"
        if status.startswith("3"):
            head += "location: http://127.0.0.1/\r\n"
        connection.sendall(head.encode() + b"\r\n" + body)

    return raw(converse)


def write(folder: Path, address: str) -> Path:
    record = {"type": "media", "name": "a", "address": address}
    path = folder / "records.jsonl"
    path.write_text(json.dumps(record))
    return path


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1:1/a.jpg", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
        ("http://[::1]/a.jpg", "not a public address"),
        ("http://8.8.8.8/a.jpg", "only https"),
        ("http://2130706433/a.jpg", "could not be read"),
    ],
)
def test_an_address_within_is_refused(
    quiet: Bench, tmp_path: Path, address: str, reason: str
) -> None:
    report = builders.imported(quiet.runtime, write(tmp_path, address))
    (refusal,) = report.refused
    assert refusal.code == "address_unusable"
    assert reason in refusal.message
    assert "Save the file beside the records" in refusal.message


def test_an_address_that_is_allowed_is_read_once(tmp_path: Path) -> None:
    with bench_in(tmp_path / "own", webhook_networks=("127.0.0.0/8",), serve_worker=False) as bench:
        with server_of(builders.picture()) as address:
            path = write(tmp_path, f"{address}a.jpg")
            report = builders.imported(bench.runtime, path)
            assert report.outcomes == {"media created": 1}, report.as_text()
        # The server is away, and nobody asks it again.
        assert builders.imported(bench.runtime, path).outcomes == {"media unchanged": 1}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"<html>", "200 OK", "unsupported_media"),
        (b"", "404 Not Found", "address_unusable"),
        (b"", "301 Moved Permanently", "address_unusable"),
        (b"\xff\xd8\xff" + bytes(20_000), "200 OK", "media_too_large"),
    ],
)
def test_an_answer_is_judged_like_an_upload(
    tmp_path: Path, body: bytes, status: str, code: str
) -> None:
    own = {"webhook_networks": ("127.0.0.0/8",), "media_max_bytes": 10_000}
    with (
        bench_in(tmp_path / "own", serve_worker=False, **own) as bench,
        server_of(body, status) as address,
    ):
        report = builders.imported(bench.runtime, write(tmp_path, f"{address}a.jpg"))
    assert [refusal.code for refusal in report.refused] == [code]
