"""Lists of drafts: searched whole, in every order, with what a desk shows; and their numbers."""

import random
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from app.kit import paging
from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench

BASE = "http://127.0.0.1:8000"


def walked(desk: Newsdesk, **query: Any) -> list[str]:
    """The titles of a list, page by page."""
    titles: list[str] = []
    address = f"{ARTICLES}?{urlencode(query)}"
    while address:
        answer = desk.get(address)
        assert answer.status_code == 200, answer.text
        titles += [row["title"] for row in answer.json()["data"]]
        address = (answer.json()["links"]["next"] or "").removeprefix(BASE)
    return titles


def test_every_word_of_a_draft_is_found(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    body = "The **Rí**mac rose; 100% of R&D_x.\n\n<!-- hidden -->"
    where = desk.create(
        title="Año nuevo",
        summary="Ministra Pérez",
        slug="other-place",
        body=body,
        authors=[{"name": "José Ñandú"}],
    )
    desk.create(title="Another", body="Nothing.")
    for q in (
        *("ano NUEVO", "PEREZ ministra", "other-place", "RIMAC", "100%", "r&d_x", "nandu"),
        *("Rímac", "ri\u0301mac", "\u00adrimac\u200b", "jose rose PÉREZ"),
    ):
        with subtests.test(q=q):
            assert walked(desk, q=q) == ["Año nuevo"]
    for q in ("%%", "r&d%x", "rim_c", "strong", "hidden", "amp;", "rimac nothing", "\\"):
        with subtests.test(q=q):
            assert walked(desk, q=q) == []
    assert walked(desk, author="jose-nandu") == ["Año nuevo"]
    assert walked(desk, author="jose") == []
    # The index follows the newest text.
    assert desk.patch(where, body="Dry.", authors=[], summary="").status_code == 200
    for q in ("rimac", "perez", "nandu"):
        assert walked(desk, q=q) == []
    assert walked(desk, q="dry") == ["Año nuevo"]
    assert desk.act(where, "revisions/1/restore").status_code == 200
    assert walked(desk, q="rimac perez nandu") == ["Año nuevo"]


def test_no_sign_in_a_search_is_more_than_a_sign(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    desk.create()
    for number in (*range(32), *range(127, 160), 0xFFFE):
        refused = desk.get(f"{ARTICLES}?q=a{quote(chr(number))}")
        assert problem(refused) == (400, "control_character")
    for number in range(32, 127):
        assert desk.get(f"{ARTICLES}?q={quote(chr(number) * 2)}").status_code == 200
    assert problem(desk.get(f"{ARTICLES}?q={'x' * 201}")) == (400, "invalid_parameter")
    many = quote(" ".join("abcdefghijklm"))
    assert problem(desk.get(f"{ARTICLES}?q={many}")) == (400, "too_many_words")
    assert walked(desk, q="a " * 40) == ["A title"]


@pytest.mark.parametrize("order", ["changed", "title", "published_at"])
def test_every_order_walks_the_whole_list_each_way(quiet: Bench, order: str) -> None:
    desk, dice = Newsdesk.of(quiet), random.Random(7)
    titles = [
        "Zebra",
        "árbol",
        "Arena",
        "Zebra",
        "10 years",
        "ñandú",
        "nadie",
        "Ωmega",
        "a b",
        "a-c",
    ]
    dice.shuffle(titles)
    for number, title in enumerate(titles):
        quiet.clock.move(minutes=number % 3)
        day = f"202{number % 4}-01-0{number % 5 + 1}T00:00:00Z"
        desk.create(title=title, published_at=day if number % 3 else None)
    whole = walked(desk, order=order, limit=100)
    assert sorted(whole) == sorted(titles)
    for limit in (1, 3, 4):
        assert walked(desk, order=order, limit=limit) == whole
        assert walked(desk, order=f"-{order}", limit=limit) == whole[::-1]
    if order == "title":
        assert [one for one in whole if one != "Ωmega"] == [
            *("10 years", "a b", "a-c", "árbol", "Arena", "nadie", "ñandú", "Zebra", "Zebra")
        ]


def test_a_cursor_of_another_order_is_refused(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    for title in ("One", "Two"):
        desk.create(title=title)
    following = desk.get(f"{ARTICLES}?order=title&limit=1").json()["links"]["next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]
    for query in (f"order=-title&cursor={cursor}", f"cursor={cursor}", "order=title&cursor=abc"):
        with subtests.test(query=query):
            assert problem(desk.get(f"{ARTICLES}?{query}")) == (400, "invalid_cursor")
    for forged in ("one", "one x", "\x00 00000000-0000-0000-0000-000000000000"):
        made = paging.encode_text(forged, "title CopyFilter()")
        refused = desk.get(f"{ARTICLES}?order=title&cursor={made}")
        assert problem(refused) == (400, "invalid_cursor")


def test_dates_authors_and_what_is_mine(quiet: Bench, subtests: pytest.Subtests) -> None:
    ana, ben = Newsdesk.of(quiet), Newsdesk.of(quiet, "publisher")
    dated = ana.create(title="Dated", published_at="2020-05-05T10:00:00Z")
    ana.create(title="Draft")
    live = ben.create(title="Live")
    assert ben.act(live, "publish").status_code == 200
    ana.patch(live, title="Live and changed")
    for query, titles in (
        ({"published_from": "2020-05-05", "published_to": "2020-05-05"}, ["Dated"]),
        ({"published_to": "2020-05-05T10:00:00Z"}, ["Dated"]),
        ({"published_to": "2020-05-04"}, []),
        ({"published_from": "2026-03-01"}, ["Live and changed"]),
        ({"published_from": "2026-03-02"}, []),
        ({"mine": "true", "order": "title"}, ["Dated", "Draft", "Live and changed"]),
        ({"order": "-published_at"}, ["Draft", "Live and changed", "Dated"]),
    ):
        with subtests.test(query=query):
            assert walked(ana, **query) == titles
    assert walked(ben, mine="true") == ["Live and changed"]
    ben.patch(dated, summary="Ben was here.")
    assert sorted(walked(ben, mine="true")) == ["Dated", "Live and changed"]
    for query, code in (
        ("order=newest", "invalid_parameter"),
        ("order=", "invalid_parameter"),
        ("include=body", "unknown_member"),
        ("include=tags,", "empty_name"),
        ("published_from=soon", "invalid_date"),
        ("published_from=2021-01-02&published_to=2021-01-01", "reversed_range"),
        ("missing_translation=fr", "unknown_language"),
        ("stale_translation=e", "invalid_parameter"),
        ("author=Ana' OR", "invalid_parameter"),
        ("mine=yes", "invalid_parameter"),
    ):
        for path in (ARTICLES, f"{ARTICLES}/counts"):
            if "counts" in path and query.partition("=")[0] in ("order", "include"):
                continue
            with subtests.test(query=query, path=path):
                assert problem(ana.get(f"{path}?{query}")) == (400, code)


def test_a_row_tells_what_it_is_asked_for(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    image = {"url": "https://example.org/a.jpg", "alt": "A"}
    authors = [{"name": "Ana", "slug": None}]
    where = desk.create(summary="Short.", tags=["water"], image=image, authors=authors)
    made = quiet.client.post(f"{where}/translations", headers=desk.headers, json={"lang": "es"})
    twin = made.json()["data"]
    bare = desk.get(ARTICLES).json()["data"]
    assert all("summary" not in row and "translations" not in row for row in bare)
    names = "summary,tags,image,authors,translations"
    [row] = desk.get(f"{ARTICLES}?lang=en&include={names}").json()["data"]
    assert (row["summary"], row["tags"], row["authors"]) == ("Short.", ["water"], authors)
    assert row["image"]["url"] == "https://example.org/a.jpg"
    sibling = {"id": twin["id"], "lang": "es", "slug": twin["slug"], "title": "A title"}
    assert row["translations"] == [{**sibling, "live": False}]
    assert desk.data(where)["translations"] == row["translations"]


def test_counts_by_state_in_one_answer(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    places = [desk.create(title=f"n{number}") for number in range(6)]
    desk.act(places[0], "submit")
    desk.act(places[1], "publish")
    desk.act(places[2], "publish", visible_from="2026-04-01T00:00:00Z")
    desk.act(places[3], "publish")
    desk.patch(places[3], summary="A draft beside it.")
    quiet.client.delete(places[4], headers=desk.matching(places[4]))
    found = desk.get(f"{ARTICLES}/counts").json()["data"]
    states = {"draft": 2, "in_review": 1, "scheduled": 1, "published": 1}
    assert {name: n for name, n in found["states"].items() if n} == states
    assert len(found["states"]) == 8
    assert (found["live"], found["scheduled"], found["trashed"]) == (2, 1, 1)
    found = desk.get(f"{ARTICLES}/counts?q=n0").json()["data"]
    assert sum(found["states"].values()) == 1
    assert problem(desk.get(f"{ARTICLES}/counts?limit=1")) == (400, "unknown_parameter")
