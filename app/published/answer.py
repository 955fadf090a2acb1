"""What a public endpoint answers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, its `Link` header's targets by relation, its keys for purging caches."""

    body: bytes
    links: Mapping[str, str | None]
    keys: str
    media: str = "application/json"
