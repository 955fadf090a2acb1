"""The cursors that requests bring, as places in lists: one refusal for all that are none."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import BadRequest, Detail
from app.kit import paging, position
from app.kit.paging import BadCursor, Cursor
from app.kit.position import START, Position


def decode(text: str | None, list_name: str) -> Cursor | None:
    """The place in a list, none without a cursor; `BadRequest` for one of another list."""
    with _refusal():
        return None if text is None else paging.decode(text, list_name)


def decode_text(text: str | None, list_name: str) -> str | None:
    """The same for a list that is ordered by a text."""
    with _refusal():
        return None if text is None else paging.decode_text(text, list_name)


def decode_position(text: str) -> Position:
    """How far a reader of the change log has come; the start for an empty text."""
    with _refusal("This is no cursor of the change feed; start again without it."):
        return position.decode(text) if text else START


@contextmanager
def _refusal(
    message: str = "This cursor belongs to no such list; begin again without it.",
) -> Iterator[None]:
    try:
        yield
    except BadCursor as error:
        detail = Detail("invalid_cursor", message, parameter="cursor")
        raise BadRequest("invalid_cursor", message, (detail,)) from error
