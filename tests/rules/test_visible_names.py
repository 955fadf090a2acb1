"""Whatever has to be named is named by something that can be seen, wherever it comes in."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import app

NOTHING = "\u200b\u00ad\u3164\u2800" * 4
# What is no name and is shown to nobody: passwords, what is looked for, paths.
SPARED = {
    "q",
    "path",
    "url",
    "paths",
    "former_urls",
    "former_paths",
    "password",
    "new_password",
    "current_password",
}


def models() -> set[type[BaseModel]]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    waiting, found = [BaseModel], set[type[BaseModel]]()
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            ours = model.__module__.startswith("app.") and model.__module__ != "app.backup.manifest"
            if ours and model.model_config.get("extra") == "forbid":
                found.add(model)
    return found


def leaves(kind: Any) -> Iterator[Any]:
    """The types of text within a type."""
    inner = get_args(kind)
    if get_origin(kind) is Annotated:
        parts = list(leaves(inner[0]))
        yield from [kind] if parts == [str] else parts
    elif kind is str:
        yield str
    else:
        for part in inner:
            yield from leaves(part)


def takes(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


def names() -> Iterator[tuple[str, Any]]:
    for model in sorted(models(), key=lambda model: model.__qualname__):
        for name, field in model.model_fields.items():
            whole: Any = field.annotation
            for part in field.metadata:
                whole = Annotated[whole, part]
            for kind in leaves(whole):
                if name not in SPARED and takes(kind, "Some words") and not takes(kind, ""):
                    yield f"{model.__module__}.{model.__qualname__}.{name}", kind


NAMES = list(names())


def test_the_fields_are_found() -> None:
    assert len(NAMES) > 25
    assert any(where.endswith("ArticleInput.title") for where, _ in NAMES)
    assert any(where.endswith("TagInput.names") for where, _ in NAMES)


@pytest.mark.parametrize(("where", "kind"), NAMES, ids=[where for where, _ in NAMES])
def test_nothing_visible_is_no_name(where: str, kind: Any) -> None:
    assert not takes(kind, NOTHING), where
    assert takes(kind, f"A{NOTHING}"), where
