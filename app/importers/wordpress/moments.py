"""Dates of WordPress: in UTC if it wrote one, else by the clocks of the site's zone."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from app.kit.dates import in_range


def moment_of_item(utc: str, local: str, published: str, zone: ZoneInfo) -> datetime | None:
    """The moment of a text. WordPress writes zeros for a date in UTC that it does not know."""
    for text, clock in ((utc, UTC), (local, zone)):
        moment = _parse(text)
        if moment is not None:
            return _within(moment.replace(tzinfo=clock))
    try:
        moment = parsedate_to_datetime(published)
    except ValueError:
        return None
    return _within(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _parse(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=None) if moment.year > 1 else None


def _within(moment: datetime) -> datetime | None:
    try:
        return in_range(moment)
    except (ValueError, OverflowError):
        return None
