"""The redirects of Ghost: `redirects.json` or `redirects.yaml`, beside the export or in `content`.

What a redirect begins with is a regular expression. Most of them are one address.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic_core import from_json

from app.errors import Invalid
from app.importers.plain_yaml import load_yaml
from app.importers.redirects import MANY, Redirect

_FOLDERS: Final = ("", "data", "settings", "content", "content/data", "content/settings")
_NAMES: Final = ("redirects.json", "redirects.yaml", "redirects.yml")
_LARGEST: Final = 10_000_000
_CASELESS: Final = re.compile(r"/(\^.*)/i")
_LAST_SLASH: Final = re.compile(r"(?:\\?/|\((?:\?:)?\\?/\))\?$")
_ESCAPED: Final = re.compile(r"\\([/.\-_~])")
_SIGNS: Final = re.compile(r"[\\^$*+?()\[\]{}|]")


def find_file(folders: Sequence[Path]) -> Path | None:
    """The file of redirects within one of the folders, where Ghost keeps it."""
    places = (root / folder / name for root, folder, name in product(folders, _FOLDERS, _NAMES))
    return next((place for place in places if place.is_file()), None)


def read_file(path: Path) -> list[Redirect]:
    """The redirects of a file. `Invalid` (`not_redirects`) when it is none."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is larger than ten megabytes")
        content = path.read_bytes()
        value = from_json(content) if path.suffix == ".json" else load_yaml(content.decode())
    except (ValueError, OSError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Invalid("not_redirects", f"it cannot be read ({reason})") from error
    pairs = list(_pairs_of_rows(value) if isinstance(value, list) else _pairs_of_statuses(value))
    if value and not pairs:
        raise Invalid("not_redirects", "it holds no redirects of Ghost")
    return [_redirect(path.name, *pair) for pair in pairs]


def _pairs_of_rows(rows: list[Any]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if isinstance(row, dict) and "from" in row:
            yield str(row["from"]), str(row.get("to") or "")


def _pairs_of_statuses(value: Any) -> Iterator[tuple[str, str]]:
    """YAML has a map of addresses below each status."""
    maps = value.values() if isinstance(value, dict) else ()
    for addresses in maps:
        if isinstance(addresses, dict):
            yield from ((str(source), str(target or "")) for source, target in addresses.items())


def _redirect(place: str, source: str, target: str) -> Redirect:
    path = _plain_path(source)
    if path is None or "$" in target:
        return Redirect(source, target, place, MANY)
    return Redirect(path, target, place, "" if target else "says not where it leads")


def _plain_path(pattern: str) -> str | None:
    """The one path that a regular expression means; None when there are several."""
    match = _CASELESS.fullmatch(pattern)
    text = (match[1] if match else pattern).removeprefix("^").removesuffix("$")
    text = _ESCAPED.sub(r"\1", _LAST_SLASH.sub("", text))
    return text if text.startswith("/") and not _SIGNS.search(text) else None
