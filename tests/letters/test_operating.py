"""What operators see of letters, and what they decide: API, commands, metrics, doctor, erasure."""

import json
import re
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import doctor
from app.accounts.principal import OPERATOR
from app.database import WriteTx
from app.letters import register
from app.letters.smtp import SendResult
from app.models.letter import Letter
from app.runtime import Runtime
from tests.admin.desk import bearer, problem
from tests.backup.copies import empty_store, restore, take
from tests.commands import willay
from tests.conftest import Bench
from tests.letters.desk import files, notice, reader, sender, states
from tests.letters.servers import PASSWORD, mail_server
from tests.stores import settings_of

LETTERS = "/v1/admin/letters"


def put(runtime: Runtime, letter: UUID, result: SendResult) -> None:
    """As if a sender had come to this result."""
    values = {"state": result.fate, "problem": result.problem, "settled_at": runtime.clock()}
    with runtime.database.writing() as tx:
        tx.execute(sa.update(Letter).where(col(Letter.id) == letter).values(values))


def shown(answer: Any) -> list[tuple[str, str, str | None]]:
    return [(one["id"], one["state"], one["problem"]) for one in answer.json()["data"]]


def test_letters_are_listed_and_sent_again_by_a_person(quiet: Bench) -> None:
    runtime, admin = quiet.runtime, bearer(quiet.runtime)
    ana = reader(runtime)
    letters = []
    for _ in range(5):
        quiet.clock.move(seconds=1)
        letters.append(notice(runtime, ana))
    for letter in letters[1:3]:
        put(runtime, letter, SendResult("uncertain", "sender_lost"))
    put(runtime, letters[3], SendResult("sent"))
    every = quiet.client.get(LETTERS, headers=admin)
    newest_first = [str(letter) for letter in reversed(letters)]
    assert [one["id"] for one in every.json()["data"]] == newest_first
    assert "march" not in every.text
    assert "ana@" not in every.text
    uncertain = quiet.client.get(f"{LETTERS}?state=uncertain&limit=1", headers=admin)
    assert shown(uncertain) == [(str(letters[2]), "uncertain", "sender_lost")]
    following = quiet.client.get(uncertain.json()["links"]["next"], headers=admin)
    assert shown(following) == [(str(letters[1]), "uncertain", "sender_lost")]
    assert following.json()["links"]["next"] is None
    again = f"{LETTERS}/{letters[1]}/resend"
    assert quiet.client.post(again, headers=admin).json()["data"]["state"] == "planned"
    assert problem(quiet.client.post(again, headers=admin)) == (409, "letter_not_resendable")
    sent = quiet.client.post(f"{LETTERS}/{letters[3]}/resend", headers=admin)
    assert problem(sent) == (409, "letter_not_resendable")
    missing = quiet.client.post(f"{LETTERS}/{UUID(int=1)}/resend", headers=admin)
    assert problem(missing) == (404, "letter_not_found")
    entries = quiet.client.get("/v1/admin/audit?subject_kind=letter", headers=admin).json()["data"]
    assert [(one["action"], one["subject_id"]) for one in entries] == [
        ("letter.resent", str(letters[1]))
    ]


def test_who_may_see_letters_and_what_is_refused(quiet: Bench) -> None:
    publisher = bearer(quiet.runtime, "publisher")
    letter = notice(quiet.runtime, reader(quiet.runtime))
    assert quiet.client.get(LETTERS).status_code == 401
    assert problem(quiet.client.get(LETTERS, headers=publisher)) == (403, "scope_missing")
    refused = quiet.client.post(f"{LETTERS}/{letter}/resend", headers=publisher)
    assert problem(refused) == (403, "scope_missing")
    admin = bearer(quiet.runtime)
    for query in ("state=lost", "limit=0", "limit=101", "cursor=x", "states=sent", "limit=a"):
        assert quiet.client.get(f"{LETTERS}?{query}", headers=admin).status_code == 400, query


def test_the_command_lists_and_resends(quiet: Bench) -> None:
    runtime = quiet.runtime
    folder = runtime.settings.data_dir
    letters = [notice(runtime, reader(runtime)) for _ in range(1)]
    letters += [notice(runtime, reader(runtime, "b@example.org"))]
    assert willay(folder, "letter", "list").stdout == ""
    for letter in letters:
        put(runtime, letter, SendResult("uncertain", "text_unanswered"))
    listed = willay(folder, "letter", "list").stdout
    assert all(f"{letter}\tsubmitted\tuncertain\t" in listed for letter in letters)
    assert "@" not in listed
    assert willay(folder, "letter", "list", "--state", "lost").returncode == 2
    assert willay(folder, "letter", "resend").returncode == 2
    done = willay(folder, "letter", "resend", str(letters[0]), "--json")
    assert [one["state"] for one in json.loads(done.stdout)] == ["planned"]
    assert willay(folder, "letter", "resend", str(letters[0])).returncode == 1
    assert willay(folder, "letter", "resend", "--uncertain").returncode == 0
    assert {state for state, _ in states(runtime).values()} == {"planned"}


def test_metrics_count_letters(quiet: Bench) -> None:
    runtime = quiet.runtime
    sent, _ = notice(runtime, reader(runtime)), notice(runtime, reader(runtime, "b@example.org"))
    put(runtime, sent, SendResult("sent"))
    quiet.clock.move(minutes=2)
    text = quiet.client.get("/metrics").text
    found = dict(re.findall(r'^willay_letters\{state="(\w+)"\} (\S+)$', text, re.M))
    assert found == {
        **dict.fromkeys(("handed", "uncertain", "refused", "failed"), "0.0"),
        **{"planned": "1.0", "sent": "1.0"},
    }
    assert "willay_letters_oldest_seconds 120.0" in text
    assert "willay_letters_behind_seconds 120.0" in text
    with runtime.database.writing() as tx:
        later = quiet.clock() + timedelta(hours=1)
        tx.execute(sa.update(Letter).values(next_attempt_at=later))
    text = quiet.client.get("/metrics").text
    assert "willay_letters_oldest_seconds 120.0" in text
    assert "willay_letters_behind_seconds 0.0" in text


def letters_finding(runtime: Runtime, **over: Any) -> doctor.Finding:
    settings = settings_of(runtime.settings.data_dir, **over)

    class Examined:
        """The runtime with other settings."""

        def __getattr__(self, name: str) -> Any:
            return settings if name == "settings" else getattr(runtime, name)

    [finding] = [one for one in doctor.examine(Examined()) if one.subject == "letters"]  # type: ignore[arg-type]
    return finding


def test_doctor_says_what_is_set_and_whether_the_server_answers(quiet: Bench) -> None:
    runtime = quiet.runtime
    finding = letters_finding(runtime)
    assert finding.state == f"{runtime.settings.data_dir / 'outbox'}, none yet"
    assert finding.remedy == ""
    letter = notice(runtime, reader(runtime))
    with mail_server(login=True) as box:

        def by(password: str, scheme: str = "smtp") -> doctor.Finding:
            url = f"{scheme}://desk:{password}@127.0.0.1:{box.port}"
            return letters_finding(runtime, smtp_url=url, mail_from="desk@example.org")

        well = by(PASSWORD)
        assert well.state == f"127.0.0.1:{box.port} (plain), 1 planned"
        assert well.remedy == ""
        assert box.letters == []
        ill = by("secretword")
        assert "refuses the user or the password" in ill.remedy
        assert "[login_refused_535]" in ill.remedy
        assert "secretword" not in repr(ill)
        assert "[tls_missing]" in by(PASSWORD, "smtp+starttls").remedy
    assert "[server_unreachable]" in by(PASSWORD).remedy
    put(runtime, letter, SendResult("uncertain", "sender_lost"))
    assert "1 may have arrived or not" in letters_finding(runtime).remedy
    with runtime.database.writing() as tx:
        register.resend(tx, OPERATOR, letter, runtime.clock())
    quiet.clock.move(hours=2)
    assert "Letters wait for long" in letters_finding(runtime).remedy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_url", "http://mail.example.org"),
        ("smtp_url", "smtp://user:hidden@mail.example.org/path"),
        ("mail_from", "nobody"),
        ("mail_from", "A\r\nBcc: x@example.org <a@example.org>"),
        ("mail_reply_to", "a@b@c.org"),
        ("mail_rate", 0),
        ("desk_url", "javascript:alert(1)"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, name: str, value: Any) -> None:
    good = {"smtp_url": "smtp://mail.example.org", "mail_from": "desk@example.org"}
    with pytest.raises(ValueError, match=name) as refusal:
        settings_of(tmp_path, database_url="sqlite://", **(good | {name: value}))
    assert "hidden" not in str(refusal.value)
    with pytest.raises(ValueError, match="mail_from"):
        settings_of(tmp_path, database_url="sqlite://", smtp_url="smtp://mail.example.org")


def test_erasure_takes_letters_to_and_about_a_person(quiet: Bench) -> None:
    runtime, folder = quiet.runtime, quiet.runtime.settings.data_dir
    reader(runtime, "admin@example.org", role="admin")
    ana, other = reader(runtime), reader(runtime, "b@example.org", name="Other")
    notice(runtime, ana, title="To her")
    with sender(runtime) as letters:
        letters.step()
    notice(runtime, ana, title="Also to her")
    notice(runtime, other, title="About Ana Pérez")
    kept = notice(runtime, other, title="About rivers", by=str(ana))
    assert len(files(runtime)) == 1
    dry = willay(folder, "erase", "ana@example.org", "--dry-run", "--json")
    assert json.loads(dry.stdout)["erased"]["letters"] == 2
    assert len(states(runtime)) == 4
    done = willay(folder, "erase", "ana@example.org", "--yes", "--json")
    erased = json.loads(done.stdout)["erased"]
    assert (erased["letters"], erased["letters to others"]) == (2, 1)
    assert set(states(runtime)) == {kept}
    assert files(runtime) == {}
    with sender(runtime) as letters:
        assert letters.step()
    assert len(files(runtime)) == 1, "by a colleague without a name"


def test_a_restored_backup_sends_nothing_by_itself(quiet: Bench, tmp_path: Path) -> None:
    runtime = quiet.runtime
    planned, handed = notice(runtime, reader(runtime)), notice(runtime, reader(runtime, "b@b.org"))
    with runtime.database.writing() as tx:
        hand_over_to_nobody(tx, handed)
    take(runtime, tmp_path / "copy")
    with empty_store(tmp_path / "new", quiet.clock) as restored:
        restore(restored, tmp_path / "copy")
        with mail_server() as box, sender(restored, box.port) as letters:
            letters.step()
            assert box.letters == []
            assert states(restored) == {
                planned: ("uncertain", "store_restored"),
                handed: ("uncertain", "sender_lost"),
            }
            newer = notice(restored, reader(restored, "c@c.org"))
            letters.step()
            assert states(restored)[newer] == ("sent", None)


def hand_over_to_nobody(tx: WriteTx, letter: UUID) -> None:
    values = {"state": "handed", "sender": "the copied service"}
    tx.execute(sa.update(Letter).where(col(Letter.id) == letter).values(values))


def test_no_address_and_no_content_is_logged(
    quiet: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = quiet.runtime
    ana = reader(runtime)
    with caplog.at_level("DEBUG"):
        for fault in ({"rcpt": 550}, {"text": "disconnect"}, {"mail": 450}, {"greeting": 554}, {}):
            notice(runtime, ana, title="Confidential")
            with mail_server(**fault) as box, sender(runtime, box.port) as letters:
                letters.step()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("willay")]
    assert ours
    assert not [line for line in ours if "ana@" in line or "Confidential" in line]


def test_the_worker_sends_letters_by_itself(bench: Bench) -> None:
    runtime = bench.runtime
    letter = notice(runtime, reader(runtime))
    until = monotonic() + 10
    while not files(runtime) and monotonic() < until:
        sleep(0.05)
    assert list(files(runtime)) == [f"{letter}.eml"]
