"""Types and checks of the values of settings."""

import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode


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
    try:
        example = value.format(site="https://site", slug="slug", lang="en")
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError("may hold {site}, {slug} and {lang}, and no other braces") from error
    if "{slug}" not in value:
        raise ValueError("must hold {slug}")
    _web_address(example)
    return value


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
