"""The filter grammar, parsed as the real server does: two unescapings of a string and all."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from unicodedata import normalize

from tests.search.double.errors import Refusal

Test = Callable[[Mapping[str, Any]], bool]
_DEPTH = 150
_WORD = re.compile(r"[\w\-.]+")
_STRINGS = {q: re.compile(rf"{q}((?:\\.|[^{q}\\])*){q}", re.DOTALL) for q in "\"'"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([^u])|u\{([0-9a-fA-F]{1,6})\}|)", re.DOTALL)
_KEYWORDS = {"AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS"}
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
            raise _invalid("Invalid syntax for the filter parameter: expected String, Array.")


def _either(part: object, allowed: Mapping[str, tuple[bool, bool]], index: str) -> Test:
    if isinstance(part, list):
        options = [compiled(one, allowed, index) for one in part]
        return lambda document: any(option(document) for option in options)
    return compiled(part, allowed, index)


def _invalid(message: str, code: str = "invalid_search_filter") -> Refusal:
    return Refusal(400, code, message)


def folded(value: object) -> str:
    return normalize("NFKD", str(value).strip()).lower()


class _Parser:
    def __init__(self, text: str, allowed: Mapping[str, tuple[bool, bool]], index: str) -> None:
        self.text, self.at, self.allowed, self.index, self.depth = text, 0, allowed, index, 0

    def whole(self) -> Test:
        test = self._or()
        self._skip()
        if self.at < len(self.text):
            raise _invalid(
                f"Found unexpected characters at the end of the filter: `{self.text[self.at :]}`."
                " You probably forgot an `OR` or an `AND` rule."
            )
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
            self.depth += 1
            if self.depth > _DEPTH:
                raise _invalid("The filter exceeded the maximum depth limit.")
            inner = self._or()
            if not self._symbol(")"):
                raise _invalid("Expression is missing the following closing delimiter: `)`.")
            self.depth -= 1
            return inner
        return self._condition(self._value())

    def _condition(self, field: str) -> Test:
        if self._keyword("NOT"):
            self._expect("IN")
            inner = self._in(field)
            return lambda doc: not inner(doc)
        if self._keyword("IN"):
            return self._in(field)
        if self._keyword("EXISTS"):
            self._may(field)
            return lambda doc: field in doc
        if self._keyword("IS"):
            self._expect("EMPTY")
            self._may(field)
            return lambda doc: doc.get(field, 0) in ("", [], {})
        if self._keyword("STARTS"):
            self._expect("WITH")
            self._may(field, equality=True)
            start = folded(self._value())
            return lambda doc: any(folded(v).startswith(start) for v in _values(doc, field))
        if self._keyword("CONTAINS"):
            raise _invalid(
                "Using `CONTAINS` in a filter requires enabling the `contains filter` "
                "experimental feature.",
                "feature_not_enabled",
            )
        for sign in ("!=", ">=", "<=", ">", "<", "="):
            if self._symbol(sign):
                return self._compared(field, sign, self._value())
        low = self._value()
        self._expect("TO")
        high = self._value()
        lower, upper = self._compared(field, ">=", low), self._compared(field, "<=", high)
        return lambda doc: lower(doc) and upper(doc)

    def _compared(self, field: str, sign: str, value: str) -> Test:
        if sign in ("=", "!="):
            self._may(field, equality=True)
            equal = _equals(field, value)
            return equal if sign == "=" else lambda doc: not equal(doc)
        self._may(field, comparison=sign)
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
            raise _invalid("Expected `[` after `IN`.")
        values = []
        while not self._symbol("]"):
            values.append(self._value())
            if not self._symbol(","):
                if not self._symbol("]"):
                    raise _invalid("Expected only comma-separated field names inside `IN[..]`.")
                break
        return _equals(field, *values)

    def _may(self, field: str, *, equality: bool = False, comparison: str = "") -> None:
        if field not in self.allowed:
            names = ", ".join(f"`{name}`" for name in sorted(self.allowed))
            raise _invalid(
                f"Index `{self.index}`: Attribute `{field}` is not filterable. "
                f"Available filterable attribute patterns are: {names}."
            )
        may_equal, may_compare = self.allowed[field]
        if (equality and not may_equal) or (comparison and not may_compare):
            raise _invalid(
                f"Index `{self.index}`: Filter operator `{comparison or '='}` is not allowed for "
                f"the attribute `{field}`."
            )

    def _value(self) -> str:
        self._skip()
        if self.at < len(self.text) and self.text[self.at] in "\"'":
            return self._string(self.text[self.at])
        found = _WORD.match(self.text, self.at)
        if not found:
            rest = self.text[self.at :] or "nothing"
            raise _invalid(f"Was expecting a value but instead got `{rest}`.")
        if found[0] in _KEYWORDS:
            raise _invalid(
                f"Was expecting a value but instead got `{found[0]}`, which is a reserved keyword."
                f" To use `{found[0]}` as a field name or a value, surround it by quotes."
            )
        self.at = found.end()
        return found[0]

    def _string(self, quote: str) -> str:
        """Step one: a backslash before the same quote goes; step two: the usual escapes."""
        found = _STRINGS[quote].match(self.text, self.at)
        if found is None:
            rest = self.text[self.at :]
            raise _invalid(
                f"Expression `{rest}` is missing the following closing delimiter: `{quote}`."
            )
        self.at = found.end()
        inner = _ESCAPED.sub(lambda m: m[1] if m[1] == quote else m[0], found[1])
        return _unescaped(inner)

    def _keyword(self, word: str) -> bool:
        self._skip()
        found = _WORD.match(self.text, self.at)
        if found is None or found[0] != word:
            return False
        self.at = found.end()
        return True

    def _expect(self, word: str) -> None:
        if not self._keyword(word):
            raise _invalid(f"Expected `{word}` near `{self.text[self.at :]}`.")

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
    simple = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", "'": "'", '"': '"'}

    def one(found: re.Match[str]) -> str:
        if found[1] in simple:
            return simple[found[1]]
        if found[2]:
            return chr(int(found[2], 16))
        raise _invalid(f"Invalid escape `{found[0]}`.")

    return _ESCAPE.sub(one, text)


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
