"""`/v1/search` and `/readyz` on a search server: alike when it answers, honest when it does not."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import doctor
from app.editorial.people import MEMBERS, SPONSORS, MemberInput, SponsorInput
from app.worker.indexing import IndexFollower
from tests import builders
from tests.builders import EDITOR
from tests.conftest import client_of
from tests.contract.client import ContractClient
from tests.worker.servers import Newsroom, newsroom


@dataclass
class Site:
    """A newsroom with its API."""

    room: Newsroom
    client: ContractClient

    def follow(self) -> None:
        self.room.follow()
        if self.room.runtime.search.standby is not None:
            spare = IndexFollower(self.room.runtime, self.room.runtime.search.standby)
            while spare.step():
                pass

    def search(self, query: str) -> dict[str, Any]:
        answer = self.client.get(f"/v1/search?{query}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def ready(self) -> dict[str, Any]:
        self.room.runtime.search.note_write()
        body: dict[str, Any] = self.client.get("/readyz").json()["search"]
        return body


@pytest.fixture(params=[True, False], ids=["with fallback", "alone"])
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    with ExitStack() as stack:
        room = stack.enter_context(newsroom(tmp_path, search_fallback=request.param))
        client = stack.enter_context(client_of(room.runtime))
        builders.tag(room.runtime, "wool", names={"en": "Wool", "es": "Lana"})
        builders.published(
            room.runtime, title='Alpaca <b>wool</b> & "cheese"', slug="one", tags=["wool"]
        )
        builders.published(room.runtime, title="Lana de alpaca", slug="dos", lang="es")
        with room.runtime.publishing() as tx:
            SPONSORS.add(tx, EDITOR, SponsorInput(name="The Alpaca Trust"))
            MEMBERS.add(tx, EDITOR, MemberInput(name="Rosa Lago", role="Chair"))
        site = Site(room, client)
        site.follow()
        yield site


def named(body: dict[str, Any]) -> set[str]:
    items = (hit["item"] for hit in body["data"])
    return {item.get("slug") or item["name"] for item in items}


def test_a_whole_answer_of_the_server(site: Site) -> None:
    body = site.search("q=alpaca&facets=kind,lang,tags")
    assert named(body) == {"one", "dos", "The Alpaca Trust"}
    meta = body["meta"]
    engine = "both" if site.room.runtime.search.standby is not None else "meilisearch"
    assert (meta["engine"], meta["degraded"], meta["total"]) == (engine, False, 3)
    assert meta["freshness"] == {"behind_changes": 0}
    assert meta["facets"]["kind"] == [
        {"value": "article", "name": "article", "count": 2},
        {"value": "sponsor", "name": "sponsor", "count": 1},
    ]
    assert meta["facets"]["tags"] == [
        {"value": "wool", "name": "Wool", "count": 1, "type": "topic"}
    ]
    [hit] = site.search("q=cheese")["data"]
    assert hit["highlights"]["title"] == (
        "Alpaca &lt;b&gt;wool&lt;/b&gt; &amp; &quot;<mark>cheese</mark>&quot;"
    )
    assert named(site.search("q=alpaca&tag=wool")) == {"one"}
    assert named(site.search("q=alpaca&lang=es&kind=article")) == {"dos"}
    assert named(site.search("q=lana&lang=en&kind=article")) == {"one"}
    [completion] = site.client.get("/v1/search/suggest?q=rosa+la").json()["data"]
    assert completion["title"] == "Rosa Lago"


def test_answers_are_kept_until_the_index_changes(site: Site) -> None:
    first = site.client.get("/v1/search?q=alpaca")
    assert site.client.get("/v1/search?q=alpaca").content == first.content
    asked = site.room.asked("POST", "/search")
    again = site.client.get("/v1/search?q=alpaca", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert site.room.asked("POST", "/search") == asked
    builders.published(site.room.runtime, title="Alpaca bread", slug="three")
    site.follow()
    later = site.client.get("/v1/search?q=alpaca", headers={"If-None-Match": first.headers["ETag"]})
    assert "three" in named(later.json())


@pytest.mark.parametrize("fault", ["away", "slow", "lost", "unfit"])
def test_a_server_that_fails_degrades_search_and_nothing_else(site: Site, fault: str) -> None:
    double, runtime = site.room.double, site.room.runtime
    match fault:
        case "away":
            double.faults.away = True
        case "slow":
            double.faults.slow = 2.5
        case "lost":
            double.lose_volume()
        case "unfit":
            double.state.indexes["willay"].settings["filterableAttributes"] = []
    runtime.search.note_write()
    answer = site.client.get("/v1/search?q=alpaca")
    ready = site.ready()
    if runtime.search.standby is None:
        assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")
    else:
        body = answer.json()
        assert named(body) == {"one", "dos", "The Alpaca Trust"}
        assert (body["meta"]["engine"], body["meta"]["degraded"]) == ("embedded", True)
        assert site.client.get("/v1/search/suggest?q=rosa").json()["data"]
        assert body["meta"]["freshness"]["behind_changes"] == 0
    assert ready["degraded"]
    assert ready["trouble"]
    assert site.client.get("/v1/articles").status_code == 200
    assert site.client.get("/readyz").status_code == 200
    double.faults.away, double.faults.slow = False, 0.0


def test_an_index_that_is_not_built_yet_is_not_asked(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room, client_of(room.runtime) as client:
        site = Site(room, client)
        builders.published(room.runtime, title="Alpaca wool", slug="one")
        assert client.get("/v1/search?q=alpaca").status_code == 503
        spare = IndexFollower(room.runtime, room.runtime.search.standby)
        while spare.step():
            pass
        room.runtime.search.note_write()
        body = site.search("q=alpaca")
        assert (named(body), body["meta"]["degraded"]) == ({"one"}, True)
        site.follow()
        body = site.search("q=alpaca")
        assert (named(body), body["meta"]["degraded"]) == ({"one"}, False)


def test_readiness_tells_how_search_does(site: Site) -> None:
    assert site.ready() == {
        "engine": "meilisearch",
        "behind_changes": 0,
        "behind_seconds": 0.0,
        "degraded": False,
        "trouble": None,
        "parked": 0,
    }
    builders.published(site.room.runtime, title="Poisonous", slug="bad")
    builders.published(site.room.runtime, title="Alpaca milk", slug="four")
    site.room.clock.move(seconds=7)
    late = site.ready()
    assert (late["behind_changes"], round(late["behind_seconds"])) == (2, 7)
    site.room.double.state.poison = "Poisonous"
    site.follow()
    told = site.ready()
    assert (told["behind_changes"], told["parked"]) == (0, 1)
    gauges = site.client.get("/metrics")
    assert gauges.headers["Content-Type"] == "text/plain; version=1.0.0; charset=utf-8"
    values = measured(gauges.text)
    assert values["willay_log_behind_seconds"] == 0.0
    assert values["willay_limits_alone"] == 0.0
    assert {name: values[f'willay_search_{name}{{engine="meilisearch"}}'] for name in EACH} == {
        **dict.fromkeys(EACH, 0.0),
        "parked": 1.0,
    }


EACH = (
    *("behind_changes", "behind_seconds", "degraded", "parked", "resting", "task_seconds"),
    *("last_check_timestamp_seconds", "last_check_differences", "mended_total", "building"),
)


def measured(text: str) -> dict[str, float]:
    """Samples by their name and labels."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def engines(values: dict[str, float], name: str) -> dict[str, float]:
    """One gauge by engine."""
    start = f'willay_search_{name}{{engine="'
    return {
        key.removeprefix(start).removesuffix('"}'): value
        for key, value in values.items()
        if key.startswith(start)
    }


def test_each_engine_is_measured_under_its_own_name_in_trouble_too(
    site: Site, subtests: pytest.Subtests
) -> None:
    """An alert on the server's own label fires when it is away."""
    runtime = site.room.runtime
    both = runtime.search.standby is not None
    names = {"meilisearch", "embedded"} if both else {"meilisearch"}
    well = measured(site.client.get("/metrics").text)
    for name in EACH:
        with subtests.test(name=name):
            assert set(engines(well, name)) == names
    site.room.double.faults.away = True
    runtime.search.note_write()
    ill = measured(site.client.get("/metrics").text)
    assert set(engines(ill, "degraded")) == names
    assert engines(ill, "degraded")["meilisearch"] == 1.0
    assert engines(ill, "behind_changes")["meilisearch"] == 0.0  # as was known last
    for _ in range(4):
        runtime.search.note_write()
        runtime.search.status()
    assert engines(measured(site.client.get("/metrics").text), "resting")["meilisearch"] == 1.0
    site.room.double.faults.away = False


def test_what_a_check_found_is_measured(site: Site) -> None:
    held = site.room.double.state.indexes["willay"].documents
    held["stranger"] = {"id": "stranger"}
    site.room.follower._proved_at = 0.0
    site.follow()
    values = measured(site.client.get("/metrics").text)
    assert engines(values, "last_check_differences")["meilisearch"] == 1.0
    assert engines(values, "mended_total")["meilisearch"] == 1.0
    assert engines(values, "last_check_timestamp_seconds")["meilisearch"] == (
        site.room.clock().timestamp()
    )
    site.room.follower._proved_at = 0.0
    site.follow()
    values = measured(site.client.get("/metrics").text)
    assert engines(values, "last_check_differences")["meilisearch"] == 0.0
    assert engines(values, "mended_total")["meilisearch"] == 1.0


def test_refused_searches_are_told_by_all_who_should(site: Site) -> None:
    """Settings that leave some searches right: the state is right too, and nothing is behind."""
    runtime, settings = site.room.runtime, site.room.double.state.indexes["willay"].settings
    builders.published(runtime, title="Later")
    site.follow()
    runtime.search.status()
    settings["filterableAttributes"] = ["kind"]
    runtime.search.note_write()
    ready = site.ready()
    assert (ready["degraded"], ready["trouble"]) == (True, "search_refused")
    assert ready["behind_changes"] == 0
    if runtime.search.standby is None:
        assert site.client.get("/v1/search?q=alpaca").status_code == 200  # it asks for no more
        assert site.client.get("/v1/search?q=alpaca&lang=en").status_code == 503
    else:
        assert site.search("q=alpaca&lang=en")["meta"]["engine"] == "embedded"
    told = list(doctor.examine(runtime))
    [search] = [finding for finding in told if finding.subject == "search"]
    assert "filterableAttributes" in search.remedy
    site.room.follower._tended_at = 0.0
    site.follow()
    runtime.search.note_write()
    assert not site.ready()["degraded"]
    assert site.client.get("/v1/search?q=alpaca&lang=en").status_code == 200


def test_a_near_engine_that_is_late_is_told_and_its_totals_are_not_used(site: Site) -> None:
    runtime = site.room.runtime
    if runtime.search.standby is None:
        pytest.skip("there is no near engine")
    builders.published(runtime, title="Alpaca milk", slug="four")
    site.room.follow()  # the server's index alone
    runtime.search.note_write()
    first = site.search("q=alpaca")
    assert (first["meta"]["engine"], first["meta"]["degraded"]) == ("meilisearch", False)
    site.room.clock.move(seconds=11)
    time.sleep(1.1)  # what was known of the lateness is believed for a second
    late = site.search("q=alpaca+milk")
    assert (late["meta"]["engine"], late["meta"]["degraded"]) == ("meilisearch", True)
    assert "four" in named(late)
    ready = site.ready()
    assert (ready["degraded"], ready["trouble"]) == (True, "near_engine_late")
    values = measured(site.client.get("/metrics").text)
    assert engines(values, "degraded") == {"meilisearch": 0.0, "embedded": 1.0}
    assert engines(values, "behind_changes") == {"meilisearch": 0.0, "embedded": 1.0}
    [search] = [finding for finding in doctor.examine(runtime) if finding.subject == "search"]
    assert "index on this machine is late" in search.remedy
    site.follow()
    time.sleep(1.1)
    runtime.search.note_write()
    assert not site.search("q=alpaca")["meta"]["degraded"]
    assert not site.ready()["degraded"]
