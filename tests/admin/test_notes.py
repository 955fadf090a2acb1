"""Notes beside an article, and its timeline: for all who may read it, and for nobody else."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.audit import By
from app.editorial import mentions
from app.editorial.content import Actor
from app.editorial.notes import NewNote, create
from app.erasure.person import ErasureRequest, forget
from app.kit import paging
from app.newsletters.addresses import AddressBook
from tests.admin.desk import colleague, problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench

BASE = "http://127.0.0.1:8000"


def write(desk: Newsdesk, where: str, text: str, **over: Any) -> dict[str, Any]:
    sent = {"text": text, **over}
    answer = desk.bench.client.post(f"{where}/notes", headers=desk.headers, json=sent)
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    note: dict[str, Any] = answer.json()["data"]
    return note


def change(desk: Newsdesk, where: str, note: dict[str, Any], revision: int, **sent: Any) -> Any:
    headers = {**desk.headers, "If-Match": f'"{revision}"'}
    return desk.bench.client.patch(f"{where}/notes/{note['id']}", headers=headers, json=sent)


def walked(desk: Newsdesk, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while address:
        answer = desk.get(address)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["data"]
        address = (answer.json()["links"]["next"] or "").removeprefix(BASE)
    return rows


def test_a_thread_is_written_answered_and_resolved(quiet: Bench) -> None:
    ana, ben = Newsdesk.of(quiet, "writer"), Newsdesk.of(quiet, "editor")
    where = ana.create()
    before = ana.get(where).headers["etag"]
    first = write(ana, where, "  Is the date right?  ")
    assert (first["text"], first["written_by"]["name"]) == ("Is the date right?", "Writer")
    quiet.clock.move(minutes=1)
    answer = write(ben, where, "It is.", reply_to=first["id"])
    again = write(ana, where, "Thank you.", reply_to=answer["id"])
    assert again["reply_to"] == first["id"]
    second = write(ben, where, "Another matter.")
    threads = walked(ana, f"{where}/notes?limit=1")
    assert [one["id"] for one in threads] == [second["id"], first["id"]]
    assert {one["text"] for one in threads[1]["replies"]} == {"It is.", "Thank you."}
    assert threads[1]["replies"][0]["id"] in (answer["id"], again["id"])
    done = change(ben, where, first, 1, resolved=True)
    assert done.headers["etag"] == '"2"'
    assert done.json()["data"]["resolved_by"]["name"] == "Editor"
    assert [one["id"] for one in walked(ana, f"{where}/notes?resolved=true")] == [first["id"]]
    assert [one["id"] for one in walked(ana, f"{where}/notes?resolved=false")] == [second["id"]]
    reopened = change(ana, where, first, 2, resolved=False).json()["data"]
    assert (reopened["resolved_at"], reopened["resolved_by"]) == (None, None)
    assert ana.get(where).headers["etag"] == before


def test_who_may_change_what(quiet: Bench) -> None:
    ana, ben = Newsdesk.of(quiet, "writer"), Newsdesk.of(quiet, "admin")
    where = ana.create()
    note = write(ana, where, "One.")
    assert problem(change(ben, where, note, 1, text="Two.")) == (403, "not_own_note")
    edited = change(ana, where, note, 1, text="Two.").json()["data"]
    assert (edited["text"], edited["revision"]) == ("Two.", 2)
    assert edited["edited_at"] is not None
    assert problem(change(ana, where, note, 1, text="Three.")) == (412, "stale_revision")
    reply = write(ben, where, "Reply.", reply_to=note["id"])
    assert problem(change(ben, where, reply, 1, resolved=True)) == (409, "not_a_thread")
    other = ana.create(title="Other")
    assert problem(change(ana, other, note, 2, text="x")) == (404, "note_not_found")
    unread = quiet.client.get(f"{where}/notes")
    assert problem(unread) == (401, "token_required")
    quiet.client.delete(where, headers=ben.matching(where))
    sent = {"text": "Late."}
    late = quiet.client.post(f"{where}/notes", headers=ana.headers, json=sent)
    assert problem(late) == (409, "in_trash")
    assert len(walked(ana, f"{where}/notes")) == 1


def test_mentions_by_name_and_by_account(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet, "admin")
    rosa = colleague(quiet.runtime, "editor", "rosa.diaz@example.org")
    colleague(quiet.runtime, "writer", "one@example.org")
    two = colleague(quiet.runtime, "writer", "two@example.org")
    where = desk.create()
    text = "@Rosa-Diaz, @TWO. and @writer: see @nobody, x@example.org, /@three @admin"
    note = write(desk, where, text)
    assert {one["id"] for one in note["mentions"]} == {
        *(str(rosa), str(two), note["written_by"]["id"])
    }
    assert note["unknown_mentions"] == ["writer", "nobody"]
    by_id = write(desk, where, "By id.", mentions=[str(two)])
    assert [one["id"] for one in by_id["mentions"]] == [str(two)]
    assert by_id["unknown_mentions"] == []
    edited = change(desk, where, by_id, 1, text="And @rosa-diaz.").json()["data"]
    assert {one["id"] for one in edited["mentions"]} == {str(two), str(rosa)}


def test_a_mention_is_known_once_and_not_of_oneself(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    rosa = colleague(quiet.runtime, "editor", "rosa@example.org")
    me = colleague(quiet.runtime, "writer", "me@example.org")
    where = desk.create()
    article_id = UUID(desk.data(where)["id"])
    by = Actor("Me", By("session", me))
    with quiet.runtime.database.writing() as tx:
        content = NewNote.model_validate_json('{"text": "@rosa and @me, @rosa"}')
        effect = create(tx, by, article_id, content, quiet.clock())
        assert effect.newly_mentioned == [rosa]
        note = effect.detail.note
        assert mentions.record_mentions(tx, note, [rosa], quiet.clock()) == []


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"text": "x" * 100_000}, 422, "invalid_field"),
        ({"text": "x" * 1_000_000}, 413, "body_too_large"),
        ({"text": " \u200b "}, 422, "invalid_field"),
        ({"text": "a\x00"}, 422, "invalid_field"),
        ({"text": "a", "reply_to": str(uuid4())}, 422, "unknown_note"),
        ({"text": "a", "reply_to": "x"}, 422, "invalid_field"),
        ({"text": "a", "mentions": [str(uuid4())]}, 422, "unknown_account"),
        ({"text": "a", "mentions": ["@ana"]}, 422, "invalid_field"),
        ({"text": "a", "mentions": [str(uuid4())] * 51}, 422, "invalid_field"),
        ({"text": "a", "resolved": True}, 422, "unknown_field"),
        ({}, 422, "missing_field"),
    ],
)
def test_what_is_no_note(quiet: Bench, sent: dict[str, Any], status: int, code: str) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    answer = quiet.client.post(f"{where}/notes", headers=desk.headers, json=sent)
    assert problem(answer) == (status, code)
    assert walked(desk, f"{where}/notes") == []
    nowhere = f"{ARTICLES}/{uuid4()}/notes"
    missing = quiet.client.post(nowhere, headers=desk.headers, json={"text": "a"})
    assert problem(missing) == (404, "article_not_found")


def test_the_timeline_of_an_article(quiet: Bench) -> None:
    ana, ben = Newsdesk.of(quiet, "writer"), Newsdesk.of(quiet, "publisher")
    where = ana.create()
    for number in range(30):
        quiet.clock.move(minutes=4)
        ana.patch(where, query="?autosave=true", body=f"Words {number}.")
    quiet.clock.move(hours=2)
    ana.patch(where, query="?autosave=true", body="Later.")
    ana.act(where, "submit", note="See the date.")
    quiet.clock.move(minutes=1)
    note = write(ben, where, "A private word.")
    ben.act(where, "publish")
    ben.act(where, "retract", reason="It was false.")
    quiet.clock.move(minutes=1)
    change(ben, where, note, 1, text="Another word.")
    for desk in (ana, ben):
        rows = walked(desk, f"{where}/timeline?limit=2")
        assert rows == walked(desk, f"{where}/timeline?limit=100")
        told = [
            (row["act"] and row["act"]["action"])
            or (row["note"] and row["note"]["text"])
            or row["save"]["texts"]
            for row in rows
        ]
        said = ["Another word.", "retracted", "published"]
        assert sorted(map(str, told[:3])) == sorted(said)
        assert told[3] == "submitted"
        assert told[4] == 1
        assert told[5] > 5
        assert told[6:] == [1]
    acts = {row["act"]["action"]: row for row in rows if row["act"]}
    assert acts["submitted"]["act"]["details"]["note"] == "See the date."
    assert acts["submitted"]["by"]["name"] == "Writer"
    assert acts["retracted"]["act"]["details"]["reason"] == "It was false."
    assert rows[5]["save"]["is_autosave"] is True
    assert rows[5]["save"]["since"] < rows[5]["at"]
    assert rows[6]["save"]["revision"] == 1


def test_a_timeline_is_asked_rightly(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    article_id = desk.data(where)["id"]
    assert problem(desk.get(f"{ARTICLES}/{uuid4()}/timeline")) == (404, "article_not_found")
    assert problem(desk.get(f"{where}/timeline?order=x")) == (400, "unknown_parameter")
    for forged in ("x", "1.3.00000000000000000001", "9" * 18 + ".1.00000000000000000001"):
        cursor = paging.encode_text(forged, f"timeline {article_id}")
        refused = desk.get(f"{where}/timeline?cursor={cursor}")
        assert problem(refused) == (400, "invalid_cursor")
    assert problem(desk.get(f"{where}/notes?cursor=x")) == (400, "invalid_cursor")
    assert problem(quiet.client.get(f"{where}/timeline")) == (401, "token_required")


def test_an_erased_colleague_is_in_no_thread(quiet: Bench) -> None:
    ana, ben = Newsdesk.of(quiet, "writer", "ana@example.org"), Newsdesk.of(quiet, "admin")
    where = ana.create()
    first = write(ana, where, "I think it is wrong.")
    write(ben, where, "@ana and ANA@example.org: why? Ananas.", reply_to=first["id"])
    with quiet.runtime.publishing() as tx:
        report = forget(tx, ErasureRequest("ana@example.org"), AddressBook(quiet.runtime.key()))
    assert report.erased["notes"] == 2
    [thread] = walked(ben, f"{where}/notes")
    assert (thread["text"], thread["written_by"]["name"]) == ("[erased]", "[erased]")
    assert thread["replies"][0]["text"] == "[erased] and [erased]: why? Ananas."
    assert thread["replies"][0]["mentions"] == []
    rows = walked(ben, f"{where}/timeline")
    assert "wrong" not in str(rows)
