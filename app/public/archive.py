"""The archive by date, as the world sees it."""

from pydantic import BaseModel


class Month(BaseModel):
    """A UTC month that has articles; `count` is what its date range in `/v1/articles` counts."""

    month: int
    count: int


class Year(BaseModel):
    """A UTC year that has articles."""

    year: int
    count: int
    months: list[Month]
