"""Building blocks of query parameters: exact grammars, and refusals that name the parameter."""

import re
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from typing import Annotated, ClassVar, Final, TypeVar
from urllib.parse import urlencode

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from app.errors import BadRequest, Detail, Moved
from app.kit import languages
from app.public.envelopes import Links
from app.public.vocabulary import SLUG_PATTERN

When = TypeVar("When")


class Parameters(BaseModel):
    """The base of every set of parameters: it refuses unknown ones."""

    model_config = ConfigDict(extra="forbid")

    repeated: ClassVar[frozenset[str]] = frozenset()
    """Names that mean something even with their default, so that links repeat them if given."""


class Travelling(Parameters):
    """The parameters of an address that travels. Unknown ones are dropped; only a
    name that is close to a known one is refused."""

    elsewhere: ClassVar[frozenset[str]] = frozenset()
    """Names that similar addresses know; they are refused, not dropped as a stranger's."""


class NoParameters(Parameters):
    """Takes none."""


class NoneTravelling(Travelling):
    """Takes none, and drops all."""


def closest_name(name: str, names: Collection[str]) -> str | None:
    """The known name that was probably meant: it differs in a letter or two, in capitals, or in the
    order of its letters."""
    plain = {candidate.casefold(): candidate for candidate in names}
    folded = name[:100].casefold()
    close = get_close_matches(folded, plain, 1, cutoff=0.7)
    close += [candidate for candidate in plain if sorted(candidate) == sorted(folded)]
    return plain[close[0]] if close else None


def _number(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError("use a whole number in the digits 0 to 9")
    return value


def _flag(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("use true or false")
    return value


def _matching(pattern: str, description: str) -> BeforeValidator:
    """A validator that describes the expected form; pydantic alone would show the pattern."""
    shape = re.compile(pattern)

    def check(value: object) -> object:
        if isinstance(value, str) and not shape.fullmatch(value):
            raise ValueError(description)
        return value

    return BeforeValidator(check)


# pydantic alone would also take 1_0, 2.0 and " 3 ", and "on", "y" or "0" for a flag.
DIGITS: Final = BeforeValidator(_number)
"""Put it after a number's bounds: bounds that follow it are missing from the contract."""
Limit = Annotated[int, Field(ge=1, le=100, description="The most in one answer"), DIGITS]
Flag = Annotated[bool, BeforeValidator(_flag)]
_LANGUAGE: Final = f"^({languages.ANY_CASE})?$"
_ANY_SLUG: Final = f"^$|{SLUG_PATTERN}"
Language = Annotated[
    str,
    StringConstraints(pattern=_LANGUAGE),
    Field(description="One of the site's languages; see /v1"),
    _matching(_LANGUAGE, "use a language's code, such as en or pt-BR; see /v1"),
    AfterValidator(languages.normalise_code),
]
AnySlug = Annotated[
    str,
    StringConstraints(pattern=_ANY_SLUG, max_length=120),
    _matching(_ANY_SLUG, "use a slug: letters a to z, digits, single hyphens between them"),
]


def refuse_capitals(slug: str, ending: str = "") -> None:
    """Raise `Moved` to the slug in small letters, as all slugs are, whether it exists or not."""
    small = slug.lower()
    if small != slug and re.fullmatch(SLUG_PATTERN, small):
        raise Moved("moved", "Slugs are of small letters.", slug=small + ending)


def split_list(parameter: str, text: str) -> tuple[str, ...]:
    """The parts of a list joined by commas; an empty part is refused, an empty text has none."""
    parts = tuple(text.split(",")) if text else ()
    if "" in parts:
        raise bad_parameter(
            "empty_name", parameter, f"{parameter} has an empty part; remove a comma."
        )
    return parts


def one_of(
    kind: str, parameter: str, name: str, choices: Collection[str], otherwise: str
) -> BadRequest:
    """The refusal of an unknown name: it suggests the name that was meant, or says `otherwise`."""
    close = get_close_matches(name, choices, 1)
    hint = f"did you mean {close[0]!r}?" if close else otherwise
    return bad_parameter(f"unknown_{kind}", parameter, f"There is no {kind} {name[:60]!r}; {hint}")


def known_names(kind: str, parameter: str, text: str, choices: Sequence[str]) -> tuple[str, ...]:
    """The parts of a list of names; an unknown name is refused."""
    names = split_list(parameter, text)
    for name in names:
        if name not in choices:
            raise one_of(kind, parameter, name, choices, f"known: {', '.join(choices)}.")
    return names


def build_url(base: str, params: Parameters, cursor: str = "") -> str:
    """The shortest address of the same request, or of the page at a cursor."""
    values = params.model_dump(exclude_defaults=True, mode="json", by_alias=True)
    repeated = set(params.repeated & params.model_fields_set)
    values |= params.model_dump(include=repeated, mode="json", by_alias=True)
    values = {name: "true" if value is True else value for name, value in values.items()}
    if cursor:
        values["cursor"] = cursor
    query = urlencode(values, safe=",:")
    return f"{base}?{query}" if query else base


def links_onward(base: str, params: Parameters, cursor: str | None) -> Links:
    """The links of a list that is read in one direction; without a cursor this is its last page."""
    following = build_url(base, params, cursor) if cursor else None
    return Links(self=build_url(base, params), next=following, prev=None)


def date_of(parameter: str, text: str, parse: Callable[[str], When]) -> When | None:
    """The date or instant that `parse` reads, None for an empty text; else `BadRequest`."""
    if not text:
        return None
    try:
        return parse(text)
    except (ValueError, OverflowError) as error:
        message = "Use a day such as 2012-07-03, or an instant with an offset."
        raise bad_parameter(
            "invalid_date", parameter, f"{parameter} is no date. {message}"
        ) from error


def bad_parameter(code: str, parameter: str, message: str) -> BadRequest:
    """A refusal that names the parameter."""
    return BadRequest(code, message, (Detail(code, message, parameter=parameter),))
