"""Editors' notices: who hears of what, in which language, and who does not want to."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app import outbox
from app.accounts.scopes import SCOPES_OF, Role
from app.editorial import notices, releases
from app.editorial.content import Actor
from app.models.article import Article
from tests.admin.desk import bearer, colleague, problem, session
from tests.conftest import Bench, bench_in
from tests.letters.desk import files, sender, text_of

ARTICLES = "/v1/admin/articles"
ME = "/v1/admin/auth/me"
ROLES: tuple[Role, ...] = ("writer", "editor", "publisher")
DESK = "https://desk.example.org"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Bench]:
    more = {"desk_url": DESK, "timezone": "America/Lima"}
    with bench_in(tmp_path, serve_worker=False, **more) as bench:
        yield bench


class Newsroom:
    """A writer, an editor and a publisher with their articles and letters."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        for role in ROLES:
            colleague(bench.runtime, role)
        self.headers = {role: session(bench, f"{role}@example.org") for role in ROLES}
        self.read: set[str] = set()

    def draft(self, title: str = "A march in Lima") -> str:
        body = {"lang": "en", "title": title, "body": "Thousands came."}
        answer = self.bench.client.post(ARTICLES, json=body, headers=self.headers["writer"])
        assert answer.status_code == 201
        return str(answer.json()["data"]["id"])

    def act(self, who: str, act: str, article: str, **body: object) -> int:
        headers = self.headers[who]
        etag = self.bench.client.get(f"{ARTICLES}/{article}", headers=headers).headers["etag"]
        answer = self.bench.client.post(
            f"{ARTICLES}/{article}/{act}", json=body, headers={**headers, "If-Match": etag}
        )
        assert answer.status_code == 200, answer.text
        return answer.status_code

    def letters(self) -> list[tuple[str, str, str]]:
        """New letters: to whom, the subject, the text."""
        self.bench.clock.move(seconds=1)  # the log's clock may be a tick ahead
        with sender(self.bench.runtime, desk_url=DESK) as letters:
            while letters.step():
                pass
        found = files(self.bench.runtime, self.read)
        self.read |= found.keys()
        return sorted(
            (letter["To"].addresses[0].username, letter["Subject"], text_of(letter))
            for letter in found.values()
        )


def test_who_reviews_hears_of_texts_and_who_submitted_hears_of_answers(desk: Bench) -> None:
    room = Newsroom(desk)
    article = room.draft()
    room.act("writer", "submit", article, note="Mind paragraph 2 <b>")
    letters = room.letters()
    assert [(to, subject) for to, subject, _ in letters] == [
        ("editor", "To review: A march in Lima"),
        ("publisher", "To review: A march in Lima"),
    ]
    assert "Writer asks for a review of “A march in Lima”." in letters[0][2]
    assert "> Mind paragraph 2 <b>" in letters[0][2]
    assert f"{DESK}/articles/{article}" in letters[0][2]
    room.act("editor", "return", article, note="Who said so?")
    [(to, subject, text)] = room.letters()
    assert (to, subject) == ("writer", "Sent back: A march in Lima")
    assert "> Who said so?" in text
    room.act("writer", "submit", article)
    room.letters()
    room.act("editor", "approve", article)
    [(to, subject, _)] = room.letters()
    assert (to, subject) == ("writer", "Approved: A march in Lima")


def test_nobody_hears_of_their_own_acts(desk: Bench) -> None:
    room = Newsroom(desk)
    article = room.draft()
    room.act("editor", "submit", article)
    assert [to for to, _, _ in room.letters()] == ["publisher"]
    room.act("editor", "approve", article)
    assert room.letters() == []


def test_many_submitted_at_once_tell_of_each(desk: Bench) -> None:
    room = Newsroom(desk)
    operations = [
        {"op": "submit", "id": room.draft(title), "revision": 1} for title in ("One", "Two")
    ]
    body = {"mode": "per_item", "operations": operations}
    answer = desk.client.post(f"{ARTICLES}/bulk", json=body, headers=room.headers["writer"])
    if answer.status_code == 403:  # bulk needs the right of publishers
        answer = desk.client.post(f"{ARTICLES}/bulk", json=body, headers=room.headers["publisher"])
    assert answer.status_code == 200, answer.text
    assert {subject for _, subject, _ in room.letters()} == {"To review: One", "To review: Two"}


def test_a_cancelled_release_is_told_to_who_scheduled_it(desk: Bench) -> None:
    room = Newsroom(desk)
    colleague(desk.runtime, "publisher", "other@example.org")
    room.headers["other"] = session(desk, "other@example.org")
    article = room.draft()
    later = (desk.clock() + timedelta(days=2)).isoformat()
    room.act("publisher", "publish", article, visible_from=later)
    assert room.letters() == []
    room.act("other", "cancel", article)
    [(to, subject, text)] = room.letters()
    assert (to, subject) == ("publisher", "Cancelled: A march in Lima")
    assert "2026-03-03 07:00 (America/Lima)" in text
    room.act("publisher", "publish", article, visible_from=later)
    room.act("publisher", "cancel", article)
    assert room.letters() == [], "one's own"


def test_mentions_and_failed_releases_have_letters_too(desk: Bench) -> None:
    room = Newsroom(desk)
    article = room.draft()
    later = desk.clock() + timedelta(days=2)
    room.act("publisher", "publish", article, visible_from=later.isoformat())
    editor = desk.client.get(ME, headers=room.headers["editor"]).json()["data"]["account_id"]
    with desk.runtime.publishing() as tx:
        row = tx.session.get_one(Article, UUID(article))
        planned = releases.planned_publications(tx, row.id, tx.moment)
        actor = Actor("worker")
        notices.tell_release(tx, actor, row, planned, tx.moment, "failed")
        readers = [UUID(editor)]
        notices.tell_mention(tx, actor, readers, row, tx.moment, "Ask @editor", uuid4())
    assert [(to, subject) for to, subject, _ in room.letters()] == [
        ("editor", "You are named: A march in Lima"),
        ("publisher", "Not published: A march in Lima"),
    ]


def test_everybody_chooses_language_zone_and_notices(desk: Bench) -> None:
    room = Newsroom(desk)
    editor, publisher = room.headers["editor"], room.headers["publisher"]
    answer = desk.client.get(ME, headers=editor)
    own = answer.json()["data"]
    assert (own["lang"], own["timezone"]) == (None, None)
    assert own["notices"] == list(outbox.NOTICES)
    body = {"name": "Edita", "lang": "es", "timezone": "Europe/London"}
    etag = answer.headers["etag"]
    changed = desk.client.patch(ME, json=body, headers={**editor, "If-Match": etag})
    assert changed.status_code == 200
    assert changed.json()["data"] == own | body
    stale = desk.client.patch(ME, json=body, headers={**editor, "If-Match": etag})
    assert problem(stale)[0] == 412
    etag = desk.client.get(ME, headers=publisher).headers["etag"]
    off = desk.client.patch(
        ME, json={"notices": ["release"]}, headers={**publisher, "If-Match": etag}
    )
    assert off.json()["data"]["notices"] == ["release"]
    article = room.draft()
    room.act("writer", "submit", article)
    [(to, subject, text)] = room.letters()
    assert (to, subject) == ("editor", "Por revisar: A march in Lima")
    assert text.startswith("Hola, Edita:")


def test_what_one_may_say_of_oneself(desk: Bench) -> None:
    room = Newsroom(desk)
    headers = room.headers["editor"]
    etag = desk.client.get(ME, headers=headers).headers["etag"]
    for body in (
        {"name": "A\r\nBcc: x@example.org"},
        {"name": None},
        {"name": ""},
        {"lang": "klingon"},
        {"timezone": "Lima"},
        {"timezone": "../../etc/passwd"},
        {"notices": ["everything"]},
        {"notices": None},
        {"role": "admin"},
        {"email": "x@example.org"},
    ):
        answer = desk.client.patch(ME, json=body, headers={**headers, "If-Match": etag})
        assert answer.status_code == 422, body
    assert problem(desk.client.patch(ME, json={}, headers=headers)) == (428, "if_match_required")
    token = bearer(desk.runtime, "editor", email="t@example.org")
    etag = desk.client.get(ME, headers=token).headers["etag"]
    refused = desk.client.patch(ME, json={"name": "X"}, headers={**token, "If-Match": etag})
    assert problem(refused) == (403, "session_required")


def test_the_roles_that_hear_of_texts_are_those_that_review() -> None:
    reviewing = {role for role, scopes in SCOPES_OF.items() if "articles:review" in scopes}
    assert set(outbox.REVIEWERS) == reviewing


def test_who_is_named_in_a_note_hears_of_it(desk: Bench) -> None:
    room = Newsroom(desk)
    article = room.draft()
    body = {"text": "@editor: is the number in paragraph 2 right?"}
    answer = desk.client.post(
        f"{ARTICLES}/{article}/notes", json=body, headers=room.headers["writer"]
    )
    assert answer.status_code == 201, answer.text
    letters = room.letters()
    assert [to for to, _, _ in letters] == ["editor"]
    assert "is the number in paragraph 2 right?" in letters[0][2]


def test_a_release_that_is_cancelled_is_told_to_who_scheduled_it(desk: Bench) -> None:
    room = Newsroom(desk)
    articles = [room.draft(f"Text {number}") for number in range(2)]
    later = (desk.clock.now + timedelta(days=3)).isoformat()
    body = {"at": later, "items": [{"article": key} for key in articles]}
    client, staff = desk.client, bearer(desk.runtime, "admin")
    made = client.post("/v1/admin/releases", json=body, headers=room.headers["publisher"])
    assert made.status_code == 201, made.text
    room.letters()
    headers = {**staff, "If-Match": made.headers["etag"]}
    assert client.delete(made.headers["location"], headers=headers).status_code == 204
    assert [to for to, _, _ in room.letters()] == ["publisher", "publisher"]
