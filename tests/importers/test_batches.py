"""Imports are quiet, can be killed at any place, and are undone by their batch."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.commands import willay
from tests.conftest import Bench
from tests.importers.moving import article, move, write_pictures
from tests.importers.wxr import UPLOADS, attachment, item, write_export
from tests.partners.partner import following, partner, settled, subscribed

TERMS = [("category", "mining", "Mining")]


def test_an_import_is_told_once(quiet: Bench, tmp_path: Path) -> None:
    """Who asks for everything public hears of the import, and then of what editors do."""
    quiet.clock.now = datetime.now(UTC)
    export = write_export(tmp_path / "a.xml", *(item(n, terms=TERMS) for n in range(1, 5)))
    with partner() as here, following(quiet.runtime) as follower:
        subscribed(quiet.runtime, here.url)
        settled(follower)
        move(tmp_path, "wordpress", export)
        quiet.clock.now = datetime.now(UTC)
        settled(follower)
        assert [message.said["type"] for message in here.messages] == ["import.completed"]
        assert UUID(here.messages[0].said["data"]["batch_id"])
        assert len(quiet.client.get("/v1/changes").json()["data"]) >= 4
        write_export(tmp_path / "a.xml", item(1, title="New", terms=TERMS))
        move(tmp_path, "wordpress", export, "--announce")
        quiet.clock.now = datetime.now(UTC)
        settled(follower)
        assert [message.said["type"] for message in here.messages[1:]] == ["article.upsert"]


def test_undone_articles_are_gone_and_their_addresses_free(bench: Bench, tmp_path: Path) -> None:
    export = write_export(tmp_path / "a.xml", *(item(n, terms=TERMS) for n in (1, 2)))
    first = move(tmp_path, "wordpress", export)
    address = f"{ARTICLES}/{article(bench, 'text-2')['id']}"
    assert Newsdesk.of(bench).patch(address, title="Ours").is_success
    batch = first.report["batch"]
    listed = json.loads(willay(tmp_path, "import", "batches", "--json").stdout)
    assert [row["id"] for row in listed] == [batch]
    done = willay(tmp_path, "import", "undo", batch, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        {"undone": {"articles": 1, "tags": 0}, "kept": {"articles": 1, "tags": 1}},
    )
    bench.clock.now = datetime.now(UTC)
    answer = bench.client.get("/v1/articles/text-1")
    assert (answer.status_code, answer.json()["reason"]) == (410, "import_undone")
    assert bench.client.get("/v1/articles/text-2").status_code == 200
    changes = bench.client.get("/v1/changes").json()["data"]
    assert "import_undone" in {change["reason"] for change in changes}
    again = move(tmp_path, "wordpress", export)
    assert (again.code, again.outcomes["article created"]) == (0, 1)
    bench.clock.now = datetime.now(UTC)
    assert bench.client.get("/v1/articles/text-1").status_code == 200
    assert bench.client.get("/v1/resolve?path=/?p=1").json()["data"]["slug"] == "text-1"


def test_everything_undone_leaves_room_for_all_of_it(bench: Bench, tmp_path: Path) -> None:
    export = write_export(tmp_path / "a.xml", *(item(n, terms=TERMS) for n in (1, 2)))
    first = move(tmp_path, "wordpress", export)
    undone = json.loads(willay(tmp_path, "import", "undo", first.report["batch"], "--json").stdout)
    assert undone == {"undone": {"articles": 2, "tags": 1}, "kept": {}}
    second = move(tmp_path, "wordpress", export)
    assert (second.code, second.outcomes["tag created"]) == (0, 1)
    assert second.outcomes["article created"] == 2
    unknown = willay(tmp_path, "import", "undo", "00000000-0000-7000-8000-000000000000")
    assert (unknown.returncode, "batch_not_found" in unknown.stderr) == (1, True)


def test_media_go_with_the_import_that_brought_them(bench: Bench, tmp_path: Path) -> None:
    """But not those that somebody described here, or that another article shows."""
    names = ("a", "b", "c")
    media = write_pictures(tmp_path / "up", *(f"2019/05/{name}.jpg" for name in names))
    shown = "".join(f'<img src="{UPLOADS}/2019/05/{name}.jpg">' for name in names)
    files = [attachment(10 + n, f"2019/05/{name}.jpg") for n, name in enumerate(names)]
    export = write_export(tmp_path / "a.xml", item(1, body=shown), *files)
    command = ("wordpress", export, "--media", media)
    first = move(tmp_path, *command)
    desk = Newsdesk.of(bench)
    listed = desk.data("/v1/admin/media")
    by_name = {row["name"]: row["id"] for row in listed}
    assert desk.patch(f"/v1/admin/media/{by_name['b.jpg']}", alt={"en": "Ours"}).is_success
    body = f'<img src="/v1/media/{by_name["c.jpg"]}/640.jpg">'
    desk.create(body=body, body_format="html")
    undone = json.loads(willay(tmp_path, "import", "undo", first.report["batch"], "--json").stdout)
    assert undone["undone"] == {"articles": 1, "media": 1, "tags": 0}
    assert undone["kept"] == {"media": 2}
    assert {row["name"] for row in desk.data("/v1/admin/media")} == {"b.jpg", "c.jpg"}
    bench.clock.now = datetime.now(UTC)
    again = move(tmp_path, *command)
    assert (again.code, again.outcomes["media created"]) == (0, 1)
    assert bench.client.get("/v1/articles/text-1").json()["data"]["body_html"].count("<img") == 3


def test_the_sample_says_nothing_of_taking_it_back(bench: Bench, tmp_path: Path) -> None:
    said = willay(tmp_path, "import", "sample").stdout
    assert (" 0 refused" in said, "undo" in said) == (True, False)
