"""The keys by which caches forget answers: `Surrogate-Key` names them, and purges repeat them.

A thing has its kind and its id as its key, as in `article/{id}`. The page of an article carries the
keys of all articles that it shows. Answers that any change may change have one of the keys below.

Answers and purges also name a place in the log, so that a cache can tell an answer that was made
before its last purge.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from uuid import UUID

ALL: Final = "all"
"""The key of every answer."""
LISTS: Final = "lists"
"""Lists, feeds, calendars, the archive, sitemaps, counts of tags, cards, old paths, harvesting, the
site and its home, and what its licence for machines is told by."""
SEARCH: Final = "search"
CHANGES: Final = "changes"
SERVICE: Final = "service"
"""What only a setting changes: the front page, llms.txt and the like."""

_UNADDRESSED: Final = frozenset({"alias"})
"""The kinds in the log that no answer has a key of."""
_UNSEARCHED: Final = frozenset({"alias", "author", "site", "newsletter"})
"""The kinds in the log that no search shows."""


def key_of(kind: str, thing: UUID | str) -> str:
    """The key of one thing."""
    return f"{kind}/{thing}"


def keys_to_purge(changes: Mapping[str, Iterable[UUID]]) -> tuple[str, ...]:
    """The keys of every answer that a change of these things, by kind, may change. An import is
    told as one change of everything."""
    if "import" in changes:
        return (ALL,)
    addressed = {kind: things for kind, things in changes.items() if kind not in _UNADDRESSED}
    keys = [key_of(kind, thing) for kind, things in addressed.items() for thing in things]
    return (*keys, LISTS, CHANGES, *([SEARCH] if changes.keys() - _UNSEARCHED else []))


def log_place(sequence: int, epoch: str) -> str:
    """A place in the log as headers name it. Places of two epochs cannot be compared."""
    return f"{sequence};epoch={_epoch_digest(epoch)}"


@lru_cache(maxsize=8)
def _epoch_digest(epoch: str) -> str:
    """The epoch's own name is nobody's business."""
    return blake2b(epoch.encode(), digest_size=8).hexdigest()
