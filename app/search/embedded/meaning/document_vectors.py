"""The vectors of documents that are written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import tantivy

from app.search.embedded.damage import DamageGuard
from app.search.embedded.meaning.encoding import is_encoded
from app.search.embedded.schema import key_of, shown_texts
from app.search.protocol import Document

if TYPE_CHECKING:
    from app.search.embedded.meaning.encoding import Encoder


class DocumentVectors:
    """Makes a vector for each document in the model's language; b"" stands for none."""

    def __init__(self, schema: tantivy.Schema, encoder: "Encoder | None") -> None:
        self._schema = schema
        self._encoder = encoder

    def expected_bytes(self, document: Document) -> int:
        """The length of a document's vector."""
        encoder = self._encoder
        return encoder.dimensions if encoder is not None and is_encoded(document.lang) else 0

    def make(
        self, documents: Sequence[Document], index: tantivy.Index, damage: DamageGuard
    ) -> list[bytes]:
        """The vector of each; that of the index if its text there is the same, because a tag's new
        name writes all of its articles again."""
        if self._encoder is None:
            return [b""] * len(documents)
        with damage:
            index.reload()
            searcher = index.searcher()
            vectors = [self._read_vector(document, searcher) for document in documents]
        lacking = [at for at, vector in enumerate(vectors) if not vector]
        made = self.make_new([documents[at] for at in lacking])
        for at, vector in zip(lacking, made, strict=True):
            vectors[at] = vector
        return vectors

    def make_new(self, documents: Sequence[Document]) -> list[bytes]:
        """The vector of each, whatever the index holds."""
        if self._encoder is None:
            return [b""] * len(documents)
        places = [at for at, document in enumerate(documents) if is_encoded(document.lang)]
        vectors = [b""] * len(documents)
        made = self._encoder.encode_documents([documents[at] for at in places])
        for at, vector in zip(places, made, strict=True):
            vectors[at] = vector
        return vectors

    def _read_vector(self, document: Document, searcher: tantivy.Searcher) -> bytes:
        if not is_encoded(document.lang):
            return b""
        term = tantivy.Query.term_query(self._schema, "key", key_of(document.key))
        for _, address in searcher.search(term, 1, count=False).hits:
            former = searcher.doc(address)
            if shown_texts(former) == (document.title, document.summary, document.body):
                vector: bytes = former.get_first("vector") or b""
                return vector if len(vector) == self.expected_bytes(document) else b""
        return b""
