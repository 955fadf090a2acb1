"""kill -9 at random moments while an issue goes out: nobody gets it twice, and nobody is forgotten.

`WILLAY_LETTER_KILLS=100 pytest -n 0 -s -o timeout=1800 tests/newsletters/test_kills.py` kills more.
"""

import os
from collections import Counter
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.audit import By
from app.editorial import publishing
from app.editorial.content import Actor
from app.kit.clock import system_clock
from app.kit.ids import uuid7
from app.models.letter import Letter
from app.models.newsletter import NewsletterIssue
from app.models.reader import Reader
from app.newsletters.addresses import AddressBook
from app.newsletters.readers import CONSENT
from app.runtime import Runtime
from app.worker.newsletters import NewsletterFollower
from tests import builders
from tests.conftest import MovingClock, store
from tests.letters.killing import assert_each_once, kill_senders
from tests.letters.servers import mail_server

KILLS = int(os.environ.get("WILLAY_LETTER_KILLS", "3"))
READERS = 15 * KILLS
LONGEST_LIFE = 0.5
EDITOR = Actor("Ana", By("session", UUID(int=1)), may_publish=True)
"""A person: what an import publishes is not mailed."""


def add_readers(runtime: Runtime, number: int) -> None:
    book, now = AddressBook(runtime.key()), runtime.clock()
    with runtime.database.writing() as tx:
        for nth in range(number):
            address = f"reader{nth}@example.org"
            tx.session.add(
                Reader(
                    id=uuid7(now, nth),
                    address_hash=book.hash_of(address),
                    address=book.encrypt(address),
                    key_mark=book.mark,
                    state="active",
                    rhythm="instant",
                    lang="en",
                    topics=[],
                    created_at=now,
                    changed_at=now,
                    consent=CONSENT,
                    consented_at=now,
                )
            )


def publish_issue(runtime: Runtime, clock: MovingClock) -> None:
    """Close an issue whose letters nobody has planned yet."""
    follower = NewsletterFollower(runtime, look_seconds=0.0)
    clock.now = system_clock()
    follower.step()
    article = builders.draft(runtime, title="News")
    with runtime.publishing() as tx:
        publishing.publish(tx, EDITOR, *article, runtime.site_rules)
    clock.move(minutes=3)
    follower.step()
    clock.now = system_clock()


def test_an_issue_is_mailed_once_to_everybody(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, clock), mail_server() as box:
        clock.now = system_clock()
        add_readers(runtime, READERS)
        publish_issue(runtime, clock)
        kills = kill_senders(runtime, box, tmp_path, KILLS, LONGEST_LIFE, plans=True)
        with runtime.database.reading() as tx:
            ended = Counter(tx.execute(sa.select(col(Letter.state))).scalars())
            issues = list(tx.execute(sa.select(col(NewsletterIssue.state))).scalars())
    assert_each_once("readers", READERS, kills, ended, Counter(box.recipients))
    assert issues.count("sent") == 1
