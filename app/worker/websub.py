"""Tells a WebSub hub that feeds have changed, so that their subscribers learn of it at once.

The hub hears of the feed of everything, the feeds of each language, and the feed of each single tag
that a change touches, but of no other filter. Nothing is stored: a new process tells the hub of all
these feeds, and then after every change. A hub that is told twice fetches twice and finds nothing
new. A hub that is out of reach is asked at growing intervals, and delays other followers by a few
seconds at most.
"""

import logging
from collections.abc import Iterable
from itertools import islice
from time import monotonic
from typing import Final

import httpx2

from app.changes import head
from app.published import changes, tags
from app.runtime import Runtime

_SECONDS: Final = 3.0
"""The time limit of one request to the hub."""

_APART: Final = 5.0
_LONGEST: Final = 300.0
"""The pause between two requests, and the longest pause after many failures."""

_AT_ONCE: Final = 100
"""Feeds that one request names."""

_LOOKED_AT: Final = 500
"""Log entries that are inspected one by one; after more, every tag may have changed."""

_LOG = logging.getLogger("willay.websub")


def changed_topics(
    public_url: str, languages: tuple[str, ...], slugs: Iterable[str] = ()
) -> list[str]:
    """The feeds of everything, of each language, and of each of these tags."""
    feeds = [f"{public_url}/v1/feeds/articles.{kind}" for kind in ("atom", "rss", "json")]
    language_feeds = [f"{feed}?lang={lang}" for feed in feeds for lang in languages]
    return [*feeds, *language_feeds, *(f"{feed}?tag={slug}" for slug in slugs for feed in feeds)]


class WebSubFollower:
    """Keeps a hub informed; a `Follower`."""

    name = "websub"

    def __init__(self, runtime: Runtime, hub: str, interval: float = _APART) -> None:
        self._runtime = runtime
        self._hub = hub
        self._apart = interval
        self._read: int | None = None
        self._to_tell: dict[str, None] = {}
        self._failures = 0
        self._not_before = 0.0
        self._client = httpx2.Client(timeout=_SECONDS, follow_redirects=False)

    def step(self) -> bool:
        """Tell the hub if something has changed since the last request."""
        if monotonic() < self._not_before:
            return False
        self._collect_topics()
        batch = list(islice(self._to_tell, _AT_ONCE))
        if not batch:
            return False
        try:
            answer = self._client.post(self._hub, data={"hub.mode": "publish", "hub.url": batch})
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            self._failures += 1
            wait = min(_LONGEST, self._apart * 2**self._failures)
            self._not_before = monotonic() + wait
            _LOG.warning("the hub was not told, again in %d seconds: %s", wait, error)
            return False
        for message in batch:
            del self._to_tell[message]
        self._failures = 0
        self._not_before = monotonic() + self._apart
        return False

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _collect_topics(self) -> None:
        """Add the feeds that changed since the log was last read."""
        settings = self._runtime.settings
        with self._runtime.database.reading() as tx:
            log = head(tx)
            if log.sequence == self._read:
                return
            cached_tags = self._runtime.memory.tags(tx, log)
            slugs: Iterable[str] = sorted(cached_tags.by_slug)
            if self._read is not None and 0 < log.sequence - self._read <= _LOOKED_AT:
                subjects, _ = changes.subjects_after(tx, self._read, _LOOKED_AT)
                slugs = tags.ancestor_slugs(tx, cached_tags, subjects.get("article", ()))
        self._read = log.sequence
        self._to_tell |= dict.fromkeys(
            changed_topics(settings.public_url, settings.languages, slugs)
        )
