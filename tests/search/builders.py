"""Documents for the search tests, and an engine over them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from app.public.vocabulary import ContentKind
from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Document, Engine, Key, Label, Mark, Query, SearchResult

SPACE = UUID(int=0)
WATER = (Label("Water", "en"), Label("Agua", "es"), Label("ríos", "es"))


def id_of(name: str) -> UUID:
    return uuid5(SPACE, name)


def article(name: str, title: str, body: str = "", year: int = 2020, **more: Any) -> Document:
    """An English article of the first of July of its year, unless told otherwise."""
    kind: ContentKind = more.pop("kind", "article")
    digest = blake2b(f"{name}{title}{body}".encode("utf-8", "replace"), digest_size=16).digest()
    values: dict[str, Any] = {
        "lang": "en",
        "article_kind": "article",
        "published_at": datetime(year, 7, 1, tzinfo=UTC),
        "updated_at": datetime(year, 7, 2, tzinfo=UTC),
    }
    return Document(
        Key(kind, id_of(name)),
        Mark(more.pop("version", 1), digest),
        title,
        body=body,
        **values | more,
    )


def thing(kind: ContentKind, name: str, title: str, *labels: Label) -> Document:
    """A tag, a sponsor or a person."""
    digest = blake2b(name.encode(), digest_size=16).digest()
    return Document(Key(kind, id_of(name)), Mark(1, digest), title, labels=labels)


@contextmanager
def engine_of(path: Path, *documents: Document) -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(path, ("en", "es")) as engine:
        engine.apply(documents, [], "start")
        yield engine


def names(found: SearchResult, *documents: Document) -> list[str]:
    """The titles of the hits, in order."""
    titles = {document.key: document.title for document in documents}
    return [titles[hit.key] for hit in found.hits]


def ids(engine: Engine, text: str, **more: Any) -> list[UUID]:
    return [hit.key.id for hit in engine.search(Query(text, **more)).hits]
