"""The example site for Astro in a folder of its own, and what it talks to."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from tests import node
from tests.clients.programs import install_client
from tests.served import get_when_up, in_thread

NODE = (22, 12)
"""The least version of Node that Astro takes."""

Told = tuple[str, str | None, Any]
"""What a hook was told: the path, who says so, and the body."""


@dataclass
class Asked:
    """What an application was asked, and the size of its answers."""

    app: ASGIApp
    paths: list[str] = field(default_factory=list)
    size: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def weigh(message: Message) -> None:
            self.size += len(message.get("body", b""))
            await send(message)

        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        self.paths.append(scope["path"])
        await self.app(scope, receive, weigh)

    def told(self) -> tuple[list[str], int]:
        """The paths and the bytes since the last time."""
        said = sorted(self.paths), self.size
        self.paths, self.size = [], 0
        return said


class _Hooks(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """The record of a site that shows articles elsewhere, and no change."""
        addresses = {"article": "https://x.example/{lang}/{slug}", "page": "", "tag": ""}
        record: dict[str, object] = {"url": "https://x.example", "addresses": addresses}
        answer: dict[str, object] = {"data": record}
        if self.path.startswith("/v1/changes"):  # which is asked at the same time
            answer = {"data": [], "meta": {"cursor": "a", "caught_up": True}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = (self.path, self.headers.get("authorization"), body)
        self.server.said.append(said)  # type: ignore[attr-defined]  # what is below
        self.send_response(500 if "article/refused" in body.get("tags", ()) else 200)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def hooks() -> Iterator[tuple[str, list[Told]]]:
    """A host of builds and a CDN: where they are, and what they are told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hooks)
    server.said = []  # type: ignore[attr-defined]
    with in_thread(server) as address:
        yield address, server.said  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Site:
    """The example in a folder of its own, with the packages above it and the client in it."""

    folder: Path
    environment: dict[str, str]

    def run(self, package: str, program: str, *words: str) -> str:
        file = node.modules() / "node_modules" / package / program
        done = node.run(
            self.folder,
            *(str(file), *words),
            env=self.environment,
            program=node.recent_node(NODE),
        )
        return done.stdout

    def build(self) -> None:
        self.run("astro", "bin/astro.mjs", "build")

    def refusal(self, api: str) -> str:
        """What Astro writes when it refuses the content of another API."""
        folder = self.folder.with_name("other")
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("dist", ".cache"))
        done = subprocess.run(
            [
                node.recent_node(NODE),
                str(node.modules() / "node_modules/astro/bin/astro.mjs"),
                "sync",
            ],
            cwd=folder,
            env=self.environment | {"WILLAY_API_URL": api},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 1, done.stdout
        return done.stderr

    def page(self, path: str) -> str:
        return (self.folder / "dist" / "client" / path.strip("/") / "index.html").read_text()

    def has(self, path: str) -> bool:
        return (self.folder / "dist" / "client" / path.strip("/")).exists()

    @contextmanager
    def started(self, url: str) -> Iterator[httpx2.Client]:
        """A reader of the built site."""
        words = [node.recent_node(NODE), "dist/server/entry.mjs"]
        process = subprocess.Popen(words, cwd=self.folder, env=self.environment)
        try:
            get_when_up(url)
            with httpx2.Client(base_url=url, timeout=30) as reader:
                yield reader
        finally:
            process.terminate()
            process.wait(20)


def laid_out(folder: Path, **settings: str) -> Site:
    ignored = shutil.ignore_patterns("node_modules", "dist", ".astro", ".cache", ".env")
    shutil.copytree(node.ASTRO, folder / "site", ignore=ignored)
    (folder / "node_modules").symlink_to(node.modules() / "node_modules")
    install_client(folder / "site")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("WILLAY_")}
    return Site(folder / "site", kept | {"ASTRO_TELEMETRY_DISABLED": "1", **settings})
