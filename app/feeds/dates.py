"""The date that an article shows, as far as it is known.

Many archives know only a day, a month or a year. Such a date, stored as midnight UTC, would be the
day before for every reader west of Greenwich. So formats with partial dates get a partial date.
Formats that want an instant get noon of the day, which is the same day from Lima to Delhi.
"""

from datetime import datetime, timedelta

from app.kit.clock import rfc3339
from app.public.articles import ArticleItem

_NOON = timedelta(hours=12)


def partial_date(article: ArticleItem) -> str:
    """`2003`, `2003-09`, `2003-09-17`, or the instant in RFC 3339: the known part of the date, as
    ISO 8601 and W3C's profile of it write it."""
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
    """The instant itself if it is known; else noon of the day, but never in the future."""
    if article.date_precision == "time":
        return article.published_at
    midnight = article.published_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(article.published_at, min(midnight + _NOON, now))
