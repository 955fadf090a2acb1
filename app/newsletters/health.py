"""Whether newsletters go as they should: for the operator."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.models.newsletter import Newsletter, NewsletterIssue
from app.models.reader import SubscriptionRequest
from app.newsletters.preparation import offered_newsletters
from app.newsletters.readers import count_readers
from app.settings import Settings

_RECENT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewsletterHealth:
    """The number of readers by state, for how long a request to subscribe waits, what goes next,
    and issues of the last week that did not go as usual (`rhythm`, `lang`, `state`, `problem`)."""

    readers: dict[str, int]
    waiting: timedelta
    next_due: datetime | None
    irregular: list[Any]


def examine_newsletters(tx: ReadTx, settings: Settings, now: datetime) -> NewsletterHealth:
    """The present state of newsletters."""
    numbers: Counter[str] = Counter()
    for row in count_readers(tx):
        numbers[row.state] += row.number
    created = col(SubscriptionRequest.created_at)
    by_age = sa.select(created).order_by(col(SubscriptionRequest.id))  # ids sort by their time
    oldest = tx.execute(by_age.limit(1)).scalar()
    dues = [row.due_at for row in offered_newsletters(tx, settings) if row.due_at is not None]
    return NewsletterHealth(
        readers=dict(numbers),
        waiting=max(now - oldest, timedelta()) if oldest is not None else timedelta(),
        next_due=min(dues, default=None),
        irregular=list(tx.execute(_IRREGULAR.where(now - _RECENT < _DUE)).all()),
    )


_DUE: Final = col(NewsletterIssue.due_at)
_COLUMNS: Final[tuple[Any, ...]] = (
    *(col(Newsletter.rhythm), col(Newsletter.lang)),
    *(col(NewsletterIssue.state), col(NewsletterIssue.problem)),
)
_IRREGULAR: Final = (
    sa.select(*_COLUMNS)
    .join(Newsletter, col(Newsletter.id) == col(NewsletterIssue.newsletter_id))
    .where(col(NewsletterIssue.state).in_(("skipped", "stopped")))
    .order_by(col(NewsletterIssue.id))
)
