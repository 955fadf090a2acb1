"""Password guessing beside readers: what each of them gets, in one run.

Guesses come from a new address each (as a botnet's do), on accounts that exist and that do not.
Every guess that is let through costs a password hash; readers must not pay for it.
"""

import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlencode

from app import schema
from app.accounts import users
from app.accounts.inputs import AccountInput
from app.accounts.passwords import Hasher, validate_password
from app.accounts.principal import OPERATOR
from app.database import Database
from app.kit.clock import system_clock
from benchmarks.corpus import Size, fill
from benchmarks.load import Load, load
from benchmarks.servers import server

_PASSWORD: Final = "a bridge over the Rimac"  # noqa: S105  # of an account that lives seconds
_GUESSERS: Final = 16
_LOGIN: Final = "/v1/admin/auth/token"


@dataclass
class _Attack:
    """Guessers that go on until they are told to stop; `answers` counts statuses."""

    port: int
    answers: Counter[int] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        """Guess, each time from another address and at another account."""
        for turn in range(100_000):
            if self.stopped.is_set():
                return
            address = f"10.{number}.{turn // 250 % 250}.{turn % 250}"
            name = "ana@example.org" if turn % 2 else f"nobody{turn}@example.org"
            self.answers[_log_in(self.port, name, "guess", address)[0]] += 1


def table(articles: int, seconds: float, rounds: int) -> Iterator[str]:
    """The lines of a Markdown table: medians over the rounds."""
    with tempfile.TemporaryDirectory(prefix="willay-bench-") as name:
        folder = Path(name)
        _prepare(folder, articles)
        with server("app.main:from_environment", folder, "--factory", quiet=True) as port:
            _editor_logs_in(port)  # which makes the address a usual one
            url = f"http://127.0.0.1:{port}/v1/articles"
            quiet: list[Load] = []
            attacked: list[Load] = []
            guesses: list[float] = []
            logins: list[float] = []
            for turn in range(rounds):
                sys.stderr.write(f"round {turn + 1} of {rounds}\n")
                quiet.append(load(url, {}, seconds))
                reached, rate, waited = _under_attack(port, url, seconds)
                attacked.append(reached)
                guesses.append(rate)
                logins.append(waited)
    yield "\n| readers (list of 20, 32 connections) | /s | p50 ms | p99 ms |"
    yield "|---|---:|---:|---:|"
    for label, runs in (("alone", quiet), ("beside the guessing", attacked)):
        rate, p50, p99 = (median(getattr(run, it) for run in runs) for it in ("rate", "p50", "p99"))
        yield f"| {label} | {rate:,.0f} | {p50:.1f} | {p99:.1f} |"
    yield f"\nGuesses answered: {median(guesses):,.0f}/s by {_GUESSERS} guessers."
    yield f"An editor's own login from the usual address meanwhile: {median(logins):.2f} s."


def _under_attack(port: int, url: str, seconds: float) -> tuple[Load, float, float]:
    attack = _Attack(port)
    threads = [threading.Thread(target=attack.run, args=(it,)) for it in range(_GUESSERS)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    try:
        reached = load(url, {}, seconds)
        asked_at = time.perf_counter()
        _editor_logs_in(port)
        waited = time.perf_counter() - asked_at
    finally:
        attack.stopped.set()
        for thread in threads:
            thread.join()
    rate = attack.answers.total() / (time.perf_counter() - began)
    sys.stderr.write(f"guesses by status: {dict(attack.answers)}\n")
    return reached, rate, waited


def _editor_logs_in(port: int) -> None:
    status, body = _log_in(port, "ana@example.org", _PASSWORD, "192.0.2.1")
    if status != 200:
        raise RuntimeError(f"an editor's login was answered {status}: {body!r}")


def _prepare(folder: Path, articles: int) -> None:
    database = Database(f"sqlite:///{folder / 'willay.db'}")
    schema.migrate(database)
    fill(database, Size(articles, words=400), system_clock())
    account = AccountInput(email="ana@example.org", role="editor")
    hashed = Hasher().hash(validate_password(_PASSWORD, account.email))
    with database.writing() as tx:
        users.create(tx, OPERATOR, account, system_clock(), hashed)
    database.close()


def _log_in(port: int, name: str, password: str, address: str) -> tuple[int, bytes]:
    form = urlencode({"username": name, "password": password})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address}
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", _LOGIN, form, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
