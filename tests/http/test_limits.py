"""Limits of the public face as a client meets them: by network, by partner, by day."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.types import Receive, Scope, Send

from app.accounts.principal import OPERATOR
from app.errors import Unavailable
from app.partners import registry, usage
from app.partners.usage import UsageCounts, UsageMeter
from app.rates import RateLimit, RateLimiter, WindowCounters
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import bearer, problem
from tests.conftest import Bench, MovingClock, client_of, store
from tests.contract.client import ContractClient
from tests.partners import holder
from tests.stores import settings_of

ARTICLES = "/v1/articles"


@contextmanager
def limited(folder: Path, **settings: Any) -> Iterator[Bench]:
    """A service with a limit of ten a minute."""
    with (
        store(None, folder, serve_worker=False, **{"rate_limit": 10} | settings) as (
            runtime,
            clock,
        ),
        client_of(runtime) as client,
    ):
        yield Bench(runtime, clock, client)


@pytest.fixture
def ten(tmp_path: Path) -> Iterator[Bench]:
    with limited(tmp_path) as bench:
        yield bench


def exhausted(bench: Bench, path: str = ARTICLES, times: int = 10, **options: Any) -> Any:
    """The answer after so many that were let in."""
    for _ in range(times):
        assert bench.client.get(path, **options).status_code != 429
    return bench.client.get(path, **options)


def from_address(bench: Bench, address: str) -> Callable[[], int]:
    """A client at another address: the status that it gets."""
    app, state = bench.client.app, {"runtime": bench.runtime}

    async def moved(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": (address, 1), "state": dict(state)}, receive, send)

    client = ContractClient(moved, bench.client.contract)
    client.portal = bench.client.portal  # of the loop that the application runs on
    return lambda: int(client.get(ARTICLES).status_code)


def test_how_a_client_learns_of_its_limit_and_meets_it(ten: Bench) -> None:
    first = ten.client.get(ARTICLES)
    assert first.headers["ratelimit-policy"] == '"default";q=10;w=60'
    state, _, seconds = first.headers["ratelimit"].rpartition(";t=")
    assert state == '"default";r=9'
    assert 1 <= int(seconds) <= 60
    refused = exhausted(ten, times=9, headers={"Origin": "https://site.example"})
    assert refused.status_code == 429
    assert refused.json() == {
        "type": "urn:willay:problem:rate_limited",
        "title": "Too Many Requests",
        "status": 429,
        "code": "rate_limited",
        "detail": f"Too many requests; ask again in {seconds} s.",
    }
    assert refused.headers["retry-after"] == seconds
    assert refused.headers["ratelimit"] == f'"default";r=0;t={seconds}'
    # A script of another origin can read all of it.
    assert refused.headers["access-control-allow-origin"] == "*"
    exposed = refused.headers["access-control-expose-headers"].split(", ")
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(exposed)
    ten.clock.move(seconds=int(seconds) - 1)
    assert ten.client.get(ARTICLES).status_code == 429
    ten.clock.move(seconds=1)
    again = ten.client.get(ARTICLES)
    assert (again.status_code, again.headers["ratelimit"]) == (200, '"default";r=9;t=60')


def test_every_kind_of_public_answer_counts(ten: Bench) -> None:
    etag = ten.client.get(ARTICLES).headers["etag"]
    unchanged = ten.client.get(ARTICLES, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.headers["ratelimit"][:13]) == (304, '"default";r=8')
    for number, answer in enumerate(
        (
            ten.client.get(f"{ARTICLES}/nothing"),
            ten.client.get(f"{ARTICLES}?limit=x"),
            ten.client.head(ARTICLES),
            ten.client.get("/openapi.json"),
            ten.client.get("/nowhere"),
        )
    ):
        assert answer.headers["ratelimit"].startswith(f'"default";r={7 - number};t=')
    refused = exhausted(ten, times=3)
    assert problem(refused) == (429, "rate_limited")
    assert ten.client.head(ARTICLES).status_code == 429


def test_what_is_never_limited(ten: Bench) -> None:
    exhausted(ten)
    staff = bearer(ten.runtime)
    for _ in range(12):
        assert ten.client.get("/livez").status_code == 200
        ready = ten.client.get("/readyz")
        assert ready.status_code == 200
        assert "ratelimit" not in ready.headers
        assert ten.client.get("/v1/admin/articles", headers=staff).status_code == 200
        preflight = {"Origin": "https://site.example", "Access-Control-Request-Method": "GET"}
        assert ten.client.options(ARTICLES, headers=preflight).status_code == 204


def test_previews_have_a_stricter_rule_of_their_own(tmp_path: Path) -> None:
    with limited(tmp_path, rate_limit=40) as here:
        for _ in range(10):
            answer = here.client.get("/v1/preview/" + "x" * 43)
            assert answer.status_code == 404
        assert answer.headers["ratelimit-policy"] == '"preview";q=10;w=60'
        assert here.client.get("/v1/preview/" + "y" * 43).status_code == 429
        assert here.client.get(ARTICLES).status_code == 200
        # A key buys no more of them, and has to be good all the same.
        headers = holder.shows(holder.key(here.runtime))
        assert here.client.get("/v1/preview/" + "z" * 43, headers=headers).status_code == 429


def test_clients_are_networks_and_do_not_pay_for_each_other(ten: Bench) -> None:
    exhausted(ten)
    assert ten.client.get(ARTICLES).status_code == 429
    one, same_net = from_address(ten, "2001:db8:1:2::1"), from_address(ten, "2001:db8:1:2:ffff::9")
    other, mapped = from_address(ten, "2001:db8:1:3::1"), from_address(ten, "::ffff:192.0.2.7")
    plain = from_address(ten, "192.0.2.7")
    assert [get() for get in (one, same_net) * 5] == [200] * 10
    assert (one(), same_net(), other()) == (429, 429, 200)
    assert [get() for get in (mapped, plain) * 5] == [200] * 10
    assert (mapped(), plain()) == (429, 429)


def test_own_networks_are_spared(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with limited(tmp_path, rate_limit_exempt=("10.0.0.0/8", "2001:db8::/32")) as here:
        for address in ("10.1.2.3", "::ffff:10.1.2.3", "2001:db8:9::1"):
            with subtests.test(address=address):
                get = from_address(here, address)
                assert {get() for _ in range(15)} == {200}
        get = from_address(here, "192.0.2.1")
        assert [get() for _ in range(12)][-2:] == [429, 429]


def test_a_partner_has_a_rate_of_its_own_and_its_keys_share_it(ten: Bench) -> None:
    exhausted(ten)
    partner = holder.organisation(ten.runtime, rate_per_minute=4)
    ten.clock.move(minutes=2)  # its keys are looked up at the network's expense
    one, two = (holder.shows(holder.key_of(ten.runtime, partner)) for _ in range(2))
    for left, headers in ((3, one), (2, two), (1, one), (0, two)):
        answer = ten.client.get(ARTICLES, headers=headers)
        assert answer.headers["ratelimit-policy"] == '"partner";q=4;w=60'
        assert answer.headers["ratelimit"].startswith(f'"partner";r={left};t=')
    refused = ten.client.get(ARTICLES, headers=one)
    assert problem(refused) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    # Nobody's requests from the same address go on, and paid two look-ups.
    assert ten.client.get(ARTICLES).headers["ratelimit"].startswith('"default";r=7;')
    assert ten.client.get("/v1/partner", headers=one).status_code == 429


def test_guessing_keys_costs_what_asking_costs(ten: Bench) -> None:
    def guess(number: int) -> tuple[int, str]:
        headers = holder.shows(f"willaykey_{number:08x}_" + "a" * 43)
        return problem(ten.client.get(ARTICLES, headers=headers))

    good = holder.shows(holder.key(ten.runtime))
    assert ten.client.get(ARTICLES, headers=good).status_code == 200
    assert [guess(number) for number in range(9)] == [(401, "key_invalid")] * 9
    assert guess(9) == (429, "rate_limited")
    # A key that was good before is asked for all the same, whatever its network has done.
    ten.clock.move(seconds=5)
    assert ten.client.get(ARTICLES, headers=good).status_code == 200


def test_a_quota_ends_at_midnight(quiet: Bench, subtests: pytest.Subtests) -> None:
    partner = holder.organisation(quiet.runtime, quota_per_day=3, terms="Be kind.")
    headers = holder.shows(holder.key_of(quiet.runtime, partner))
    for left in (2, 1, 0):
        answer = quiet.client.get(ARTICLES, headers=headers)
        assert answer.headers["ratelimit-policy"] == '"partner";q=600;w=60, "day";q=3;w=86400'
        assert answer.headers["ratelimit"].endswith(f', "day";r={left};t=43200')
    refused = quiet.client.get(ARTICLES, headers=headers)
    assert problem(refused) == (429, "quota_exceeded")
    assert refused.headers["retry-after"] == "43200"
    assert '"day";r=0;t=43200' in refused.headers["ratelimit"]
    # Its own pages stay open, and cost nothing.
    for path in ("/v1/partner", "/v1/partner/usage", "/v1/partner/keys"):
        with subtests.test(path=path):
            assert quiet.client.get(path, headers=headers).status_code == 200
    assert problem(quiet.client.get("/v1/partner/embargoed", headers=headers)) == (
        429,
        "quota_exceeded",
    )
    quiet.clock.move(hours=12)
    assert quiet.client.get(ARTICLES, headers=headers).status_code == 200


def test_usage_as_the_partner_and_the_publisher_see_it(quiet: Bench) -> None:
    runtime, client = quiet.runtime, quiet.client
    builders.published(runtime, title="One")
    partner = holder.organisation(runtime, quota_per_day=4)
    headers = holder.shows(holder.key_of(runtime, partner))
    body = client.get(ARTICLES, headers=headers)
    client.get(ARTICLES, headers={**headers, "If-None-Match": body.headers["etag"]})
    client.head(ARTICLES, headers=headers)
    runtime.meter.flush()
    missing = client.get("/v1/articles/none", headers=headers)
    assert client.get(ARTICLES, headers=headers).status_code == 429
    shown = client.get("/v1/partner/usage?days=2", headers=headers)
    assert shown.json() == {
        "data": [
            {
                "day": "2026-03-01",
                "requests": 4,
                "not_modified": 1,
                "refused": 1,
                "bytes": len(body.content) + len(missing.content),
            },
            {"day": "2026-02-28", "requests": 0, "not_modified": 0, "refused": 0, "bytes": 0},
        ],
        "meta": {"quota_per_day": 4, "left_today": 0, "resets_at": "2026-03-02T00:00:00Z"},
    }
    desk = client.get(f"/v1/admin/partners/{partner}/usage?days=2", headers=bearer(runtime))
    assert desk.json() == shown.json()
    runtime.meter.flush()
    assert client.get("/v1/partner/usage?days=2", headers=headers).json() == shown.json()
    assert len(client.get("/v1/partner/usage", headers=headers).json()["data"]) == 30
    noted = client.get("/v1/partner/keys", headers=headers).json()["data"][0]["last_used_at"]
    assert noted == "2026-03-01T12:00:00Z"


def test_replicas_add_up_and_know_of_each_other_after_seconds(
    either: tuple[Runtime, MovingClock],
) -> None:
    runtime, clock = either
    partner = holder.organisation(runtime, quota_per_day=100)
    day, key_id = clock.now.date(), holder.key_of(runtime, partner).split("_")[1]
    replicas = [UsageMeter(runtime.database) for _ in range(3)]
    for number, meter in enumerate(replicas):
        for _ in range(number + 1):
            meter.count_request(partner, day, key_id, clock())
            meter.count_answer(partner, day, not_modified=False, size=10)
    assert [meter.known_requests(partner, day) for meter in replicas] == [1, 2, 3]
    for meter in replicas:
        meter.flush()
        meter.flush()
    assert [meter.known_requests(partner, day) for meter in replicas] == [1, 3, 6]
    with runtime.database.reading() as tx:
        assert usage.stored_days(tx, partner, day, 1) == {day: UsageCounts(6, 0, 0, 60)}
    replicas[0].learn_total(partner, day, 6)
    replicas[0].learn_total(partner, day, 2)  # read before, told later
    assert replicas[0].known_requests(partner, day) == 6


def test_what_cannot_be_added_is_kept_and_added_later(
    quiet: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = quiet.runtime
    partner, day = holder.organisation(runtime), quiet.clock.now.date()
    runtime.meter.count_request(partner, day, "0" * 8, quiet.clock())
    monkeypatch.setattr("app.database.LOCK_SECONDS", 0.01)
    with runtime.database.writing() as other:
        if not other.is_sqlite:  # there, who writes is in nobody's way but at the same rows
            other.execute(sa.text("LOCK TABLE partner_usage"))
        with pytest.raises(Unavailable):
            runtime.meter.flush()
    runtime.meter.count_request(partner, day, "0" * 8, quiet.clock())
    assert runtime.meter.known_requests(partner, day) == 2
    runtime.meter.flush()
    with runtime.database.reading() as tx:
        assert usage.requests_on(tx, partner, day) == 2
    assert runtime.meter.pending_counts(partner, day) == UsageCounts()


def test_a_process_that_ends_adds_what_it_counted(tmp_path: Path) -> None:
    with store(None, tmp_path) as (runtime, clock):
        partner, day = holder.organisation(runtime), clock.now.date()
        headers = holder.shows(holder.key_of(runtime, partner))
        with client_of(runtime) as client:
            client.get(ARTICLES, headers=headers)
        with runtime.database.reading() as tx:
            assert usage.requests_on(tx, partner, day) == 1
        runtime.meter.count_request(partner, day, "0" * 8, clock())
    with store(None, tmp_path) as (runtime, _), runtime.database.reading() as tx:
        assert usage.requests_on(tx, partner, day) == 2


def test_usage_of_a_partner_that_was_deleted_meanwhile_is_dropped(quiet: Bench) -> None:
    runtime = quiet.runtime
    gone, there = holder.organisation(runtime), holder.organisation(runtime)
    for partner in (gone, there):
        runtime.meter.count_request(partner, date(2026, 3, 1), "0" * 8, quiet.clock())
    with runtime.database.writing() as tx:
        registry.delete(tx, OPERATOR, gone, quiet.clock(), 1)
    runtime.meter.flush()
    with runtime.database.reading() as tx:
        assert usage.requests_on(tx, there, date(2026, 3, 1)) == 1
        assert usage.requests_on(tx, gone, date(2026, 3, 1)) == 0


def test_counters_are_bounded_and_forget_who_was_not_seen_for_longest() -> None:
    counters = WindowCounters(size=3)
    for number in range(1_000):
        counters.add(f"once {number}", 1)
        assert counters.add("often", 1) == number + 1
    assert len(counters) <= 6
    assert counters.add("once 0", 1) == 1
    assert counters.add("often", 2) == 1


def test_windows_of_clients_begin_at_different_instants() -> None:
    rates, rule = RateLimiter(), RateLimit("default", 5)

    async def begins(client: str) -> int:
        return (await rates.hit(rule, client, 1_000_000.0)).resets_in

    async def all_of_them() -> set[int]:
        return {await begins(f"192.0.2.{number}") for number in range(200)}

    assert len(asyncio.run(all_of_them())) > 40


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_limit": -1},
        {"rate_limit_exempt": ("nowhere",)},
        {"redis_url": "http://127.0.0.1"},
        {"redis_url": "redis://127.0.0.1:port"},
        {"redis_url": "redis:"},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        settings_of(tmp_path, **wrong)
