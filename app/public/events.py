"""Events as the world sees them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.public.articles import TagReference
from app.public.vocabulary import DayOrMoment, GivenAddress, Lang


class Event(BaseModel):
    """A conference, a meeting, a day of remembrance. `ends` is the last day of what lasts whole
    days; without it the event ends on the day when it starts. `lang` is that of the title."""

    id: UUID
    title: str
    description: str | None
    lang: Lang
    starts: DayOrMoment
    ends: DayOrMoment | None
    place: str | None
    url: GivenAddress | None
    tags: list[TagReference]
    updated_at: datetime
