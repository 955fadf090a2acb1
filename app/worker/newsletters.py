"""The follower that makes newsletters: requests to subscribe become letters, news becomes issues,
and issues become letters to their readers. Several may run side by side, kept apart by locks."""

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from app.changes import head
from app.newsletters import fan_out, planning, preparation, readers, requests
from app.runtime import Runtime

LOOK_SECONDS: Final = 5.0
"""The interval at which newsletters are looked at; their readers do not wait for seconds."""

_REQUESTS_AT_ONCE: Final = 50
_TIDY_SECONDS: Final = timedelta(hours=1).total_seconds()

_LOG: Final = logging.getLogger("willay.newsletters")


class NewsletterFollower:
    """Makes newsletters; a `Follower`."""

    name = "newsletters"

    def __init__(self, runtime: Runtime, look_seconds: float = LOOK_SECONDS) -> None:
        self._runtime = runtime
        self._look_seconds = look_seconds
        self._looked: float | None = None
        self._tidied: float | None = None
        self._is_full = False

    def step(self) -> bool:
        """Do one portion of each work that waits."""
        now = self._runtime.clock()
        with self._runtime.database.reading() as tx:
            has_requests = requests.has_requests(tx)
            issues = fan_out.unfinished_issues(tx)
        did = has_requests and self._process_requests(now)
        for issue in issues:
            with self._runtime.database.writing() as write:
                tags = self._runtime.memory.tags(write, head(write))
                did |= fan_out.plan_letters(write, tags, issue, now)
        if self._looked is None or monotonic() - self._looked >= self._look_seconds:
            self._looked = monotonic()
            did |= self._advance(now)
        self._tidy(now)
        return did

    def close(self) -> None:
        """Nothing to release."""

    def _process_requests(self, now: datetime) -> bool:
        per_hour = self._runtime.settings.confirmations_per_hour
        with self._runtime.database.writing() as tx:
            spare = requests.letters_to_spare(tx, per_hour, now)
            number = requests.process_requests(tx, min(spare, _REQUESTS_AT_ONCE), now)
        if not spare and not self._is_full:
            message = "%d letters asked to confirm within an hour; further requests wait"
            _LOG.warning(message, per_hour)
        self._is_full = not spare
        return number > 0

    def _advance(self, now: datetime) -> bool:
        runtime, settings = self._runtime, self._runtime.settings
        with runtime.database.reading() as tx:
            is_incomplete = preparation.needs_preparation(tx, settings, now)
        if is_incomplete:
            with runtime.database.writing() as write:
                preparation.prepare_newsletters(write, settings, now)
        with runtime.database.reading() as tx:
            due = planning.due_newsletters(tx, settings, now)
        for newsletter in due:
            with runtime.publishing() as publish:
                tags = runtime.memory.tags(publish, head(publish))
                message = planning.advance_newsletter(publish, tags, settings, newsletter, now)
            if message is not None:
                _LOG.warning("%s", message)
        return bool(due)

    def _tidy(self, now: datetime) -> None:
        if self._tidied is not None and monotonic() - self._tidied < _TIDY_SECONDS:
            return
        self._tidied = monotonic()
        with self._runtime.database.writing() as tx:
            fan_out.keep_outcomes(tx, now)
            readers.forget_old(tx, now)
