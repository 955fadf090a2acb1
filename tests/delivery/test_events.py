"""Events as readers, calendars, partners and searchers see them."""

from typing import Any
from uuid import UUID

import icalendar
import pytest

from app.editorial import tag_merge, tags
from app.editorial.events import EVENTS, EventChange
from app.editorial.tags import TagChange
from app.worker.indexing import IndexFollower
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench

MAY, JUNE = "2026-05-09", "2026-06-20T18:30:00-05:00"


def titles(bench: Bench, query: str = "") -> list[str]:
    answer = bench.client.get(f"/v1/events{query}")
    assert answer.status_code == 200, answer.text
    return [event["title"] for event in answer.json()["data"]]


def test_an_event_whole(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "mining", names={"en": "Mining", "es": "Minería"})
    builders.tag(quiet.runtime, "hidden", status="proposed")
    key = builders.event(
        quiet.runtime,
        "Annual meeting",
        JUNE,
        titles={"en": "Annual meeting", "es": "Asamblea anual"},
        descriptions={"es": "De todos los socios."},
        ends="2026-06-20T20:00:00-05:00",
        place="London",
        url="https://example.org/meeting",
        tags=["mining", "hidden"],
    )
    whole = {
        "id": str(key),
        "title": "Annual meeting",
        "description": "De todos los socios.",
        "lang": "en",
        "starts": "2026-06-20T23:30:00Z",
        "ends": "2026-06-21T01:00:00Z",
        "place": "London",
        "url": "https://example.org/meeting",
        "tags": [{"slug": "mining", "type": "topic", "name": "Mining"}],
        "updated_at": "2026-03-01T12:00:00.000002Z",
    }
    assert quiet.client.get(f"/v1/events/{key}").json()["data"] == whole
    spanish = quiet.client.get(f"/v1/events/{key}?lang=es&utm_source=letter").json()["data"]
    tag = {"slug": "mining", "type": "topic", "name": "Minería"}
    assert spanish == {**whole, "title": "Asamblea anual", "lang": "es", "tags": [tag]}
    api = quiet.runtime.settings.public_url
    assert quiet.client.get("/v1/events").json() == {
        "data": [whole],
        "meta": {"limit": 20},
        "links": {"self": f"{api}/v1/events", "next": None, "prev": None},
    }


def test_a_list_is_walked_in_both_orders_and_by_dates_that_are_given(quiet: Bench) -> None:
    for day in range(1, 8):
        builders.event(quiet.runtime, f"e{day}", f"2026-05-0{day}")
    builders.event(quiet.runtime, "week", "2026-05-04", ends="2026-05-06")
    walked, url = [], "/v1/events?order=oldest&limit=3"
    while url:
        page = quiet.client.get(url).json()
        walked += [event["title"] for event in page["data"]]
        url = page["links"]["next"]
    assert sorted(walked[3:5]) == ["e4", "week"]
    assert [title for title in walked if title != "week"] == [f"e{day}" for day in range(1, 8)]
    assert titles(quiet)[:2] == ["e7", "e6"]
    assert sorted(titles(quiet, "?from_date=2026-05-06")) == ["e6", "e7", "week"]
    assert titles(quiet, "?to_date=2026-05-02") == ["e2", "e1"]
    assert sorted(titles(quiet, "?from_date=2026-05-05&to_date=2026-05-05")) == ["e5", "week"]
    assert titles(quiet, "?from_date=2026-05-08") == []
    quiet.clock.move(days=400)  # what is over stays, unless dates say otherwise
    assert len(titles(quiet)) == 8


def test_what_the_list_refuses(quiet: Bench, subtests: pytest.Subtests) -> None:
    for query, code in (
        ("from_date=2026-05-02&to_date=2026-05-01", "reversed_range"),
        ("from_date=soon", "invalid_date"),
        ("tag=none", "unknown_tag"),
        ("lang=qu", "unknown_language"),
        ("cursor=x", "invalid_cursor"),
        ("ordr=oldest", "unknown_parameter"),
    ):
        with subtests.test(query=query):
            answer = quiet.client.get(f"/v1/events?{query}")
            assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_tags_filter_with_their_descendants_and_as_they_are_today(quiet: Bench) -> None:
    regions = builders.tag(quiet.runtime, "regions")
    cusco = builders.tag(quiet.runtime, "cusco", parent="regions")
    puno = builders.tag(quiet.runtime, "puno", parent="regions")
    key = builders.event(quiet.runtime, "In Cusco", tags=["cusco"])
    builders.event(quiet.runtime, "Elsewhere")
    assert titles(quiet, "?tag=regions") == ["In Cusco"]
    assert titles(quiet, "?tag=-cusco") == ["Elsewhere"]
    assert titles(quiet, "?tag=cusco|puno") == ["In Cusco"]
    assert titles(quiet, "?tag=cusco,puno") == []
    sequence = quiet.client.get("/v1/changes").json()["meta"]["cursor"]
    quiet.clock.move(hours=1)
    with quiet.runtime.publishing() as tx:
        tags.change(tx, EDITOR, cusco, 1, TagChange(names={"en": "Qosqo"}))
    changed = quiet.client.get(f"/v1/changes?cursor={sequence}").json()
    items = {entry["kind"]: entry["item"] for entry in changed["data"]}
    assert items["event"]["tags"] == [{"slug": "cusco", "type": "topic", "name": "Qosqo"}]
    with quiet.runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, cusco, 2, "puno")
    assert titles(quiet, "?tag=puno") == titles(quiet, "?tag=cusco") == ["In Cusco"]
    changed = quiet.client.get(f"/v1/changes?cursor={changed['meta']['cursor']}").json()
    assert ("event", str(key)) in {(entry["kind"], entry["id"]) for entry in changed["data"]}
    with (
        pytest.raises(Exception, match="1 event carries the tag 'puno'"),
        quiet.runtime.publishing() as tx,
    ):
        tag_merge.remove(tx, EDITOR, puno, None)
    with quiet.runtime.publishing() as tx:
        EVENTS.remove(tx, EDITOR, key, 1)
        tag_merge.remove(tx, EDITOR, puno, None)
        tag_merge.remove(tx, EDITOR, regions, None)
    assert quiet.client.get(f"/v1/events/{key}").status_code == 410


def test_it_is_public_from_its_announcement_until_it_is_withdrawn(quiet: Bench) -> None:
    key = builders.event(
        quiet.runtime,
        announce_at="2026-03-02T00:00:00Z",
        withdraw_at="2026-03-03T00:00:00Z",
    )
    url = f"/v1/events/{key}"
    absent = quiet.client.get(url)
    assert (absent.status_code, absent.json()["code"]) == (404, "event_not_found")
    assert titles(quiet) == []
    assert "max-age=30" in quiet.client.get("/v1/events").headers["cache-control"]
    quiet.clock.move(hours=12)
    assert quiet.client.get(url).status_code == 200
    assert titles(quiet) == ["Conference"]
    quiet.clock.move(hours=24)
    gone = quiet.client.get(url)
    assert (gone.status_code, gone.json()["reason"], gone.json()["at"]) == (
        410,
        "expired",
        "2026-03-03T00:00:00Z",
    )
    assert quiet.client.get(f"{url}.ics").status_code == 410
    quiet.runtime.promote()
    entries = quiet.client.get("/v1/changes").json()["data"]
    assert [(entry["kind"], entry["type"], entry["reason"]) for entry in entries] == [
        ("event", "delete", "expired")
    ]


def entries(content: bytes) -> list[dict[str, Any]]:
    calendar = icalendar.Calendar.from_ical(content)
    return [
        {
            name.lower(): value.dt if hasattr(value, "dt") else str(value)
            for name, value in entry.items()
            if name != "CATEGORIES"
        }
        for entry in calendar.walk("VEVENT")
    ]


def test_calendars_read_it(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "mining")
    week = builders.event(quiet.runtime, "Week; of, talks", MAY, ends="2026-05-11", tags=["mining"])
    day = builders.event(quiet.runtime, "Day", "2026-05-01", descriptions={"en": "One\nline."})
    hour = builders.event(quiet.runtime, "Hour", JUNE, place="London", url="https://example.org/h")
    builders.event(quiet.runtime, "Last", "9999-12-31")
    feed = quiet.client.get("/v1/feeds/events.ics")
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    shown = [
        {name: str(value) for name, value in entry.items() if "stamp" not in name}
        for entry in entries(feed.content)
    ]
    modified = {"last-modified": "2026-03-01 12:00:00+00:00"}
    assert shown[:3] == [
        {
            **modified,
            "uid": f"urn:uuid:{day}",
            "summary": "Day",
            "dtstart": "2026-05-01",
            "dtend": "2026-05-02",
            "description": "One\nline.",
        },
        {
            **modified,
            "uid": f"urn:uuid:{week}",
            "summary": "Week; of, talks",
            "dtstart": "2026-05-09",
            "dtend": "2026-05-12",
        },
        {
            **modified,
            "uid": f"urn:uuid:{hour}",
            "summary": "Hour",
            "dtstart": "2026-06-20 23:30:00+00:00",
            "location": "London",
            "url": "https://example.org/h",
        },
    ]
    only = quiet.client.get("/v1/feeds/events.ics?from_date=2026-06-01&to_date=2026-12-31&x=y")
    assert [entry["summary"] for entry in entries(only.content)] == ["Hour"]
    again = quiet.client.get(
        "/v1/feeds/events.ics", headers={"If-None-Match": feed.headers["etag"]}
    )
    assert again.status_code == 304
    one = quiet.client.get(f"/v1/events/{week}.ics")
    assert [entry["summary"] for entry in entries(one.content)] == ["Week; of, talks"]
    assert b"CATEGORIES:Mining" in one.content


def index(bench: Bench) -> None:
    follower = IndexFollower(bench.runtime)
    while follower.step():
        pass


def test_partners_and_searchers_find_it(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "water", synonyms={"es": ["riego"]})
    key = builders.event(
        quiet.runtime,
        "Peru and inequality",
        descriptions={"en": "Mining profits and poverty."},
        tags=["water"],
    )
    [entry] = [e for e in quiet.client.get("/v1/changes").json()["data"] if e["kind"] == "event"]
    whole = quiet.client.get(f"/v1/events/{key}").json()["data"]
    assert (entry["type"], entry["item"]) == ("upsert", whole)
    index(quiet)
    for words in ("inequality", "profits", "riego", "evento"):
        hits = quiet.client.get(f"/v1/search?q={words}&kind=event").json()["data"]
        assert [(hit["kind"], hit["item"]["id"]) for hit in hits] == [("event", str(key))], words
    [completion] = quiet.client.get("/v1/search/suggest?q=peru+ineq").json()["data"]
    assert (completion["kind"], UUID(completion["id"])) == ("event", key)
    with quiet.runtime.publishing() as tx:
        EVENTS.edit(tx, EDITOR, key, EventChange(titles={"en": "Equality"}), 1)
    assert quiet.client.get("/v1/search?q=inequality&kind=event").json()["data"] == []
