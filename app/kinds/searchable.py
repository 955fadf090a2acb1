"""The document that search holds for one thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from app.kit.clock import EPOCH
from app.public.vocabulary import ContentKind


@dataclass(frozen=True, slots=True)
class Searchable:
    """A thing that search can find.

    `lang` is None for a thing with texts in several languages; `also_in` are other languages in
    which the same story is visible. `labels` are words that find it although its own text lacks
    them, each with its language: names and synonyms of its tags, and (without a language) its
    authors. `version` grows with each change of the thing itself. The other fields are for filters;
    `tag_ids` hold the ancestors too.
    """

    kind: ContentKind | Literal["page"]
    id: UUID
    version: int
    lang: str | None
    title: str
    summary: str
    body: str
    also_in: tuple[str, ...] = ()
    labels: tuple[tuple[str, str | None], ...] = ()
    author_slugs: tuple[str, ...] = ()
    tag_ids: tuple[UUID, ...] = ()
    published_at: datetime | None = None
    changed_at: datetime | None = None
    syndicatable: bool = False


def version_of(changed_at: datetime) -> int:
    """A number that grows with each change: microseconds since 1970."""
    return (changed_at - EPOCH) // timedelta(microseconds=1)


def tag_labels(
    names: Mapping[str, str], synonyms: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """The names and synonyms of a tag, each with its language."""
    labels = [(name, lang) for lang, name in names.items()]
    return labels + [(word, lang) for lang, words in synonyms.items() for word in words]
