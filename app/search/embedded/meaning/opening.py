"""Opens the model that the operator names."""

from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import Unavailable

if TYPE_CHECKING:
    from app.search.embedded.meaning.encoding import Encoder

_NEEDS = "WILLAY_SEMANTIC_MODEL needs a folder with model.onnx and tokenizer.json"


def open_encoder(folder: Path) -> "Encoder":
    """The encoder of the model in a folder. `Unavailable` with what to do."""
    try:
        from app.search.embedded.meaning.onnx_encoder import OnnxEncoder
    except ImportError as error:
        raise Unavailable(
            "semantic_not_installed",
            "WILLAY_SEMANTIC_MODEL is set; install Willay with its extra `semantic`.",
        ) from error
    try:
        return OnnxEncoder(folder)
    except OSError as error:
        message = f"{_NEEDS}; {error.filename or folder}: {error.strerror}."
        raise Unavailable("semantic_model_unreadable", message) from error
    # The library has a class for each failure, without a base of their own.
    except Exception as error:
        message = f"{_NEEDS} of a sentence model such as all-MiniLM-L6-v2; {folder} has other files"
        raise Unavailable(
            "semantic_model_unreadable", f"{message}, or damaged ones.", cause=str(error)
        ) from error
