"""A partner's endpoint on a real port, and the follower that tells it."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from app.accounts.principal import OPERATOR
from app.partners import delivery_log, subscriptions
from app.partners.delivery_log import DeliveryInfo
from app.partners.exchange import Resolver, Sender, resolve_host
from app.partners.inputs import WebhookInput
from app.partners.subscriptions import WebhookInfo
from app.partners.targets import ReachPolicy, parse_networks
from app.runtime import Runtime
from app.worker.webhooks import WebhookFollower
from tests.served import in_thread

HERE = ReachPolicy(parse_networks(["127.0.0.0/8", "::1/128"]))


@dataclass(frozen=True)
class Received:
    """One message as it arrived."""

    headers: dict[str, str]
    body: str

    @property
    def said(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Partner:
    """What arrives, and what is answered: by default 204, and every challenge."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    status: Callable[[Received], int] = lambda _: 204
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def messages(self) -> list[Received]:
        """Without the verifications."""
        return [one for one in self.received if one.said["type"] != "webhook.verification"]

    def answer(self, message: Received) -> tuple[int, bytes]:
        if message.said["type"] == "webhook.verification":
            return 200, message.said["data"]["challenge"].encode()
        return self.status(message), b""


@contextmanager
def partner(context: ssl.SSLContext | None = None) -> Iterator[Partner]:
    here = Partner()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            message = Received(names, body.decode())
            here.received.append(message)
            status, answer = here.answer(message)
            self.send_response(status)
            for name, value in here.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with in_thread(server, context) as address:
        here.url = f"{address}/hook"
        yield here


@contextmanager
def raw(conversation: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does whatever the test says with each connection."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.05)
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(5)
                    try:
                        conversation(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        stopped.set()
        thread.join()


@contextmanager
def following(
    runtime: Runtime, *, resolver: Resolver = resolve_host, seconds: float = 5.0
) -> Iterator[WebhookFollower]:
    follower = WebhookFollower(runtime, Sender(HERE, resolver=resolver, seconds=seconds))
    try:
        yield follower
    finally:
        follower.close()


def settled(follower: WebhookFollower, patience: float = 20.0) -> None:
    """Step until there is nothing to do any more."""
    until = time.monotonic() + patience
    while True:
        # What ends while a step looks at it may leave something to do that the step did not see.
        was_busy = bool(follower._busy)
        if not follower.step() and not was_busy and not follower._busy:
            return
        assert time.monotonic() < until, "it does not come to rest"
        time.sleep(0.005)


def subscribed(runtime: Runtime, url: str, **over: Any) -> tuple[UUID, str]:
    """A subscription and its secret; pending until the follower has sent the challenge."""
    asked = WebhookInput(**({"name": "A partner", "url": url} | over))
    with runtime.database.writing() as tx:
        made = subscriptions.create(tx, OPERATOR, runtime.key(), HERE, asked, runtime.clock())
    info, secret = made
    return info.id, secret


def info(runtime: Runtime, webhook: UUID) -> WebhookInfo:
    with runtime.database.reading() as tx:
        return subscriptions.get_webhook(tx, runtime.key(), webhook)


def logged(runtime: Runtime, webhook: UUID) -> list[DeliveryInfo]:
    """The oldest first."""
    with runtime.database.reading() as tx:
        return delivery_log.list_deliveries(tx, webhook, limit=100).deliveries[::-1]


def deliveries(runtime: Runtime, webhook: UUID) -> list[DeliveryInfo]:
    """Without the verifications."""
    return [one for one in logged(runtime, webhook) if one.topic != "webhook.verification"]
