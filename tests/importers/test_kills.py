"""kill -9 of an import all over its work: the next run brings the rest, and nothing twice.

`WILLAY_IMPORT_KILLS=20 pytest -n 0 -s -o timeout=1800 tests/importers/test_kills.py` kills more.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.worker.interrupted_imports import InterruptedImports
from tests.conftest import Bench, store
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.killing import content_of, kill_imports, open_batches, say, sequence_of
from tests.importers.moving import move, write_pictures
from tests.importers.wxr import UPLOADS, attachment, item, write_export
from tests.partners.partner import following, partner, settled, subscribed

KILLS = int(os.environ.get("WILLAY_IMPORT_KILLS", "2"))
EACH = 20
"""Texts for each kill."""
PICTURES = 8


def wordpress(folder: Path, number: int) -> list[str]:
    media = write_pictures(folder / "up", *(f"2019/05/{n}.jpg" for n in range(PICTURES)))
    shown = [f'<img src="{UPLOADS}/2019/05/{n % PICTURES}-300x200.jpg">' for n in range(number)]
    items = [
        item(n, body=f"Words.\n\n{shown[n]}", terms=[("category", f"c-{n % 9}", f"C {n % 9}")])
        for n in range(number)
    ]
    files = [attachment(10_000 + n, f"2019/05/{n}.jpg") for n in range(PICTURES)]
    export = write_export(folder / "a.xml", *items, *files)
    return ["wordpress", str(export), "--media", str(media)]


def ghost(folder: Path, number: int) -> list[str]:
    media = write_pictures(folder / "content", *(f"images/{n}.jpg" for n in range(PICTURES)))
    image = "__GHOST_URL__/content/images/{}.jpg"
    posts = [
        post(n, f"text-{n}", author_id=1, feature_image=image.format(n % PICTURES))
        for n in range(number)
    ]
    tags = [{"id": n, "name": f"T {n}", "slug": f"t-{n}"} for n in range(9)]
    carried = [{"post_id": f"p{n}", "tag_id": n % 9} for n in range(number)]
    export = write_ghost_export(folder / "export.json", posts, tags=tags, posts_tags=carried)
    return ["ghost", str(export), "--media", str(media), "--site", "https://old.example"]


@pytest.mark.parametrize("make", [wordpress, ghost])
def test_a_killed_import_goes_on(tmp_path: Path, make: object) -> None:
    assert callable(make)
    number = KILLS * EACH
    command = make(tmp_path, number)
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    for each in (whole, folder):
        each.mkdir()
    with store(None, whole):
        straight = move(whole, *command)
        expected = content_of(whole)
    with store(None, folder, serve_worker=False) as (runtime, _):
        deaths = kill_imports(runtime, folder, ["import", *command], KILLS, number + PICTURES + 9)
        last = move(folder, *command)
        came = content_of(folder)
        with runtime.database.reading() as tx:
            pending = open_batches(tx)
        before = sequence_of(runtime)
        again = move(folder, *command)
        changed = sequence_of(runtime) - before
    lost, doubled = expected - came, came - expected
    say(
        command[0], deaths, records=sum(expected.values()), lost=sum(lost.values()),
        more=sum(doubled.values()), uncompleted=pending, changed_by_another_run=changed,
    )  # fmt: skip
    assert (straight.code, last.code, again.code) == (0, 0, 0)
    assert (lost, doubled) == ({}, {})
    assert pending == 0
    assert {outcome.split()[1] for outcome in again.outcomes} == {"unchanged"}
    assert changed == 0


def test_webhooks_hear_of_an_import_that_was_cut_off(quiet: Bench, tmp_path: Path) -> None:
    """The worker tells of it after some minutes, once, without anybody's help."""
    quiet.clock.now = datetime.now(UTC)
    # It dies early in a long import, so that none comes to its end before it is killed.
    command = ["import", *wordpress(tmp_path, 1_000)]
    deaths = kill_imports(quiet.runtime, tmp_path, command, 2, 100)
    assert 0 < deaths[-1] < 1_000
    with quiet.runtime.database.reading() as tx:
        number = open_batches(tx)
    follower = InterruptedImports(quiet.runtime)
    with partner() as here, following(quiet.runtime) as webhooks:
        subscribed(quiet.runtime, here.url)
        settled(webhooks)
        for minutes, expected in ((0, 0), (10, number), (10, number)):
            quiet.clock.move(minutes=minutes)
            follower.step()
            settled(webhooks)
            assert len(here.messages) == expected
    told = [message.said for message in here.messages]
    assert {(it["type"], it["data"]["interrupted"]) for it in told} == {("import.completed", True)}
    assert len({it["data"]["batch_id"] for it in told}) == number >= 1
    with quiet.runtime.database.reading() as tx:
        assert open_batches(tx) == 0
