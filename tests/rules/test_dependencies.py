"""What the program imports is declared, and what is declared is used."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Chosen by name, by other libraries or by the interpreter, and never imported here.
BY_NAME = {"uvloop", "httptools", "tzdata", "python-multipart"}


def plain(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(one for extra in extras for one in extra)]
    return {plain(re.split(r"[^\w.-]", one)[0]) for one in wanted}


def imported() -> dict[str, set[str]]:
    """Top packages that the program imports, each with the distributions that may bring it."""
    modules: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    brings = packages_distributions()
    ours = {"app", *sys.stdlib_module_names}
    return {name: {plain(one) for one in brings.get(name, ())} for name in modules - ours}


def test_nothing_is_imported_that_is_not_declared() -> None:
    known = declared()
    missing = {name for name, brings in imported().items() if not brings & known}
    assert missing == set(), "name them in pyproject.toml, and run `make pins`"


def test_nothing_is_declared_that_is_not_used() -> None:
    used = set().union(*imported().values())
    assert declared() - used == BY_NAME


def test_the_search_server_s_client_is_used_by_its_methods_alone() -> None:
    """What it is made of changes without notice: its transport, and modules with an underscore."""
    inside = {"http", "task_handler", "config"}
    reached = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("app", "benchmarks", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"^from meilisearch|app\.search\.meilisearch", text := path.read_text(), re.M)
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Attribute) and node.attr in inside)
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("meilisearch._"))
    }
    assert reached == set()
