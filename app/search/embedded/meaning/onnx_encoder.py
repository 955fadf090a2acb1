"""An encoder by a sentence model in ONNX's form, such as all-MiniLM-L6-v2."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import onnxruntime

from app.search.embedded.meaning.wordpiece import WordPieces
from app.search.protocol import Document

if TYPE_CHECKING:
    from app.search.embedded.meaning.encoding import Vector

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
_FORMAT: Final = b"1"
"""Goes up with every change of what is encoded, and of the form of a vector."""
_PIECES: Final = 256
"""The pieces of one text that are read: two hundred words, because a story begins with its subject.
Three such passages of each text found no more in eleven collections."""
_TITLE_PIECES: Final = 64
_CHARACTERS: Final = 6_000
"""The characters of a text that are looked at: as many as hold these pieces in any case."""
_BATCH: Final = 16
_QUESTIONS_KEPT: Final = 500
_LARGEST: Final = 127


class OnnxEncoder:
    """Reads its model at once. `OSError`; `ValueError` for files that are no such model."""

    def __init__(self, folder: Path) -> None:
        model = (folder / MODEL).read_bytes()
        tokenizer = (folder / TOKENIZER).read_bytes()
        self._pieces = WordPieces.read(folder / TOKENIZER)
        self.digest: Final = blake2b(_FORMAT + model + tokenizer, digest_size=4).hexdigest()
        self._session = _open_session(model)
        self._inputs = {node.name for node in self._session.get_inputs()}
        vector = self._encode_rows([[self._pieces.first, self._pieces.last]])[0]
        self.dimensions: Final = len(vector)
        self._cached_question = lru_cache(_QUESTIONS_KEPT)(self._encode_text)

    def can_read(self, words: Sequence[str]) -> bool:
        """See `Encoder.can_read`."""
        return any(map(self._pieces.knows, words))

    def encode_question(self, text: str) -> "Vector":
        """See `Encoder.encode_question`."""
        return self._cached_question(text[:_CHARACTERS])

    def encode_documents(self, documents: Sequence[Document]) -> list[bytes]:
        """See `Encoder.encode_documents`. Texts of a like length share a batch, because the
        shorter ones are filled up to the longest."""
        rows = [self._row_of(document) for document in documents]
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
        vectors: list[bytes] = [b""] * len(rows)
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            encoded_rows = self._encode_rows([rows[at] for at in places])
            for at, vector in zip(places, encoded_rows, strict=True):
                scaled = vector * (_LARGEST / max(float(np.abs(vector).max()), 1e-9))
                vectors[at] = np.rint(scaled).astype(np.int8).tobytes()
        return vectors

    def _row_of(self, document: Document) -> list[int]:
        head = self._pieces.split(f"{document.title[:_CHARACTERS]}.")[:_TITLE_PIECES]
        text = f"{document.summary}\n{document.body}" if document.summary else document.body
        return self._whole_row([*head, *self._pieces.split(text[:_CHARACTERS])])

    def _encode_text(self, text: str) -> "Vector":
        vector: Vector = self._encode_rows([self._whole_row(self._pieces.split(text))])[0]
        return vector

    def _whole_row(self, pieces: list[int]) -> list[int]:
        return [self._pieces.first, *pieces[: _PIECES - 2], self._pieces.last]

    def _encode_rows(self, rows: Sequence[list[int]]) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """The mean of the vectors of each row's pieces, of length 1."""
        shape = (len(rows), max(map(len, rows)))
        pieces, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for at, row in enumerate(rows):
            pieces[at, : len(row)] = row
            mask[at, : len(row)] = 1
        feed = {
            "input_ids": pieces,
            "attention_mask": mask,
            "token_type_ids": np.zeros(shape, np.int64),
        }
        feed = {name: value for name, value in feed.items() if name in self._inputs}
        hidden = np.asarray(self._session.run(None, feed)[0], np.float32)
        if hidden.ndim != 3 or hidden.shape[:2] != shape:
            raise ValueError("it gives no vector for each piece of a text")
        means = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means / np.maximum(lengths, 1e-9), np.float32)


def _open_session(model: bytes) -> Any:
    """A session of one thread: a server has many at once, and the worker must leave it room."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
