"""Tells a WebSub hub that the feeds have changed, so that their subscribers hear of it at once.

Nothing is kept: a process that begins tells the hub once, and then after every change. A hub that
is told twice fetches twice and finds nothing new. One that cannot be reached is asked again later
and later, and delays no other follower by more than a few seconds.
"""

import logging
from time import monotonic
from typing import Final

import httpx2

from app.changes import head
from app.runtime import Runtime

_SECONDS: Final = 3.0
"""For one request to the hub."""

_APART: Final = 5.0
_LONGEST: Final = 300.0
"""Seconds between two tellings, and after many failures."""

_LOG = logging.getLogger("willay.websub")


def topics(public_url: str, languages: tuple[str, ...]) -> list[str]:
    """The feeds that the hub is told of: of everything, and of each language."""
    feeds = [f"{public_url}/v1/feeds/articles.{kind}" for kind in ("atom", "rss", "json")]
    return feeds + [f"{feed}?lang={lang}" for feed in feeds for lang in languages]


class Announcing:
    """Keeps a hub informed; a `Follower`."""

    name = "websub"

    def __init__(self, runtime: Runtime, hub: str, apart: float = _APART) -> None:
        self._runtime = runtime
        self._hub = hub
        self._apart = apart
        self._told: int | None = None
        self._failures = 0
        self._not_before = 0.0
        self._client = httpx2.Client(timeout=_SECONDS, follow_redirects=False)

    def step(self) -> bool:
        """Tell the hub if something has changed since it was last told."""
        if monotonic() < self._not_before:
            return False
        with self._runtime.database.reading() as tx:
            sequence = head(tx).sequence
        if sequence == self._told:
            return False
        settings = self._runtime.settings
        fields = {"hub.mode": "publish"}
        listed = topics(settings.public_url, settings.languages)
        try:
            answer = self._client.post(self._hub, data={**fields, "hub.url": listed})
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            self._failures += 1
            wait = min(_LONGEST, self._apart * 2**self._failures)
            self._not_before = monotonic() + wait
            _LOG.warning("the hub was not told, again in %d seconds: %s", wait, error)
            return False
        self._told, self._failures = sequence, 0
        self._not_before = monotonic() + self._apart
        return False

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
