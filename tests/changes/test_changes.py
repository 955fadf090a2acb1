"""The change feed from outside: what is told, in which order, and what is never told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.editorial import aliases, articles, people, publishing, tag_merge, tags
from app.editorial.content import prepare
from app.kit.log_position import Position
from app.runtime import Runtime, open_runtime
from tests import builders, stores
from tests.builders import EDITOR
from tests.conftest import Bench, MovingClock, client_of, store

Either = tuple[Runtime, MovingClock]


def page(bench: Bench, cursor: str = "", **asked: int) -> dict[str, Any]:
    answer = bench.client.get("/v1/changes", params={"cursor": cursor, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def walked(bench: Bench, limit: int, cursor: str = "") -> Iterator[dict[str, Any]]:
    for _ in range(2_000):
        found = page(bench, cursor, limit=limit)
        assert len(found["data"]) <= limit
        if not found["data"]:
            assert found["meta"]["caught_up"]
            assert found["meta"]["cursor"] == page(bench, cursor)["meta"]["cursor"]
            return
        yield from found["data"]
        cursor = found["meta"]["cursor"]
    raise AssertionError("the walk does not end")


def test_everything_public_comes_whole(bench: Bench) -> None:
    water = builders.tag(bench.runtime, "water")
    key = builders.published(bench.runtime, title="One", slug="one", tags=("water",), body="Text.")
    with bench.runtime.publishing() as tx:
        sponsor = people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="Trust")).id
        member = people.MEMBERS.add(tx, EDITOR, people.MemberInput(name="Rosa")).id
        aliases.upsert(tx, EDITOR, "/old/one.html", "one", None)
    body = page(bench)
    data = body["data"]
    assert [(c["kind"], c["id"]) for c in data] == [
        ("tag", str(water)),
        ("sponsor", str(sponsor)),
        ("committee_member", str(member)),
        ("article", str(key)),
    ]
    assert [c["sequence"] for c in data] == [1, 3, 4, 5]  # the old path told the article again
    assert {(c["type"], c["reason"]) for c in data} == {("upsert", None)}
    assert len({c["event_id"] for c in data}) == 4
    whole = bench.client.get("/v1/articles/one").json()["data"]
    del whole["related"], whole["neighbours"]
    assert data[3]["item"] == whole
    assert data[3]["paths"] == whole["paths"] == ["/old/one.html"]
    assert whole["body_html"] == "<p>Text.</p>"
    assert data[1]["item"] == bench.client.get("/v1/sponsors").json()["data"][0]
    assert data[2]["item"] == bench.client.get("/v1/committee").json()["data"][0]
    tag = bench.client.get("/v1/tags/water").json()["data"]
    for name in ("ancestors", "subtags", "children", "articles_count"):
        del tag[name]
    assert data[0]["item"] == tag
    assert body["meta"] == {
        "limit": 100,
        "cursor": body["meta"]["cursor"],
        "sequence": 5,
        "caught_up": True,
    }
    base = f"{bench.runtime.settings.public_url}/v1/changes"
    assert body["links"] == {"self": base, "next": None, "prev": None}
    again = page(bench, body["meta"]["cursor"])
    assert (again["data"], again["meta"]) == ([], body["meta"])


@pytest.mark.parametrize("how", ["unpublished", "retracted", "expired"])
def test_a_takedown_is_told_with_its_reason_and_old_addresses(quiet: Bench, how: str) -> None:
    runtime = quiet.runtime
    until = quiet.clock() + timedelta(minutes=5) if how == "expired" else None
    key, revision = builders.draft(runtime, slug="first")
    builders.publish(runtime, (key, revision))
    with runtime.publishing() as tx:
        content = articles.read(tx, key).content.model_copy(update={"slug": "second"})
        saved = articles.edit(
            tx, EDITOR, key, revision, prepare(content, runtime.site_rules), tx.moment
        )
        publishing.publish(tx, EDITOR, key, saved.revision, runtime.site_rules, until=until)
        aliases.upsert(tx, EDITOR, "/2004/first.html", "second", None)
    known = page(quiet)
    assert known["data"][-1]["paths"] == ["/2004/first.html", "/news/first", "/first"]
    quiet.clock.move(minutes=10)
    with runtime.publishing() as tx:
        if how == "retracted":
            publishing.retract(tx, EDITOR, key, "Forged.")
        elif how == "unpublished":
            publishing.unpublish(tx, EDITOR, key)
    (told,) = page(quiet, known["meta"]["cursor"])["data"]
    assert told == {
        "sequence": told["sequence"],
        "at": told["at"],
        "event_id": told["event_id"],
        "type": "delete",
        "kind": "article",
        "id": str(key),
        "reason": how,
        "article_kind": "article",
        "slug": "second",
        "lang": "en",
        "tags": [],
        "url": None,
        "paths": ["/2004/first.html", "/news/first", "/first", "/news/second", "/second"],
        "merged_into": None,
        "item": None,
    }
    gone = quiet.client.get("/v1/articles/second").json()
    assert gone["reason"] == how
    assert gone["at"] == told["at"]
    # A reader who begins now is told too: it never knew, and may drop what it never had.
    assert [(c["type"], c["id"]) for c in walked(quiet, 1)] == [("delete", str(key))]


def test_what_is_due_is_told_without_any_worker(quiet: Bench) -> None:
    due = quiet.clock() + timedelta(minutes=5)
    key = builders.publish(quiet.runtime, builders.draft(quiet.runtime), at=due)
    before = page(quiet)
    assert (before["data"], before["meta"]["sequence"]) == ([], 0)
    quiet.clock.move(minutes=5)
    (told,) = page(quiet, before["meta"]["cursor"])["data"]
    assert (told["type"], told["id"], told["at"]) == ("upsert", str(key), "2026-03-01T12:05:00Z")


def test_a_tag_that_is_gone_is_told_with_its_reason(quiet: Bench) -> None:
    merged, removed, kept = (builders.tag(quiet.runtime, slug) for slug in ("a", "b", "c"))
    key = builders.published(quiet.runtime, tags=("a",))
    cursor = page(quiet)["meta"]["cursor"]
    with quiet.runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, merged, None, "c")
        tag_merge.remove(tx, EDITOR, removed, None)
    told = {c["id"]: c for c in page(quiet, cursor)["data"]}
    assert {name: (c["type"], c["reason"]) for name, c in told.items()} == {
        str(merged): ("delete", "merged"),
        str(removed): ("delete", "removed"),
        str(kept): ("upsert", None),
        str(key): ("upsert", None),
    }
    assert [tag["slug"] for tag in told[str(key)]["item"]["tags"]] == ["c"]


def test_a_tag_that_is_gone_is_told_with_its_addresses_and_where_it_leads(either: Either) -> None:
    runtime, clock = either
    names = ("water", "song", "lake", "sea")
    water, song, lake, sea = (builders.tag(runtime, slug) for slug in names)
    with client_of(runtime) as client:
        _told_of(Bench(runtime, clock, client), water, song, lake, sea)


def _told_of(bench: Bench, water: UUID, song: UUID, lake: UUID, sea: UUID) -> None:
    runtime = bench.runtime
    with runtime.publishing() as tx:
        waters = tags.TagInput(slug="waters", names={"en": "Waters"})
        tags.update(tx, EDITOR, water, waters)
        aliases.upsert(tx, EDITOR, "/topics/water.html", None, None, "waters")
        aliases.upsert(tx, EDITOR, "/topics/song.html", None, None, "song")
    told = {c["id"]: c for c in page(bench)["data"]}
    assert told[str(water)]["paths"] == ["/topics/water.html", "/tags/water", "/water"]
    assert told[str(song)]["paths"] == ["/topics/song.html"]
    cursor = page(bench)["meta"]["cursor"]
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, water, None, "lake")
        tag_merge.remove(tx, EDITOR, song, None)
    told = {c["id"]: c for c in page(bench, cursor)["data"]}
    every = ["/topics/water.html", "/tags/water", "/water", "/tags/waters", "/waters"]

    def left(key: UUID) -> tuple[str, list[str], str | None]:
        return told[str(key)]["reason"], told[str(key)]["paths"], told[str(key)]["merged_into"]

    assert left(water) == ("merged", every, str(lake))
    assert left(song) == ("removed", ["/topics/song.html", "/tags/song", "/song"], None)
    assert left(lake) == (None, every, None)  # they lead there now
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, lake, None, "sea")
    told = {c["id"]: c for c in page(bench)["data"]}
    assert left(water) == ("merged", every, str(sea))
    every = [every[0], "/tags/lake", "/lake", *every[1:]]
    assert left(lake) == ("merged", every, str(sea))
    assert left(sea)[1] == every


def test_a_person_who_is_removed_is_told_unless_nobody_saw_them(quiet: Bench) -> None:
    later = quiet.clock().date() + timedelta(days=9)
    with quiet.runtime.publishing() as tx:
        seen = people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="Seen")).id
        unseen = people.SponsorInput(name="Unseen", valid_from=later)
        never = people.SPONSORS.add(tx, EDITOR, unseen).id
    cursor = page(quiet)["meta"]["cursor"]
    with quiet.runtime.publishing() as tx:
        people.SPONSORS.remove(tx, EDITOR, seen, None)
        people.SPONSORS.remove(tx, EDITOR, never, None)
    (told,) = page(quiet, cursor)["data"]
    assert (told["id"], told["type"], told["reason"]) == (str(seen), "delete", "removed")


def test_people_come_and_go_by_their_dates_and_are_not_told_of_before(quiet: Bench) -> None:
    today = quiet.clock().date()

    def sponsor(first: int | None, last: int | None) -> people.SponsorInput:
        days = [None if n is None else today + timedelta(days=n) for n in (first, last)]
        return people.SponsorInput(name="Trust", valid_from=days[0], valid_to=days[1])

    with quiet.runtime.publishing() as tx:
        key = people.SPONSORS.add(tx, EDITOR, sponsor(2, 3)).id
        people.SPONSORS.edit(tx, EDITOR, key, sponsor(1, 2))
        people.SPONSORS.add(tx, EDITOR, sponsor(None, -1))
    first = page(quiet)
    assert first["data"] == []
    cursor, told = first["meta"]["cursor"], []
    for step in ("upsert", "delete", "upsert", "delete"):
        if step == "upsert":
            quiet.clock.move(days=1)
        else:
            with quiet.runtime.publishing() as tx:
                people.SPONSORS.edit(tx, EDITOR, key, sponsor(len(told) + 1, None))
        body = page(quiet, cursor)
        told += [(c["type"], c["id"], c["reason"]) for c in body["data"]]
        cursor = body["meta"]["cursor"]
    upsert, delete = ("upsert", str(key), None), ("delete", str(key), "removed")
    assert told == [upsert, delete] * 2


def test_long_stretches_of_what_never_was_public_are_passed_over_at_once(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    runtime = quiet.runtime
    first = builders.published(runtime, slug="a")
    never = [builders.draft(runtime, slug=f"never{n}") for n in range(30)]
    with runtime.publishing() as tx:
        for number in range(1_200):
            aliases.upsert(tx, EDITOR, f"/old/{number}", f"never{number % len(never)}", None)
    last = builders.published(runtime, slug="b")
    for limit in (1, 2, 100):
        with subtests.test(limit=limit):
            assert [c["id"] for c in walked(quiet, limit)] == [str(first), str(last)]
    with runtime.publishing() as tx:
        for number in range(1_200, 1_800):
            aliases.upsert(tx, EDITOR, f"/old/{number}", "never0", None)
    body = page(quiet, page(quiet, limit=1)["meta"]["cursor"], limit=1)
    assert [c["id"] for c in body["data"]] == [str(last)]
    assert not body["meta"]["caught_up"]
    rest = page(quiet, body["meta"]["cursor"])
    assert (rest["data"], rest["meta"]["caught_up"]) == ([], True)


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_of_any_size_tell_the_same_in_order(quiet: Bench, limit: int) -> None:
    keys = [builders.published(quiet.runtime, title=f"n{n}") for n in range(25)]
    with quiet.runtime.publishing() as tx:
        for key in keys[::2]:
            publishing.unpublish(tx, EDITOR, key)
    told = list(walked(quiet, limit))
    numbers = [c["sequence"] for c in told]
    assert numbers == sorted(set(numbers))
    assert {c["id"]: c["type"] for c in told} == {
        str(key): "upsert" if n % 2 else "delete" for n, key in enumerate(keys)
    }


NO_CURSOR = "This is no cursor of the change feed; start again without it."


@pytest.mark.parametrize(
    "cursor",
    [
        *("abc", "-1", "0", "1:1772366400000000", "é", "A" * 33, "A" * 35, "=" * 34, "*" * 34),
        *("A" * 34, "_" * 34, Position(3, 2).encode(), Position(0, 2**63).encode()),
    ],
)
def test_a_malformed_cursor(bench: Bench, cursor: str) -> None:
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = bench.client.get("/v1/changes", params={"cursor": cursor}, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (400, NO_CURSOR)
        assert answer.json()["errors"][0]["parameter"] == "cursor"
    streaming = {"Accept": "text/event-stream", "Last-Event-ID": "x"}
    assert bench.client.get("/v1/changes", headers=streaming).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        *("limit=-1", "limit=0", "limit=101", "limit=x", "limit=1.5", "limit="),
        *("wait=-1", "wait=26", "wait=x", "wait=NaN"),
    ],
)
def test_numbers_that_are_none(bench: Bench, query: str) -> None:
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = bench.client.get(f"/v1/changes?{query}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
        assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]
    unknown = bench.client.get("/v1/changes?since=1")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_parameter")


def test_a_cursor_of_another_history_is_gone(bench: Bench, subtests: pytest.Subtests) -> None:
    key = builders.published(bench.runtime)
    assert page(bench)["data"][0]["id"] == str(key)
    for position in (Position(0, 1), Position(1, 1, b"12345678"), Position(1, 2), Position(9, 9)):
        for headers in ({}, {"Accept": "text/event-stream"}):
            with subtests.test(position=position, headers=headers):
                answer = bench.client.get(
                    "/v1/changes", params={"cursor": position.encode()}, headers=headers
                )
                assert answer.status_code == 410
                assert answer.json() == {
                    "type": "urn:willay:problem:cursor_gone",
                    "title": "Gone",
                    "status": 410,
                    "code": "cursor_gone",
                    "detail": "This store was restored from a copy and no longer has the history"
                    " that this cursor belongs to; drop your copy and start again without"
                    " a cursor.",
                }


def test_a_restored_store_says_so_even_where_the_cursor_is_old(tmp_path: Path) -> None:
    """A reader who was behind has taken the state of the head, not that of its own place."""
    with store(None, tmp_path, serve_worker=False) as (runtime, clock):
        with client_of(runtime) as client:
            bench = Bench(runtime, clock, client)
            key, revision = builders.draft(runtime, title="Old", slug="a")
            builders.publish(runtime, (key, revision))
            builders.published(runtime, slug="b")
            known = page(bench)["meta"]["cursor"]
        runtime.database.close()
        stores.copied(tmp_path, tmp_path / "copy")
        with client_of(runtime) as client:
            bench = Bench(runtime, clock, client)
            clock.move(minutes=1)
            with runtime.publishing() as tx:
                content = articles.read(tx, key).content.model_copy(update={"title": "Lost"})
                ready = prepare(content, runtime.site_rules)
                saved = articles.edit(tx, EDITOR, key, revision, ready, tx.moment)
                publishing.publish(tx, EDITOR, key, saved.revision, runtime.site_rules)
            # Behind: it has come to the second article, and nothing after it.
            first = page(bench, limit=1)
            assert first["meta"]["sequence"] == 2
            lost = first["meta"]["cursor"]
    stores.put_back(tmp_path / "copy", tmp_path)
    settings = stores.settings_of(tmp_path, serve_worker=False, rate_limit=0)
    with open_runtime(settings, clock) as restored, client_of(restored) as client:
        bench = Bench(restored, clock, client)
        assert page(bench, known)["data"] == []
        assert client.get("/v1/changes", params={"cursor": lost}).status_code == 410
        builders.published(restored, slug="c")  # the sequence is taken again, by something else
        assert client.get("/v1/changes", params={"cursor": lost}).status_code == 410
        assert [c["item"]["slug"] for c in page(bench, known)["data"]] == ["c"]


def test_an_answer_is_asked_for_again_and_costs_nothing_unchanged(quiet: Bench) -> None:
    builders.published(quiet.runtime)
    first = quiet.client.get("/v1/changes")
    assert first.headers["Cache-Control"] == "public, max-age=0"
    assert first.headers["Vary"] == "Accept, Accept-Encoding"
    assert first.headers["Surrogate-Key"] == "changes all"
    condition = {"If-None-Match": first.headers["ETag"]}
    assert quiet.client.get("/v1/changes", headers=condition).status_code == 304
    builders.published(quiet.runtime, title="Another")
    assert quiet.client.get("/v1/changes", headers=condition).status_code == 200
    assert quiet.client.head("/v1/changes").status_code == 200


def test_a_restless_history_can_be_read_while_it_is_not_current(quiet: Bench) -> None:
    """What is due cannot be promoted while another holds the log: the feed answers all the same."""
    runtime = quiet.runtime
    builders.published(runtime, slug="a")
    due = quiet.clock() + timedelta(minutes=5)
    builders.publish(runtime, builders.draft(runtime, slug="b"), at=due)
    quiet.clock.move(minutes=6)
    with runtime.publishing():  # elsewhere, for a long time
        body = page(quiet)
    assert [c["item"]["slug"] for c in body["data"]] == ["a"]
    assert [c["item"]["slug"] for c in page(quiet, body["meta"]["cursor"])["data"]] == ["b"]
