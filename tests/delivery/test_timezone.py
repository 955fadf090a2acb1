"""The days, months and years of the site's own zone, in every outlet, on both stores."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import builders
from tests.conftest import Bench, client_of, store
from tests.delivery.instant import caught_up
from tests.stores import settings_of
from tests.worker.servers import newsroom

SHOWN = {
    "eve": ("2019-12-31T23:30:00-05:00", "time"),  # 04:30 on New Year's Day in UTC
    "new": ("2020-01-01T05:00:00Z", "time"),  # midnight in Lima
    "day": ("2019-12-31T00:00:00Z", "day"),
    "late-day": ("2019-12-31T23:59:59Z", "day"),
    "month": ("2020-01-01T00:00:00Z", "month"),
    "year": ("2019-01-01T00:00:00Z", "year"),
}
PLAIN = {
    **{"eve": None, "new": None, "day": "2019-12-31", "late-day": "2019-12-31"},
    **{"month": "2020-01-01", "year": "2019-01-01"},
}
LIMA = {
    "2019-01": {"year"},
    "2019-12": {"eve", "day", "late-day"},
    "2020-01": {"new", "month"},
}
AUCKLAND = {
    "2019-01": {"year"},
    "2019-12": {"day", "late-day"},
    "2020-01": {"eve", "new", "month"},
}


def fill(bench: Bench) -> None:
    builders.tag(bench.runtime, "water")
    for slug, (at, precision) in SHOWN.items():
        builders.published(
            bench.runtime,
            title=f"Once upon {slug}",
            slug=slug,
            tags=("water",),
            authors=({"name": "Ana"},),
            published_at=datetime.fromisoformat(at),
            date_precision=precision,
        )
    caught_up(bench.runtime)


@contextmanager
def opened(folder: Path, url: str | None, zone: str) -> Iterator[Bench]:
    with (
        store(url, folder, serve_worker=False, timezone=zone) as (runtime, clock),
        client_of(runtime) as client,
    ):
        yield Bench(runtime, clock, client)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_store")


def read(bench: Bench, path: str) -> Any:
    answer = bench.client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def slugs(bench: Bench, path: str) -> set[str]:
    body = read(bench, path)
    items = body["items"] if "feeds" in path else body["data"]
    return {(one.get("item") or one).get("slug") or one["url"].rsplit("/", 1)[1] for one in items}


def judge(bench: Bench, months: dict[str, set[str]]) -> None:
    for narrowed in ("", "?tag=water", "?author=ana"):
        years = read(bench, f"/v1/archive{narrowed}")["data"]
        counted = {
            f"{year['year']}-{month['month']:02}": month["count"]
            for year in years
            for month in year["months"]
        }
        assert counted == {month: len(found) for month, found in months.items()}, narrowed
        for year in years:
            assert year["count"] == sum(month["count"] for month in year["months"])
    index = bench.client.get("/sitemap.xml").text
    for month, wanted in months.items():
        assert f"/sitemaps/{month}.xml" in index
        mapped = bench.client.get(f"/sitemaps/{month}.xml").text
        assert {slug for slug in SHOWN if f"/{slug}<" in mapped} == wanted, month
        fed = bench.client.get(f"/v1/feeds/articles.rss?month={month}").text
        assert {slug for slug in SHOWN if f"Once upon {slug}<" in fed} == wanted, month
        last = "31" if month[5:] in ("01", "12") else "30"
        between = f"from_date={month}-01&to_date={month}-{last}"
        for narrowed in ("", "&tag=water", "&author=ana", "&lang=en", "&order=oldest"):
            assert slugs(bench, f"/v1/articles?{between}{narrowed}") == wanted, (month, narrowed)
        assert slugs(bench, f"/v1/search?{between}&kind=article") == wanted
    assert set(months) == {one[:7] for one in index.split("/sitemaps/")[1:] if one[0] == "2"}
    address, seen = "/v1/feeds/articles.atom?limit=1", []
    while older := bench.client.get(address).links.get("prev-archive"):
        address = older["url"].removeprefix("http://127.0.0.1:8000")
        seen.append(address.partition("month=")[2][:7])
    assert seen == sorted(months, reverse=True)
    oldest = bench.client.get(f"/v1/feeds/articles.atom?month={min(months)}").text
    assert f"month={sorted(months)[1]}" in oldest
    facet = read(bench, "/v1/search?kind=article&facets=year")["meta"]["facets"]["year"]
    years = {
        year: sum(len(found) for month, found in months.items() if month.startswith(year))
        for year in ("2019", "2020")
    }
    assert {value["value"]: value["count"] for value in facet} == years
    for year, count in years.items():
        body = {"filter": f"year = {year}", "facets": ["year"]}
        said = bench.client.post("/v1/search/instant/indexes/articles/search", json=body).json()
        assert said["facetDistribution"]["year"] == {year: count}
        assert {hit["year"] for hit in said["hits"]} == {int(year)}
        assert len(said["hits"]) == count
    for slug, (at, precision) in SHOWN.items():
        item = read(bench, f"/v1/articles/{slug}")["data"]
        assert datetime.fromisoformat(item["published_at"]) == datetime.fromisoformat(at)
        assert item["date_precision"] == precision
        assert item["published_on"] == (day := PLAIN[slug])
        assert day is None or slug in slugs(bench, f"/v1/articles?from_date={day}&to_date={day}")


def test_each_zone_has_its_own_days_and_another_one_is_followed_after_a_restart(
    tmp_path: Path, url: str | None
) -> None:
    with opened(tmp_path, url, "America/Lima") as bench:
        fill(bench)
        judge(bench, LIMA)
        on_eve = "/v1/articles?from_date=2019-12-31&to_date=2019-12-31"
        assert slugs(bench, on_eve) == {"eve", "day", "late-day"}
        tags = {bench.client.get(path).headers["etag"] for path in ("/v1/archive",)}
    for zone, months in (("Pacific/Auckland", AUCKLAND), ("UTC", AUCKLAND)):
        with opened(tmp_path, url, zone) as bench:
            stale = {"If-None-Match": next(iter(tags))}
            assert bench.client.get("/v1/archive", headers=stale).status_code == 200
            caught_up(bench.runtime)
            judge(bench, months)


@pytest.mark.parametrize("fallback", [True, False])
def test_a_search_server_counts_the_years_of_the_zone(tmp_path: Path, fallback: bool) -> None:
    with ExitStack() as stack:
        made = newsroom(tmp_path, timezone="America/Lima", search_fallback=fallback)
        room = stack.enter_context(made)
        client = stack.enter_context(client_of(room.runtime))
        bench = Bench(room.runtime, room.clock, client)
        fill(bench)
        judge(bench, LIMA)


@pytest.mark.sqlite_only("its plans; those of PostgreSQL are in tests/contract/test_plans.py")
def test_only_the_edges_of_months_are_counted_and_by_the_index_alone(tmp_path: Path) -> None:
    with opened(tmp_path, None, "America/Lima") as bench:
        fill(bench)
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        engine = bench.runtime.database._reader
        sa.event.listen(engine, "before_cursor_execute", note)
        read(bench, "/v1/archive")
        assert any("FROM publication_month" in one for one in seen)
        (asked,) = (one for one in seen if "edge" in one)
        with engine.connect() as connection:
            values = ("2026-03-01 00:00:00.000000",) * asked.count("?")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values).all()
        searched = (
            "SEARCH publication USING COVERING INDEX publication_list (kind=? AND published_at>"
        )
        assert any(searched in row[3] for row in plan), plan


@pytest.mark.parametrize(
    "zone", ["Lima", "America/Limaa", "+05:00", "", "../etc/passwd", "America"]
)
def test_what_is_no_zone_is_refused_at_the_start(tmp_path: Path, zone: str) -> None:
    with pytest.raises(ValueError, match="must name a time zone, such as America/Lima"):
        settings_of(tmp_path, timezone=zone)
