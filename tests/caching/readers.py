"""Readers that ask servers and write what they saw: half of them at random, half of them at once
when an article has changed, whose number they hear on stdin.

Run as `python -m tests.caching.readers SECONDS PORTS SLUGS CONNECTIONS`, without anything of the
program, so that it starts at once. Each line on stdout is a `Sighting` as JSON; the last line has
the number of answers by status.
"""

import asyncio
import json
import re
import sys
import time
import zlib
from collections import Counter
from random import Random

from tests.caching.history import NOTHING, Sighting

_TITLE = re.compile(r'"title":"oracle k(\d+)v(\d+)"')
_PATIENCE = 30.0


class Readers:
    """All readers of one run."""

    def __init__(self, seconds: float, ports: list[int], slugs: list[str]) -> None:
        self.ports, self.slugs = ports, slugs
        self._until = time.time() + seconds
        self.sightings: list[Sighting] = []
        self.statuses = Counter[str]()
        self._copies: dict[str, tuple[str, list[tuple[int, int]]]] = {}
        """By address the tag and the content of the newest answer of any server."""
        self._changed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def hear(self) -> None:
        """Pass on what the writer says of its changes."""
        loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            changed, self._changed = self._changed, loop.create_future()
            changed.set_result(int(line))

    async def read(self, seed: int) -> None:
        """Ask one server over one connection, until time is up."""
        chance, port = Random(seed), self.ports[seed % len(self.ports)]
        waits_for_changes = seed // len(self.ports) % 2 == 1
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while time.time() < self._until:
            article = chance.randrange(len(self.slugs))
            if waits_for_changes:
                changed = self._changed
                await asyncio.wait((changed,), timeout=0.2)
                article = changed.result() if changed.done() else article
            try:
                streams = streams or await asyncio.open_connection("127.0.0.1", port)
                asking = self._ask(chance, article, port, *streams)
                await asyncio.wait_for(asking, _PATIENCE)
            except (OSError, EOFError, TimeoutError) as error:
                self.statuses[type(error).__name__] += 1
                streams = None
                await asyncio.sleep(0.02)
            if not waits_for_changes:
                await asyncio.sleep(chance.random() * 0.01)

    async def _ask(
        self,
        chance: Random,
        article: int,
        port: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        one = f"/v1/articles/{self.slugs[article]}"
        search = "/v1/search?q=oracle&limit=20"
        address = chance.choice([one, one, "/v1/articles"])
        if chance.random() < 0.1:
            address = search
        lines = [f"GET {address} HTTP/1.1", "Host: x"]
        lines += chance.choice([[], ["Accept-Encoding: gzip"]])
        tag, copy = self._copies.get(address, ("", []))
        if tag and chance.random() < 0.25:
            lines.append(f"If-None-Match: {tag}")
        asked = time.time()
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        answered, status = time.time(), head.split(" ", 2)[1]
        self.statuses[status] += 1
        if "content-encoding: gzip" in head:
            body = zlib.decompress(body, 31)
        if status == "304":
            seen = copy
        elif status == "200":
            seen = [(int(k), int(v)) for k, v in _TITLE.findall(body.decode())]
            # An index that is behind may leave out what is new, so a search proves no absence.
            whole = [article] if address == one else range(len(self.slugs))
            absent = set() if address == search else set(whole) - {k for k, _ in seen}
            seen += [(k, NOTHING) for k in absent]
            named = re.search(r"etag: (\S+)", head)
            self._copies[address] = (named[1] if named else "", seen)
        elif status in ("404", "410"):
            seen = [(article, NOTHING)]
        else:
            seen = []
        self.sightings += [Sighting(port, asked, answered, k, v) for k, v in seen]


async def main(seconds: str, ports: str, slugs: str, connections: str) -> None:
    """Let all readers ask, then write what they saw."""
    readers = Readers(float(seconds), [int(port) for port in ports.split(",")], slugs.split(","))
    hearing = asyncio.create_task(readers.hear())
    await asyncio.gather(*map(readers.read, range(int(connections) * len(readers.ports))))
    hearing.cancel()
    for sighting in readers.sightings:
        sys.stdout.write(json.dumps(sighting) + "\n")
    sys.stdout.write(json.dumps(readers.statuses) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
