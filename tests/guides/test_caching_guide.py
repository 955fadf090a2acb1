"""The nginx of the guide keeps answers for as long as they say, and gives nobody another's."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from app.main import create_app
from app.settings import Settings
from tests import builders
from tests.commands import ROOT
from tests.conftest import store
from tests.served import free_port, get_when_up, served

GUIDE = (ROOT / "docs" / "caching.md").read_text()


@contextmanager
def nginx(folder: Path, origin: str) -> Iterator[str]:
    """nginx with the two pieces of the guide, before an origin."""
    path, location = re.findall(r"^```nginx\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    port = free_port()
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = path.replace("/var/cache/nginx/willay", f"{folder}/cache")
    (folder / "nginx.conf").write_text(
        "daemon off;\nmaster_process off;\n"
        f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{path}server {{\nlisten 127.0.0.1:{port};\n"
        f"location / {{\nproxy_pass {origin};\n{location}}}\n}}\n}}\n"
    )
    command = ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command) as process:
        try:
            get_when_up(f"http://127.0.0.1:{port}/livez")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_keeps_an_answer_as_long_as_it_says(tmp_path: Path) -> None:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with (
        store(None, tmp_path / "data", serve_worker=False, cache_seconds=3) as (runtime, _),
        served(create_app(runtime)) as origin,
        nginx(folder, origin) as front,
    ):

        def ask(path: str, **headers: str) -> httpx2.Response:
            return httpx2.get(front + path, headers=headers, timeout=10)

        builders.published(runtime, title="one")
        assert [ask("/v1/articles").headers["x-cache"] for _ in range(3)] == ["MISS", "HIT", "HIT"]
        builders.published(runtime, title="two")
        assert len(ask("/v1/articles").json()["data"]) == 1
        assert "ratelimit" not in ask("/v1/articles").headers
        time.sleep(4)
        assert len(ask("/v1/articles").json()["data"]) == 2
        for _ in range(2):
            assert ask("/v1/articles/none").headers["x-cache"] == "MISS"
            assert ask("/v1/articles", Authorization="Bearer x").headers["x-cache"] == "BYPASS"


def test_the_settings_of_the_guide_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of settings, as the environment gives it."""
    blocks = re.findall(r"(?<=\n\n)((?: {4}WILLAY_\w+=.*\n)+)", GUIDE)
    assert len(blocks) >= 5
    for block in blocks:
        with monkeypatch.context() as patch:
            for line in block.split("\n    "):
                name, _, value = line.strip().partition("=")
                patch.setenv(name, value.strip('"'))
            settings = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings takes it
            assert all(urlsplit(url).netloc for url in settings.purge_url)
