"""The date that an article shows, as far as it is known.

Many archives know a day, a month or a year only. Stored as midnight UTC such a date would be the
day before for every reader west of Greenwich. So a format that takes partial dates is given one,
and one that wants an instant is given noon of the day, which is that day from Lima to Delhi.
"""

from datetime import datetime, timedelta

from app.kit.clock import rfc3339
from app.public.articles import ArticleItem

_NOON = timedelta(hours=12)


def partial_date(article: ArticleItem) -> str:
    """`2003`, `2003-09`, `2003-09-17`, or the instant in RFC 3339: as ISO 8601 and W3C's
    profile of it write what is known."""
    day = article.published_at.date().isoformat()
    match article.date_precision:
        case "time":
            return rfc3339(article.published_at)
        case "day" | "unknown":
            return day
        case "month":
            return day[:7]
        case "year":
            return day[:4]


def instant(article: ArticleItem, now: datetime) -> datetime:
    """The instant itself where it is known; else noon of the day, but never one still to come."""
    if article.date_precision == "time":
        return article.published_at
    midnight = article.published_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(article.published_at, min(midnight + _NOON, now))
