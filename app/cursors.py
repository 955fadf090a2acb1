"""Decodes the cursors of requests, with one refusal for every invalid one."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from app.errors import BadRequest, Detail
from app.kit import log_position, paging
from app.kit.log_position import START, Position
from app.kit.paging import BadCursor, Cursor
from app.public.vocabulary import SLUG_PATTERN

Key = TypeVar("Key")


def decode(text: str | None, list_name: str) -> Cursor | None:
    """The place in a list, None without a cursor; `BadRequest` for a cursor of another list."""
    with _refuse_bad_cursor():
        return None if text is None else paging.decode(text, list_name)


def decode_text(text: str | None, list_name: str) -> str | None:
    """Like `decode`, for a list that is ordered by a text."""
    with _refuse_bad_cursor():
        return None if text is None else paging.decode_text(text, list_name)


def decode_key(text: str, list_name: str, parse: Callable[[str], Key]) -> Key:
    """The key that `parse` reads in the text of a cursor; it raises `ValueError` for any other."""
    with _refuse_bad_cursor():
        try:
            return parse(paging.decode_text(text, list_name))
        except ValueError as error:
            raise BadCursor from error


def decode_slug(text: str | None, list_name: str) -> str | None:
    """Like `decode_text`, for a list that is ordered by slugs."""
    slug = decode_text(text, list_name)
    with _refuse_bad_cursor():
        if slug is not None and not re.fullmatch(SLUG_PATTERN, slug):
            raise BadCursor
    return slug


def decode_position(text: str) -> Position:
    """A reader's position in the change log; the start for an empty text."""
    with _refuse_bad_cursor("This is no cursor of the change feed; start again without it."):
        return log_position.decode(text) if text else START


@contextmanager
def _refuse_bad_cursor(
    message: str = "This cursor belongs to no such list; begin again without it.",
) -> Iterator[None]:
    try:
        yield
    except BadCursor as error:
        detail = Detail("invalid_cursor", message, parameter="cursor")
        raise BadRequest("invalid_cursor", message, (detail,)) from error
