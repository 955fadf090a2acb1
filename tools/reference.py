"""Writes `docs/settings.md` and `docs/commands.md`, which are made from the code.

    python -m tools.reference

The sentences of these pages are the descriptions of the settings and the help of the commands, so
whoever adds one writes its manual in the same place.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from app.cli import cli
from app.settings import Settings
from app.settings.group import Group

DOCS: Final = Path(__file__).parents[1] / "docs"

_SETTINGS: Final = """\
# Settings

Willay reads its settings from environment variables and from a file `.env` in the folder where it
starts. An environment variable overrides the file. Settings that name several things separate them
by commas. `willay doctor` and every other command name a setting that is wrong.
"""

_COMMANDS: Final = """\
# Commands

Every command writes its results to standard output and its messages to standard error. `--json`
writes the results as JSON. The exit code is 0 when everything was done, 1 when something was
refused, and 2 when the command or a setting was wrong.
"""

_GENERATED: Final = "\n<!-- `make docs` writes this page from the code. -->\n"


def settings_page() -> str:
    """The page of all settings: a table for each group."""
    return _SETTINGS + _GENERATED + "".join(_group(group) for group in _groups())


def commands_page() -> str:
    """The page of all commands: a table of them, and a section for each."""
    commands = list(_commands(typer.main.get_command(cli), "willay"))
    rows = [f"| [`{name}`](#{_anchor(name)}) | {_summary(each)} |" for name, each in commands]
    table = "\n".join(["| command | what it does |", "|---|---|", *rows])
    sections = "".join(_section(name, each) for name, each in commands)
    return f"{_COMMANDS}{_GENERATED}\n{table}\n{sections}"


PAGES: Final = {"settings.md": settings_page, "commands.md": commands_page}
"""The function that makes each page."""


def _groups() -> list[type[Group]]:
    return [group for group in Settings.__bases__ if issubclass(group, Group)]


def _group(group: type[Group]) -> str:
    names = [name for name in Settings.model_fields if name in group.__annotations__]
    heading, _, sentence = cleandoc(group.__doc__ or "").partition(": ")
    rows = [_setting(name, Settings.model_fields[name]) for name in names]
    table = "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])
    return f"\n## {heading}\n\n{sentence[:1].upper()}{sentence[1:]}\n\n{table}\n"


def _setting(name: str, field: FieldInfo) -> str:
    text = default_text(field.get_default())
    default = "none" if text is None else f"`{text}`"
    return f"| `WILLAY_{name.upper()}` | {default} | {_sentence(field.description or '')} |"


def default_text(default: object) -> str | None:
    """A default as one would write it into the environment; None when there is none."""
    match default:
        case None | ():
            return None
        case bool():
            return str(default).lower()
        case tuple():
            return ",".join(default)
        case _:
            return str(default)


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, such as `willay import jsonl`, by its whole name."""
    subcommands = getattr(command, "commands", {})
    if not subcommands:
        yield path, command
    for name in sorted(subcommands):
        yield from _commands(subcommands[name], f"{path} {name}")


def _section(name: str, command: Any) -> str:
    parameters = [each for each in command.params if each.name != "help"]
    usage = " ".join([name, *(_usage(each) for each in parameters)])
    rows = [f"| `{_escaped(_spelling(each))}` | {_meaning(each)} |" for each in parameters]
    table = "\n".join(["", "| argument or option | meaning |", "|---|---|", *rows, ""])
    text = "\n\n".join(" ".join(part.split()) for part in cleandoc(command.help).split("\n\n"))
    return f"\n## {name}\n\n{text}\n\n```text\n{usage}\n```\n{table if rows else ''}"


def _summary(command: Any) -> str:
    paragraph = cleandoc(command.help).partition("\n\n")[0]
    return " ".join(paragraph.split())


def _usage(parameter: Any) -> str:
    several = "…" if _is_repeatable(parameter) else ""
    spelling = _spelling(parameter) + several
    return spelling if parameter.required else f"[{spelling}]"


def _spelling(parameter: Any) -> str:
    """How to type it: `FILE`, `--yes`, `--role writer|editor`, `--email EMAIL`."""
    if not parameter.name or not parameter.opts[0].startswith("-"):
        return str(parameter.metavar or parameter.name.upper())
    if parameter.is_bool_flag:
        return str(parameter.opts[0])
    kind = parameter.type_descriptor.annotation
    choices = "|".join(get_args(kind)) if get_origin(kind) is Literal else ""
    return f"{parameter.opts[0]} {parameter.metavar or choices or parameter.name.upper()}"


def _is_repeatable(parameter: Any) -> bool:
    return bool(getattr(parameter, "multiple", False)) or parameter.nargs == -1


def _meaning(parameter: Any) -> str:
    text = _escaped(_sentence(parameter.help or ""))
    if parameter.required or parameter.default in (None, False, [], ""):
        return text
    return f"{text} The default is `{parameter.default}`."


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "?")) else f"{text}."


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page())


if __name__ == "__main__":
    main()
