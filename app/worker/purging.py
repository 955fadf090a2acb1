"""Tells caches in front of the service which answers to forget, by one request for each change.

A follower of the log for each cache sends the keys of what changed, with the log's place. Its own
place is stored when the cache has accepted the request, so nothing is lost when either is away.
There are three rounds, each with a place of its own:

- `first` follows the log.
- `search` purges searches again when the index that answers them has caught up.
- `again` repeats what the first round sent, some seconds later. An answer that was under way is
  kept after the first purge by a cache that does not compare the places that answers carry.

Several processes may follow side by side: a request that is sent twice does no harm. A cache whose
place in the log is unknown, for example after a restore, is told to forget everything.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from pydantic_core import to_json

from app import milestones
from app.changes import head
from app.database import ReadTx
from app.errors import Unavailable
from app.milestones import PurgeRound
from app.outage import Outage
from app.partners.exchange import Exchange, Sender
from app.partners.targets import ReachPolicy, parse_networks
from app.published import cache_keys, changes
from app.runtime import Runtime

LOOK_SECONDS: Final = 0.25
"""The pause between two looks at the log."""

_SECONDS: Final = 5.0
"""The time limit of one request."""

_SHORTEST: Final = 0.5
_LONGEST: Final = 30.0
"""The pause after the first failure, and the longest one, in seconds."""

_MOST_ENTRIES: Final = 1_000
"""Entries of the log that are told one by one; for more, the cache forgets everything."""

_MOST_KEYS: Final = 100
"""Keys in one request: CDNs take no more, and Varnish takes 8 kB in a header."""

_ANYWHERE: Final = ReachPolicy(parse_networks(["0.0.0.0/0", "::/0"]))
"""The operator chose the address, which usually is a private one. Redirects are not followed."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the log that a round has not told yet: its keys, and its end."""

    keys: Sequence[str]
    place: str
    cursor: str


class PurgeFollower:
    """Tells one cache; the `SteppedWork` of a thread of its own."""

    def __init__(self, runtime: Runtime, address: str) -> None:
        settings = runtime.settings
        host = urlsplit(address).netloc
        self.name: Final = f"purges of {host}"
        self._runtime = runtime
        self._address = address
        self._method = settings.purge_method
        self._headers = {"user-agent": "Willay"}
        if settings.purge_header is not None:
            name, _, value = settings.purge_header.get_secret_value().partition(": ")
            self._headers[name] = value
        self._sender = Sender(_ANYWHERE, seconds=_SECONDS)
        self._runner = asyncio.Runner()
        self._request: asyncio.Task[Exchange] | None = None
        self._settled: tuple[str, int, int] | None = None
        self._to_repeat: deque[tuple[float, int]] = deque()
        self._outage = Outage(f"The cache at {host}", "willay.purges")
        self._failures = 0
        self._not_before = 0.0

    def step(self) -> bool:
        """Tell the cache what is new. A failure is logged once; the step tries again at growing
        intervals."""
        if monotonic() < self._not_before:
            return False
        problem = self._purge_new()
        if problem:
            self._not_before = monotonic() + min(_LONGEST, _SHORTEST * 2**self._failures)
            self._failures += 1
            message = "The cache was not told of changes and may show what was taken back."
            self._outage.begin(Unavailable("cache_not_purged", message, cause=problem))
        else:
            self._failures = 0
            if self._outage.is_on:
                self._outage.end()
        return False

    def interrupt(self) -> None:
        """Give up the request under way; it is sent again later."""
        if (request := self._request) is not None:
            self._runner.get_loop().call_soon_threadsafe(request.cancel)

    def close(self) -> None:
        """Release the loop and the threads."""
        self._runner.close()
        self._sender.close()

    def _purge_new(self) -> str:
        """Run the rounds as far as they can go; the reason if the cache did not accept one."""
        with suppress(Unavailable):  # then the next look will
            self._runtime.promote()
        with self._runtime.database.reading() as tx:
            log = head(tx)
        # Looked at before the purge, so that the cache keeps no answer of an older index after it.
        indexed = self._indexed_sequence()
        if (state := (log.epoch, log.sequence, indexed)) != self._settled:
            with_search: tuple[PurgeRound, ...] = ("search",) if indexed >= log.sequence else ()
            problem = self._run_round("first", log.sequence, with_search)
            problem = problem or self._run_round("search", min(indexed, log.sequence))
            if problem:
                return problem
            delay = self._runtime.settings.purge_again_seconds
            if delay and (self._settled is None or self._settled[:2] != state[:2]):
                self._to_repeat.append((monotonic() + delay, log.sequence))
            self._settled = state
        return self._repeat_due()

    def _indexed_sequence(self) -> int:
        """The place of the search index in the log; 0 if it cannot be opened."""
        try:
            return self._runtime.search.state()[1]
        except Unavailable:
            return 0

    def _repeat_due(self) -> str:
        """Repeat what was told long enough ago; the reason if the cache did not accept it."""
        due = None
        while self._to_repeat and self._to_repeat[0][0] <= monotonic():
            due = self._to_repeat.popleft()
        if due is None:
            return ""
        if problem := self._run_round("again", due[1]):
            self._to_repeat.appendleft(due)
        return problem

    def _run_round(
        self, purge_round: PurgeRound, end: int, with_rounds: Sequence[PurgeRound] = ()
    ) -> str:
        """Tell what one round has not told up to `end`, and store that, for other rounds too."""
        with self._runtime.database.reading() as tx:
            stretch = self._find_stretch(tx, purge_round, end)
        if stretch is None:
            return ""
        for first in range(0, len(stretch.keys), _MOST_KEYS):
            keys = stretch.keys[first : first + _MOST_KEYS]
            if problem := self._runner.run(self._send(keys, stretch.place)):
                return problem
        now = self._runtime.clock()
        with self._runtime.database.writing() as write:
            for each in (purge_round, *with_rounds):
                name = milestones.purge_name(self._address, each)
                milestones.record(write, name, stretch.cursor, now)
        return ""

    def _find_stretch(self, tx: ReadTx, purge_round: PurgeRound, end: int) -> _Stretch | None:
        """What a round has not told up to `end`: everything if its own place is unknown or far
        behind; None if there is nothing."""
        last = milestones.last_occurrence(tx, milestones.purge_name(self._address, purge_round))
        keys: Sequence[str] = (cache_keys.ALL,)
        if last is not None and changes.is_mine(tx, last.by):
            begin = changes.sequence_of(last.by)
            if begin >= end:
                return None
            changed = changes.loud_subjects(tx, begin, end, _MOST_ENTRIES)
            if changed is not None:
                keys = cache_keys.keys_to_purge(changed) if changed else ()
        if purge_round == "search" and keys:
            keys = (cache_keys.SEARCH,)
        place = cache_keys.log_place(end, head(tx).epoch)
        return _Stretch(keys, place, changes.cursor_at(tx, end))

    async def _send(self, keys: Sequence[str], place: str) -> str:
        """Send one request; the reason if the cache did not accept it."""
        headers = {**self._headers, "surrogate-key": " ".join(keys), "willay-sequence": place}
        body = b""
        if self._method == "POST":
            headers["content-type"] = "application/json"
            body = to_json({"tags": keys})
        sending = self._sender.send(self._address, headers, body, self._method)
        self._request = asyncio.ensure_future(sending)
        try:
            exchange = await self._request
        finally:
            self._request = None
        return "" if exchange.is_success else exchange.problem or f"answered {exchange.status}"
