"""The archive by year and month, with counts."""

from collections import Counter
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx
from app.kit.calendar import Calendar
from app.models.publication import Publication
from app.public.archive import Month, Year
from app.published.cache import Tags
from app.published.plan import by_rarity
from app.published.query import ArticleFilter, months_of
from app.published.statements import month_of, stamp_of
from app.visibility import visible

_OF_UTC: Final = Calendar()
_MONTH: Final = len("2012-07")


def list_years(
    tx: ReadTx, tags: Tags, filters: ArticleFilter, now: datetime, calendar: Calendar = _OF_UTC
) -> list[Year]:
    """Newest year first, newest month first; only years and months that have articles."""
    statement, values = months_of(
        *by_rarity(tx, tags, filters), now, sqlite=tx.is_sqlite, zoned=calendar != _OF_UTC
    )
    counts: Counter[str] = Counter()
    for stamp, n in tx.execute(statement, values):
        counts[_month_of(stamp, calendar)] += int(n)
    rows = sorted(((int(m[:4]), int(m[5:]), n) for m, n in counts.items()), reverse=True)
    return [
        Year(
            year=year,
            count=sum(n for _, _, n in months),
            months=[Month(month=month, count=n) for _, month, n in months],
        )
        for year, months in ((year, list(group)) for year, group in groupby(rows, lambda r: r[0]))
    ]


def last_changes(tx: ReadTx, now: datetime, calendar: Calendar) -> list[tuple[str, datetime]]:
    """Each month (`YYYY-MM`) that has articles, newest first, with the instant of its latest change
    or release."""
    grouped = month_of if calendar == _OF_UTC else stamp_of
    month = grouped(Publication, tx.is_sqlite)
    latest = sa.func.max(col(Publication.changed_at), type_=UTCDateTime())
    statement = sa.select(month, latest).where(
        col(Publication.kind) == "article", visible(Publication, now)
    )
    months: dict[str, datetime] = {}
    for stamp, at in tx.execute(statement.group_by(month)):
        month_text = _month_of(stamp, calendar)
        months[month_text] = max(at, months.get(month_text, at))
    return sorted(months.items(), reverse=True)


def _month_of(stamp: str, calendar: Calendar) -> str:
    """The month of a stamp, which is a month or an instant near the edge of one."""
    if len(stamp) == _MONTH:
        return stamp
    return f"{calendar.day_of(datetime.fromisoformat(stamp).replace(tzinfo=UTC)):%Y-%m}"
