"""The trash empties itself, if it is told to: of what readers never saw, and of nothing else."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models import every_table
from app.runtime import Runtime
from app.worker.followers import build_followers
from app.worker.trash_cleanup import TrashCleanup
from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench, store


def emptied(runtime: Runtime, days: int = 30) -> None:
    follower = TrashCleanup(runtime, days)
    while follower.step():
        pass
    assert follower.step() is False


def rows_of(runtime: Runtime, article_id: str) -> set[str]:
    """The tables in which an article stands; the audit and the log of changes keep its id."""
    found = set()
    with runtime.database.reading() as tx:
        for table in every_table().sorted_tables:
            text = repr([tuple(map(str, row)) for row in tx.execute(sa.select(table))])
            if article_id in text and table.name not in (
                "audit_entry",
                "change",
                "idempotency_key",
            ):
                found.add(table.name)
    return found


def trash(desk: Newsdesk, where: str) -> None:
    answer = desk.bench.client.delete(where, headers=desk.matching(where))
    assert answer.status_code == 204, answer.text


def test_a_draft_goes_with_all_that_belongs_to_it(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    medium = builders.medium(quiet.runtime, alt={"en": "A"})
    where = desk.create(tags=["water"], image={"media_id": str(medium)}, slug="to-go")
    desk.patch(where, body="More.")
    desk.act(where, "previews")
    first = desk.bench.client.post(f"{where}/notes", headers=desk.headers, json={"text": "@admin"})
    reply = {"text": "Yes.", "reply_to": first.json()["data"]["id"]}
    desk.bench.client.post(f"{where}/notes", headers=desk.headers, json=reply)
    desk.act(where, "publish", visible_from="2026-06-01T00:00:00Z")
    desk.act(where, "cancel")
    alias = {"path": "/old", "slug": "to-go"}
    made = quiet.client.post("/v1/admin/aliases", headers=desk.headers, json=alias)
    assert made.status_code == 201
    article_id = desk.data(where)["id"]
    other = desk.create(title="Other", tags=["water"])
    trash(desk, where)
    quiet.clock.move(days=29, hours=23)
    emptied(quiet.runtime)
    assert desk.get(where).status_code == 200
    quiet.clock.move(hours=2)
    desk = Newsdesk.of(quiet, "publisher")
    assert len(rows_of(quiet.runtime, article_id)) > 8
    emptied(quiet.runtime)
    assert rows_of(quiet.runtime, article_id) == set()
    assert problem(desk.get(where)) == (404, "article_not_found")
    assert desk.create(slug="to-go")
    assert desk.data(other)["tags"] == ["water"]
    with quiet.runtime.database.reading() as tx:
        audit = SQLModel.metadata.tables["audit_entry"]
        purged = sa.select(audit.c.subject_id, audit.c.via, audit.c.before).where(
            audit.c.action == "article.purged"
        )
        [entry] = tx.execute(purged).all()
    assert (entry.subject_id, entry.via) == (article_id, "operator")
    assert entry.before["title"] == "A title"


def test_what_readers_saw_stays(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(title="Seen")
    desk.act(where, "publish")
    quiet.clock.move(minutes=1)
    desk.act(where, "unpublish", note="By request.")
    trash(desk, where)
    quiet.clock.move(days=400)
    emptied(quiet.runtime)
    desk = Newsdesk.of(quiet, "publisher")
    titles = [row["title"] for row in desk.get(f"{ARTICLES}?trashed=true").json()["data"]]
    assert titles == ["Seen"]
    assert quiet.client.get("/v1/articles/seen").status_code == 410


def test_many_go_in_portions(quiet: Bench) -> None:
    for number in range(120):
        builders.draft(quiet.runtime, title=f"n{number}")
    with quiet.runtime.database.altering() as connection:
        article = SQLModel.metadata.tables["article"]
        connection.execute(sa.update(article).values(trashed_at=quiet.clock.now))
    quiet.clock.move(days=31)
    emptied(quiet.runtime)
    with quiet.runtime.database.reading() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(article)).scalar() == 0


def test_only_the_setting_turns_it_on(tmp_path: Path) -> None:
    def names(**settings: Any) -> set[str]:
        with store(None, tmp_path, serve_worker=False, **settings) as (runtime, _):
            followers = build_followers(runtime)
            for follower in followers:
                follower.close()
            return {follower.name for follower in followers}

    assert "trash" not in names()
    assert "trash" in names(trash_days=30)
