"""What the README says of settings and commands is what the program has."""

import re
from pathlib import Path
from typing import Any

import typer

from app.cli import cli
from app.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text()
_ROW = re.compile(r"^\| `(WILLAY_\w+)` \| (.*?) \|", re.MULTILINE)


def shown(default: object) -> str | None:
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


def test_the_table_of_settings_is_the_settings() -> None:
    declared = {
        f"WILLAY_{name.upper()}": shown(field.get_default())
        for name, field in Settings.model_fields.items()
    }
    rows = _ROW.findall(README)
    assert [name for name, _ in rows] == list(dict(rows)), "a setting is there twice"
    assert set(dict(rows)) == set(declared)
    for name, cell in rows:
        if declared[name] is None:
            assert not re.fullmatch("`.*`", cell), f"{name} has no default, README says {cell}"
        else:
            assert cell == f"`{declared[name]}`", name


def commands(command: Any, path: str) -> list[str]:
    """Every command that does something: `import jsonl`, not `import`."""
    below = getattr(command, "commands", {})
    found = [one for name, sub in below.items() for one in commands(sub, f"{path} {name}")]
    return found or [path]


def test_every_command_that_the_readme_names_exists_and_every_command_is_named() -> None:
    known = commands(typer.main.get_command(cli), "willay")
    assert {"willay serve", "willay import jsonl"} <= set(known)
    table = README[README.index("| command | what |") :]
    named = re.findall(r"^\| `(willay [^`]+)`", table, re.MULTILINE)
    for one in named:
        assert any(f"{one} ".startswith(f"{command} ") for command in known), one
    for command in known:
        assert any(f"{one} ".startswith(f"{command} ") for one in named), command
