"""Redirects of hosts of static sites: `_redirects`, `netlify.toml` and `vercel.json`."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.importers.redirects import MANY, Redirect
from app.kit.markup import split_names

FILES: Final = split_names("_redirects netlify.toml vercel.json")
_PATTERN: Final = re.compile(r"\*|/:\w")
_PATTERN_OF_VERCEL: Final = re.compile(r"[*()]|/:\w")
_CONDITIONS: Final = split_names("query conditions params has missing")
_STATUS: Final = re.compile(r"(\d{3})!?")
_MOVED: Final = split_names("301 302 303 307 308")


def read_redirects(name: str, text: str) -> list[Redirect]:
    """The redirects of a file of this name. `ValueError` or `RecursionError` when it is no TOML or
    JSON."""
    pattern = _PATTERN
    match name.rpartition(".")[2]:
        case "toml":
            rows = _rows_of_table(tomllib.loads(text), "from", "to")
        case "json":
            rows = _rows_of_table(json.loads(text), "source", "destination")
            pattern = _PATTERN_OF_VERCEL
        case _:
            rows = _rows_of_lines(text)
    return [
        Redirect(source, target, name, _reason(source, target, status, is_bound, pattern))
        for source, target, status, is_bound in rows
    ]


def _rows_of_lines(text: str) -> Iterator[tuple[str, str, str, bool]]:
    """Of each line: from where, whereto, the status, and whether there is a condition."""
    for line in text.splitlines():
        source, *words = re.sub(r"(?:^|\s)#.*", "", line).split() or [""]
        if not source:
            continue
        places = [number for number, word in enumerate(words) if _is_place(word)]
        target = words[places[0]] if places else ""
        others = [word for word in words if word != target]
        statuses = [match[1] for word in others if (match := _STATUS.fullmatch(word))]
        is_bound = any("=" in word for word in others)
        yield source, target, statuses[0] if statuses else "301", is_bound


def _rows_of_table(table: Any, source: str, target: str) -> Iterator[tuple[str, str, str, bool]]:
    rows = table.get("redirects") if isinstance(table, Mapping) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping):
            is_bound = any(row.get(name) for name in _CONDITIONS)
            status = str(row.get("status") or row.get("statusCode") or 301)
            yield str(row.get(source) or ""), str(row.get(target) or ""), status, is_bound


def _is_place(word: str) -> bool:
    return word.startswith("/") or "://" in word


def _reason(source: str, target: str, status: str, is_bound: bool, pattern: re.Pattern[str]) -> str:
    if status not in _MOVED:
        return f"is no redirect; it answers with the status {status}"
    if is_bound:
        return "has a condition, which no old address has"
    if pattern.search(source) or pattern.search(target):
        return MANY
    return "" if source and target else "says not where it begins or leads"
