"""What comes back: no letter goes again to a mailbox that is not there, or to who complained."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col
from standardwebhooks import Webhook

from app.kit.clock import system_clock
from app.letters.domain_records import examine_domain
from app.letters.slow_domains import SlowDomains
from app.models.letter import Letter
from app.newsletters.links import make_token, return_tag
from app.newsletters.readers import LEAVES_EVER
from tests.admin.desk import bearer, problem
from tests.commands import willay
from tests.letters.desk import sender
from tests.letters.servers import mail_server
from tests.newsletters.mailing import Newsroom, newsroom, reader_states
from tests.newsletters.reports import complaint, delivery_status
from tests.stores import settings_of

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
BOUNCES = "bounces@example.org"
READERS = "/v1/admin/readers"


@contextmanager
def mailed(folder: Path, **settings: Any) -> Iterator[tuple[Newsroom, str]]:
    """A newsroom with a reader who has got a letter, and the return path of that letter."""
    with newsroom(folder, **settings) as room:
        room.join("ana@example.org", rhythm="instant")
        yield room, mail_once(room)


def mail_once(room: Newsroom) -> str:
    """Send the reader another letter; its return path."""
    room.publish("News")
    room.pass_time(minutes=3)
    room.letters()
    with room.runtime.database.reading() as tx:
        newest = sa.select(col(Letter.id)).where(col(Letter.kind) == "issue")
        key = tx.execute(newest.order_by(col(Letter.id).desc()).limit(1)).scalar_one()
    return f"bounces+{return_tag(room.runtime.key(), key)}@example.org"


def take_in(room: Newsroom, folder: Path, message: bytes) -> str:
    """Give a message to the command, as a mail server's pipe does; what it says."""
    box = folder / "Maildir" / "new"
    box.mkdir(parents=True, exist_ok=True)
    (box / f"{len(list(box.parent.rglob('*')))}.host").write_bytes(message)
    done = willay(folder, "mail", "bounces", "--maildir", str(box.parent), "--json")
    assert done.returncode == 0, done.stderr
    assert list(box.iterdir()) == []
    return str(done.stdout.strip())


def test_a_mailbox_that_is_not_there_gets_nothing_more(tmp_path: Path) -> None:
    with mailed(tmp_path) as (room, path):
        assert take_in(room, tmp_path, delivery_status(path, "4.4.1", "delayed")) == '{"other": 1}'
        assert (
            take_in(room, tmp_path, b"Subject: Out of office\r\n\r\nBack on Monday")
            == '{"other": 1}'
        )
        forged = path.replace(path[10:12], "zz")
        assert take_in(room, tmp_path, delivery_status(forged)) == '{"other": 1}'
        assert reader_states(room) == ["active"]
        for _ in range(2):
            assert take_in(room, tmp_path, delivery_status(path.upper())) == '{"hard": 1}'
        assert reader_states(room) == ["ended"]
        room.publish("More news")
        room.pass_time(minutes=3)
        room.clock.move(days=2)
        room.subscribe("ana@example.org")
        assert room.letters() == []
        counts = room.client.get(READERS, headers=room.desk.headers).json()["data"]
        assert counts["suppressed"] == {"bounced": 1}
        bounced = room.client.get("/v1/admin/letters?bounced=true", headers=room.desk.headers)
        assert [it["bounce"] for it in bounced.json()["data"]] == ["hard"]


def test_a_full_mailbox_pauses_after_five_times(tmp_path: Path) -> None:
    with mailed(tmp_path) as (room, path):
        paths = [path, *(mail_once(room) for _ in range(4))]
        for each in paths:
            assert reader_states(room) == ["active"]
            assert take_in(room, tmp_path, delivery_status(each, "5.2.2")) == '{"soft": 1}'
        assert reader_states(room) == ["paused"]


def test_who_complains_is_never_written_to_again_even_when_forgotten(tmp_path: Path) -> None:
    with mailed(tmp_path) as (room, _):
        answer = room.client.post(
            f"{READERS}/search", headers=room.desk.headers, json={"email": "ANA@example.org"}
        ).json()["data"]
        assert answer["reader"]["state"] == "active"
        key, reader = room.runtime.key(), UUID(answer["reader"]["id"])
        leave = make_token(key, "leave", reader, LEAVES_EVER)
        link = f"http://127.0.0.1:8000/subscribe/leave/{leave}"
        assert take_in(room, tmp_path, complaint(link)) == '{"complaint": 1}'
        assert reader_states(room) == ["ended"]
        done = willay(tmp_path, "erase", "ana@example.org", "--yes", "--json")
        assert json.loads(done.stdout)["erased"]["newsletters"] >= 2
        assert reader_states(room) == []
        shown = willay(tmp_path, "reader", "show", "ana@example.org")
        assert json.loads(shown.stdout) == {"suppressed": "complained"}
        room.clock.move(days=30)
        room.subscribe("ana@example.org")
        assert room.letters() == []
        assert willay(tmp_path, "reader", "allow", "ana@example.org").returncode == 0
        assert willay(tmp_path, "reader", "allow", "ana@example.org").returncode == 1
        room.subscribe("ana@example.org")
        assert len(room.letters()) == 1


def test_providers_report_by_a_signed_event(tmp_path: Path) -> None:
    with mailed(tmp_path, mail_events_secret=SECRET) as (room, path):

        def report(event: dict[str, Any], secret: str = SECRET) -> Any:
            body, now = json.dumps(event), system_clock()
            signature = Webhook(secret).sign("msg_1", now, body)
            headers = {
                "webhook-id": "msg_1",
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signature,
                "Content-Type": "application/json",
            }
            return room.client.post("/v1/mail/events", content=body, headers=headers)

        bounce = {"type": "bounce", "return_path": f"<{path}>"}
        other = "whsec_" + "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Ro"
        assert problem(report(bounce, other)) == (401, "signature_invalid")
        assert problem(room.client.post("/v1/mail/events", json=bounce)) == (
            401,
            "signature_invalid",
        )
        assert problem(report({"type": "opened"})) == (422, "invalid_field")
        assert report({"type": "bounce", "email": "nobody@example.org"}).status_code == 204
        assert reader_states(room) == ["active"]
        assert report(bounce).status_code == 204
        assert reader_states(room) == ["ended"]


def test_nobody_reports_where_no_secret_is_set(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        answer = room.client.post("/v1/mail/events", json={"type": "bounce"})
        assert problem(answer) == (404, "mail_events_off")


def test_letters_carry_where_they_return_to_and_refusals_count(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room, mail_server() as box:
        room.join("ana@example.org", rhythm="instant")
        room.publish("News")
        room.clock.move(minutes=3)
        for _ in range(4):
            room.follower.step()
        with sender(room.runtime, box.port, mail_bounces=BOUNCES) as letters:
            letters.step()
            [envelope] = box.senders
            assert envelope.startswith("bounces+")
            room.publish("More")
            room.clock.move(minutes=3)
            for _ in range(4):
                room.follower.step()
            box.faults["rcpt"] = 550
            letters.step()
        assert reader_states(room) == ["ended"]


def test_a_domain_that_does_not_answer_holds_nobody_else_up(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room, mail_server() as box:
        names = [f"r{nth}@{'slow' if nth % 2 else 'quick'}.example" for nth in range(8)]
        for name in names:
            room.join(name, rhythm="instant")
        room.publish("News")
        room.clock.move(minutes=3)
        for _ in range(4):
            room.follower.step()
        box.slow_domain = "slow.example"
        with sender(room.runtime, box.port) as letters:
            letters.step()
            assert sorted(box.recipients) == names[0::2]
            assert box.connections <= 2, "it was tried once"
            box.slow_domain = None
            room.clock.move(hours=1)
            letters._slow_domains = SlowDomains()  # as if its rest were over
            letters.step()
        assert sorted(box.recipients) == sorted(names)


def test_who_may_know_readers(tmp_path: Path) -> None:
    with mailed(tmp_path) as (room, _):
        publisher = bearer(room.runtime, "publisher", email="pub@example.org")
        question = {"email": "ana@example.org"}
        refused = room.client.post(f"{READERS}/search", headers=publisher, json=question)
        assert problem(refused) == (403, "scope_missing")
        counts = room.client.get(READERS, headers=publisher).json()["data"]
        assert [(it["state"], it["number"]) for it in counts["readers"]] == [("active", 1)]
        decision = question | {"act": "erase"}
        where = f"{READERS}/decisions"
        assert room.client.post(where, headers=room.desk.headers, json=decision).status_code == 204
        assert reader_states(room) == []
        again = room.client.post(where, headers=room.desk.headers, json=decision)
        assert problem(again) == (409, "nothing_stored")
        audit = room.client.get("/v1/admin/audit?subject_kind=reader", headers=room.desk.headers)
        assert [it["action"] for it in audit.json()["data"]] == ["reader.erase"]
        assert "ana@" not in audit.text


@pytest.mark.parametrize(
    ("records", "subject", "word"),
    [
        ({}, "SPF", "Publish"),
        ({"d": ["v=spf1 +all"]}, "SPF", "every machine"),
        ({"d": ["v=spf1 a -all", "v=spf1 b -all"]}, "SPF", "Join"),
        ({"d": ["v=spf1 include:relay.example"]}, "SPF", "-all"),
        ({"d": ["other", "v=spf1 include:relay.example -all"]}, "SPF", ""),
        ({}, "DKIM", "Publish"),
        ({"k._domainkey.d": ["v=DKIM1; p="]}, "DKIM", "no key"),
        ({"k._domainkey.d": ["v=DKIM1; k=rsa; p=MIIB"]}, "DKIM", ""),
        ({}, "DMARC", "Publish"),
        ({"_dmarc.d": ["v=DMARC1; p=none"]}, "DMARC", "only watches"),
        ({"_dmarc.d": ["v=DMARC1; p=reject"]}, "DMARC", ""),
    ],
)
def test_what_a_domain_publishes_is_said_in_words(
    records: dict[str, list[str]], subject: str, word: str
) -> None:
    findings = examine_domain("d", ["k"], lambda name: records.get(name, ()))
    [finding] = [it for it in findings if it.subject == subject]
    assert word in finding.remedy
    assert bool(word) == bool(finding.remedy)


def test_settings_that_cannot_be_are_refused(tmp_path: Path) -> None:
    for wrong in (
        {"newsletters": ("hourly",)},
        {"newsletter_weekday": "Funday"},
        {"mail_events_secret": "short"},
        {"mail_bounces": "nobody"},
        {"confirmations_per_hour": 0},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            settings_of(tmp_path, database_url="sqlite://", **wrong)
