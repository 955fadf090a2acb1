"""Front matter in YAML, TOML or JSON. Dates stay as they are written."""

import json
import re
import tomllib
from datetime import date, datetime
from typing import Any, Final

import yaml

from app.importers.plain_yaml import YamlAliasError, load_yaml

_YAML: Final = re.compile(
    r"\A---[ \t]*\n(?P<facts>.*?)(?:^(?:---|\.\.\.)[ \t]*(?:\n|\Z))", re.S | re.M
)
_TOML: Final = re.compile(r"\A\+\+\+[ \t]*\n(?P<facts>.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.S | re.M)
_LINE: Final = re.compile(r"^([A-Za-z_][\w-]*)\s*:\s*(.*?)\s*$")
_LARGEST: Final = 1_000_000

Facts = dict[str, Any]


class FrontMatterError(ValueError):
    """The front matter is no YAML, TOML or JSON; the message says what is wrong."""


def split_front_matter(text: str) -> tuple[Facts, str, bool]:
    """The facts, the text after them, and whether lines had to be read one by one because they are
    no YAML. `FrontMatterError` when they cannot be read at all."""
    if (match := _YAML.match(text)) is not None:
        facts, is_mended = _load_yaml(match["facts"])
        return facts, text[match.end() :], is_mended
    if (match := _TOML.match(text)) is not None:
        try:
            return _plain(tomllib.loads(match["facts"])), text[match.end() :], False
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise FrontMatterError(f"it is no TOML ({error})") from error
    if text.startswith("{"):
        try:
            facts, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return {}, text, False  # a text may begin with a brace
        return (facts if isinstance(facts, dict) else {}), text[end:], False
    return {}, text, False


def _load_yaml(source: str) -> tuple[Facts, bool]:
    if len(source) > _LARGEST:
        raise FrontMatterError("it is longer than a million letters")
    try:
        facts = load_yaml(source)
    except RecursionError as error:
        raise FrontMatterError("it is nested too deeply") from error
    except YamlAliasError as error:
        raise FrontMatterError(str(error)) from error
    except (yaml.YAMLError, ValueError):
        return _read_lines(source), True
    return (facts if isinstance(facts, dict) else {}), False


def _read_lines(source: str) -> Facts:
    """`name: value` in each line. A title with a colon and no quotation marks is common."""
    facts: Facts = {}
    last = ""
    for line in source.split("\n"):
        if match := _LINE.match(line):
            last = match[1]
            value = match[2].strip("\"'")
            facts[last] = value if not value.startswith("[") else value.strip("[]").split(",")
        elif line.lstrip().startswith("- ") and last:
            items = facts[last] if isinstance(facts[last], list) else []
            facts[last] = [*items, line.strip()[2:].strip("\"' ")]
    return facts


def _plain(value: Any) -> Any:
    """Values of TOML with their dates as they are written."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
