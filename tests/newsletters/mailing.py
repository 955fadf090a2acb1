"""A newsroom with readers: its worker is stepped by hand, and its letters are files."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.letters.sending import LetterSender
from app.models.reader import Reader
from app.worker.newsletters import NewsletterFollower
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench, bench_in
from tests.letters.desk import QUICK, files, text_of

SUBSCRIPTIONS = "/v1/subscriptions"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/[^\s\"<>]+)")


class Newsroom:
    """Editors, readers and the worker of one store."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.client, self.clock = bench, bench.client, bench.clock
        self.runtime = bench.runtime
        self.desk = Newsdesk.of(bench)
        self.follower = NewsletterFollower(bench.runtime, look_seconds=0.0)
        settings = bench.runtime.settings
        settings = type(settings)(**(settings.model_dump() | {"mail_rate": 1_000.0}))
        args = (bench.runtime.database, settings, bench.runtime.key, bench.runtime.clock)
        self.sender = LetterSender(*args, QUICK)
        self._known: set[str] = set()
        self.work()

    def work(self) -> None:
        """Let the worker do all that is due now."""
        self.runtime.promote()
        for _ in range(100):
            did = self.follower.step()
            did |= self.sender.step()
            if not did:
                return
        raise AssertionError("the worker never comes to an end")

    def letters(self) -> list[EmailMessage]:
        """What has arrived since this was asked last, after the worker has worked."""
        self.work()
        return self.unseen()

    def unseen(self) -> list[EmailMessage]:
        """What has arrived since letters were asked for last."""
        fresh = files(self.runtime, self._known)
        self._known |= set(fresh)
        return list(fresh.values())

    def subscribe(self, email: str, **wish: Any) -> Any:
        """Ask for news; the answer."""
        return self.client.post(SUBSCRIPTIONS, json={"email": email, **wish})

    def join(self, email: str, **wish: Any) -> str:
        """Subscribe and confirm; the page by which the reader manages the subscription is in each
        letter."""
        assert self.subscribe(email, **wish).status_code == 202
        letter = self.letter_to(email)
        page = link_in(letter, "/subscribe/confirm/")
        assert self.client.post(page).status_code == 200
        return page

    def letter_to(self, email: str) -> EmailMessage:
        """The one new letter to an address."""
        [letter] = [it for it in self.letters() if str(it["To"]) == email]
        return letter

    def publish(self, title: str, **over: Any) -> str:
        """Publish an article as an editor; its address."""
        article = self.desk.create(title=title, summary=f"About: {title}.", **over)
        answer = self.desk.act(article, "publish")
        assert answer.status_code == 200, answer.text
        return article

    def pass_time(self, **step: float) -> None:
        """Let time go by, and the worker work at its end."""
        self.clock.move(**step)
        self.work()


@contextmanager
def newsroom(folder: Path, **settings: Any) -> Iterator[Newsroom]:
    """A newsroom whose readers may all come from one network."""
    more = {"subscriptions_per_network": 0, "serve_worker": False} | settings
    with bench_in(folder, **more) as bench:
        room = Newsroom(bench)
        try:
            yield room
        finally:
            room.follower.close()
            room.sender.close()


def link_in(letter: EmailMessage, beginning: str) -> str:
    """The path of a letter's link that begins so."""
    paths: Sequence[str] = LINK.findall(text_of(letter))
    return next(path for path in paths if path.startswith(beginning))


def titles_in(letter: EmailMessage) -> list[str]:
    """The titles of the articles in an issue, in their order."""
    return re.findall(r"^\* (.*)$", text_of(letter), re.M)


def reader_states(room: Newsroom) -> list[str]:
    with room.runtime.database.reading() as tx:
        return sorted(tx.execute(sa.select(col(Reader.state))).scalars())
