"""The status and the dates of a text that comes from another system."""

from collections.abc import Callable
from datetime import datetime
from typing import Any


def state_fields(
    status: str,
    published_at: datetime | None,
    updated_at: datetime | None,
    now: datetime,
    note: Callable[[str], None],
) -> dict[str, Any]:
    """The fields of a record: `published`, `scheduled` or `draft`. What the old site was to show
    later is scheduled; a date that nobody knows is unknown."""
    if status == "draft":
        is_past = published_at is not None and published_at <= now
        return {"status": "draft", **({"published_at": published_at} if is_past else {})}
    if published_at is None:
        note("date that does not exist; the date of the text is unknown")
        return {"status": "published", "date_precision": "unknown"}
    if published_at > now:
        if status == "published":
            note("date to come; it is scheduled")
        return {
            "status": "scheduled",
            "published_at": published_at,
            "visible_from": published_at,
        }
    fields: dict[str, Any] = {"status": "published", "published_at": published_at}
    if updated_at is not None and published_at < updated_at <= now:
        fields["updated_at"] = updated_at
    return fields
