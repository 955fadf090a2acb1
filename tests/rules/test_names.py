"""Names say what a thing is or does: no bare participle, no pronoun, and no class name twice."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import app

APP: Final = Path(app.__file__).parent

# A reader of `found(x)` or `told` has to open the code to learn what it is. Two words will do:
# `find_hits`, `told_partners`.
_WORDS: Final = """
absent answered asked begun carried changed checked chosen claimed cleaned corrected
counted dated decoded denied done dressed encoded examined filled folded found frozen fused
gathered generated given gone grouped held judged kept known listed living locked made
marked mended merged misspelt modified noted opened ordered parsed patched performed
placed planned prepared previewed promoted proved quoted received refused released
rendered repaired resolved restored said saved sealed searched seen sent settled shown
spelt spoken stored streamed swept taken told tried typed unannotated understood wanted watched
written
another anybody anything both each either everybody everyone everything it mine neither
nobody none nothing one others ours several somebody something these they those what
whence which who whole whom whose
apart astray beside beyond instead
"""
BARE: Final = frozenset(_WORDS.split())

# What the contract calls its envelopes, and HTTP an answer: clients have these names.
SPARED: Final = frozenset({"Corrected", "Gone", "One", "Whole"})

_CAPITAL: Final = re.compile("(?<=[a-z])(?=[A-Z])")

Named = tuple[str, int]
"""A name and the line in which it is given."""


def given_names(source: str) -> Iterator[Named]:
    """The names of classes, functions, methods and parameters; of locals the code around tells."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno


def bare_names(source: str) -> list[Named]:
    names = given_names(source)
    return [
        (name, line)
        for name, line in names
        if _CAPITAL.sub("_", name).strip("_").lower() in BARE and name not in SPARED
    ]


def test_names_say_what_a_thing_is_or_does() -> None:
    bare = {
        f"{path.relative_to(APP)}:{line}": name
        for path in sorted(APP.rglob("*.py"))
        for name, line in bare_names(path.read_text())
    }
    assert bare == {}
    assert {path.stem for path in APP.rglob("*.py")} & BARE == set()


def test_a_bare_name_would_be_noticed() -> None:
    source = "class Held:\n    def _told(self, asked):\n        return lambda one: one\n"
    assert {name for name, _ in bare_names(source)} == {"Held", "_told", "asked", "one"}
    fine = "class HeldEngine:\n    def found_hits(self, asked_for, kept_answers): ...\n"
    assert bare_names(fine) == []


def class_modules(sources: dict[str, str]) -> dict[str, list[str]]:
    """Each name of a class, private ones without their mark, with the modules that have it."""
    modules: dict[str, list[str]] = defaultdict(list)
    for module, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef):
                modules[node.name.strip("_")].append(module)
    return modules


def doubles(sources: dict[str, str]) -> dict[str, list[str]]:
    """Names of more than one class. A table and what the world sees of it may share a noun."""
    return {
        name: modules
        for name, modules in class_modules(sources).items()
        if len(modules) > (2 if any(m.startswith("models/") for m in modules) else 1)
    }


def test_one_class_name_is_one_thing() -> None:
    paths = sorted(APP.rglob("*.py"))
    assert doubles({str(path.relative_to(APP)): path.read_text() for path in paths}) == {}


def test_a_class_name_given_twice_would_be_noticed() -> None:
    sources = {
        "admin/a.py": "class Page: ...\nclass Tag: ...",
        "audit.py": "class _Page: ...",
        "models/tag.py": "class Tag: ...",
    }
    assert doubles(sources) == {"Page": ["admin/a.py", "audit.py"]}
    again = sources | {"kit/markup.py": "class Tag: ..."}
    assert set(doubles(again)) == {"Page", "Tag"}
