"""Bytes on a wire, as clients send them that mean no good."""

import contextlib
import json
import re
import socket
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What came back before the server closed, and after how many seconds; 0 without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


def ask(
    address: str,
    start: str,
    *parts: bytes,
    headers: dict[str, str] | None = None,
    pause: float = 0.0,
    timeout: float = 20,
) -> Reply:
    """Send a head and then parts with a pause after each; read until the server closes, or until
    the answer is whole."""
    lines = [f"{start} HTTP/1.1", "Host: x", *(f"{n}: {v}" for n, v in (headers or {}).items())]
    began = time.monotonic()
    with connected(address, timeout) as wire:
        with contextlib.suppress(ConnectionError):
            wire.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            for part in parts:
                wire.sendall(part)
                time.sleep(pause)
        return _read(wire, began)


def connected(address: str, timeout: float = 20, source: str = "") -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout, (source, 0) if source else None)


def _read(wire: socket.socket, began: float) -> Reply:
    received = b""
    with contextlib.suppress(ConnectionError):
        while not _is_whole(received) and (piece := wire.recv(65_536)):
            received += piece
    seconds = time.monotonic() - began
    if not received:
        return Reply(0, {}, b"", seconds)
    first, headers, body = _parted(received)
    return Reply(int(first.split()[1]), headers, body, seconds)


def _parted(received: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return first, {name.lower(): value for name, value in pairs}, body


def _is_whole(received: bytes) -> bool:
    if b"\r\n\r\n" not in received:
        return False
    _, headers, body = _parted(received)
    return len(body) >= int(headers.get("content-length", 10**9))


def chunked(content: bytes, size: int = 65_536) -> list[bytes]:
    """A body whose length nobody is told before."""
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return [*(b"%x\r\n%s\r\n" % (len(part), part) for part in parts), b"0\r\n\r\n"]


def shape(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Every operation that changes something, with made-up parts of its path."""
    filled = {
        "article_id": "01900000-0000-7000-8000-000000000000",
        "number": "1",
        "uid": "articles",
    }
    operations = []
    for path, methods in schema["paths"].items():
        here = re.sub(r"\{(\w+)\}", lambda part: filled.get(part[1], filled["article_id"]), path)
        operations += [(one.upper(), here) for one in methods if one != "get"]
    return operations
