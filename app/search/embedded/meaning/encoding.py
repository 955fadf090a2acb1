"""The interface of an encoder, and which texts it is given."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.kit.languages import base_language
from app.search.protocol import Document

if TYPE_CHECKING:
    from numpy import dtype, float32, ndarray

    Vector = ndarray[Any, dtype[float32]]

LANGUAGE: Final = "en"
"""The language that the models know; a text or a question in another is ranked by words alone."""


class Encoder(Protocol):
    """Makes vectors of texts. All methods may be called from several threads at once."""

    @property
    def digest(self) -> str:
        """A short name of the model, in hex digits: the same model gives the same vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """The numbers of one vector."""
        ...

    def can_read(self, words: Sequence[str]) -> bool:
        """Whether the model knows one of the words, and does not read all of them by letters."""
        ...

    def encode_question(self, text: str) -> "Vector":
        """The vector of a question, of length 1."""
        ...

    def encode_documents(self, documents: Sequence[Document]) -> list[bytes]:
        """The vector of the beginning of each document, as so many signed bytes as there are
        `dimensions`. Its length means nothing, only its direction."""
        ...


def is_encoded(lang: str | None) -> bool:
    """Whether documents in this language have vectors; None is every language."""
    return lang is None or base_language(lang) == LANGUAGE
