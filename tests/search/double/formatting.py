"""`_formatted`: marks; nothing is escaped, as on the real server."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.search.double.matching import Question, tokens


def formatted(
    document: Mapping[str, Any], question: Question, asked: Mapping[str, Any], numbers: bool
) -> dict[str, Any]:
    marked = asked.get("attributesToHighlight") or []
    wanted = {*marked, *(asked.get("attributesToRetrieve") or ["*"])}
    signs = asked.get("highlightPreTag", "<em>"), asked.get("highlightPostTag", "</em>")
    return {
        name: _shown(value, question, signs if name in marked or "*" in marked else None, numbers)
        for name, value in document.items()
        if "*" in wanted or name in wanted
    }


def _shown(value: Any, question: Question, signs: tuple[str, str] | None, numbers: bool) -> Any:
    if isinstance(value, list):
        return [_shown(one, question, signs, numbers) for one in value]
    if isinstance(value, dict):
        return {name: _shown(one, question, signs, numbers) for name, one in value.items()}
    text = str(value) if value is not None else ""
    if signs is None:
        return text
    words = tokens(text)
    hits = _hits([word for _, _, word in words], question, numbers)
    out, at = [], 0
    for place, letters in sorted(hits.items()):
        left, right, _ = words[place]
        inner = text[left:right]
        out += [text[at:left], signs[0], inner[:letters], signs[1], inner[letters:]]
        at = right
    return "".join([*out, text[at:]])


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
