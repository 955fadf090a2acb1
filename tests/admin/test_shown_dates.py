"""The dates that readers are shown never lie ahead of what they see, by whatever way it came."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import rfc3339
from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AHEAD = "2026-03-01T12:00:01Z"


def nothing_ahead(bench: Bench) -> None:
    """Nothing that leaves the service names a moment that is still to come."""
    now = rfc3339(bench.clock() + timedelta(seconds=1))
    items = bench.client.get("/v1/articles?limit=100").json()["data"]
    for item in items:
        assert item["published_at"] <= now, item
        assert item["updated_at"] <= now, item
    assert bench.client.get(f"/v1/articles?updated_since={now}").json()["data"] == []
    assert "2062" not in bench.client.get("/v1/feeds/articles.rss").text
    assert "2062" not in bench.client.get("/v1/feeds/articles.atom").text
    assert "2062" not in bench.client.get("/sitemap.xml").text
    harvest = "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc"
    assert bench.client.get(f"{harvest}&until=2026-03-01").text.count("<metadata>") == len(items)


@pytest.mark.parametrize("field", ["published_at", "updated_at"])
@pytest.mark.parametrize("date", [AHEAD, "2062-11-28T09:00:00Z"])
def test_a_date_ahead_is_not_published(quiet: Bench, field: str, date: str) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="typo", **{field: date})
    before = desk.data(where)
    hour = rfc3339(NOW + timedelta(hours=1))
    ways: list[dict[str, Any]] = [{}, {"visible_from": "2020-01-01T00:00:00Z"}]
    ways += [] if date == AHEAD else [{"visible_from": hour}]
    for sent in ways:
        refused = desk.act(where, "publish", **sent)
        assert problem(refused) == (422, "date_ahead"), sent
        assert refused.json()["errors"][0]["pointer"] == f"/{field}"
        assert date in refused.json()["detail"]
    operation = {"op": "publish", "id": before["id"], "revision": before["revision"]}
    sent = {"mode": "per_item", "operations": [operation]}
    result = quiet.client.post(f"{ARTICLES}/bulk", headers=desk.headers, json=sent).json()
    assert result["data"][0]["code"] == "date_ahead"
    assert desk.data(where) == before
    assert quiet.client.get("/v1/articles/typo").status_code == 404
    # From that moment on it is right.
    planned = desk.act(where, "publish", visible_from=date)
    assert planned.json()["data"]["state"] == "scheduled"
    desk.act(where, "cancel")
    desk.patch(where, **{field: rfc3339(NOW)})
    assert desk.act(where, "publish").status_code == 200
    refused = desk.act(where, "correct", note="The date.", changes={field: date})
    assert problem(refused) == (422, "date_ahead")
    nothing_ahead(quiet)


@pytest.mark.parametrize(
    ("date", "precision", "allowed"),
    [
        ("2026-03-01T20:00:00Z", "day", True),
        ("2026-03-02T00:00:00Z", "day", False),
        ("2026-03-31T23:59:59Z", "month", True),
        ("2026-04-01T00:00:00Z", "month", False),
        ("2026-12-31T00:00:00Z", "year", True),
        ("2027-01-01T00:00:00Z", "year", False),
        ("2026-03-01T23:00:00Z", "unknown", True),
        ("2027-01-01T00:00:00Z", "unknown", False),
        ("2026-03-01T12:00:00Z", "time", True),
        ("2026-03-01T13:00:00+01:00", "time", True),
        ("2026-03-01T12:00:00-01:00", "time", False),
    ],
)
def test_of_a_day_a_month_or_a_year_the_beginning_counts(
    quiet: Bench, date: str, precision: str, allowed: bool
) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(slug="one", published_at=date, date_precision=precision)
    answer = desk.act(where, "publish")
    assert answer.status_code == (200 if allowed else 422), answer.text
    if allowed:
        nothing_ahead(quiet)
        item = quiet.client.get("/v1/articles/one").json()["data"]
        assert item["date_precision"] == precision
        assert item["published_at"][:10] == "2026-03-01"
        assert desk.data(where)["published_at"] == rfc3339(datetime.fromisoformat(date))


def test_an_import_refuses_the_record_and_goes_on(quiet: Bench, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"slug": "a", "published_at": "2062-11-28T09:00:00Z"},
        {"slug": "b", "updated_at": "2062-11-28T09:00:00Z"},
        {"slug": "c", "published_at": "2019-05-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"},
        {
            **{"slug": "d", "status": "scheduled", "visible_from": "2062-11-28T09:00:00Z"},
            "published_at": "2062-11-28T09:00:00Z",
        },
        {
            **{"slug": "e", "status": "scheduled", "visible_from": "2030-11-28T09:00:00Z"},
            "published_at": "2062-11-28T09:00:00Z",
        },
        {
            "slug": "f",
            "scheduled": [
                {
                    "visible_from": "2030-01-01T00:00:00Z",
                    "content": {"lang": "en", "title": "f", "published_at": "2031-01-01T00:00:00Z"},
                }
            ],
        },
        {"slug": "g", "status": "retracted", "published_at": "2062-11-28T09:00:00Z"},
        {
            **{"slug": "h", "status": "unpublished", "ended_at": "2019-05-02T00:00:00Z"},
            **{"published_at": "2019-05-02T12:00:00Z", "date_precision": "day"},
        },
        {"slug": "i", "status": "draft", "published_at": "2062-11-28T09:00:00Z"},
        {"slug": "j", "published_at": "20190501"},
        {"slug": "k", "visible_from": "20300101", "status": "scheduled"},
    ]
    path = tmp_path / "records.jsonl"
    record = {"type": "article", "lang": "en", "title": "A title"}  # no body: an old archive
    path.write_text("".join(f"{json.dumps({**record, **line})}\n" for line in lines))
    report = builders.imported(quiet.runtime, path)
    assert [(one.line, one.code) for one in report.refused] == [
        *((1, "date_ahead"), (2, "date_ahead"), (5, "date_ahead"), (6, "date_ahead")),
        *((7, "date_ahead"), (10, "invalid_record"), (11, "invalid_record")),
    ]
    shown = quiet.client.get("/v1/articles").json()["data"]
    assert [(one["slug"], one["updated_at"]) for one in shown] == [("c", "2020-01-01T00:00:00Z")]
    assert quiet.client.get("/v1/articles/h").status_code == 410
    nothing_ahead(quiet)


def test_what_an_import_shows_does_not_depend_on_its_transactions(
    quiet: Bench, tmp_path: Path
) -> None:
    record = {
        **{"type": "article", "lang": "en", "external_source": "old"},
        **{"published_at": "2019-05-01T00:00:00Z", "updated_at": "2019-06-01T00:00:00Z"},
    }
    shown = []
    for external_id, files in (("one", 1), ("two", 2)):
        lines = [
            json.dumps({**record, "external_id": external_id, "title": title}) + "\n"
            for title in (external_id, f"{external_id} again")
        ]
        parts = ["".join(lines)] if files == 1 else lines
        for number, part in enumerate(parts):
            path = tmp_path / f"{external_id}-{number}.jsonl"
            path.write_text(part)
            builders.imported(quiet.runtime, path)
        item = quiet.client.get(f"/v1/articles/{external_id}").json()["data"]
        shown.append((item["published_at"], item["updated_at"][:10]))
    assert shown == [("2019-05-01T00:00:00Z", "2026-03-01")] * 2
