"""The engines measured: ours, and two plain ones that show what its parts are worth."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID, uuid5

import tantivy
from rank_bm25 import BM25Okapi

from app.search.embedded.analysis import Analyser
from app.search.embedded.engine import EmbeddedEngine
from app.search.embedded.matching import Ranking
from app.search.embedded.meaning.encoding import Encoder
from app.search.embedded.meaning.opening import open_encoder
from app.search.protocol import Document, Key, Label, Mark, Query
from benchmarks.relevance.collections import Text

_SPACE = UUID(int=0)
LANGUAGES = ("en", "es")
MODEL = "WILLAY_SEMANTIC_MODEL"
_PATIENCE = 600.0
"""Seconds that a search waits for the vectors: each figure is of words and meaning together."""


class Measured(Protocol):
    """An engine over one collection."""

    name: str

    def best(self, text: str, limit: int) -> list[str]:
        """Document ids, best first."""
        ...


class Willay:
    """The embedded engine as the service uses it."""

    name = "willay"

    def __init__(self, documents: Sequence[Text], encoder: Encoder | None = None) -> None:
        self._folder = TemporaryDirectory()
        self.engine = EmbeddedEngine(
            Path(self._folder.name), LANGUAGES, encoder=encoder, patience=_PATIENCE
        )
        self.ids = {uuid5(_SPACE, text.id): text.id for text in documents}
        self.documents = [_document(text) for text in documents]
        self.engine.apply(self.documents, [], "all")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.engine.close()
        self._folder.cleanup()

    @contextmanager
    def with_ranking(self, ranking: Ranking) -> Iterator[Self]:
        """The same index, which ranks by other parameters."""
        other = copy(self)
        with EmbeddedEngine(Path(self._folder.name), LANGUAGES, ranking) as other.engine:
            yield other

    def best(self, text: str, limit: int, *, exact: bool = False) -> list[str]:
        result = self.engine.search(Query(text, limit=limit, exact=exact))
        return [self.ids[hit.key.id] for hit in result.hits]


class WithMeaning(Willay):
    """The same engine where the operator gave it a model."""

    name = "with meaning"


@contextmanager
def with_model(documents: Sequence[Text]) -> Iterator[list[WithMeaning]]:
    """The engine with the model that the environment names, if it names one."""
    if folder := os.environ.get(MODEL):
        with WithMeaning(documents, open_encoder(Path(folder))) as engine:
            yield [engine]
    else:
        yield []


class Exact:
    """The same engine where the words are taken as they are: neither corrected nor widened."""

    name = "exact"

    def __init__(self, willay: Willay) -> None:
        self._willay = willay

    def best(self, text: str, limit: int) -> list[str]:
        return self._willay.best(text, limit, exact=True)


class PlainTantivy:
    """Tantivy's default analysis over title and body, words joined by OR."""

    name = "plain tantivy"

    def __init__(self, documents: Sequence[Text]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("text")
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        writer = self._index.writer(50_000_000, 1)
        for text in documents:
            writer.add_document(tantivy.Document(id=text.id, text=_whole(text)))
        writer.commit()
        self._index.reload()
        self._words = Analyser(())

    def best(self, text: str, limit: int) -> list[str]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", word))
            for word in self._words.words(text)
        ]
        searcher = self._index.searcher()
        answer = searcher.search(tantivy.Query.boolean_query(terms), limit)
        return [str(searcher.doc(address)["id"][0]) for _, address in answer.hits]


class PlainBm25:
    """`rank_bm25` over lower-case words."""

    name = "plain BM25"

    def __init__(self, documents: Sequence[Text]) -> None:
        self._ids = [text.id for text in documents]
        self._model = BM25Okapi([_plain(_whole(text)) for text in documents])

    def best(self, text: str, limit: int) -> list[str]:
        scores = self._model.get_scores(_plain(text))
        order = sorted(range(len(scores)), key=lambda place: -scores[place])[:limit]
        return [self._ids[place] for place in order if scores[place] > 0]


def _whole(text: Text) -> str:
    labels = " ".join(label for _, label in text.labels)
    return f"{text.title}\n{text.summary}\n{text.body}\n{labels}"


def _document(text: Text) -> Document:
    digest = blake2b(json.dumps([text.title, text.body]).encode(), digest_size=16).digest()
    published = datetime.fromisoformat(text.published_at) if text.published_at else None
    return Document(
        Key(text.kind, uuid5(_SPACE, text.id)),  # type: ignore[arg-type]
        Mark(1, digest),
        text.title,
        text.lang,
        text.summary,
        text.body,
        tuple(Label(label, lang) for lang, label in text.labels),
        published_at=published,
    )


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
