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
_QUESTIONS_KEPT: Final = 500
_LARGEST: Final = 127
_SHORTEST: Final = 1e-9
_FILE_PART: Final = 65_536


class OnnxEncoder:
    """Reads its model at once. `OSError`; `ValueError` for files that are no such model."""

    def __init__(self, folder: Path) -> None:
        self.digest: Final = _digest_files([folder / MODEL, folder / TOKENIZER])
        self._pieces = WordPieces.read(folder / TOKENIZER)
        self._session = _open_session(folder / MODEL)
        self._inputs = {node.name for node in self._session.get_inputs()}
        self.dimensions: Final = len(self._encode_pieces([]))
        self._cached_question = lru_cache(_QUESTIONS_KEPT)(self._encode_text)

    def can_read(self, words: Sequence[str]) -> bool:
        """See `Encoder.can_read`."""
        return any(map(self._pieces.knows, words))

    def encode_question(self, text: str) -> "Vector":
        """See `Encoder.encode_question`."""
        return self._cached_question(text[:_CHARACTERS])

    def encode_documents(self, documents: Sequence[Document]) -> list[bytes]:
        """See `Encoder.encode_documents`. One by one, which takes less time and memory than a
        batch, where the shorter texts are filled up to the longest."""
        return [_to_bytes(self._encode_document(document)) for document in documents]

    def _encode_document(self, document: Document) -> "Vector":
        head = self._pieces.split(f"{document.title[:_CHARACTERS]}.")[:_TITLE_PIECES]
        text = f"{document.summary}\n{document.body}" if document.summary else document.body
        return self._encode_pieces([*head, *self._pieces.split(text[:_CHARACTERS])])

    def _encode_text(self, text: str) -> "Vector":
        return self._encode_pieces(self._pieces.split(text))

    def _encode_pieces(self, pieces: list[int]) -> "Vector":
        """The mean of the vectors of the pieces, of length 1."""
        row = [self._pieces.first, *pieces[: _PIECES - 2], self._pieces.last]
        numbers = np.array([row], np.int64)
        feed = {
            "input_ids": numbers,
            "attention_mask": np.ones_like(numbers),
            "token_type_ids": np.zeros_like(numbers),
        }
        feed = {name: value for name, value in feed.items() if name in self._inputs}
        hidden = np.asarray(self._session.run(None, feed)[0], np.float32)
        if hidden.ndim != 3 or hidden.shape[:2] != numbers.shape:
            raise ValueError("it gives no vector for each piece of a text")
        mean = hidden[0].mean(0)
        vector: Vector = mean / np.float32(max(float(np.linalg.norm(mean)), _SHORTEST))
        return vector


def _to_bytes(vector: "Vector") -> bytes:
    scale = _LARGEST / max(float(np.abs(vector).max()), _SHORTEST)
    content: bytes = np.rint(vector * scale).astype(np.int8).tobytes()
    return content


def _digest_files(paths: Sequence[Path]) -> str:
    """A digest of the files' contents, which are never in memory as a whole."""
    digest = blake2b(_FORMAT, digest_size=4)
    for path in paths:
        with path.open("rb") as file:
            while content := file.read(_FILE_PART):
                digest.update(content)
    return digest.hexdigest()


def _open_session(model: Path) -> Any:
    """A session of one thread: a server has many at once, and the worker must leave it room."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
