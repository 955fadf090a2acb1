"""What stands in the way while the oracle watches: killed, frozen and distant databases."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import psycopg

from tests.operating.faults import frozen

_HEAD_READERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE query LIKE 'SELECT sequence, effective_until, next_boundary, epoch FROM change_head%'
"""

_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@contextmanager
def repeated(act: Callable[[], object], seconds: float) -> Iterator[None]:
    """Do something again and again while the block runs, with a pause before each."""
    end = Event()

    def go_on() -> None:
        while not end.wait(seconds):
            act()

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def kill_head_readers(url: str) -> None:
    """End the connections on which response caches read the head."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(_HEAD_READERS)


def kill_all(url: str) -> None:
    """End all connections to a database but this one."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(_OTHERS)


def freeze(pid: int, seconds: float) -> None:
    """Let a process and its children stand still for a while."""
    with frozen(pid):
        Event().wait(seconds)


@contextmanager
def delayed(url: str, seconds: float) -> Iterator[str]:
    """The address of a PostgreSQL behind a proxy that passes everything on later."""
    host = re.search(r"host=([^&]+)", url)
    assert host is not None, "it listens on a socket in a folder"
    path = f"{host[1].replace('%2F', '/')}/.s.PGSQL.5432"
    ready, loop = Event(), asyncio.new_event_loop()
    ports: list[int] = []

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(path)
        await asyncio.gather(_pump(reader, there[1], seconds), _pump(there[0], writer, seconds))

    async def serve() -> None:
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        with suppress(asyncio.CancelledError):
            await server.serve_forever()

    serving = loop.create_task(serve())
    thread = Thread(target=loop.run_until_complete, args=(serving,))
    thread.start()
    ready.wait()
    try:
        name = re.search(r"/(\w+)\?", url)
        assert name is not None
        yield f"postgresql://postgres@127.0.0.1:{ports[0]}/{name[1]}"
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while piece := await reader.read(65_536):
            loop.call_later(seconds, writer.write, piece)
    loop.call_later(seconds, writer.close)
