"""The contracts of the architecture hold, and each would notice if it did not."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
LINES_AT_MOST = 320

BREACHES = {
    "Arrows point down": ("app/kit/text.py", "import app.changes"),
    "Only the store's own rooms know the tables": (
        "app/delivery/lists.py",
        "from app.models.tag import Tag",
    ),
    "The web framework stops at the door": ("app/published/articles.py", "import fastapi"),
    "SQL stops at the store": ("app/http/views.py", "import sqlalchemy"),
    "The public face never edits": ("app/delivery/lists.py", "import app.editorial.tags"),
}
"""Per contract a file and the import that breaks it."""


def contracts() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program that a test may spoil and must mend."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(APP, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> tuple[int, dict[str, str]]:
    """The exit status, and per contract KEPT or BROKEN."""
    program = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    verdicts = re.findall(r"^(.+?)\s+(KEPT|BROKEN)\b", done.stdout, re.MULTILINE)
    assert verdicts, done.stdout + done.stderr
    return done.returncode, dict(verdicts)


def test_every_contract_has_a_breach_that_proves_it() -> None:
    assert set(contracts()) == set(BREACHES)


def test_the_clean_copy_keeps_every_contract(copied: Path) -> None:
    assert lint(copied) == (0, dict.fromkeys(BREACHES, "KEPT"))


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_noticed(copied: Path, name: str) -> None:
    path, breach = BREACHES[name]
    spoiled = copied / path
    clean = spoiled.read_text()
    try:
        spoiled.write_text(f"{clean}\n{breach}\n")
        status, verdicts = lint(copied)
    finally:
        spoiled.write_text(clean)
    assert (status, verdicts[name]) == (1, "BROKEN")


def test_a_new_room_needs_a_place_in_the_layers(copied: Path) -> None:
    room = copied / "app" / "attic.py"
    room.write_text('"""Nobody said where this belongs."""\n')
    try:
        status, _ = lint(copied)
    finally:
        room.unlink()
    assert status == 1


def calls(path: Path) -> list[str]:
    """The name of everything that a module calls: `commit`, `datetime.now` as `now`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    found.append(name)
    return found


def calling(*names: str) -> list[str]:
    """The modules of the program that call one of these, once per call."""
    modules = sorted(APP.rglob("*.py"))
    return [m.relative_to(APP).as_posix() for m in modules for name in calls(m) if name in names]


def test_one_commit() -> None:
    """Of the store; the search index, which is no part of it, has one of its own, and one for what
    it holds in memory alone."""
    assert calling("commit") == ["database.py", *["search/embedded/writing.py"] * 2]


def test_one_reader_of_the_machine_s_clock() -> None:
    assert calling("now", "utcnow", "today") == ["kit/clock.py"]
    assert calling("time", "time_ns", "localtime", "gmtime") in ([], ["kit/clock.py"])


def test_files_are_named_for_what_they_hold_and_fit_a_reader() -> None:
    modules = list(APP.rglob("*.py"))
    assert {m.stem for m in modules} & {"utils", "util", "helpers", "common", "base"} == set()
    long = {str(m): n for m in modules if (n := len(m.read_text().splitlines())) > LINES_AT_MOST}
    assert long == {}
