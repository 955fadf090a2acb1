"""The calendar of all articles: as a list, as iCalendar, and in the times of the site's zone."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import pytest

from tests import builders
from tests.admin.desk import bearer, problem, session
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.admin.scheduling import (
    RELEASES,
    calendar,
    key_of,
    later,
    post_release,
    released,
    remove,
    three,
)
from tests.conftest import Bench, bench_in
from tests.stores import ensure_store

ICS = f"{RELEASES}.ics"


@pytest.fixture
def london(tmp_path: Path) -> Iterator[Bench]:
    ensure_store(tmp_path)
    with bench_in(tmp_path, serve_worker=False, timezone="Europe/London") as found:
        yield found


def test_the_calendar_has_what_begins_and_ends(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one, two, three_ = three(desk)
    hours = [later(desk, hours=n) for n in range(9)]
    desk.act(one, "publish", visible_until=hours[5])
    desk.patch(one, title="Newer")
    desk.act(one, "publish", visible_from=hours[3])
    desk.act(two, "publish", visible_from=hours[1], visible_until=hours[2])
    desk.act(three_, "publish", visible_from=hours[3], visible_until=hours[4])
    desk.patch(three_, title="Draft")
    desk.act(three_, "publish", visible_from=hours[4])
    desk.patch(three_, title="Edited again")
    builders.published(quiet.runtime, title="Neither begins nor ends")
    assert calendar(desk) == [
        ("begins", hours[1], "two"),
        ("ends", hours[2], "two"),
        *sorted(
            [("begins", hours[3], "one"), ("begins", hours[3], "three")],
            key=lambda it: {"one": key_of(one), "three": key_of(three_)}[it[2]],
        ),
        ("begins", hours[4], "three"),  # nothing ends where another text follows
    ]
    rows = desk.get(RELEASES).json()["data"]
    first = rows[0]
    assert first.pop("release") in desk.data(f"{RELEASES}/{rows[1]['release']}")["id"]
    assert first == {
        **{"at": hours[1], "event": "begins", "revision": 1, "texts": 1},
        **{"article": key_of(two), "kind": "article", "lang": "en", "slug": "two"},
        **{"title": "Two", "text_revision": 1, "state": "scheduled", "outcome": "scheduled"},
        **{"replaces": False, "visible_from": hours[1], "visible_until": hours[2]},
        "scheduled_by": {"id": first["scheduled_by"]["id"], "name": "Admin"},
    }
    last = rows[-1]
    assert (last["title"], last["state"], last["replaces"]) == ("Draft", "draft", True)
    quiet.clock.move(hours=1, minutes=30)
    assert calendar(desk)[0] == ("ends", hours[2], "two")
    past = calendar(desk, "&from=2026-03-01&to=2026-03-01T13:00:00Z")
    assert past == [("begins", hours[1], "two")]


def test_pages_of_the_calendar(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    wheres = [desk.create(slug=f"n{n}") for n in range(7)]
    released(desk, later(desk, hours=1), wheres[:5], until=later(desk, hours=2))
    released(desk, later(desk, hours=2), wheres[5:])
    whole = calendar(desk)
    assert len(whole) == 12
    seen: list[tuple[str, str, str]] = []
    url = f"{RELEASES}?limit=5&from=2026-03-01&to=2026-03-01"
    while url:
        page = desk.get(url).json()
        seen += [(it["event"], it["at"], it["slug"]) for it in page["data"]]
        url = page["links"]["next"]
    assert seen == whole
    other = desk.get(f"{RELEASES}?limit=5").json()["links"]["next"].replace("?", "?to=2030-01-01&")
    assert problem(desk.get(other)) == (400, "invalid_cursor")


def test_days_are_those_of_the_site(london: Bench) -> None:
    london.clock.move(days=30)  # 31 March: summer time
    desk = Newsdesk.of(london)
    late, early = desk.create(slug="late"), desk.create(slug="early")
    released(desk, "2026-04-01T23:30", [late])
    released(desk, "2026-04-02T00:30", [early])
    assert calendar(desk, "&from=2026-04-01&to=2026-04-01") == [
        ("begins", "2026-04-01T22:30:00Z", "late")
    ]
    assert calendar(desk, "&from=2026-04-02") == [("begins", "2026-04-01T23:30:00Z", "early")]


def test_times_that_the_clocks_show_never_or_twice(london: Bench) -> None:
    desk = Newsdesk.of(london)
    where = desk.create()
    for at, words in (
        ("2026-03-29T01:30", "never show 2026-03-29T01:30"),
        ("2026-10-25T01:30:00", "write 2026-10-25T01:30:00+01:00 or 2026-10-25T01:30:00+00:00"),
    ):
        refused = post_release(desk, at, [where])
        assert problem(refused) == (422, "invalid_moment")
        assert words in refused.json()["detail"]
        assert refused.json()["errors"][0]["pointer"] == "/at"
        until = post_release(desk, "2026-03-02T09:00", [where], until=at)
        assert until.json()["errors"][0]["pointer"] == "/until"
    release = released(desk, "2026-10-25T01:30:00+00:00", [where])
    assert desk.data(release)["at"] == "2026-10-25T01:30:00Z"
    moved = desk.patch(release, at="2026-03-29T01:30:00Z")  # an instant always exists
    assert moved.json()["data"]["at"] == "2026-03-29T01:30:00Z"
    assert problem(desk.patch(release, at="2026-03-29T01:30")) == (422, "invalid_moment")
    assert desk.patch(release, at="2026-03-29T02:30").json()["data"]["at"] == "2026-03-29T01:30:00Z"


def test_what_is_scheduled_is_found_whatever_its_newest_draft_is(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    one, two, three_ = three(desk)
    for where in (one, two):
        desk.act(where, "publish", visible_from=later(desk, hours=1))
    desk.act(three_, "publish")
    desk.patch(one, title="Edited")

    def found(query: str) -> set[str]:
        page = desk.get(f"{ARTICLES}?count=true&{query}").json()
        assert page["meta"]["total"] == len(page["data"])
        return {it["slug"] for it in page["data"]}

    assert found("scheduled=true") == {"one", "two"}
    assert found("scheduled=true&state=draft") == {"one"}
    assert found("scheduled=false") == {"three"}
    assert found("state=scheduled") == {"two"}
    quiet.clock.move(hours=1)
    assert found("scheduled=true") == set()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=tomorrow", "invalid_date"),
        ("to=2026-03-01T12:00", "invalid_date"),
        ("from=2026-03-02&to=2026-03-01", "reversed_range"),
        ("since=2026-03-01", "unknown_parameter"),
        ("limit=0", "invalid_parameter"),
        ("cursor=x", "invalid_cursor"),
    ],
)
def test_bad_questions(quiet: Bench, query: str, code: str) -> None:
    assert problem(Newsdesk.of(quiet).get(f"{RELEASES}?{query}")) == (400, code)


def token_of(bench: Bench, *scopes: str, email: str) -> str:
    return bearer(bench.runtime, "writer", *scopes, email=email)["Authorization"][7:]


def password(token: str, user: str = "ana") -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{token}'.encode()).decode()}"}


def subscribed(bench: Bench, token: str, user: str = "ana") -> Any:
    """What a calendar program gets that was given a token as its password."""
    return bench.client.get(ICS, headers=password(token, user))


def entries(answer: Any) -> dict[str, tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    found = icalendar.Calendar.from_ical(answer.content)
    return {
        str(it["uid"]): (str(it["summary"]), it["dtstart"].dt.isoformat())
        for it in found.walk("VEVENT")
    }


def test_a_calendar_program_follows(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    token = token_of(quiet, "calendar:read", email="w@example.org")
    one, two, _ = three(desk)
    release = released(
        desk, "2026-03-01T13:00:00Z", [one, two], until="2026-03-01T15:00:00Z", cancels=True
    )
    shown = entries(subscribed(quiet, token))
    assert sorted(shown.values()) == [
        ("Begins: One", "2026-03-01T13:00:00+00:00"),
        ("Begins: Two", "2026-03-01T13:00:00+00:00"),
        ("Ends: One", "2026-03-01T15:00:00+00:00"),
        ("Ends: Two", "2026-03-01T15:00:00+00:00"),
    ]
    assert desk.patch(release, at="2026-03-01T14:00:00Z").status_code == 200
    moved = entries(subscribed(quiet, token, user=""))
    assert moved.keys() == shown.keys()
    assert ("Begins: One", "2026-03-01T14:00:00+00:00") in moved.values()
    as_bearer = quiet.client.get(ICS, headers={"Authorization": f"Bearer {token}"})
    assert entries(as_bearer) == entries(desk.get(ICS)) == moved
    assert remove(desk, release).status_code == 204
    assert entries(subscribed(quiet, token)) == {}


def test_only_a_token_for_the_calendar_alone_opens_it(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    good = token_of(quiet, "calendar:read", email="a@example.org")
    strong = token_of(quiet, "calendar:read", "articles:read", email="b@example.org")
    other = token_of(quiet, "articles:read", email="c@example.org")
    assert subscribed(quiet, good).status_code == 200
    assert problem(subscribed(quiet, strong)) == (403, "token_too_strong")
    assert problem(subscribed(quiet, other)) == (403, "scope_missing")
    for answer in (
        quiet.client.get(ICS),
        subscribed(quiet, "willay_00000000_" + "x" * 43),
        subscribed(quiet, "x" * 3_000),
        *(
            quiet.client.get(ICS, headers={"Authorization": f"Basic {sent}"})
            for sent in ("", "!", "w6k6eA==", "YW5h")
        ),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Basic realm="Willay"')
    # It opens nothing else, and nothing else takes a password.
    bearing = {"Authorization": f"Bearer {good}"}
    assert problem(quiet.client.get(RELEASES, headers=bearing)) == (403, "scope_missing")
    assert quiet.client.get(RELEASES, headers=password(good)).status_code == 401
    listed = desk.get("/v1/admin/tokens?of=everyone").json()["data"]
    [mine] = [it["id"] for it in listed if it["scopes"] == ["calendar:read"]]
    assert quiet.client.delete(f"/v1/admin/tokens/{mine}", headers=desk.headers).is_success
    assert subscribed(quiet, good).status_code == 401


def test_a_session_s_secret_is_no_password_of_the_calendar(quiet: Bench) -> None:

    Newsdesk.of(quiet)
    secret = session(quiet)["Authorization"][7:]
    assert problem(subscribed(quiet, secret)) == (403, "token_too_strong")
