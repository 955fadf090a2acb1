"""Limits in a Redis: shared by replicas while it answers, counted by each alone while it does not.

With `redis-server` on the path a real one is started; elsewhere those tests are skipped, and say
so. What it means that none answers needs none.
"""

import asyncio
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from redis import Redis

from app import doctor, rates
from app.errors import Unavailable
from app.rates import RateLimit, RateLimiter, RedisCounter
from tests.admin.desk import problem
from tests.conftest import Bench, client_of, store
from tests.partners import holder
from tests.partners.partner import raw
from tests.served import free_port

ARTICLES = "/v1/articles"
RULE = RateLimit("default", 5)


URL = "WILLAY_TEST_REDIS_URL"


@contextmanager
def redis(folder: Path, port: int) -> Iterator[str]:
    """A Redis of its own; where there is no program, the one that is named, emptied."""
    program = shutil.which("redis-server")
    if program is None and (named := os.environ.get(URL)):
        with Redis.from_url(named) as link:
            link.flushdb()
        yield named
        return
    if program is None:
        pytest.skip(f"no redis-server on the path, no {URL}: sharing limits is not tested here")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.01)
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def replica(folder: Path, url: str) -> Iterator[Bench]:
    with (
        store(None, folder, serve_worker=False, rate_limit=10, redis_url=url) as (runtime, clock),
        client_of(runtime) as client,
    ):
        yield Bench(runtime, clock, client)


def test_replicas_share_a_limit(tmp_path: Path) -> None:
    with redis(tmp_path, free_port()) as url, ExitStack() as stack:
        one, two = (stack.enter_context(replica(tmp_path, url)) for _ in range(2))
        left = [
            int(here.client.get(ARTICLES).headers["ratelimit"].split("r=")[1].split(";")[0])
            for here in (one, two) * 5
        ]
        assert left == list(range(9, -1, -1))
        for here in (one, two):
            assert problem(here.client.get(ARTICLES)) == (429, "rate_limited")
            ready = here.client.get("/readyz").json()["limits"]
            assert ready == {"kept_in": "redis", "trouble": None}
        partner = holder.organisation(one.runtime, rate_per_minute=2)
        for here in (one, two):
            here.clock.move(minutes=1)
        headers = holder.shows(holder.key_of(one.runtime, partner))
        statuses = [
            here.client.get(ARTICLES, headers=headers).status_code for here in (one, two) * 2
        ]
        assert statuses == [200, 200, 429, 429]


def test_a_redis_that_goes_and_comes_costs_no_reader_anything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "willay.rates")
    monkeypatch.setattr(rates, "_AWAY_SECONDS", 0.0)
    port = free_port()
    with replica(tmp_path, f"redis://127.0.0.1:{port}") as here:
        for _ in range(3):
            answer = here.client.get(ARTICLES)
            assert answer.status_code == 200
        assert answer.headers["ratelimit"].startswith('"default";r=7;')
        assert here.client.get("/readyz").json()["limits"]["kept_in"] == "redis"
        assert here.client.get("/readyz").json()["limits"]["trouble"] == "ConnectionError"
        assert "willay_limits_alone 1.0" in here.client.get("/metrics").text
        with redis(tmp_path, port):
            answer = here.client.get(ARTICLES)
            assert answer.headers["ratelimit"].startswith('"default";r=9;'), "its own count"
            assert here.client.get("/readyz").json()["limits"]["trouble"] is None
        assert [here.client.get(ARTICLES).status_code for _ in range(9)] == [200] * 7 + [429] * 2
    told = [record.getMessage() for record in caplog.records]
    away = "Redis does not answer (ConnectionError): each process counts for itself"
    assert told == [away, "Redis answers again: limits are shared", away]


def test_a_redis_that_hangs_is_waited_for_once(caplog: pytest.LogCaptureFixture) -> None:
    def hang(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    async def counted(url: str) -> float:
        shared = RateLimiter(RedisCounter(url))
        began = time.monotonic()
        standings = [await shared.hit(RULE, "a", 0.0) for _ in range(6)]
        took = time.monotonic() - began
        assert [standing.passes for standing in standings] == [True] * 5 + [False]
        await shared.close()
        return took

    with raw(hang) as address:
        took = asyncio.run(counted(address.replace("http://", "redis://")))
    assert took < 1.0
    assert caplog.text.count("each process counts for itself") == 1


def test_what_is_no_redis_at_all(caplog: pytest.LogCaptureFixture) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def counted(url: str) -> bool:
        shared = RateLimiter(RedisCounter(url))
        standing = await shared.hit(RULE, "a", 0.0)
        await shared.close()
        return standing.passes

    with raw(talk) as address:
        assert asyncio.run(counted(address.replace("http://", "redis://")))
    assert caplog.text.count("each process counts for itself") == 1


def test_a_redis_without_its_extra_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with (
        pytest.raises(Unavailable, match="extra `redis`"),
        store(None, tmp_path, redis_url="redis://127.0.0.1"),
    ):
        pass


def test_the_doctor_says_where_limits_are_counted(tmp_path: Path) -> None:
    def said(**settings: object) -> doctor.Finding:
        with store(None, tmp_path, **settings) as (runtime, _):
            return next(one for one in doctor.examine(runtime) if one.subject == "limits")

    assert said(rate_limit=50) == doctor.Finding(
        "limits", "50 public requests a minute and address, counted in memory"
    )
    away = said(redis_url=f"redis://127.0.0.1:{free_port()}")
    assert away.state == "no limit for an address, to be counted in Redis"
    assert away.remedy == "It does not answer; each process counts alone."
    with redis(tmp_path, free_port()) as url:
        assert said(redis_url=url).remedy == ""
