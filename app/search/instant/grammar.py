"""The filter grammar, from text to conditions: all of several clauses, each any of its conditions.

A filter is a string or a list: all elements of the list must hold, of a list within it any one.
Each string is read alone. Negation is carried down to the conditions, so that none is left above
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
"""Of a whole filter, when its clauses are multiplied out."""
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


def clauses(given: Given) -> Clauses:
    """All of these must hold; none when nothing is asked. Raises `BadRequest`."""
    if given is None or isinstance(given, str):
        return _all(_parsed(given or ""))
    parts = [
        _parsed(part) if isinstance(part, str) else _any(_parsed(one) for one in part)
        for part in given
    ]
    return _all(*parts)


def invalid(message: str) -> BadRequest:
    """The refusal of a filter."""
    return BadRequest("invalid_search_filter", message)


def _parsed(text: str) -> Clauses:
    return _Parser(text).whole() if text.strip() else ()


def _all(*parts: Clauses) -> Clauses:
    return _bounded(chain.from_iterable(parts))


def _any(parts: Iterable[Clauses]) -> Clauses:
    """An empty part asks for nothing, so that whatever it is joined to by `or` does neither."""
    parts = list(parts)
    if not parts or not all(parts):
        return ()
    made: Clauses = ((),)
    for part in parts:
        made = _bounded(one + other for one, other in product(made, part))
    return made


def _bounded(found: Iterable[tuple[Condition, ...]]) -> Clauses:
    kept, count = [], 0
    for clause in found:
        count += len(clause)
        if count > MOST_CONDITIONS:
            raise invalid(f"A filter has at most {MOST_CONDITIONS} conditions; ask for fewer.")
        kept.append(clause)
    return tuple(kept)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.depth = text, 0
        self.tokens = list(self._tokens())
        self.at = 0

    def whole(self) -> Clauses:
        made = self._or(negated=False)
        if self.at < len(self.tokens):
            raise invalid(
                f"Found unexpected characters at the end of the filter: `{self._shown()}`. You "
                "probably forgot an `OR` or an `AND` rule."
            )
        return made

    def _tokens(self) -> Iterable[tuple[str, str]]:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            found = _TOKEN.match(self.text, at)
            if found is None:
                shown = self.text[at:].strip()[:60]
                raise invalid(
                    f"Expression `{shown}` is missing its closing quote, or begins with a "
                    "character that has to be in quotes."
                )
            kind = str(found.lastgroup)
            yield kind, found[kind]
            at = found.end()

    def _or(self, *, negated: bool) -> Clauses:
        parts = [self._and(negated=negated)]
        while self._took("OR"):
            parts.append(self._and(negated=negated))
        return _all(*parts) if negated else _any(parts)

    def _and(self, *, negated: bool) -> Clauses:
        parts = [self._not(negated=negated)]
        while self._took("AND"):
            parts.append(self._not(negated=negated))
        return _any(parts) if negated else _all(*parts)

    def _not(self, *, negated: bool) -> Clauses:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise invalid("The filter exceeded the maximum depth limit; write it flatter.")
        if self._took("NOT"):
            made = self._not(negated=not negated)
        elif self._took("("):
            made = self._or(negated=negated)
            self._need(")")
        else:
            made = self._condition(negated=negated)
        self.depth -= 1
        return made

    def _condition(self, *, negated: bool) -> Clauses:
        attribute = self._value("an attribute")

        def compared(operator: str, value: str) -> Condition:
            said = cast("Operator", operator)
            return Condition(attribute, _OPPOSITE[said] if negated else said, value)

        if self._took("NOT"):
            self._need("IN")
            return self._in(attribute, wanted=negated)
        if self._took("IN"):
            return self._in(attribute, wanted=not negated)
        kind, sign = self._peek()
        if kind == "sign" and sign in _OPPOSITE:
            self.at += 1
            return ((compared(sign, self._value("a value")),),)
        if kind == "word" and sign in _KEYWORDS:
            raise invalid(
                f"`{sign}` is not offered here; use `=`, `!=`, `IN`, `NOT`, `TO` or a comparison."
            )
        lowest = self._value("`=`, `!=`, `IN`, `TO` or a comparison")
        self._need("TO")
        bounds = compared(">=", lowest), compared("<=", self._value("a value"))
        return (bounds,) if negated else tuple((bound,) for bound in bounds)

    def _in(self, attribute: str, *, wanted: bool) -> Clauses:
        """Nothing is in an empty list."""
        self._need("[")
        values: list[str] = []
        while not self._took("]"):
            values.append(self._value("a value"))
            if not self._took(","):
                self._need("]")
                break
        if wanted:
            return _bounded([tuple(Condition(attribute, "=", value) for value in values)])
        return _bounded((Condition(attribute, "!=", value),) for value in values)

    def _value(self, wanted: str) -> str:
        kind, text = self._peek()
        if kind == "string":
            self.at += 1
            return _ESCAPE.sub(_spelt, text[1:-1])
        if kind != "word":
            raise invalid(f"Was expecting {wanted} but instead got `{self._shown()}`.")
        if text in _KEYWORDS:
            raise invalid(
                f"Was expecting {wanted} but instead got `{text}`, which is a reserved keyword. "
                f"To use `{text}` as a field name or a value, surround it by quotes."
            )
        self.at += 1
        return text

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _took(self, word: str) -> bool:
        kind, text = self._peek()
        taken = text == word and kind != "string"
        self.at += taken
        return taken

    def _need(self, word: str) -> None:
        if not self._took(word):
            raise invalid(f"Was expecting `{word}` but instead got `{self._shown()}`.")

    def _shown(self) -> str:
        rest = " ".join(text for _, text in self.tokens[self.at : self.at + 6])
        return rest[:60] or "the end of the filter"


def _spelt(escape: re.Match[str]) -> str:
    letter = escape[1]
    if letter not in _SPELT:
        raise invalid(f"There is no escape `\\{letter}`; write `\\\\` for a backslash.")
    return _SPELT[letter]
