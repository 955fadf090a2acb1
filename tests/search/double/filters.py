"""The grammar of filters as far as Willay speaks it; strings are unescaped twice, as there."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from unicodedata import normalize

from tests.search.double.errors import Refusal, not_doubled

Test = Callable[[Mapping[str, Any]], bool]
_WORD = re.compile(r"[\w\-.]+")
_STRING = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_KEYWORDS = {"AND", "OR", "NOT", "IN"}
_NOT_DOUBLED = {"TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS"}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}


def compiled(given: object, allowed: Mapping[str, tuple[bool, bool]], index: str) -> Test:
    """`allowed` maps a filterable name to whether equality and comparison may be asked for."""
    match given:
        case None | "" | []:
            return lambda _document: True
        case str():
            return _Parser(given, allowed, index).whole()
        case list():
            parts = [_either(part, allowed, index) for part in given]
            return lambda document: all(part(document) for part in parts)
        case _:
            raise _invalid(given)


def _either(part: object, allowed: Mapping[str, tuple[bool, bool]], index: str) -> Test:
    if isinstance(part, list):
        options = [compiled(one, allowed, index) for one in part]
        return lambda document: any(option(document) for option in options)
    return compiled(part, allowed, index)


def _invalid(where: object) -> Refusal:
    return Refusal(400, "invalid_search_filter", f"The filter is none from here: {where}")


def folded(value: object) -> str:
    return normalize("NFKD", str(value).strip()).lower()


class _Parser:
    def __init__(self, text: str, allowed: Mapping[str, tuple[bool, bool]], index: str) -> None:
        self.text, self.at, self.allowed, self.index = text, 0, allowed, index

    def whole(self) -> Test:
        test = self._or()
        self._skip()
        if self.at < len(self.text):
            raise _invalid(self.rest)
        return test

    def _or(self) -> Test:
        parts = [self._and()]
        while self._keyword("OR"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else lambda doc: any(part(doc) for part in parts)

    def _and(self) -> Test:
        parts = [self._not()]
        while self._keyword("AND"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else lambda doc: all(part(doc) for part in parts)

    def _not(self) -> Test:
        if self._keyword("NOT"):
            inner = self._not()
            return lambda doc: not inner(doc)
        return self._primary()

    def _primary(self) -> Test:
        if self._symbol("("):
            inner = self._or()
            if not self._symbol(")"):
                raise _invalid(self.rest)
            return inner
        field = self._value()
        if self._keyword("IN"):
            return self._in(field)
        for sign in ("!=", ">=", "<=", ">", "<", "="):
            if self._symbol(sign):
                return self._compared(field, sign, self._value())
        raise not_doubled(self.rest) if _WORD.match(self.rest.strip()) else _invalid(self.rest)

    def _compared(self, field: str, sign: str, value: str) -> Test:
        if sign in ("=", "!="):
            self._may(field, equality=True)
            equal = _equals(field, value)
            return equal if sign == "=" else lambda doc: not equal(doc)
        self._may(field, comparison=True)
        number, compare = _number(value), _COMPARE[sign]
        return lambda doc: (
            number is not None
            and any(
                (held := _number(v)) is not None and compare(held, number)
                for v in _values(doc, field)
            )
        )

    def _in(self, field: str) -> Test:
        self._may(field, equality=True)
        if not self._symbol("["):
            raise _invalid(self.rest)
        values = []
        while not self._symbol("]"):
            values.append(self._value())
            if not self._symbol(","):
                if not self._symbol("]"):
                    raise _invalid(self.rest)
                break
        return _equals(field, *values)

    def _may(self, field: str, *, equality: bool = False, comparison: bool = False) -> None:
        may_equal, may_compare = self.allowed.get(field, (False, False))
        if (equality and not may_equal) or (comparison and not may_compare):
            raise _invalid(f"`{field}` of `{self.index}` is not filterable so")

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def _value(self) -> str:
        self._skip()
        if self.rest.startswith('"'):
            return self._string()
        found = _WORD.match(self.text, self.at)
        if found is None or found[0] in _KEYWORDS:
            raise _invalid(self.rest)
        self.at = found.end()
        return found[0]

    def _string(self) -> str:
        """Step one: a backslash before the quote goes; step two: the usual escapes."""
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise _invalid(self.rest)
        self.at = found.end()
        return _unescaped(_ESCAPE.sub(lambda m: m[1] if m[1] == '"' else m[0], found[1]))

    def _keyword(self, word: str) -> bool:
        self._skip()
        found = _WORD.match(self.text, self.at)
        if found is not None and found[0] in _NOT_DOUBLED:
            raise not_doubled(found[0])
        if found is None or found[0] != word:
            return False
        self.at = found.end()
        return True

    def _symbol(self, sign: str) -> bool:
        self._skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1


def _unescaped(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        if found[1] in ("\\", '"', "'"):
            return found[1]
        raise not_doubled(found[0])

    return _ESCAPE.sub(letter, text)


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if abs(number) != float("inf") else None


def _values(document: Mapping[str, Any], field: str) -> list[Any]:
    held = document.get(field)
    if held is None:
        return []
    return held if isinstance(held, list) else [held]


def _equals(field: str, *values: str) -> Test:
    wanted = {folded(value) for value in values}
    numbers = {number for value in values if (number := _number(value)) is not None}

    def test(document: Mapping[str, Any]) -> bool:
        return any(
            float(held) in numbers
            if isinstance(held, (int, float)) and not isinstance(held, bool)
            else folded(held) in wanted
            for held in _values(document, field)
        )

    return test
