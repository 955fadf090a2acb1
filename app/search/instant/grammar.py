"""The filter grammar, from text to conditions: all clauses must hold, each by any condition.

A filter is a string or a list. All elements of the list must hold; of a list within it, any one.
Each string is parsed alone. Negation is moved down to the conditions, so that none is left above
them, and `or` is multiplied out over `and`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, product
from typing import Final, Literal, cast

from app.errors import BadRequest

Operator = Literal["=", "!=", ">", ">=", "<", "<="]


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute compared with one value, which is text however it was written."""

    attribute: str
    operator: Operator
    value: str


Clauses = tuple[tuple[Condition, ...], ...]
Given = str | list[str | list[str]] | None

MOST_CONDITIONS: Final = 200
"""The limit of a whole filter, with its clauses multiplied out."""
_DEEPEST = 20
_OPPOSITE: Final[dict[Operator, Operator]] = {
    "=": "!=",
    "!=": "=",
    ">": "<=",
    "<=": ">",
    "<": ">=",
    ">=": "<",
}
_TOKEN: Final = re.compile(
    r"""\s*(?: (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
             | (?P<sign> != | >= | <= | [=<>()\[\],] )
             | (?P<word> [\w.-]+ ) )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SPELT: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}
_KEYWORDS: Final = frozenset(
    ("AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS", "WITH")
)


def parse_clauses(filter_value: Given) -> Clauses:
    """The clauses, which must all hold; none for an empty filter. Raises `BadRequest`."""
    if filter_value is None or isinstance(filter_value, str):
        return _all_of(_parse(filter_value or ""))
    parts = [
        _parse(part)
        if isinstance(part, str)
        else _any_of(_parse(alternative) for alternative in part)
        for part in filter_value
    ]
    return _all_of(*parts)


def invalid_filter(message: str) -> BadRequest:
    """The refusal of a filter."""
    return BadRequest("invalid_search_filter", message)


def _parse(text: str) -> Clauses:
    return _Parser(text).parse() if text.strip() else ()


def _all_of(*parts: Clauses) -> Clauses:
    return _bound_clauses(chain.from_iterable(parts))


def _any_of(parts: Iterable[Clauses]) -> Clauses:
    """Join parts by `or`. An empty part sets no condition, so neither does the result."""
    parts = list(parts)
    if not parts or not all(parts):
        return ()
    conditions: Clauses = ((),)
    for part in parts:
        conditions = _bound_clauses(clause + other for clause, other in product(conditions, part))
    return conditions


def _bound_clauses(conjunctions: Iterable[tuple[Condition, ...]]) -> Clauses:
    bounded, count = [], 0
    for clause in conjunctions:
        count += len(clause)
        if count > MOST_CONDITIONS:
            raise invalid_filter(
                f"A filter has at most {MOST_CONDITIONS} conditions; ask for fewer."
            )
        bounded.append(clause)
    return tuple(bounded)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.depth = text, 0
        self.tokens = list(self._tokens())
        self.at = 0

    def parse(self) -> Clauses:
        conditions = self._or(negated=False)
        if self.at < len(self.tokens):
            raise invalid_filter(
                f"Found unexpected characters at the end of the filter: `{self._next_text()}`. You "
                "probably forgot an `OR` or an `AND` rule."
            )
        return conditions

    def _tokens(self) -> Iterable[tuple[str, str]]:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None:
                rest = self.text[at:].strip()[:60]
                raise invalid_filter(
                    f"Expression `{rest}` is missing its closing quote, or begins with a "
                    "character that has to be in quotes."
                )
            kind = str(match.lastgroup)
            yield kind, match[kind]
            at = match.end()

    def _or(self, *, negated: bool) -> Clauses:
        parts = [self._and(negated=negated)]
        while self._take_word("OR"):
            parts.append(self._and(negated=negated))
        return _all_of(*parts) if negated else _any_of(parts)

    def _and(self, *, negated: bool) -> Clauses:
        parts = [self._not(negated=negated)]
        while self._take_word("AND"):
            parts.append(self._not(negated=negated))
        return _any_of(parts) if negated else _all_of(*parts)

    def _not(self, *, negated: bool) -> Clauses:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise invalid_filter("The filter exceeded the maximum depth limit; write it flatter.")
        if self._take_word("NOT"):
            conditions = self._not(negated=not negated)
        elif self._take_word("("):
            conditions = self._or(negated=negated)
            self._expect_word(")")
        else:
            conditions = self._condition(negated=negated)
        self.depth -= 1
        return conditions

    def _condition(self, *, negated: bool) -> Clauses:
        attribute = self._value("an attribute")

        def make_condition(operator: str, value: str) -> Condition:
            comparison = cast("Operator", operator)
            return Condition(attribute, _OPPOSITE[comparison] if negated else comparison, value)

        if self._take_word("NOT"):
            self._expect_word("IN")
            return self._in(attribute, is_member=negated)
        if self._take_word("IN"):
            return self._in(attribute, is_member=not negated)
        kind, sign = self._peek()
        if kind == "sign" and sign in _OPPOSITE:
            self.at += 1
            return ((make_condition(sign, self._value("a value")),),)
        if kind == "word" and sign in _KEYWORDS:
            raise invalid_filter(
                f"`{sign}` is not offered here; use `=`, `!=`, `IN`, `NOT`, `TO` or a comparison."
            )
        lowest = self._value("`=`, `!=`, `IN`, `TO` or a comparison")
        self._expect_word("TO")
        bounds = make_condition(">=", lowest), make_condition("<=", self._value("a value"))
        return (bounds,) if negated else tuple((bound,) for bound in bounds)

    def _in(self, attribute: str, *, is_member: bool) -> Clauses:
        """An empty list has no members."""
        self._expect_word("[")
        values: list[str] = []
        while not self._take_word("]"):
            values.append(self._value("a value"))
            if not self._take_word(","):
                self._expect_word("]")
                break
        if is_member:
            return _bound_clauses([tuple(Condition(attribute, "=", value) for value in values)])
        return _bound_clauses((Condition(attribute, "!=", value),) for value in values)

    def _value(self, expected: str) -> str:
        kind, text = self._peek()
        if kind == "string":
            self.at += 1
            return _ESCAPE.sub(_unescape, text[1:-1])
        if kind != "word":
            raise invalid_filter(f"Was expecting {expected} but instead got `{self._next_text()}`.")
        if text in _KEYWORDS:
            raise invalid_filter(
                f"Was expecting {expected} but instead got `{text}`, which is a reserved keyword. "
                f"To use `{text}` as a field name or a value, surround it by quotes."
            )
        self.at += 1
        return text

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take_word(self, word: str) -> bool:
        kind, text = self._peek()
        taken = text == word and kind != "string"
        self.at += taken
        return taken

    def _expect_word(self, word: str) -> None:
        if not self._take_word(word):
            raise invalid_filter(f"Was expecting `{word}` but instead got `{self._next_text()}`.")

    def _next_text(self) -> str:
        rest = " ".join(text for _, text in self.tokens[self.at : self.at + 6])
        return rest[:60] or "the end of the filter"


def _unescape(escape: re.Match[str]) -> str:
    letter = escape[1]
    if letter not in _SPELT:
        raise invalid_filter(f"There is no escape `\\{letter}`; write `\\\\` for a backslash.")
    return _SPELT[letter]
