"""Events as the world sees them."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.public.articles import TagReferences
from app.public.named_types import Id, OptionalText, Title, UpdatedAt
from app.public.vocabulary import DayOrMoment, GivenAddress, Lang


class Event(BaseModel):
    """A conference, a meeting, a day of remembrance. `lang` is that of the title."""

    id: Id
    title: Title
    description: OptionalText
    lang: Lang
    starts: DayOrMoment
    ends: Annotated[
        DayOrMoment | None,
        Field(description="Of whole days the last; null: on the day when it starts"),
    ]
    place: Annotated[OptionalText, Field(description="Where it is, in words")]
    url: Annotated[GivenAddress | None, Field(description="A page about it, if there is one")]
    tags: TagReferences
    updated_at: UpdatedAt
