"""The sentences of a report, which the desk shows in each of its languages."""

import ast
from collections.abc import Iterator

from tests.commands import ROOT

_TELLING = {"note": 1, "_note": 2, "leave": 2, "_leave": 2, "_leave_at": 2, "see": 1, "_cut": 2}
"""The calls that bring a sentence into a report, and among how many of their arguments it is."""


def _texts_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts_in(node.body), *_texts_in(node.orelse))


def _sentences() -> Iterator[str]:
    for path in (ROOT / "app" / "importers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                for each in node.args[: _TELLING.get(name, 0)]:
                    yield from _texts_in(each)


def test_each_sentence_of_an_importer_has_its_spanish() -> None:
    spanish = (ROOT / "desk" / "src" / "words" / "imports_es.ts").read_text()
    sentences = {text for text in _sentences() if " " in text}
    assert len(sentences) > 50
    assert {text for text in sentences if f"'{text}'" not in spanish} == set()
