"""Days of every zone: together they hold each instant once, and dates without times stay theirs."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.calendar import Calendar, Edge, date_only
from app.kit.clock import TICK
from app.kit.dates import plain_date
from app.published.feed_archive import CalendarMonth, within_month
from app.published.query import ArticleFilter

FAR = ("Pacific/Kiritimati", "Pacific/Auckland", "Etc/GMT+12", "Pacific/Apia", "Asia/Manila")
NEAR = ("America/Lima", "Europe/London", "America/St_Johns", "America/Sao_Paulo", "UTC")
ZONES = sorted(available_timezones() - {"localtime"})

zones = st.sampled_from([*FAR, *NEAR]) | st.sampled_from(ZONES)
days = st.dates(date(1800, 1, 1), date(2100, 1, 1)) | st.dates(date(2019, 1, 1), date(2026, 1, 1))


def calendar(name: str) -> Calendar:
    return Calendar(ZoneInfo(name), name)


def holds(first: Edge, after: Edge, moment: datetime) -> bool:
    gaps = (*first.gaps, *after.gaps)
    inside = first.at <= moment < after.at
    return inside and not any(start <= moment < end for start, end in gaps)


@settings(max_examples=300, deadline=None)
@given(name=zones, day=days)
def test_a_date_without_a_time_stays_its_day_in_any_zone(name: str, day: date) -> None:
    its = calendar(name)
    kept = date_only(datetime(day.year, day.month, day.day, tzinfo=UTC))
    assert its.day_of(kept) == day
    for offset in (-2, -1, 0, 1, 2):
        other = day + timedelta(days=offset)
        assert holds(its.day_start(other), its.day_end(other), kept) == (offset == 0)
    month = CalendarMonth.of(kept, its)
    assert (month.year, month.month) == (day.year, day.month)
    assert holds(month.begin, month.end, kept)
    assert not holds(Edge(datetime(1, 1, 3, tzinfo=UTC)), month.older_edge, kept)
    assert not holds(month.newer_edge, Edge(datetime(9998, 1, 1, tzinfo=UTC)), kept)


@settings(max_examples=300, deadline=None)
@given(name=zones, day=days, since=st.timedeltas(timedelta(0), timedelta(days=1) - TICK))
def test_a_plain_date_is_the_day_under_which_every_zone_lists_it(
    name: str, day: date, since: timedelta
) -> None:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + since
    away = moment.astimezone(timezone(timedelta(hours=-11)))
    for at in (moment, away):
        assert plain_date(at, "day") == calendar(name).day_of(date_only(at)) == day
        assert plain_date(at, "month") == day.replace(day=1)
        assert plain_date(at, "year") == date(day.year, 1, 1)
        assert plain_date(at, "time") is plain_date(at, "unknown") is None


@settings(max_examples=300, deadline=None)
@given(
    name=zones,
    day=days,
    since=st.timedeltas(timedelta(0), timedelta(days=1)) | st.sampled_from([timedelta(0), -TICK]),
)
def test_every_instant_is_of_one_day_and_of_the_month_of_that_day(
    name: str, day: date, since: timedelta
) -> None:
    its = calendar(name)
    moment = its.start_of(day) + since
    if date_only(moment) == moment:
        return
    found = its.day_of(moment)
    around = [day + timedelta(days=offset) for offset in range(-3, 4)]
    assert [one for one in around if holds(its.day_start(one), its.day_end(one), moment)] == [found]
    shown = moment.astimezone(its.zone).date()
    assert abs((found - shown).days) <= 1
    month = CalendarMonth.of(moment, its)
    chosen = within_month(ArticleFilter(), month)
    assert chosen.since is not None
    assert chosen.until is not None
    assert holds(Edge(chosen.since, chosen.gaps), Edge(chosen.until), moment)
    assert not holds(Edge(datetime(1, 1, 3, tzinfo=UTC)), month.older_edge, moment)
    assert not holds(month.newer_edge, Edge(datetime(9998, 1, 1, tzinfo=UTC)), moment)


@pytest.mark.parametrize(
    ("name", "day", "start"),
    [
        ("America/Lima", "2019-12-31", "2019-12-31T05:00:00+00:00"),
        ("Europe/London", "2026-03-29", "2026-03-29T00:00:00+00:00"),
        ("Europe/London", "2026-03-30", "2026-03-29T23:00:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00"),  # there is no midnight
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00+00:00"),  # there is no such day
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00+00:00"),
        ("UTC", "0001-01-01", "0001-01-02T00:00:00+00:00"),
        ("Pacific/Auckland", "9999-12-31", "9999-01-01T00:00:00+00:00"),
    ],
)
def test_days_begin(name: str, day: str, start: str) -> None:
    assert calendar(name).start_of(date.fromisoformat(day)) == datetime.fromisoformat(start)


def test_months_at_the_ends_of_time_have_neighbours(subtests: pytest.Subtests) -> None:
    for name in (*FAR, *NEAR):
        for text in ("0001-01", "9998-12", "9999-12"):
            with subtests.test(name=name, text=text):
                month = CalendarMonth.parse(text, calendar(name))
                assert month is not None
                edges = [month.older_edge.at, month.begin.at, month.end.at, month.newer_edge.at]
                assert all(one <= other + timedelta(days=2) for one, other in pairwise(edges))


def test_a_zone_of_whole_hours_has_no_gaps() -> None:
    for hours in range(-11, 12):
        its = Calendar(timezone(timedelta(hours=hours)), str(hours))
        assert its.day_start(date(2020, 5, 5)).gaps == its.day_end(date(2020, 5, 5)).gaps == ()
