"""A copy of a running service, brought up empty_store, answers every public question alike."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa

from app.changes import head
from app.editorial import articles
from app.editorial.content import ArticleInput, prepare
from app.models import every_table
from app.published import changes
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.worker.indexing import IndexFollower
from app.worker.verification import compare
from tests import builders
from tests.backup.copies import empty_store, restore, rows, take
from tests.conftest import Bench, MovingClock, client_of, store
from tests.contract.canaries import hide, hide_people
from tests.contract.questions import requests
from tests.stores import BACKEND, databases, ensure_store, settings_of

# Places in the change log and the ids of its events belong to one epoch, so they must differ.
_PLACES = re.compile(r'"event_id":"evt_[0-9a-f]{24}"|"cursor":"[\w-]+"|(?<=/v1/changes\?)[^">]+')

# What belongs to one answer of one store.
_OWN = ("etag", "x-request-id")

Answers = dict[str, tuple[int, bytes, dict[str, str]]]


@contextmanager
def source(kind: str, folder: Path) -> Iterator[Bench]:
    """A site with articles in every state."""
    with (
        made(kind) as url,
        store(url, folder, serve_worker=False) as (runtime, clock),
        client_of(runtime) as client,
    ):
        yield Bench(runtime, clock, client)


@contextmanager
def made(kind: str, *, empty: bool = False) -> Iterator[str | None]:
    """An address of a database of this kind; none for the one that a folder has of itself."""
    if kind == BACKEND:
        yield None
        return
    url = databases().bare() if empty else databases().migrated()
    yield url
    databases().give_back(url)


def site(bench: Bench) -> set[str]:
    """Content in every state; the slugs of all."""
    builders.tag(bench.runtime, "water")
    builders.tag(bench.runtime, "river", parent="water")
    slugs = hide(bench)
    hide_people(bench)
    return slugs


def caught_up(runtime: Runtime) -> None:
    follower = IndexFollower(runtime)
    while follower.step():
        pass


def answers(bench: Bench, slugs: set[str]) -> Answers:
    """What every public GET of the contract says, in every way its parameters allow."""
    caught_up(bench.runtime)
    said: Answers = {}
    with bench.runtime.database.reading() as tx:
        kept = sa.select(every_table().tables["media"].c.id)
        media = {str(key) for key in tx.execute(kept).scalars()}
    for request in requests(bench.client.contract.schema, slugs, media):
        if "fields=" in request or "event-stream" in request:
            continue  # hundreds of ways to ask for less of what is compared whole
        if request.startswith("/metrics"):
            continue  # what a process counts of its own work
        answer = bench.client.get(request, follow_redirects=False)
        headers = {name: value for name, value in answer.headers.items() if name not in _OWN}
        content = answer.content
        if request.startswith("/v1/changes"):
            content = _PLACES.sub("", content.decode()).encode()
            headers = {name: _PLACES.sub("", value) for name, value in headers.items()}
        if "willay-sequence" in headers:  # the number stays, the epoch is the new store's own
            headers["willay-sequence"] = headers["willay-sequence"].partition(";")[0]
        said[request] = (answer.status_code, content, headers | {"content-length": ""})
    return said


@pytest.mark.sqlite_only("compares the two databases, which once is enough")
@pytest.mark.parametrize(("kind", "to"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_every_row_is_the_same_in_the_other_database(kind: str, to: str, tmp_path: Path) -> None:
    with source(kind, tmp_path / "one") as bench, made(to, empty=True) as url:
        site(bench)
        take(bench.runtime, tmp_path / "copy")
        with empty_store(tmp_path / "two", bench.clock, url) as runtime:
            restore(runtime, tmp_path / "copy")
            assert rows(runtime) == rows(bench.runtime)
            builders.published(runtime)


def test_every_public_answer_is_the_same_while_editors_go_on(tmp_path: Path) -> None:
    with source(BACKEND, tmp_path / "one") as bench:
        slugs = site(bench)
        before, held = answers(bench, slugs), rows(bench.runtime)
        cursor = bench.client.get("/v1/changes").json()["meta"]["cursor"]
        assert bench.client.get(f"/v1/changes?cursor={cursor}").status_code == 200

        def edit(_done: int) -> None:
            builders.published(bench.runtime, title="Meanwhile", authors=({"name": "Ana"},))

        told = take(bench.runtime, tmp_path / "copy", edit)
        with bench.runtime.database.reading() as tx:
            assert head(tx).sequence > told.sequence + 10
        with empty_store(tmp_path / "two", bench.clock) as runtime:
            restore(runtime, tmp_path / "copy")
            assert rows(runtime) == held
            with client_of(runtime) as client:
                after = answers(Bench(runtime, bench.clock, client), slugs)
                assert after == before
                old = client.get(f"/v1/changes?cursor={cursor}")
                assert (old.status_code, old.json()["code"]) == (410, "cursor_gone")
                # It goes on: numbers, keys and the log.
                builders.published(runtime, title="Afterwards")
                fresh = client.get("/v1/articles?limit=1").json()["data"][0]["slug"]
                assert fresh == "afterwards"
    statuses = [status for status, _, _ in before.values()]
    assert statuses.count(200) > 200
    assert statuses.count(410) > 5


def test_a_copy_is_one_snapshot_beside_a_writer_that_never_rests(
    either: tuple[Runtime, MovingClock], tmp_path: Path
) -> None:
    runtime, clock = either
    done = Event()

    def write() -> None:
        for number in range(2_000):
            if done.is_set():
                return
            builders.published(runtime, title=f"Number {number}", tags=("water",))

    builders.tag(runtime, "water")
    writer = Thread(target=write)
    writer.start()
    try:
        copies = [take(runtime, tmp_path / f"copy-{number}") for number in range(3)]
    finally:
        done.set()
        writer.join()
    assert copies[0].sequence < copies[-1].sequence
    for number, told in enumerate(copies):
        counts = {table.name: table.rows for table in told.tables}
        published = counts["publication"]
        assert counts["change"] == told.sequence == published + 1  # the tag's entry
        assert counts["publication_body"] == counts["publication_tag"] == published
        assert published <= counts["article"] == counts["revision"] <= published + 1
        with empty_store(tmp_path / f"two-{number}", clock) as other:
            restore(other, tmp_path / f"copy-{number}")
            with other.database.reading() as tx:
                if tx.is_sqlite:  # the other one checks each row that it takes
                    assert tx.execute(sa.text("PRAGMA foreign_key_check")).all() == []
                entries = tx.execute(sa.text("SELECT sequence FROM change ORDER BY 1")).scalars()
                assert list(entries) == list(range(1, told.sequence + 1))


def test_a_cursor_of_the_copied_service_is_refused_for_ever(
    either: tuple[Runtime, MovingClock], tmp_path: Path
) -> None:
    """Even where every entry agrees: another text was scheduled for the same instant meanwhile,
    of which the log says nothing, and falls due in both as the same entry."""
    runtime, clock = either
    builders.published(runtime, title="One")
    soon = clock.now + timedelta(hours=1)
    key, revision = builders.draft(runtime, title="Due")
    builders.publish(runtime, (key, revision), at=soon)
    take(runtime, tmp_path / "copy")
    other_text = prepare(ArticleInput(lang="en", title="Another text"), runtime.site_rules)
    with runtime.database.writing() as tx:
        saved = articles.edit(tx, builders.EDITOR, key, revision, other_text, clock())
    builders.publish(runtime, (key, saved.revision), at=soon)
    clock.move(hours=2)
    runtime.promote()
    with empty_store(tmp_path / "two", clock) as other:
        restore(other, tmp_path / "copy")
        other.promote()
        with runtime.database.reading() as tx, other.database.reading() as copied:
            last = head(tx).sequence
            assert last == head(copied).sequence == 2
            entries = sa.select(every_table().tables["change"])
            assert tx.execute(entries).all() == copied.execute(entries).all()
            shown = sa.text("SELECT item FROM publication ORDER BY id DESC LIMIT 1")
            assert "Another text" in tx.execute(shown).scalar_one()
            assert "Another text" not in copied.execute(shown).scalar_one()
            for sequence in range(last + 1):
                old, new = changes.cursor_at(tx, sequence), changes.cursor_at(copied, sequence)
                assert old.rsplit(":", 1)[0] == new.rsplit(":", 1)[0]
                assert changes.is_mine(tx, old)
                assert changes.is_mine(copied, new)
                assert not changes.is_mine(copied, old)
                assert not changes.is_mine(tx, new)


def test_an_answer_kept_from_before_is_not_confirmed(quiet: Bench, tmp_path: Path) -> None:
    """Both services have an entry of the same number and instant, of different articles."""
    take(quiet.runtime, tmp_path / "copy")
    builders.published(quiet.runtime, title="Lost")
    tag = quiet.client.get("/v1/articles").headers["etag"]
    with empty_store(tmp_path / "two", quiet.clock) as other:
        restore(other, tmp_path / "copy")
        builders.published(other, title="Found")
        with client_of(other) as client:
            again = client.get("/v1/articles", headers={"If-None-Match": tag})
            assert (again.status_code, again.json()["data"][0]["slug"]) == (200, "found")


def test_search_is_made_anew_over_an_index_of_before(quiet: Bench, tmp_path: Path) -> None:
    builders.published(quiet.runtime, title="Kept")
    take(quiet.runtime, tmp_path / "copy")
    lost = builders.published(quiet.runtime, title="Lost")
    caught_up(quiet.runtime)
    quiet.runtime.search.close()
    two = tmp_path / "two"
    shutil.copytree(quiet.runtime.settings.data_dir / "search", two / "search")
    with empty_store(two, quiet.clock) as other:
        restore(other, tmp_path / "copy")
        found = builders.published(other, title="Found")  # the entry that had the lost one's number
        caught_up(other)
        compared = compare(other, other.search.to_write())
        assert (compared.agrees, compared.documents) == (True, 2)
        assert lost != found


def test_media_and_settings_come_along_without_secrets(tmp_path: Path) -> None:
    clock = MovingClock()
    ensure_store(tmp_path / "one")
    settings = settings_of(
        tmp_path / "one",
        secret_key="kept-to-ourselves-" * 3,
        site_name="Peru 'Support' $Group #1",
        languages="es,en",
        site_url="https://editor:hidden@example.org",
    )
    with open_runtime(settings, clock, check_schema=False) as runtime:
        media = settings.data_dir / "media"
        for name in ("ab/abcd.jpg", "ab/cd/ef.pdf", ".tmp/half", "ab/.put-1"):
            (media / name).parent.mkdir(parents=True, exist_ok=True)
            (media / name).write_bytes(name.encode() * 1000)
        (media / "ab" / "outside").symlink_to(tmp_path / "secret.txt")
        told = take(runtime, tmp_path / "copy")
    copied = sorted(name for name in told.files if name.startswith("media/"))
    assert copied == ["media/ab/abcd.jpg", "media/ab/cd/ef.pdf"]
    text = (tmp_path / "copy" / "settings.env").read_text()
    everything = b"".join(p.read_bytes() for p in (tmp_path / "copy").rglob("*") if p.is_file())
    for secret in (b"kept-to-ourselves", b"hidden@"):
        assert secret not in everything
    assert "# WILLAY_SECRET_KEY was set; it is a secret, so it is not here.\n" in text
    # The file is one that the settings read.
    again = Settings(_env_file=tmp_path / "copy" / "settings.env")
    assert (again.site_name, again.languages) == (settings.site_name, ("es", "en"))
    with empty_store(tmp_path / "two", clock) as other:
        restore(other, tmp_path / "copy")
        brought = tmp_path / "two" / "media"
        found = {p.relative_to(brought).as_posix(): p for p in brought.rglob("*") if p.is_file()}
        assert sorted(found) == ["ab/abcd.jpg", "ab/cd/ef.pdf"]
        assert found["ab/abcd.jpg"].read_bytes() == b"ab/abcd.jpg" * 1000
