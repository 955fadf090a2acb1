"""A reader subscribes, confirms, changes, leaves and is forgotten; nobody learns who reads."""

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.models import every_table
from tests import builders
from tests.admin.desk import problem
from tests.letters.desk import text_of
from tests.newsletters.mailing import (
    LINK,
    SUBSCRIPTIONS,
    Newsroom,
    link_in,
    newsroom,
    reader_states,
    titles_in,
)


def test_a_reader_from_the_first_letter_to_the_last(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        asked = room.subscribe("Ana@Example.org", rhythm="instant", lang="es")
        assert asked.status_code == 202
        letter = room.letter_to("Ana@example.org")
        assert letter["Content-Language"] == "es"
        assert letter["List-Unsubscribe"] is None, "nobody is on a list yet"
        page = link_in(letter, "/")
        assert page.startswith("/subscribe/confirm/"), "the first address in the text"
        shown = room.client.get(page)
        assert (shown.status_code, "<form" in shown.text) == (200, True)
        room.client.get(page)
        assert reader_states(room) == ["pending"], "looking confirms nothing"
        for _ in range(2):  # a second press does no harm
            assert room.client.post(page).status_code == 200
        assert reader_states(room) == ["active"]

        room.publish("Marcha en Lima", lang="es")
        room.publish("A march in Lima")
        assert room.letters() == [], "a slip can still be undone"
        room.pass_time(minutes=3)
        letter = room.letter_to("Ana@example.org")
        assert titles_in(letter) == ["Marcha en Lima"]
        assert str(letter["Subject"]) == "Marcha en Lima"
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert letter["List-Id"] == "<instant-es.localhost>"
        newest = max(room.runtime.settings.outbox.glob("*.eml"), key=lambda it: it.stat().st_mtime)
        assert (
            b"\r\nList-Unsubscribe: <http://127.0.0.1:8000/subscribe/leave/" in newest.read_bytes()
        )

        manage = link_in(letter, "/subscribe/manage/")
        token = manage.rpartition("/")[2]
        stored = room.client.get(f"{SUBSCRIPTIONS}/{token}").json()["data"]
        assert (stored["email"], stored["state"], stored["rhythm"], stored["topics"]) == (
            *("Ana@example.org", "active", "instant"),
            [],
        )
        changed = room.client.patch(f"{SUBSCRIPTIONS}/{token}", json={"rhythm": "daily"})
        assert changed.json()["data"]["rhythm"] == "daily"
        assert "daily" in room.client.get(manage).text

        leave = letter["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
        assert "<form" in room.client.get(leave).text
        assert reader_states(room) == ["active"], "looking ends nothing"
        click = {"content": "List-Unsubscribe=One-Click"}
        form = {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        for _ in range(2):
            assert room.client.post(leave, **click, **form).status_code == 200
        assert reader_states(room) == ["ended"]
        room.publish("Otra marcha", lang="es")
        room.pass_time(hours=30)
        assert room.letters() == []

        assert room.client.delete(f"{SUBSCRIPTIONS}/{token}").status_code == 204
        assert reader_states(room) == []
        assert problem(room.client.get(f"{SUBSCRIPTIONS}/{token}")) == (404, "link_unknown")
        assert room.client.post(leave).status_code == 200, "who is gone has left"


def test_nobody_learns_who_subscribes(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("ana@example.org")
        answers = [room.subscribe(email) for email in ("ana@example.org", "ben@example.org")]
        assert len({(it.status_code, it.text) for it in answers}) == 1
        room.clock.move(days=2)
        [to_ana, to_ben] = sorted(room.letters(), key=lambda it: str(it["To"]))
        assert "gets it already" in " ".join(text_of(to_ana).split())
        assert link_in(to_ana, "/").startswith("/subscribe/manage/")
        assert link_in(to_ben, "/").startswith("/subscribe/confirm/")


def test_a_stolen_store_names_no_reader(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.join("rosa.quispe@example.org", rhythm="instant")
        room.subscribe("mario.huaman@example.org")
        room.publish("News")
        room.pass_time(minutes=3)
        assert len(room.letters()) == 2
        room.subscribe("late.request@example.org")
        with room.runtime.database.reading() as tx:
            for table in every_table().sorted_tables:
                for row in tx.execute(sa.select(table)):
                    text = json.dumps([str(value) for value in row]).lower()
                    for word in ("quispe", "huaman", "late.request", "example.org"):
                        assert word not in text or "admin@" in text, table.name


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "ana",
            "ana@",
            "@example.org",
            "ana@localhost",
            "ana@[127.0.0.1]",
            "ana@example..org",
        ),
        *('"ana maria"@example.org', "ana@exa mple.org", "a" * 65 + "@example.org"),
        *(
            "ana@" + "a" * 260 + ".org",
            "ana@example.org\r\nBcc: all@example.org",
            "ana\x00@example.org",
        ),
        *("Ana <ana@example.org>", "ana@example.org,ben@example.org", "ana@-example.org"),
    ],
)
def test_what_is_no_address_is_refused(quiet_room: Newsroom, address: str) -> None:
    code, name = problem(quiet_room.subscribe(address))
    assert (code, name) == (422, "invalid_field")
    form = {"email": address, "rhythm": "weekly", "lang": "en"}
    assert quiet_room.client.post("/subscribe", data=form).status_code == 422


@pytest.mark.parametrize(
    "address",
    ["ana+news@example.org", "o'neil@example.org", "josé@example.org", "ana@münchen.example"],
)
def test_addresses_of_every_shape_get_their_letter(quiet_room: Newsroom, address: str) -> None:
    assert quiet_room.subscribe(address).status_code == 202
    assert link_in(quiet_room.letter_to(address), "/subscribe/confirm/")


def test_what_is_not_offered_is_refused(quiet_room: Newsroom) -> None:
    room = quiet_room
    for wish, code in (
        ({"lang": "fr"}, "language_not_offered"),
        ({"topics": ["nothing"]}, "unknown_topic"),
        ({"rhythm": "hourly"}, "invalid_field"),
        ({"name": "Buy pills at example.com"}, "unknown_field"),
    ):
        assert problem(room.subscribe("ana@example.org", **wish)) == (422, code)
    assert room.letters() == []


def test_only_pages_of_this_site_may_sign_people_up(tmp_path: Path) -> None:
    with newsroom(
        tmp_path, site_url="https://site.example", cors_origins=("https://app.example",)
    ) as room:
        form = {"email": "ana@example.org", "rhythm": "weekly", "lang": "en"}
        for number, (headers, is_taken) in enumerate(
            (
                ({}, True),
                ({"Origin": "https://site.example"}, True),
                ({"Origin": "https://app.example"}, True),
                ({"Origin": "http://127.0.0.1:8000"}, True),
                ({"Origin": "https://evil.example"}, False),
                ({"Origin": "https://site.example.evil.example"}, False),
                ({"Origin": "null"}, False),
                ({"Sec-Fetch-Site": "cross-site"}, False),
                ({"Sec-Fetch-Site": "same-origin"}, True),
            )
        ):
            json_answer = room.client.post(
                SUBSCRIPTIONS, json={"email": f"a{number}@example.org"}, headers=headers
            )
            assert json_answer.status_code == (202 if is_taken else 403), headers
            answer = room.client.post("/subscribe", data=form, headers=headers)
            assert answer.status_code == (202 if is_taken else 403), headers


def test_a_stranger_s_mailbox_is_not_flooded(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        number = 0
        for _day in range(10):
            for _ in range(3):
                assert room.subscribe("ana@example.org").status_code == 202
            number += len(room.letters())
            room.clock.move(days=1, minutes=1)
        assert number == 3, "one a day, and three ever"
        assert reader_states(room) == ["pending"]
        room.clock.move(days=8)
        room.follower._tidied = None
        room.work()
        assert reader_states(room) == [], "who never confirms is forgotten"
        room.subscribe("ana@example.org")
        assert room.letters() == [], "by a hash, it is still known that three letters went there"


def test_all_strangers_together_get_so_many_letters_in_an_hour(tmp_path: Path) -> None:
    with newsroom(tmp_path, confirmations_per_hour=4) as room:
        for number in range(6):
            room.subscribe(f"reader{number}@example.org")
        assert len(room.letters()) == 4
        room.pass_time(minutes=61)
        assert len(room.letters()) == 2, "nothing that was accepted is lost"


def test_one_network_subscribes_so_many(tmp_path: Path) -> None:
    with newsroom(tmp_path, subscriptions_per_network=2) as room:
        answers = [room.subscribe(f"a{number}@example.org") for number in range(3)]
        assert [it.status_code for it in answers] == [202, 202, 429]
        assert problem(answers[2]) == (429, "too_many_subscriptions")
        page = room.client.post("/subscribe", data={"email": "b@example.org", "rhythm": "weekly"})
        assert (page.status_code, "retry-after" in page.headers) == (429, True)
        room.clock.move(hours=2)
        assert room.subscribe("c@example.org").status_code == 202


def test_pages_of_people_and_traps_for_robots(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        spanish = room.client.get("/subscribe", headers={"Accept-Language": "es-PE,es;q=0.9"})
        assert '<html lang="es">' in spanish.text
        assert "default-src 'none'" in spanish.headers["content-security-policy"]
        form = {"email": "bot@example.org", "rhythm": "weekly", "website": "http://spam.example"}
        assert room.client.post("/subscribe", data=form).status_code == 202
        assert room.letters() == []
        hostile = '"><script>alert(1)</script>@example.org'
        answer = room.client.post("/subscribe", data={"email": hostile})
        assert (answer.status_code, "<script" in answer.text) == (422, False)
        for path in ("confirm", "manage"):
            for token in ("x", "a" * 26 + "-" + "b" * 27, "%00", "a" * 3_000):
                assert room.client.get(f"/subscribe/{path}/{token}").status_code in (400, 404, 410)
                assert room.client.post(f"/subscribe/{path}/{token}").status_code in (
                    *(400, 404, 410),
                    415,
                )
        assert room.client.post("/subscribe/leave/nobody").status_code == 200


def test_links_are_for_their_purpose_and_end(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.subscribe("ana@example.org")
        page = link_in(room.letter_to("ana@example.org"), "/subscribe/confirm/")
        token = page.rpartition("/")[2]
        assert room.client.get(f"/subscribe/manage/{token}").status_code == 404
        assert room.client.delete(f"{SUBSCRIPTIONS}/{token}").status_code == 404
        forged = token[:-1] + ("A" if token[-1] != "A" else "B")
        assert room.client.post(f"/subscribe/confirm/{forged}").status_code == 404
        room.clock.move(hours=50)
        assert room.client.post(page).status_code == 410
        room.subscribe("ana@example.org")
        newer = link_in(room.letter_to("ana@example.org"), "/subscribe/confirm/")
        assert room.client.post(page).status_code == 404
        assert (
            room.client.post(f"{SUBSCRIPTIONS}/{newer.rpartition('/')[2]}/confirm").status_code
            == 204
        )
        assert reader_states(room) == ["active"]


def test_every_letter_has_only_own_and_original_addresses(tmp_path: Path) -> None:
    with newsroom(tmp_path, site_url="https://site.example") as room:
        room.join("ana@example.org", rhythm="instant")
        room.publish("A <b>march</b> & more", body="[link](https://elsewhere.example/page)")
        room.pass_time(minutes=3)
        letter = room.letter_to("ana@example.org")
        html = text_of(letter, "html")
        assert "<img" not in html
        assert "url(" not in html
        assert "&lt;b&gt;march" in html
        addresses = set(LINK.findall(html))
        assert all(path.startswith(("/subscribe/", "/newsletters/")) for path in addresses)
        assert "https://site.example/news/" in html
        assert "elsewhere" not in html


def test_forms_keep_topics_that_they_do_not_offer(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        builders.tag(room.runtime, "water")
        builders.tag(room.runtime, "rosa-quispe", type="person")
        ticked = re.compile(r'name="topics" value="([\w-]+)" checked')
        page = room.client.get("/subscribe?topic=rosa-quispe").text
        assert ticked.findall(page) == ["rosa-quispe"]
        room.join("ana@example.org", topics=["rosa-quispe", "water"])
        room.pass_time(days=2)
        room.subscribe("ana@example.org")
        manage = link_in(room.letter_to("ana@example.org"), "/subscribe/manage/")
        shown = ticked.findall(room.client.get(manage).text)
        assert sorted(shown) == ["rosa-quispe", "water"]
        form = {"act": "save", "rhythm": "daily", "lang": "en", "topics": shown}
        assert sorted(ticked.findall(room.client.post(manage, data=form).text)) == sorted(shown)
