"""Releases as their editors see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.admin.article_parts import Person
from app.admin.article_views import to_planned_release
from app.editorial.article_status import State
from app.editorial.release_list import (
    CalendarEntry,
    Happening,
    Outcome,
    ReleaseDetail,
    ReleasedText,
)
from app.errors import ScheduledRelease
from app.feeds.ics import Instant
from app.public.envelopes import PlannedRelease
from app.public.vocabulary import Kind, Lang, Slug


class ReleaseText(BaseModel):
    """A text in a release, with the title that readers will see. `state` tells how far the newest
    text of its article has come; it `replaces` what readers see until it begins."""

    article: UUID
    kind: Kind
    lang: Lang
    slug: Slug
    title: str
    text_revision: int
    state: State
    outcome: Outcome
    replaces: bool
    visible_from: datetime
    visible_until: datetime | None
    scheduled_by: Person


class ListedReleaseText(ReleaseText):
    """A text that begins or ends at an instant. Its `release` has so many `texts`, and is at the
    `revision` that `If-Match` takes there."""

    at: datetime
    event: Happening
    release: UUID
    revision: int
    texts: int


class ManagedRelease(BaseModel):
    """Texts that become public at one instant. `revision` is what `If-Match` takes."""

    id: UUID
    revision: int
    state: Literal["scheduled", "begun", "cancelled"]
    at: datetime
    until: datetime | None
    created_at: datetime
    changed_at: datetime
    changed_by: Person
    items: Annotated[list[ReleaseText], Field(description="One for each article")]


class NewRelease(ManagedRelease):
    """A release, and what was scheduled and is not any more because of it."""

    cancelled: list[PlannedRelease]


def to_release(detail: ReleaseDetail) -> ManagedRelease:
    """A release with its texts."""
    release = detail.release
    return ManagedRelease(
        id=release.id,
        revision=release.revision,
        state=detail.state,
        at=release.visible_from,
        until=release.expires_at,
        created_at=release.created_at,
        changed_at=release.updated_at,
        changed_by=Person(id=release.changed_by_id, name=release.changed_by),
        items=[_text(text) for text in detail.texts],
    )


def to_new_release(detail: ReleaseDetail, cancelled: Sequence[ScheduledRelease]) -> NewRelease:
    """A release that was just scheduled."""
    planned = [to_planned_release(release) for release in cancelled]
    return NewRelease(**dict(to_release(detail)), cancelled=planned)


def to_listed_text(entry: CalendarEntry) -> ListedReleaseText:
    """An entry of the calendar."""
    return ListedReleaseText(
        **dict(_text(entry.text)),
        at=entry.at,
        event=entry.happening,
        release=entry.release_id,
        revision=entry.release_revision,
        texts=entry.texts,
    )


def to_instant(entry: CalendarEntry) -> Instant:
    """An entry for people's calendars, which keep it when it moves."""
    text = entry.text
    return Instant(
        uid=f"{entry.release_id}-{text.article_id}-{entry.happening}@willay",
        at=entry.at,
        changed_at=entry.changed_at,
        summary=f"{entry.happening.title()}: {text.title}",
        lang=text.lang,
        description=f"{text.kind} {text.slug} ({text.lang}), by {text.scheduled_by}",
    )


def _text(text: ReleasedText) -> ReleaseText:
    return ReleaseText(
        article=text.article_id,
        kind=text.kind,
        lang=text.lang,
        slug=text.slug,
        title=text.title,
        text_revision=text.text_revision,
        state=text.state,
        outcome=text.outcome,
        replaces=text.replaces,
        visible_from=text.visible_from,
        visible_until=text.visible_until,
        scheduled_by=Person(id=text.scheduled_by_id, name=text.scheduled_by),
    )
