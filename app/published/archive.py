"""The archive by year and month, with counts."""

from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.database import ReadTx
from app.models.publication import Publication
from app.public.archive import Month, Year
from app.published.memory import Tags
from app.published.plan import by_rarity
from app.published.query import ArticleFilter, months_of
from app.published.statements import month_of
from app.visibility import visible


def years(tx: ReadTx, tags: Tags, chosen: ArticleFilter, now: datetime) -> list[Year]:
    """Newest year first, newest month first; only what has articles."""
    statement, values = months_of(*by_rarity(tx, tags, chosen), now, sqlite=tx.is_sqlite)
    rows = [(int(month[:4]), int(month[5:7]), int(n)) for month, n in tx.execute(statement, values)]
    rows.sort(reverse=True)
    return [
        Year(
            year=year,
            count=sum(n for _, _, n in months),
            months=[Month(month=month, count=n) for _, month, n in months],
        )
        for year, months in ((year, list(group)) for year, group in groupby(rows, lambda r: r[0]))
    ]


def changed(tx: ReadTx, now: datetime) -> list[tuple[str, datetime]]:
    """Each UTC month (`YYYY-MM`) that has articles, newest first, and when the latest of them
    changed or became visible."""
    month = month_of(Publication, tx.is_sqlite)
    latest = sa.func.max(col(Publication.changed_at), type_=UTCDateTime())
    found = sa.select(month, latest).where(
        col(Publication.kind) == "article", visible(Publication, now)
    )
    return sorted(tx.execute(found.group_by(month)).all(), reverse=True)
