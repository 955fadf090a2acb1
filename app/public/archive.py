"""The archive by date, as the world sees it."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.public.vocabulary import Count


class Month(BaseModel):
    """A month that has articles; `count` is what its date range in `/v1/articles` counts."""

    month: Annotated[int, Field(ge=1, le=12)]
    count: Count


class Year(BaseModel):
    """A year that has articles; `count` is that of the months in this answer."""

    year: Annotated[int, Field(ge=1, le=9999)]
    count: Count
    months: list[Month]
