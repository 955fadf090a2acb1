"""Types and checks of the values of settings."""

import re
from ipaddress import ip_network
from string import Formatter
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

_FILLER: Final = "name-to-fill-in"


def split_list(value: object) -> object:
    """A text split at commas into a tuple; any other value unchanged."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _exact_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be an http:// or https:// address")
    return value


def _target_address(value: str) -> str:
    parts = urlsplit(_exact_address(value))
    if (
        parts.username is not None
        or parts.fragment
        or not (value.isascii() and value.isprintable())
    ):
        raise ValueError("must have no user, password, fragment or letters beyond ASCII")
    return value


def _web_address(value: str) -> str:
    return _exact_address(value).rstrip("/")


def _check_contact(value: str) -> str:
    if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+|https://[^\s/]+\S*", value):
        raise ValueError("must be a mailto: or an https:// address")
    return value


def _page_template(value: str) -> str:
    parts = _filled_template(value, "slug", ("site", "slug", "lang"))
    if _FILLER not in parts.path + parts.query:
        raise ValueError("must hold {slug} in its path or its query")
    return value


def _preview_template(value: str) -> str:
    parts = _filled_template(value, "token", ("site", "token"))
    if _FILLER not in parts.path + parts.query + parts.fragment:
        raise ValueError("must hold {token} after the host")
    return value


def _filled_template(value: str, needed: str, names: tuple[str, ...]) -> SplitResult:
    """The parts of an example of a template, with a filler for the needed name."""
    *others, last = (f"{{{name}}}" for name in names)
    message = f"may hold {', '.join(others)} and {last}, and no other braces"
    try:
        fields = list(Formatter().parse(value))
    except ValueError as error:
        raise ValueError(message) from error
    # A doubled brace stands for one, which no address may hold.
    braces = sum(value.count(brace) for brace in "{}")
    named = [name for _, name, form, conversion in fields if name and not form and not conversion]
    if any(name not in names for name in named) or braces != 2 * len(named):
        raise ValueError(message)
    if needed not in named:
        raise ValueError(f"must hold {{{needed}}}")
    fillers = dict.fromkeys(names, "") | {needed: _FILLER, "site": "https://site"}
    example = value.format(**fillers)
    if not example.isprintable() or "\\" in example:
        raise ValueError("must hold no control characters and no backslashes")
    return urlsplit(_exact_address(example))


def require_distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    """The values; `ValueError` if one is repeated."""
    if len(set(value)) != len(value):
        raise ValueError("names something twice")
    return value


def time_zone(value: str) -> str:
    """The name of a time zone; `ValueError` if it is unknown."""
    try:
        return ZoneInfo(value).key if value != "UTC" else value
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must name a time zone, such as America/Lima or Europe/London") from error


def check_networks(value: tuple[str, ...]) -> tuple[str, ...]:
    """The values; `ValueError` if one does not name a network."""
    for text in value:
        ip_network(text)
    return value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_list)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
ExactAddress = Annotated[str, AfterValidator(_exact_address)]  # of others: a last slash is theirs
TargetAddress = Annotated[str, AfterValidator(_target_address)]  # to which Willay sends
Contact = Annotated[str, AfterValidator(_check_contact)]
PageTemplate = Annotated[str, AfterValidator(_page_template)]
PreviewTemplate = Annotated[str, AfterValidator(_preview_template)]
