"""A model of a few words, as the smallest file that an ONNX runtime can run.

It has one node, which looks up the vector of each piece. The bytes are those of protocol buffers,
with the field numbers of onnx.proto.
"""

import json
from pathlib import Path
from struct import pack

MEANINGS = {
    **{"oil": (4.0, 0.0, 0.0), "petroleum": (4.0, 0.0, 0.0), "crude": (4.0, 0.1, 0.0)},
    **{"president": (0.0, 4.0, 0.0), "ruler": (0.0, 4.0, 0.0)},
    **{"council": (0.0, 0.0, 4.0), "village": (0.0, 0.1, 4.0), "##s": (0.0, 0.0, 0.0)},
}
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
FLOAT, INT64 = 1, 7


def write_model(folder: Path) -> Path:
    """The folder, with both files of the model in it."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = dict.fromkeys(SPECIAL, (0.0, 0.0, 0.0)) | MEANINGS
    table = b"".join(pack("<3f", *vector) for vector in pieces.values())
    weights = _number(1, len(pieces)) + _number(1, 3) + _number(2, FLOAT)
    weights += _text(8, "weights") + _field(9, table)
    node = _text(1, "weights") + _text(1, "input_ids") + _text(2, "hidden") + _text(4, "Gather")
    graph = _field(1, node) + _text(2, "tiny") + _field(5, weights)
    graph += _field(11, _value("input_ids", INT64, "batch", "pieces"))
    graph += _field(12, _value("hidden", FLOAT, "batch", "pieces", "numbers"))
    model = _number(1, 8) + _field(7, graph) + _field(8, _number(2, 13))
    (folder / "model.onnx").write_bytes(model)
    tokenizer = {
        "normalizer": {"type": "BertNormalizer", "lowercase": True},
        "model": {
            "type": "WordPiece",
            "continuing_subword_prefix": "##",
            "vocab": {piece: at for at, piece in enumerate(pieces)},
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return folder


def _value(name: str, kind: int, *dimensions: str) -> bytes:
    shape = b"".join(_field(1, _text(2, dimension)) for dimension in dimensions)
    return _text(1, name) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _text(number: int, value: str) -> bytes:
    return _field(number, value.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
