"""What `pytest --fast` leaves out, so that an inner loop ends within a minute.

The rule needs no list of tests. A test is left out when it is a property (hypothesis) or has a time
limit of its own; when it, or whatever it calls of the suite, starts a process, a server or a
database, imports the whole sample or asks every question of the contract; when it is not the first
row of its table; and when its module has given two already.
"""

import inspect
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import hypothesis
import pytest
from hypothesis import stateful

from tests import commands, databases, node, postgres, served, stores
from tests.contract import questions
from tests.worker import servers

MOST_OF_A_MODULE = 2
SLOW_MODULES = frozenset((subprocess, node, postgres, databases))
SLOW_FUNCTIONS = frozenset(
    inspect.unwrap(function)
    for function in (
        *(commands.willay_process, commands.started, served.served, servers.newsroom),
        *(stores.databases, servers.on_real_server, hypothesis.given, questions.requests),
        stateful.run_state_machine_as_test,
    )
)


def inner_loop(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests to run, and those that are left out."""
    run: list[pytest.Item] = []
    left: list[pytest.Item] = []
    tables: set[tuple[object, str]] = set()
    of_module = Counter[object]()
    for item in items:
        table = (item.parent, getattr(item, "originalname", item.name))
        if table in tables or of_module[item.parent] == MOST_OF_A_MODULE or is_slow(item):
            left.append(item)
        else:
            of_module[item.parent] += 1
            run.append(item)
        tables.add(table)
    return run, left


def is_slow(item: pytest.Item) -> bool:
    """Whether this one alone may take seconds."""
    if not isinstance(item, pytest.Function):
        return False
    if getattr(item.obj, "is_hypothesis_test", False) or item.get_closest_marker("timeout"):
        return True
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    functions = [item.function, *(one.func for several in fixtures for one in several)]
    return any(_reaches_slow(function, set()) for function in functions)


def _reaches_slow(function: Callable[..., Any], seen: set[object]) -> bool:
    """Whether a function of the suite, or one that it calls, is or names something slow."""
    plain = inspect.unwrap(function)
    if plain in SLOW_FUNCTIONS:
        return True
    if not isinstance(plain, FunctionType) or plain in seen:
        return False
    seen.add(plain)
    # Of a store's own functions each can start PostgreSQL, but does so only on its own pass.
    if not plain.__module__.startswith("tests.") or plain.__module__ == stores.__name__:
        return False
    return any(
        value in SLOW_MODULES
        if isinstance(value, ModuleType)
        else value == commands.SAMPLE
        if isinstance(value, Path)
        else any(_reaches_slow(one, seen) for one in _functions_of(value))
        for value in _values_named(plain)
    )


def _functions_of(value: object) -> Iterator[Callable[..., Any]]:
    """A function itself; of a class of the suite its methods."""
    if isinstance(value, type) and value.__module__.startswith("tests."):
        yield from (one for one in vars(value).values() if isinstance(one, FunctionType))
    elif callable(value) and not isinstance(value, type):
        yield value


def _values_named(function: FunctionType) -> Iterator[object]:
    """What the names in a function's code stand for: globals, and members of modules."""
    names = set(_names(function.__code__))
    values = [function.__globals__[name] for name in names if name in function.__globals__]
    yield from values
    for value in values:
        if isinstance(value, ModuleType) and value.__name__.startswith("tests."):
            yield from (vars(value)[name] for name in names if name in vars(value))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
