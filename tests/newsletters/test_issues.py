"""Issues: at their hour, only of what is visible, once; and what editors decide of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from app.changes import begin_epoch
from app.letters.sending import LetterSender
from app.models.newsletter import NewsletterIssue
from app.models.reader import Reader
from app.newsletters import readers, schedule
from app.newsletters.addresses import AddressBook
from tests import builders
from tests.admin.desk import bearer, problem
from tests.contract.statements import counted
from tests.letters.desk import text_of
from tests.newsletters.mailing import Newsroom, link_in, newsroom, titles_in
from tests.stores import settings_of

ISSUES = "/v1/admin/newsletters/issues"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def until(room: Newsroom, moment: datetime) -> None:
    """Let the worker see this moment."""
    room.clock.now = moment
    room.work()


def open_issue(room: Newsroom, rhythm: str = "weekly", lang: str = "en") -> str:
    """The address of the issue that waits."""
    listed = room.client.get(f"{ISSUES}?limit=100", headers=room.desk.headers).json()["data"]
    [issue] = [
        it
        for it in listed
        if (it["rhythm"], it["lang"]) == (rhythm, lang) and it["state"] in ("draft", "approved")
    ]
    return f"{ISSUES}/{issue['id']}"


def act(room: Newsroom, address: str, name: str) -> Any:
    return room.client.post(f"{address}/{name}", headers=room.desk.matching(address))


def states(room: Newsroom) -> list[str]:
    with room.runtime.database.reading() as tx:
        is_open = col(NewsletterIssue.state).in_(("draft", "approved"))
        return list(tx.execute(sa.select(col(NewsletterIssue.state)).where(~is_open)).scalars())


def test_a_week_s_news_in_one_letter(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        water = builders.tag(room.runtime, "water")
        builders.tag(room.runtime, "rivers", parent="water")
        builders.tag(room.runtime, "land")
        room.join("all@example.org")
        room.join("water@example.org", topics=["water"])
        room.join("land@example.org", topics=["land"])
        until(room, MONDAY)
        assert room.letters() == [], "an empty issue is not sent"
        room.publish("A river", tags=["rivers"])
        room.clock.move(hours=1)
        room.publish("A law")
        room.publish("Ein Fluss", lang="es")
        room.publish("About us", kind="page")
        hidden = room.publish("Taken back")
        room.desk.act(hidden, "retract", reason="Wrong")
        later = room.desk.create(title="Under embargo", summary="Not yet.")
        start = (MONDAY + timedelta(days=10)).isoformat()
        assert room.desk.act(later, "publish", visible_from=start).status_code == 200
        record = {"type": "article", "lang": "en", "title": "From elsewhere", "body": "Text."}
        (tmp_path / "archive.jsonl").write_text(json.dumps(record))
        assert builders.imported(room.runtime, tmp_path / "archive.jsonl").refused == []
        until(room, MONDAY + timedelta(days=6, hours=23))
        assert room.letters() == []
        until(room, MONDAY + timedelta(days=7, minutes=1))
        letters = {str(it["To"]): it for it in room.letters()}
        assert set(letters) == {"all@example.org", "water@example.org"}
        assert titles_in(letters["all@example.org"]) == ["A law", "A river"]
        assert titles_in(letters["water@example.org"]) == ["A river"]
        assert str(letters["all@example.org"]["Subject"]) == "Weekly news 1 · Peru Support Group"
        until(room, MONDAY + timedelta(days=14, minutes=1))
        [letter] = [it for it in room.letters() if str(it["To"]) == "all@example.org"]
        assert titles_in(letter) == ["Under embargo"], "its embargo ended meanwhile"
        assert str(water)


def test_the_archive_and_the_page_of_an_issue_say_what_is_visible_now(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org", rhythm="daily")
        first, _ = room.publish("A march"), room.publish("A law")
        issue = open_issue(room, "daily")
        room.client.patch(
            issue, headers=room.desk.matching(issue), json={"introduction": "Dear *readers*,"}
        )
        until(room, MONDAY)
        letter = room.letter_to("ana@example.org")
        page = link_in(letter, "/newsletters/")
        [listed] = room.client.get("/v1/newsletters").json()["data"]
        assert (listed["number"], listed["rhythm"], listed["url"][-60:]) == (
            1,
            "daily",
            (f"http://127.0.0.1:8000{page}")[-60:],
        )
        detail = f"/v1/newsletters/{listed['id']}"
        whole = room.client.get(detail).json()["data"]
        assert [it["title"] for it in whole["articles"]] == ["A law", "A march"]
        assert whole["introduction_html"] == "<p>Dear <em>readers</em>,</p>"
        assert "A march" in room.client.get(page).text
        feed = room.client.get("/v1/feeds/newsletters.atom").text
        assert "A march" in feed
        room.desk.act(first, "retract", reason="It was not so.")
        for address in (detail, page, "/v1/feeds/newsletters.atom"):
            text = room.client.get(address).text
            assert "A law" in text, address
            assert "A march" not in text, address
        assert room.client.get("/v1/newsletters?rhythm=weekly").json()["data"] == []
        missing = room.client.get(f"{detail[:-1]}{'0' if detail[-1] != '0' else '1'}")
        assert problem(missing) == (404, "issue_not_found")


def test_the_feed_reads_all_issues_together(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org", rhythm="daily")
        numbers = []
        for day in range(4):
            room.publish(f"News {day}")
            until(room, MONDAY + timedelta(days=day))
            with counted(room.runtime) as statements:
                assert f"News {day}" in room.client.get("/v1/feeds/newsletters.atom").text
            numbers.append(len(statements))
        assert numbers[-1] <= numbers[0] + 1, numbers


def test_readers_hear_of_what_was_wrong(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org", rhythm="daily")
        wrong, false = room.publish("Wrong"), room.publish("False")
        until(room, MONDAY)
        assert titles_in(room.letter_to("ana@example.org")) == ["False", "Wrong"]
        room.join("new@example.org", rhythm="daily")
        assert room.desk.act(wrong, "correct", note="It was Tuesday.").status_code == 200
        assert room.desk.act(false, "retract", reason="It was forged.").status_code == 200
        until(room, MONDAY + timedelta(days=1))
        letter = next(it for it in room.letters() if str(it["To"]) == "ana@example.org")
        text = text_of(letter)
        assert "Corrected: Wrong\nIt was Tuesday." in text
        assert "Retracted: False\nIt was forged." in text
        until(room, MONDAY + timedelta(days=2))
        assert room.letters() == [], "that is told once"


def test_a_retraction_can_be_told_at_once_to_those_who_had_the_text(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org", rhythm="instant")
        false = room.publish("False")
        room.pass_time(minutes=3)
        assert len(room.letters()) == 1
        room.join("new@example.org", rhythm="instant")
        key = false.rpartition("/")[2]

        def tell() -> Any:
            where = "/v1/admin/newsletters/notices"
            return room.client.post(where, headers=room.desk.headers, json={"article": key})

        assert problem(tell()) == (409, "nothing_to_tell")
        room.desk.act(false, "retract", reason="It was forged.")
        assert tell().status_code == 201
        assert problem(tell()) == (409, "nothing_to_tell")
        letter = room.letter_to("ana@example.org")
        assert "Retracted: False\nIt was forged." in text_of(letter)


def test_editors_introduce_choose_try_approve(tmp_path: Path) -> None:
    with newsroom(tmp_path, newsletter_approval=True) as room:
        room.join("ana@example.org")
        one, two, _three = (room.publish(title) for title in ("One", "Two", "Three"))
        issue = open_issue(room)
        desk, client = room.desk, room.client

        def change(**fields: Any) -> Any:
            return client.patch(issue, headers=desk.matching(issue), json=fields)

        shown = desk.data(issue)
        assert len(shown["articles"]) == 3
        assert (shown["chosen"], shown["state"]) == (False, "draft")
        keys = [two.rpartition("/")[2], one.rpartition("/")[2]]
        changed = change(articles=keys, introduction="Dear readers,", subject="Two texts")
        assert changed.json()["data"]["articles"] == keys
        assert problem(change(introduction="![x](https://evil.example/a.png)")) == (
            *(422, "introduction_has_media"),
        )
        missing = "00000000-0000-7000-8000-000000000001"
        assert problem(change(articles=[missing])) == (422, "article_not_visible")
        stale = {**desk.headers, "If-Match": '"1"'}
        assert problem(client.patch(issue, headers=stale, json={"subject": "x"})) == (
            *(412, "stale_revision"),
        )
        preview = client.get(f"{issue}/preview", headers=desk.headers).json()["data"]
        assert "Dear readers," in preview["text"]
        assert client.post(f"{issue}/trial", headers=desk.headers).status_code == 204
        [trial] = room.letters()
        assert str(trial["To"]).endswith("admin@example.org")
        assert titles_in(trial) == ["Two", "One"]

        until(room, MONDAY + timedelta(hours=1))
        assert room.letters() == [], "it waits for who approves"
        writer = bearer(room.runtime, "editor", email="ed@example.org")
        tag = desk.get(issue).headers["etag"]
        refused = client.post(f"{issue}/approve", headers={**writer, "If-Match": tag})
        assert problem(refused) == (403, "scope_missing")
        assert act(room, issue, "approve").json()["data"]["approved_by"]
        letter = room.letter_to("ana@example.org")
        assert (titles_in(letter), str(letter["Subject"])) == (
            *(["Two", "One"], "Two texts · Peru Support Group"),
        )
        gone = desk.data(issue)
        assert (gone["state"], gone["number"], gone["outcome"]) == ("sent", 1, {"sent": 1})
        assert problem(change(subject="Too late")) == (409, "issue_not_open")
        until(room, MONDAY + timedelta(days=7, hours=13))
        assert states(room) == ["sent"], "nothing was new, so nothing was skipped either"


def test_what_nobody_approves_is_skipped_and_can_be_sent(tmp_path: Path) -> None:
    with newsroom(tmp_path, newsletter_approval=True) as room:
        room.join("ana@example.org")
        room.publish("News")
        issue = open_issue(room)
        until(room, MONDAY + timedelta(hours=13))
        assert room.letters() == []
        assert (room.desk.data(issue)["state"], room.desk.data(issue)["problem"]) == (
            *("skipped", "not_approved"),
        )
        assert act(room, issue, "send").status_code == 200
        assert titles_in(room.letter_to("ana@example.org")) == ["News"]
        until(room, MONDAY + timedelta(days=7, minutes=1))
        assert act(room, open_issue(room), "approve").status_code == 200
        assert room.letters() == [], "nothing is mailed twice"


def test_a_cancelled_issue_is_not_mailed_and_neither_is_its_news(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org")
        room.publish("Old news")
        issue = open_issue(room)
        assert act(room, issue, "cancel").json()["data"]["state"] == "cancelled"
        until(room, MONDAY + timedelta(days=1))
        assert room.letters() == []
        room.publish("News")
        until(room, MONDAY + timedelta(days=7, minutes=1))
        assert titles_in(room.letter_to("ana@example.org")) == ["News"]


def test_a_series_is_an_issue(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        builders.tag(room.runtime, "newsletter-7", type="series")
        room.join("ana@example.org")
        room.publish("In the series", tags=["newsletter-7"])
        room.publish("Beside it")
        issue = open_issue(room)
        sent = {"series": "newsletter-7", "subject": "Newsletter 7"}
        room.client.patch(issue, headers=room.desk.matching(issue), json=sent)
        until(room, MONDAY)
        assert titles_in(room.letter_to("ana@example.org")) == ["In the series"]
        [listed] = room.client.get("/v1/newsletters").json()["data"]
        whole = room.client.get(f"/v1/newsletters/{listed['id']}").json()["data"]
        assert (whole["title"], whole["series"]["slug"]) == ("Newsletter 7", "newsletter-7")


def test_a_missed_hour_is_caught_up_or_skipped_and_told(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org")
        room.publish("One")
        until(room, MONDAY + timedelta(hours=11, minutes=59))
        assert titles_in(room.letter_to("ana@example.org")) == ["One"]
        room.publish("Two")
        until(room, MONDAY + timedelta(days=7, hours=12, minutes=1))
        assert room.letters() == []
        assert states(room) == ["sent", "skipped"]
        room.publish("Three")
        until(room, MONDAY + timedelta(days=14))
        assert titles_in(room.letter_to("ana@example.org")) == ["Three", "Two"], "nothing is lost"


def test_a_text_that_goes_and_a_reader_who_leaves_while_letters_go(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        names = [f"reader{number}@example.org" for number in range(6)]
        for name in names:
            room.join(name)
        first, _ = room.publish("Goes"), room.publish("Stays")
        room.clock.now = MONDAY
        while states(room) != ["sending"] or room.follower.step():
            room.follower.step()
        limit_step(room.sender, 2)
        room.sender.step()
        early = {str(it["To"]): titles_in(it) for it in room.unseen()}
        assert list(early.values()) == [["Stays", "Goes"]] * 2
        room.desk.act(first, "retract", reason="Wrong")
        leaver = next(name for name in names if name not in early)
        with room.runtime.database.writing() as tx:
            book = AddressBook(room.runtime.key())
            row = tx.get_locked(Reader, readers.find_reader(tx, book, leaver).id)
            assert row is not None
            readers.end_subscription(tx, row, "left", room.clock())
        late = {str(it["To"]): titles_in(it) for it in room.letters()}
        assert list(late.values()) == [["Stays"]] * 3
        assert set(names) - set(early) - set(late) == {leaver}


def limit_step(sender: LetterSender, most: int) -> None:
    """Let the next step send so many letters."""
    whole = sender._send_letters

    def send_some(letters: list[UUID]) -> None:
        sender._send_letters = whole  # type: ignore[method-assign]  # for one step
        whole(letters[:most])

    sender._send_letters = send_some  # type: ignore[method-assign]


def test_a_restored_store_mails_nobody_twice(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org")
        room.publish("News")
        with room.runtime.database.altering() as connection:
            begin_epoch(connection)
        until(room, MONDAY + timedelta(minutes=1))
        assert room.letters() == [], "it may have gone before the copy was put back"
        room.publish("Newer")
        until(room, MONDAY + timedelta(days=7))
        assert titles_in(room.letter_to("ana@example.org")) == ["Newer"]


def test_an_issue_on_its_way_stops_in_a_restored_store(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org")
        room.publish("News")
        room.clock.now = MONDAY
        room.follower.step()
        with room.runtime.database.altering() as connection:
            begin_epoch(connection)
        room.work()
        assert room.letters() == []
        [issue] = room.client.get(f"{ISSUES}?state=stopped", headers=room.desk.headers).json()[
            "data"
        ]
        assert issue["problem"] == "store_restored"
        assert act(room, f"{ISSUES}/{issue['id']}", "send").status_code == 200
        assert titles_in(room.letter_to("ana@example.org")) == ["News"]


def test_a_clock_that_runs_ahead_loses_no_week(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org")
        until(room, MONDAY + timedelta(days=365))
        until(room, MONDAY + timedelta(days=1))
        assert room.desk.data(open_issue(room))["due_at"] == "2026-03-09T09:00:00Z"


def test_two_workers_make_one_issue(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        other = type(room.follower)(room.runtime, look_seconds=0.0)
        room.join("ana@example.org")
        room.publish("News")
        room.clock.now = MONDAY
        for _ in range(4):
            room.follower.step()
            other.step()
        assert titles_in(room.letter_to("ana@example.org")) == ["News"]
        assert states(room) == ["sent"]


def test_newsletters_can_be_off(tmp_path: Path) -> None:
    with newsroom(tmp_path, newsletters=()) as room:
        assert problem(room.subscribe("ana@example.org")) == (404, "newsletters_off")
        assert room.client.get("/subscribe").status_code == 404


_YEARS = (datetime(2020, 1, 1), datetime(2035, 1, 1))  # noqa: DTZ001  # Hypothesis adds the zone


@given(
    zone=st.sampled_from(
        ["Europe/London", "America/Lima", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
    hour=st.times(),
    after=st.datetimes(*_YEARS, timezones=st.just(UTC)),
    rhythm=st.sampled_from(["daily", "weekly"]),
)
def test_every_day_has_its_hour(zone: str, hour: Any, after: datetime, rhythm: Any) -> None:
    given_settings = settings_of(
        Path("unused"), database_url="sqlite://", timezone=zone, newsletter_hour=hour
    )
    due = schedule.next_due(rhythm, after, given_settings)
    assert due is not None
    step = timedelta(days=1 if rhythm == "daily" else 7)
    assert after < due <= after + step + timedelta(hours=2)
    local = due.astimezone(given_settings.calendar.zone)
    assert rhythm == "daily" or local.weekday() == 0
    following = schedule.next_due(rhythm, due, given_settings)
    assert following is not None
    assert abs(following - due - step) <= timedelta(hours=2)


def test_the_hour_stays_on_the_wall_when_clocks_change() -> None:
    settings = settings_of(Path("unused"), database_url="sqlite://", timezone="Europe/London")
    dues = [datetime(2026, 3, 27, 9, tzinfo=UTC)]
    for _ in range(3):
        due = schedule.next_due("daily", dues[-1], settings)
        assert due is not None
        dues.append(due)
    assert [it.hour for it in dues] == [9, 9, 8, 8]
