"""Dates of front matter and of file names, in the forms that people write them."""

import re
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.kit.clock import start_of
from app.kit.dates import in_range

_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_OFFSET: Final = re.compile(r"\s+([+-]\d{2}):?(\d{2})$|\s+(?:UTC|GMT)$")
_FORMATS: Final = (
    *("%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d/%m/%Y"),
    *("%Y-%m-%d %H:%M", "%Y-%m-%d %I:%M %p", "%a, %d %b %Y %H:%M:%S"),
)


def moment_of_fact(value: Any, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """The moment and its precision, `time` or `day`; None when it is no date."""
    text = value.isoformat() if isinstance(value, date) else str(value or "").strip()
    try:
        if match := _DAY.fullmatch(text):
            return in_range(start_of(date(*map(int, match.groups())))), "day"
        if (moment := _parse(text)) is not None:
            is_day = moment.tzinfo is None and not (moment.hour or moment.minute or ":" in text)
            if is_day:
                return in_range(start_of(moment.date())), "day"
            return in_range(moment if moment.tzinfo else moment.replace(tzinfo=zone)), "time"
    except (ValueError, OverflowError):
        return None
    return None


def _parse(text: str) -> datetime | None:
    plain = _OFFSET.sub(lambda m: f"{m[1]}:{m[2]}" if m[1] else "+00:00", text)
    for candidate in (plain, plain.replace("/", "-")):
        try:
            return datetime.fromisoformat(candidate)
        except ValueError:
            continue
    for form in _FORMATS:
        try:
            # A zone, if there is one, was read above.
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    return None
