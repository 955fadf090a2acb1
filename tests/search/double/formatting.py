"""`_formatted`: marks and crops; nothing is escaped, as on the real server."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.search.double.matching import Question, tokens


def formatted(
    document: Mapping[str, Any], question: Question, asked: Mapping[str, Any], numbers: bool
) -> dict[str, Any]:
    marked = asked.get("attributesToHighlight") or []
    cropped = dict(_crop(one, asked) for one in asked.get("attributesToCrop") or [])
    retrieved = asked.get("attributesToRetrieve") or ["*"]
    wanted = {*marked, *cropped, *retrieved}
    shown = {}
    for name, value in document.items():
        if "*" in wanted or name in wanted:
            is_marked = "*" in marked or name in marked
            shown[name] = _shown(value, question, asked, is_marked, cropped.get(name), numbers)
    return shown


def _shown(
    value: Any,
    question: Question,
    asked: Mapping[str, Any],
    is_marked: bool,
    length: int | None,
    numbers: bool,
) -> Any:
    if isinstance(value, list):
        return [_shown(one, question, asked, is_marked, length, numbers) for one in value]
    if isinstance(value, dict):
        return {k: _shown(v, question, asked, is_marked, length, numbers) for k, v in value.items()}
    text = str(value) if value is not None else ""
    words = tokens(text)
    hits = _hits([word for _, _, word in words], question, numbers)
    start, end = 0, len(words)
    if length is not None and len(words) > length:
        first = min(hits, default=0)
        start = min(max(0, first - length // 2), len(words) - length)
        end = start + length
    before, after = asked.get("highlightPreTag", "<em>"), asked.get("highlightPostTag", "</em>")
    marker = asked.get("cropMarker", "…")
    out = [marker] if start else []
    at = words[start][0] if start else 0
    for place in range(start, end):
        left, right, _ = words[place]
        inner = text[left:right]
        if is_marked and place in hits:
            typed = hits[place]
            inner = f"{before}{inner[:typed]}{after}{inner[typed:]}"
        out += [text[at:left], inner]
        at = right
    out.append(marker if end < len(words) else text[at:])
    return "".join(out)


def _hits(words: Sequence[str], question: Question, numbers: bool) -> dict[int, int]:
    """The places of the words that match, and how many letters of each do: of a word that goes on
    after what was typed, the real server marks no more than that."""
    found: dict[int, int] = {}
    for term in question.terms:
        if not term.exact:
            for place, word in enumerate(words):
                if term.typos(word, numbers) is not None:
                    found[place] = len(term.words[0]) if term.prefix else len(word)
        for run in [term.words, *term.synonyms] if term.exact else term.synonyms:
            for at in range(len(words) - len(run) + 1):
                if tuple(words[at : at + len(run)]) == run:
                    found |= {at + step: len(word) for step, word in enumerate(run)}
    return found


def _crop(given: str, asked: Mapping[str, Any]) -> tuple[str, int]:
    name, _, length = given.partition(":")
    return name, int(length or asked.get("cropLength", 10))
