"""The suite's own form: what several tests share is no test module's."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]


def imported_modules(path: Path) -> Iterator[str]:
    """Every module that a file imports, or may: `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = "." * node.level + (node.module or "")
            yield above
            yield from (f"{above}.{alias.name}" for alias in node.names)


def test_nothing_is_imported_from_a_test_module() -> None:
    """Whoever looks for a helper looks in a module that is named for it."""
    tests = {path.stem for path in TESTS.rglob("test_*.py")}
    imports = {
        f"{path.relative_to(TESTS)}: {module}"
        for path in TESTS.rglob("*.py")
        for module in imported_modules(path)
        if tests & set(module.split("."))
    }
    assert imports == set()
