"""Embargoed content: seen by who was granted it, as it will be, and not a moment longer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.editorial import articles as editing
from app.editorial import publishing
from app.editorial.content import ArticleInput, prepare
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import bearer, problem
from tests.conftest import Bench, MovingClock, client_of
from tests.partners import holder

EMBARGOED = "/v1/partner/embargoed"


def scheduled(bench: Bench, hours: float, **over: Any) -> UUID:
    at = bench.clock.now + timedelta(hours=hours)
    return builders.publish(bench.runtime, builders.draft(bench.runtime, **over), at=at)


def slugs(bench: Bench, headers: dict[str, str], query: str = "") -> list[str]:
    answer = bench.client.get(f"{EMBARGOED}{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["data"]]


def test_an_article_is_shown_ahead_exactly_as_it_will_be(quiet: Bench) -> None:
    runtime, client = quiet.runtime, quiet.client
    builders.tag(runtime, "water", names={"en": "Water"})
    builders.published(runtime, title="Before", tags=("water",))
    medium = builders.medium(runtime, alt={"en": "A red half"})
    article = scheduled(
        quiet,
        3,
        title="To come",
        tags=("water",),
        summary="Soon.",
        authors=({"name": "Ana"},),
        image={"media_id": medium},
    )
    scheduled(quiet, 2, title="Sooner", tags=("water",))
    headers = holder.shows(holder.key(runtime, embargo_hours=24))
    listed = client.get(EMBARGOED, headers=headers)
    assert listed.headers["cache-control"] == "private, no-store"
    assert listed.headers["x-robots-tag"] == "noindex, nofollow"
    assert "etag" not in listed.headers
    assert [item["slug"] for item in listed.json()["data"]] == ["sooner", "to-come"]
    shown = client.get(f"{EMBARGOED}/{article}", headers=headers).json()["data"]
    assert shown == listed.json()["data"][1]
    due = quiet.clock.now + timedelta(hours=3)
    assert shown.pop("embargoed_until") == due.isoformat().replace("+00:00", "Z")
    assert shown.pop("is_update") is False
    # Its files can be had early too, where the key is shown, and nowhere else.
    url = shown["image"]["url"].removeprefix("http://127.0.0.1:8000")
    early = url.replace("/v1/media/", f"{EMBARGOED}/{article}/media/")
    assert client.get(url).status_code == 404
    assert client.get(url, headers=headers).status_code == 404
    assert client.get(early).status_code == 401
    file = client.get(early, headers=headers)
    assert (file.status_code, file.headers["cache-control"]) == (200, "private, no-store")
    assert file.headers["x-robots-tag"] == "noindex, nofollow"
    quiet.clock.move(hours=3)
    runtime.promote()
    assert client.get("/v1/articles/to-come").json()["data"] == shown
    assert client.get(url).content == file.content
    assert problem(client.get(early, headers=headers)) == (404, "media_not_found")
    assert slugs(quiet, headers) == []
    assert problem(client.get(f"{EMBARGOED}/{article}", headers=headers)) == (
        404,
        "article_not_found",
    )


def test_the_window_is_what_was_granted_to_the_second(quiet: Bench) -> None:
    partner = holder.organisation(quiet.runtime, embargo_hours=6)
    headers = holder.shows(holder.key_of(quiet.runtime, partner))
    inside, outside = scheduled(quiet, 6, title="Inside"), scheduled(quiet, 6.001, title="Outside")
    assert slugs(quiet, headers) == ["inside"]
    assert quiet.client.get(f"{EMBARGOED}/{inside}", headers=headers).status_code == 200
    assert quiet.client.get(f"{EMBARGOED}/{outside}", headers=headers).status_code == 404
    quiet.clock.move(seconds=4)
    assert slugs(quiet, headers) == ["inside", "outside"]
    holder.change(quiet.runtime, partner, embargo_hours=1)
    assert slugs(quiet, headers) == []
    holder.change(quiet.runtime, partner, embargo_hours=0)
    refused = quiet.client.get(EMBARGOED, headers=headers)
    assert problem(refused) == (403, "embargo_not_granted")


def test_what_is_cancelled_moved_or_taken_down_vanishes_at_once(quiet: Bench) -> None:
    runtime = quiet.runtime
    headers = holder.shows(holder.key(runtime, embargo_hours=24))
    cancelled, moved = scheduled(quiet, 1, title="Cancelled"), scheduled(quiet, 2, title="Moved")
    retracted = builders.published(runtime, title="Retracted")
    ready = prepare(ArticleInput(lang="en", title="Newer", body="Text"), runtime.site_rules)
    with runtime.database.writing() as tx:
        row = editing.edit(tx, builders.EDITOR, retracted, 1, ready, quiet.clock())
        newer = row.id, row.revision
    builders.publish(runtime, newer, at=quiet.clock.now + timedelta(hours=3))
    builders.draft(runtime, title="A draft")
    assert slugs(quiet, headers) == ["cancelled", "moved", "retracted"]
    with runtime.publishing() as tx:
        publishing.cancel(tx, builders.EDITOR, cancelled)
        publishing.retract(tx, builders.EDITOR, retracted, "It was forged.")
    assert slugs(quiet, headers) == ["moved"]
    with runtime.publishing() as tx:
        publishing.cancel(tx, builders.EDITOR, moved)
    builders.publish(runtime, (moved, 1), at=quiet.clock.now + timedelta(days=9))
    assert slugs(quiet, headers) == []


def test_an_update_of_what_is_public_is_shown_as_one_and_only_the_next(quiet: Bench) -> None:
    runtime, client = quiet.runtime, quiet.client
    headers = holder.shows(holder.key(runtime, embargo_hours=24))
    article = builders.published(runtime, title="First")
    revision = 1
    for hours, title in ((2, "Second"), (4, "Third")):
        ready = prepare(ArticleInput(lang="en", title=title, slug="first"), runtime.site_rules)
        with runtime.database.writing() as tx:
            row = editing.edit(tx, builders.EDITOR, article, revision, ready, quiet.clock())
            revision = row.revision
        builders.publish(runtime, (article, revision), at=quiet.clock.now + timedelta(hours=hours))
    listed = client.get(EMBARGOED, headers=headers).json()["data"]
    assert [(item["title"], item["is_update"]) for item in listed] == [("Second", True)]
    assert client.get("/v1/articles/first").json()["data"]["title"] == "First"
    quiet.clock.move(hours=2)
    listed = client.get(EMBARGOED, headers=headers).json()["data"]
    assert [(item["title"], item["is_update"]) for item in listed] == [("Third", True)]


def test_pages_walk_in_the_order_of_time_and_miss_nothing(
    either: tuple[Runtime, MovingClock],
) -> None:
    runtime, clock = either
    with client_of(runtime) as client:
        here = Bench(runtime, clock, client)
        headers = holder.shows(holder.key(runtime, embargo_hours=48))
        for number, hours in enumerate((3, 1, 2, 2, 2, 9)):
            scheduled(here, hours, title=f"n{number}")
        whole = slugs(here, headers)
        assert [whole[0], *sorted(whole[1:4]), *whole[4:]] == ["n1", "n2", "n3", "n4", "n0", "n5"]
        url: str | None = f"{EMBARGOED}?limit=2"
        walked = []
        while url is not None:
            answer = client.get(url, headers=headers).json()
            walked += [item["slug"] for item in answer["data"]]
            url = answer["links"]["next"]
        assert walked == whole


@pytest.mark.parametrize("cursor", ["x", "A" * 46, "é", "0" * 200])
def test_a_broken_cursor(quiet: Bench, cursor: str) -> None:
    headers = holder.shows(holder.key(quiet.runtime, embargo_hours=1))
    answer = quiet.client.get(EMBARGOED, params={"cursor": cursor}, headers=headers)
    assert problem(answer) == (400, "invalid_cursor")


def test_what_is_no_right_key_sees_nothing(quiet: Bench) -> None:
    runtime, client = quiet.runtime, quiet.client
    article = scheduled(quiet, 1, title="To come")
    partner = holder.organisation(runtime, embargo_hours=24)
    good = holder.key_of(runtime, partner)
    narrow = holder.key_of(runtime, partner, "content:read", "usage:read")
    staff = bearer(runtime)
    expected: list[tuple[dict[str, str], tuple[int, str]]] = [
        ({}, (401, "key_required")),
        (staff, (401, "key_invalid")),
        ({"Authorization": "Basic eDp5"}, (401, "key_required")),
        (holder.shows(good[:-1]), (401, "key_invalid")),
        (holder.shows(good[:-1] + ("A" if good[-1] != "A" else "B")), (401, "key_invalid")),
        (holder.shows("willaykey_00000000_" + "a" * 43), (401, "key_invalid")),
        (holder.shows(narrow), (403, "scope_missing")),
    ]
    for headers, code in expected:
        for path in (EMBARGOED, f"{EMBARGOED}/{article}"):
            answer = client.get(path, headers=headers)
            assert problem(answer) == code, headers
            assert code[0] != 401 or answer.headers["www-authenticate"] == "Bearer"
    assert client.get(EMBARGOED, headers=holder.shows(good)).status_code == 200
    holder.suspend(runtime, partner)
    refused = client.get(EMBARGOED, headers=holder.shows(good))
    assert problem(refused) == (401, "partner_suspended"), "at once, though it was just good"


def test_a_revoked_or_expired_key_ends_at_once_for_what_is_embargoed(quiet: Bench) -> None:
    runtime, client = quiet.runtime, quiet.client
    partner = holder.organisation(runtime, embargo_hours=24)
    until = quiet.clock.now + timedelta(hours=1)
    short = holder.key_of(runtime, partner, expires_at=until)
    good = holder.key_of(runtime, partner)
    for key in (short, good):
        assert client.get(EMBARGOED, headers=holder.shows(key)).status_code == 200
    holder.revoke(runtime, partner, good)
    assert problem(client.get(EMBARGOED, headers=holder.shows(good))) == (401, "key_revoked")
    quiet.clock.now = until
    assert problem(client.get(EMBARGOED, headers=holder.shows(short))) == (401, "key_expired")
