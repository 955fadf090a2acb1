"""The archive by date, as the world sees it."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.public.vocabulary import Count


class Month(BaseModel):
    """A month that has articles."""

    month: Annotated[int, Field(ge=1, le=12, description="1 is January")]
    count: Annotated[Count, Field(description="What its date range in `/v1/articles` counts")]


class Year(BaseModel):
    """A year that has articles."""

    year: Annotated[int, Field(ge=1, le=9999, description="By the site's calendar")]
    count: Annotated[Count, Field(description="In all the months below")]
    months: Annotated[list[Month], Field(description="Those with articles, the newest first")]
