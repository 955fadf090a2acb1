"""Where the house wants it, writers change only the articles that they began."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench, bench_in


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Bench]:
    """A house in which drafts have owners."""
    with bench_in(tmp_path, serve_worker=False, own_drafts_only=True) as bench:
        yield bench


def test_a_writer_changes_own_drafts_alone(strict: Bench, subtests: pytest.Subtests) -> None:
    ana = Newsdesk.of(strict, "writer", "ana@example.org")
    ben = Newsdesk.of(strict, "writer", "ben@example.org")
    editor = Newsdesk.of(strict, "editor")
    where = ana.create()
    assert ana.patch(where, query="?autosave=true", body="Mine.").status_code == 200
    assert editor.patch(where, body="An editor's.").status_code == 200
    assert ana.patch(where, body="Mine again.").status_code == 200
    key = ana.data(where)["id"]
    headers = ben.matching(where)
    operation = {"op": "trash", "id": key, "revision": ana.data(where)["revision"]}
    bulk = {"mode": "all_or_nothing", "operations": [operation]}
    for refused in (
        ben.patch(where, body="Ben's."),
        ben.patch(where, body="Mine again."),
        ben.act(where, "submit"),
        ben.act(where, "revisions/1/restore"),
        ben.act(where, "discard"),
        strict.client.delete(where, headers=headers),
        strict.client.put(f"{where}/translated-from", headers=headers, json={"id": key}),
        strict.client.post(f"{ARTICLES}/bulk", headers=ben.headers, json=bulk),
    ):
        with subtests.test(refused=refused.request.url):
            assert problem(refused) in ((403, "not_own_article"), (409, "bulk_refused"))
            assert "not_own_article" in refused.text
    assert ana.data(where)["body"] == "Mine again."
    # Whatever changes nothing of it is open to all.
    made = strict.client.post(f"{where}/duplicate", headers=ben.headers)
    copy = made.headers["location"]
    assert ben.patch(copy, body="Ben's.").status_code == 200
    note = strict.client.post(f"{where}/notes", headers=ben.headers, json={"text": "Why?"})
    assert note.status_code == 201
    assert ana.act(where, "submit").status_code == 200
    assert editor.act(where, "approve").status_code == 200


def test_without_the_setting_drafts_have_no_owners(quiet: Bench) -> None:
    ana, ben = (Newsdesk.of(quiet, "writer", f"{name}@example.org") for name in ("ana", "ben"))
    assert ben.patch(ana.create(), body="Ben's.").status_code == 200
