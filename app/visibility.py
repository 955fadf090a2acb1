"""The interval arithmetic, and what "visible" means: defined here and nowhere else.

Everything with an interval (publications, their tags and authors, sponsors, committee members)
is visible in [visible_from, visible_until). An empty interval was never visible. The record of an
author has no interval: it is visible with the author's articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.kit.clock import FOREVER
from app.models.author import Author
from app.models.publication import PublicationAuthor

NOW = sa.bindparam("now", type_=UTCDateTime())


def visible(table: Any, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a row is public at `now`: its interval contains that instant. This is the law.

    `now` is never earlier than the log's clock (`changes.Head.moment`).
    """
    return sa.and_(col(table.visible_from) <= now, col(table.visible_until) > now)


def was_visible(table: Any, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the row is public at `now`, or was at some time before."""
    return sa.and_(
        col(table.visible_from) <= now, col(table.visible_from) < col(table.visible_until)
    )


def visible_author(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether readers see an author's record: always when its editors want that, else while an
    article of the author is visible."""
    writes = sa.exists().where(
        col(PublicationAuthor.author_slug) == col(Author.slug), visible(PublicationAuthor, now)
    )
    return sa.or_(col(Author.always_public), writes)


def ahead(
    table: Any, now: datetime | ColumnElement[datetime], until: datetime
) -> ColumnElement[bool]:
    """Whether an audience with a right to embargoed content may see a row early: it is not public
    at `now` but will be by `until`. A cancelled row has no interval, so it is never ahead."""
    return sa.and_(
        col(table.visible_from) > now,
        col(table.visible_from) <= until,
        col(table.visible_from) < col(table.visible_until),
    )


@dataclass(frozen=True, slots=True)
class RequestedInterval:
    """The interval that editors asked for one publication; `until` is its present end."""

    key: int
    start: datetime
    expires_at: datetime | None
    ended: str | None
    until: datetime


def arrange_ends(wishes: Sequence[RequestedInterval]) -> dict[int, datetime]:
    """The end of each publication of one article, so that at most one is visible at any instant.

    A publication ends where its successor begins or where it was asked to expire, whichever is
    first. One that was ended by hand keeps its end. A cancelled one has no interval, so its
    predecessor gets its own end back.
    """
    ends: dict[int, datetime] = {}
    following = FOREVER
    for wish in sorted(wishes, key=lambda wish: (wish.start, wish.key), reverse=True):
        if wish.ended == "cancelled":
            ends[wish.key] = wish.start
            continue
        if wish.ended is None:
            ends[wish.key] = max(wish.start, min(wish.expires_at or FOREVER, following))
        else:
            ends[wish.key] = min(wish.until, following)
        following = wish.start
    return ends
