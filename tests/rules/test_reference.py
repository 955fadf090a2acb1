"""The pages of settings and commands are those that the code makes."""

import re
from typing import Any

import pytest
import typer

from app.cli import cli
from app.settings import Settings
from app.settings.group import Group
from tools.reference import DOCS, PAGES, default_text

_ROW = re.compile(r"^\| `(WILLAY_\w+)` \| (.*?) \| (.*) \|$", re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_makes(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run `make docs`"


def test_every_setting_has_its_default_and_a_sentence() -> None:
    rows = _ROW.findall((DOCS / "settings.md").read_text())
    declared = {
        f"WILLAY_{name.upper()}": default_text(field.get_default())
        for name, field in Settings.model_fields.items()
    }
    assert [name for name, *_ in rows] == list({name: None for name, *_ in rows}), "one twice"
    assert {name for name, *_ in rows} == set(declared)
    for name, default, meaning in rows:
        assert default == ("none" if declared[name] is None else f"`{declared[name]}`"), name
        assert re.fullmatch(r"[A-Z`].{8,}\.", meaning), f"{name} needs a sentence: {meaning!r}"


def test_every_setting_belongs_to_a_group() -> None:
    """One that is declared in `Settings` itself would be on no page."""
    grouped = [name for group in Settings.__bases__ for name in group.model_fields]
    assert sorted(grouped) == sorted(Settings.model_fields)
    assert all(issubclass(group, Group) for group in Settings.__bases__)


def leaves(command: Any, path: str) -> dict[str, Any]:
    """Every command that does something: `import jsonl`, not `import`."""
    below = getattr(command, "commands", None)
    if below is None:
        return {path: command}
    return {
        name: leaf
        for sub, each in below.items()
        for name, leaf in leaves(each, f"{path} {sub}").items()
    }


def test_every_command_is_named_and_each_of_its_options_has_a_sentence() -> None:
    commands = leaves(typer.main.get_command(cli), "willay")
    assert {"willay serve", "willay import jsonl"} <= set(commands)
    page = (DOCS / "commands.md").read_text()
    sections = dict(re.findall(r"^## (willay .+)\n\n((?:(?!^## ).*\n)*)", page, re.MULTILINE))
    assert set(sections) == set(commands)
    for name, command in commands.items():
        for parameter in command.params:
            if parameter.name == "help":
                continue
            option = parameter.opts[0] if parameter.opts[0].startswith("-") else ""
            assert option in sections[name]
            assert parameter.help, f"{name}: {parameter.name} needs a help text"
