"""The differences between two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz.distance import Indel

Op = Literal["equal", "insert", "delete"]

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")

_CELLS_AT_MOST: Final = 200_000_000
"""The largest matrix to compare, one bit a cell; larger texts are compared by line, or whole."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of text that is in both texts, or in only one."""

    op: Op
    text: str


def diff_words(before: str, after: str) -> list[TextPart]:
    """The steps from one text to the other. The `equal` and `delete` parts joined are `before`, the
    `equal` and `insert` parts joined are `after`. Deletions precede insertions."""
    steps = diff_tokens(before, after, (_WORDS, _LINES))
    return _join_parts([TextPart(op, "".join(tokens)) for op, tokens in steps])


def diff_tokens(
    before: str, after: str, patterns: Sequence[re.Pattern[str]]
) -> list[tuple[Op, Sequence[str]]]:
    """The steps between two texts in tokens: those of the first pattern that gives few enough to
    be compared. With none that does, all is deleted and inserted."""
    for pattern in patterns:
        old, new = pattern.findall(before), pattern.findall(after)
        start = _common_prefix(old, new)
        end = _common_prefix(old[start:][::-1], new[start:][::-1])
        left, right = old[start : len(old) - end], new[start : len(new) - end]
        if len(left) * len(right) <= _CELLS_AT_MOST:
            return [("equal", old[:start]), *_steps(left, right), ("equal", old[len(old) - end :])]
    return [("delete", old), ("insert", new)]


def _common_prefix(old: Sequence[str], new: Sequence[str]) -> int:
    """The number of items in the common beginning of two sequences."""
    pairs = zip(old, new, strict=False)
    return next(
        (n for n, (first, two) in enumerate(pairs) if first != two), min(len(old), len(new))
    )


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Op, Sequence[str]]]:
    for step in Indel.opcodes(old, new):
        match step.tag:
            case "equal":
                yield "equal", old[step.src_start : step.src_end]
            case "delete":
                yield "delete", old[step.src_start : step.src_end]
            case _:
                yield "insert", new[step.dest_start : step.dest_end]


def _join_parts(text_parts: Sequence[TextPart]) -> list[TextPart]:
    """Parts without empty ones; between two equal parts there is one deletion and one insertion."""
    joined: list[TextPart] = []
    deleted = inserted = ""
    for part in (*text_parts, TextPart("equal", "")):
        match part.op:
            case "delete":
                deleted += part.text
            case "insert":
                inserted += part.text
            case "equal":
                joined += [TextPart("delete", deleted), TextPart("insert", inserted), part]
                deleted = inserted = ""
    merged: list[TextPart] = []
    for part in joined:
        if part.text and merged and merged[-1].op == part.op:
            merged[-1] = TextPart(part.op, merged[-1].text + part.text)
        elif part.text:
            merged.append(part)
    return merged
