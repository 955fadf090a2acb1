"""The sender: states, retries, rests, one sender at a time, crashes and restored copies."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import changes
from app.accounts import users
from app.accounts.principal import OPERATOR
from app.errors import Unavailable
from app.letters import queue, register
from app.letters.queue import WAITS
from app.letters.smtp import SendResult
from app.models.letter import Letter
from app.runtime import Runtime
from tests.conftest import MovingClock, store
from tests.letters.desk import files, notice, reader, sender, states, text_of
from tests.letters.servers import mail_server

Either = tuple[Runtime, MovingClock]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Runtime, MovingClock, UUID]]:
    with store(None, tmp_path, serve_worker=False) as (runtime, clock):
        yield runtime, clock, reader(runtime)


Desk = tuple[Runtime, MovingClock, UUID]


def test_a_letter_is_sent_once_and_forgets_its_content(desk: Desk) -> None:
    runtime, _, ana = desk
    letter = notice(runtime, ana, title="A march in Lima")
    with mail_server() as box, sender(runtime, box.port) as letters:
        assert letters.step() is True
        assert letters.step() is False
        assert states(runtime) == {letter: ("sent", None)}
        assert box.recipients == ["ana@example.org"]
        assert box.letters[0]["Subject"] == "To review: A march in Lima"
        assert box.letters[0]["From"] == "Desk <desk@example.org>"
    with runtime.database.reading() as tx:
        assert tx.execute(sa.select(col(Letter.facts))).scalar() is None


def test_without_a_server_letters_become_private_files(desk: Desk) -> None:
    runtime, _, ana = desk
    letter = notice(runtime, ana)
    with sender(runtime) as letters:
        assert letters.step()
    folder = runtime.settings.outbox
    assert [path.name for path in folder.iterdir()] == [f"{letter}.eml"]
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / f"{letter}.eml").stat().st_mode & 0o077 == 0
    assert "A march" in text_of(files(runtime)[f"{letter}.eml"])
    assert states(runtime) == {letter: ("sent", None)}


def test_what_is_refused_for_now_waits_longer_each_time_and_fails_at_last(desk: Desk) -> None:
    runtime, clock, ana = desk
    letter = notice(runtime, ana)
    with runtime.database.writing() as tx:
        tx.execute(sa.update(Letter).values(expires_at=clock() + timedelta(days=30)))
    with mail_server(rcpt=450) as box, sender(runtime, box.port) as letters:
        for wait in WAITS:
            assert letters.step()
            assert states(runtime) == {letter: ("planned", "rcpt_450")}
            assert not letters.step(), "it is not due"
            clock.now += wait
        assert letters.step()
        assert states(runtime) == {letter: ("failed", "rcpt_450")}
        assert not letters.step()


def test_one_letter_that_is_refused_holds_up_no_other(desk: Desk) -> None:
    runtime, _, ana = desk
    bad = notice(runtime, reader(runtime, "no@example.org"))
    good = notice(runtime, ana)
    with mail_server() as box, sender(runtime, box.port) as letters:
        box.faults["rcpt"] = 550
        with runtime.database.writing() as tx:
            is_good = col(Letter.id) == good
            later = runtime.clock() + timedelta(seconds=1)
            tx.execute(sa.update(Letter).where(is_good).values(next_attempt_at=later))
        letters.step()
        box.faults.clear()
        desk[1].move(seconds=1)
        letters.step()
    assert states(runtime) == {bad: ("refused", "rcpt_550"), good: ("sent", None)}


@pytest.mark.parametrize("fault", [{"greeting": 554}, {"ehlo": "hang"}, {"mail": 530}])
def test_a_server_that_takes_no_letters_costs_no_attempt(
    desk: Desk, fault: dict[str, int | str], caplog: pytest.LogCaptureFixture
) -> None:
    runtime, _, ana = desk
    letter = notice(runtime, ana)
    with mail_server(**fault) as box, sender(runtime, box.port) as letters:
        assert letters.step() is False
        assert letters.step() is False, "it rests"
        assert box.connections <= 1
        assert states(runtime) == {letter: ("planned", None)}
        box.faults.clear()
        letters._resting_until = 0.0
        assert letters.step()
        assert states(runtime) == {letter: ("sent", None)}
    assert "The way of letters: no letter can go now" in caplog.text
    assert "ana@" not in caplog.text


def test_an_unanswered_text_is_uncertain_until_a_person_decides(desk: Desk) -> None:
    runtime, clock, ana = desk
    letter = notice(runtime, ana)
    with mail_server(text="disconnect") as box, sender(runtime, box.port) as letters:
        assert letters.step()
        box.faults.clear()
        letters._resting_until = 0.0
        clock.move(days=1)
        assert not letters.step()
        assert states(runtime) == {letter: ("uncertain", "text_unanswered")}
        with runtime.database.writing() as tx:
            register.resend(tx, OPERATOR, letter, clock())
        assert letters.step()
        assert states(runtime) == {letter: ("sent", None)}
        assert len(box.letters) == 1


def test_what_another_sender_left_handed_over_is_uncertain(desk: Desk) -> None:
    runtime, _, ana = desk
    lost, waiting = notice(runtime, ana), notice(runtime, ana)
    with runtime.database.writing() as tx:
        assert queue.hand_over(tx, lost, "killed")
        assert not queue.hand_over(tx, lost, "other"), "it is handed over once"
    with mail_server() as box, sender(runtime, box.port) as letters:
        assert letters.step()
        assert states(runtime) == {lost: ("uncertain", "sender_lost"), waiting: ("sent", None)}
    with runtime.database.writing() as tx:  # it was slow, and comes back
        queue.settle(tx, lost, "another", SendResult("sent"), runtime.clock())
        queue.settle(tx, lost, "killed", SendResult("sent"), runtime.clock())
    assert states(runtime)[lost] == ("sent", None)


def test_one_sender_at_a_time(desk: Desk) -> None:
    runtime, clock, ana = desk
    with mail_server() as box, sender(runtime, box.port) as one, sender(runtime, box.port) as two:
        notice(runtime, ana)
        assert one.step()
        notice(runtime, ana)
        assert not two.step()
        clock.move(seconds=30)  # the first is gone
        assert two.step()
        assert len(box.letters) == 2


def test_a_restored_copy_mails_nobody_twice(desk: Desk) -> None:
    runtime, _, ana = desk
    letter = notice(runtime, ana)
    with runtime.database.altering() as connection:
        changes.begin_epoch(connection)
    with mail_server() as box, sender(runtime, box.port) as letters:
        newer = notice(runtime, ana)
        assert letters.step()
        assert states(runtime) == {letter: ("uncertain", "store_restored"), newer: ("sent", None)}
        with runtime.database.writing() as tx:
            register.resend(tx, OPERATOR, letter, runtime.clock())
        assert letters.step()
        assert states(runtime)[letter] == ("sent", None)


def test_a_store_that_goes_while_a_letter_is_handed_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the commit happened or not, nothing has gone, and the letter goes later."""
    runtime, clock, ana = desk
    letter = notice(runtime, ana)
    real = queue.hand_over

    def away(*args: object) -> bool:
        raise Unavailable("store_unavailable", "The store is away.")

    with mail_server() as box, sender(runtime, box.port) as letters:
        monkeypatch.setattr(queue, "hand_over", away)
        with pytest.raises(Unavailable):
            letters.step()
        monkeypatch.setattr(queue, "hand_over", real)
        letters.step()
        assert states(runtime) == {letter: ("planned", "store_away")}
        clock.now += WAITS[0]
        letters.step()
        assert states(runtime) == {letter: ("sent", None)}
        assert len(box.letters) == 1


def test_a_result_that_cannot_be_recorded_is_recorded_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, _, ana = desk
    letter = notice(runtime, ana)
    real = queue.settle

    def away(*args: object) -> None:
        raise Unavailable("store_unavailable", "The store is away.")

    with mail_server() as box, sender(runtime, box.port) as letters:
        monkeypatch.setattr(queue, "settle", away)
        with pytest.raises(Unavailable):
            letters.step()
        with pytest.raises(Unavailable):
            letters.step()
        monkeypatch.setattr(queue, "settle", real)
        letters.step()
        assert states(runtime) == {letter: ("sent", None)}
        assert len(box.letters) == 1


def test_letters_that_say_nothing_new_are_not_sent(desk: Desk) -> None:
    runtime, clock, ana = desk
    shut_out = reader(runtime, "gone@example.org")
    letters_planned = [notice(runtime, shut_out), notice(runtime, ana)]
    with runtime.database.writing() as tx:
        users.suspend(tx, OPERATOR, shut_out, clock())
    with mail_server() as box, sender(runtime, box.port) as letters:
        letters.step()
        clock.move(days=4)
        letters_planned.append(notice(runtime, ana))
        clock.move(days=4)
        letters.step()
        assert box.recipients == ["ana@example.org"]
    outcome = [states(runtime)[letter] for letter in letters_planned]
    assert outcome == [("failed", "outdated"), ("sent", None), ("failed", "outdated")]


def test_addresses_that_no_mail_can_reach_are_refused_at_once(desk: Desk) -> None:
    runtime, _, _ = desk
    long = "a" * 64 + "@" + "b" * 60 + ".example.org"
    addresses = ("a@localhost", "a(b@example.org", "a@b..org".replace("..", "-."), long)
    for address in addresses:
        notice(runtime, reader(runtime, address))
    too_long = reader(runtime, "x@example.org")
    with runtime.database.altering() as connection:
        table = Letter.metadata.tables["account"]
        is_long = table.c.id == too_long
        email = "a" * 280 + "@example.org"
        connection.execute(sa.update(table).where(is_long).values(email=email))
    notice(runtime, too_long)
    with mail_server() as box, sender(runtime, box.port) as letters:
        while letters.step():
            pass
        assert box.recipients == [long]
    refused = ("refused", "bad_address")
    assert sorted(states(runtime).values()) == [refused] * 4 + [("sent", None)]


def test_the_rate_is_kept_and_a_stop_waits_for_nothing(desk: Desk) -> None:
    runtime, _, ana = desk
    for _ in range(4):
        notice(runtime, ana)
    with mail_server() as box, sender(runtime, box.port, mail_rate=20.0) as letters:
        import time

        began = time.monotonic()
        letters.step()
        assert time.monotonic() - began >= 4 / 20
        notice(runtime, ana)
        letters.interrupt()
        assert letters.step() is False
        assert len(box.letters) == 4


def test_settled_letters_are_forgotten_with_their_files(desk: Desk) -> None:
    runtime, clock, ana = desk
    notice(runtime, ana)
    with sender(runtime) as letters:
        letters.step()
        assert len(files(runtime)) == 1
        clock.move(days=31)
        letters._tidied = 0.0
        letters.step()
    assert (states(runtime), files(runtime)) == ({}, {})


def test_a_broken_template_loses_no_letter(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runtime, clock, ana = desk
    letter = notice(runtime, ana)
    own = tmp_path / "own" / "en"
    own.mkdir(parents=True)
    (own / "submitted.txt").write_text("{% block subject %}{{ nonsense }}{% endblock %}")
    with caplog.at_level(logging.CRITICAL):
        with sender(runtime, mail_templates=tmp_path / "own") as letters:
            assert letters.step()
        assert states(runtime) == {letter: ("planned", "fault")}
        clock.now += WAITS[0]
        (own / "submitted.txt").unlink()
        with sender(runtime) as letters:
            clock.move(seconds=30)
            assert letters.step()
    assert states(runtime) == {letter: ("sent", None)}


def test_a_letter_that_cannot_be_made_holds_up_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    runtime, _, ana = desk
    bad, good = notice(runtime, ana, article="Confidential, no id"), notice(runtime, ana)
    with mail_server() as box, sender(runtime, box.port, desk_url="https://d.org") as letters:
        letters.step()
        assert len(box.letters) == 1
    assert states(runtime) == {bad: ("planned", "fault"), good: ("sent", None)}
    assert "ValueError" in caplog.text
    assert "Confidential" not in caplog.text


def test_a_folder_that_cannot_be_written_loses_no_letter(desk: Desk) -> None:
    runtime, clock, ana = desk
    letter = notice(runtime, ana)
    runtime.settings.outbox.write_text("a file in the way")
    with sender(runtime) as letters:
        letters.step()
        assert states(runtime) == {letter: ("planned", "folder_unwritable")}
        runtime.settings.outbox.unlink()
        clock.now += WAITS[0]
        letters._resting_until = 0.0
        letters.step()
    assert states(runtime) == {letter: ("sent", None)}
