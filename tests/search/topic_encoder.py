"""An encoder that needs no model: words of one topic mean the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from app.search.embedded.analysis import Analyser
from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Document
from tests.search.builders import article

TOPICS = (
    {"oil", "petroleum", "crude", "spill", "leaked", "slick"},
    {"president", "ruler", "mandatary", "freed", "released"},
    {"flood", "deluge", "rain", "wrecked"},
)
OTHER_DIMENSIONS = 40
PATIENT = 30.0
"""Seconds: on a machine that does much else, a test waits until the vectors are read."""


class TopicEncoder:
    """A vector has a number for each topic, and small ones for all other words."""

    dimensions = len(TOPICS) + OTHER_DIMENSIONS

    def __init__(self, digest: str = "00aa11bb") -> None:
        self.digest = digest
        self.encoded: list[str] = []
        self._words = Analyser(()).words

    def can_read(self, words: Sequence[str]) -> bool:
        return any(word in topic for word in words for topic in TOPICS)

    def encode_question(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        vector = np.zeros(self.dimensions, np.float32)
        for word in self._words(text):
            of_topics = [at for at, topic in enumerate(TOPICS) if word in topic]
            other = blake2b(word.encode(), digest_size=1).digest()[0] % OTHER_DIMENSIONS
            vector[of_topics or [len(TOPICS) + other]] += 1.0 if of_topics else 0.05
        return vector / np.float32(max(np.linalg.norm(vector), 1e-9))

    def encode_documents(self, documents: Sequence[Document]) -> list[bytes]:
        self.encoded += [document.title for document in documents]
        return [
            np.rint(127 * self.encode_question(f"{document.title} {document.body}"))
            .astype(np.int8)
            .tobytes()
            for document in documents
        ]


OTHERS = tuple(
    article(f"other{n}", f"Other {n}", f"The council of the village met number{n} school{n * 7}.")
    for n in range(30)
)


@contextmanager
def meaning_engine(
    path: Path, *documents: Document, encoder: TopicEncoder | None = None
) -> Iterator[EmbeddedEngine]:
    """An engine over the documents and thirty others that mean something else."""
    made = encoder or TopicEncoder()
    with EmbeddedEngine(path, ("en", "es"), encoder=made, patience=PATIENT) as engine:
        engine.apply([*documents, *OTHERS], [], "start")
        yield engine
