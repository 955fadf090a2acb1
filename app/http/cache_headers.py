"""The headers by which caches keep public answers: for how long, by which keys, from what state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.changes import Head
from app.published import cache_keys
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """For how many seconds an answer may be kept: by anybody, by shared caches if that differs, and
    when it is stale while a cache asks again, or cannot ask."""

    usual: int
    shared: int = 0
    stale: int = 0
    stale_if_error: int = 0

    @property
    def longest(self) -> int:
        """The seconds before a boundary in which the boundary shortens one of them."""
        return max(self.usual, self.shared) + max(self.stale, self.stale_if_error)


NEVER_FRESH: Final = Lifetimes(0)
"""Of answers that every cache asks for again each time."""


def lifetimes(settings: Settings) -> Lifetimes:
    """The lifetimes of answers."""
    return Lifetimes(
        settings.cache_seconds,
        settings.shared_cache_seconds,
        settings.stale_seconds,
        settings.stale_if_error_seconds,
    )


def file_lifetimes(settings: Settings) -> Lifetimes:
    """The lifetimes of pictures and files, whose bytes never change."""
    usual = settings.file_cache_seconds
    return Lifetimes(
        settings.cache_seconds if usual is None else usual,
        settings.shared_cache_seconds,
        settings.stale_seconds,
        settings.stale_if_error_seconds,
    )


def cache_control(log: Head, clock: datetime, most: Lifetimes) -> str:
    """`Cache-Control` of public content: never beyond the next boundary, not even stale."""
    left = max(0, int((log.next_boundary - log.moment(clock)).total_seconds()))
    usual, shared = min(most.usual, left), min(most.shared, left)
    directives = ["public", f"max-age={usual}"]
    if most.shared:
        directives.append(f"s-maxage={shared}")
    left -= max(usual, shared)
    for name, seconds in (
        ("stale-while-revalidate", min(most.stale, left)),
        ("stale-if-error", min(most.stale_if_error, left)),
    ):
        if seconds:
            directives.append(f"{name}={seconds}")
    return ", ".join(directives)


def last_modified(log: Head, now: datetime) -> datetime | None:
    """The log's clock, rounded up to the second; None until that second has come."""
    second = log.effective_until.replace(microsecond=0)
    if second < log.effective_until:
        second += timedelta(seconds=1)
    return second if second <= now else None


def purge_headers(
    settings: Settings, log: Head, keys: str, indexed: int | None = None
) -> dict[str, str]:
    """The keys of an answer, and the place in the log that it was made from: the head, or the place
    of the search index when that is behind."""
    sequence = log.sequence if indexed is None else min(indexed, log.sequence)
    keys = f"{keys} {cache_keys.ALL}"
    headers = {
        "Surrogate-Key": keys,
        "Willay-Sequence": cache_keys.log_place(sequence, log.epoch),
    }
    return {**headers, "Cache-Tag": keys.replace(" ", ",")} if settings.cache_tag else headers
