"""A bucket or a folder that refuses, is full or away: a code, a cause for the operator, a line."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app import doctor, outage
from app.errors import Unavailable
from app.storage.local import LocalStorage
from app.storage.protocol import Storage, digest_of, name_of
from app.storage.s3 import open_bucket
from tests.admin.desk import bearer
from tests.conftest import Bench, client_of, store
from tests.operating.faults import told
from tests.served import in_thread
from tests.stores import settings_of


def put(place: Storage, content: bytes = b"x") -> None:
    place.put(name_of(digest_of(content), "jpg"), content)


@contextmanager
def s3(status: int, code: str) -> Iterator[str]:
    """A service that answers everything so."""

    class Answers(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = f"<Error><Code>{code}</Code><AWSAccessKeyId>kanari</AWSAccessKeyId></Error>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body.encode())

        do_GET = do_PUT = do_DELETE = do_HEAD = answer  # the library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), Answers)) as address:
        yield address


def keys(endpoint: str) -> dict[str, Any]:
    return {
        "s3_bucket": "media",
        "s3_endpoint": endpoint,
        "s3_region": "us-east-1",
        "s3_access_key_id": "kanari",
        "s3_secret_access_key": "kanari",
    }


@pytest.mark.parametrize(
    ("status", "said", "code", "cause"),
    [
        (403, "AccessDenied", "storage_unavailable", "it refuses: AccessDenied"),
        (403, "InvalidAccessKeyId", "storage_unavailable", "it refuses: InvalidAccessKeyId"),
        (404, "NoSuchBucket", "storage_unavailable", "NoSuchBucket|no such bucket"),
        (400, "QuotaExceeded", "storage_full", "it refuses: QuotaExceeded"),
        (507, "XMinioStorageFull", "storage_full", "it refuses: XMinioStorageFull"),
    ],
)
def test_a_bucket_that_refuses_says_why(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
    said: str,
    code: str,
    cause: str,
) -> None:
    with s3(status, said) as endpoint:
        place = open_bucket(settings_of(tmp_path, **keys(endpoint)))
        for _ in range(2):
            with pytest.raises(Unavailable, match=cause) as raised:
                put(place)
            assert raised.value.code == code
            assert "kanari" not in str(raised.value)
        with pytest.raises(Unavailable):
            list(place.list_objects())
    lines = told(caplog, "willay.storage")
    assert len(lines) == len(set(lines))
    assert all("kanari" not in line for line in lines)


def test_a_bucket_that_is_away_is_told_everywhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        store(None, tmp_path, serve_worker=False, **keys("http://127.0.0.1:9")) as (runtime, _),
        client_of(runtime) as client,
    ):
        with pytest.raises(Unavailable, match=r"media at 127.0.0.1:9: Connection refused"):
            put(runtime.storage)
        with pytest.raises(Unavailable, match="cannot be reached"):
            list(runtime.storage.list_objects())
        ready = client.get("/readyz").json()["media"]
        assert ready["kept_in"] == "bucket"
        assert "cannot be reached" in ready["trouble"]
        assert "127.0.0.1" not in ready["trouble"]
        (finding,) = [one for one in doctor.examine(runtime) if one.subject == "media"]
        assert "127.0.0.1:9" in finding.remedy
    assert len(told(caplog, "willay.storage")) == 1


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "storage_full"),
        (errno.EDQUOT, "storage_full"),
        (errno.EACCES, "storage_unavailable"),
        (errno.EIO, "storage_unavailable"),
    ],
)
def test_a_folder_that_takes_nothing_is_told_until_it_does(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: str,
) -> None:
    monkeypatch.setattr(outage, "_STEADY_SECONDS", 0.0)
    place = LocalStorage(tmp_path / "media")

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("app.storage.local.os.fsync", refuse)
        for _ in range(3):
            with pytest.raises(Unavailable) as raised:
                put(place)
            assert raised.value.code == code
            assert str(tmp_path) not in raised.value.message
    (line,) = told(caplog, "willay.storage")
    assert os.strerror(number) in line
    put(place)
    assert "well again" in told(caplog, "willay.storage")[0]


def test_a_full_disk_under_an_upload_is_a_refusal(
    quiet: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    headers = bearer(quiet.runtime, "admin")
    picture = {"file": ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 9_000, "image/png")}
    with monkeypatch.context() as patch:
        patch.setattr("app.library.spool.tempfile.TemporaryFile", full)
        answer = quiet.client.post("/v1/admin/media", headers=headers, files=picture)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
    assert answer.headers["retry-after"] == "1"
    assert "room" in quiet.client.get("/readyz").json()["media"]["trouble"]
