"""The differences between two sanitised bodies, as one body with `<del>` and `<ins>`.

Its elements are those of the newer body. Only words and pictures are marked, so that it is as
well-formed and as safe as the two. The words of a removed paragraph or row stand where it was.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from app.kit.diff import Op, diff_tokens

_TAG: Final = r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>'
_WORDS: Final = re.compile(rf"{_TAG}|&#?\w+;|\w+|\s+|[^\w\s]")
_RUNS: Final = re.compile(rf"{_TAG}|[^<]+|<")
_END: Final[tuple[Op, Sequence[str]]] = ("equal", ())
_MARKS: Final[dict[Op, str]] = {"delete": "del", "insert": "ins"}


def diff_html(before: str, after: str) -> str:
    """The newer body, with what was removed from the older one and what was added to it."""
    steps = diff_tokens(before, after, (_WORDS, _RUNS))
    parts: list[str] = []
    pending: dict[Op, list[str]] = {"delete": [], "insert": []}
    for op, tokens in (*steps, _END):
        if op != "equal":
            pending[op] += tokens
            continue
        for change, changed_tokens in pending.items():  # what was removed comes first
            parts += _write_change(change, changed_tokens)
            changed_tokens.clear()
        parts += tokens
    return "".join(parts)


def _write_change(op: Op, tokens: Sequence[str]) -> Iterator[str]:
    mark = _MARKS[op]
    for is_shown, run in groupby(tokens, _is_shown):
        text = "".join(run)
        if is_shown:
            yield f"<{mark}>{text}</{mark}>" if text.strip() else text
        elif op == "insert":
            yield text
        else:
            yield " "


def _is_shown(token: str) -> bool:
    """Whether a token is something that readers see: words, a picture, a line break."""
    return not _is_tag(token) or token.startswith(("<img ", "<br"))


def _is_tag(token: str) -> bool:
    return len(token) > 1 and token.startswith("<")
