"""What the service says of itself."""

from typing import Literal

from pydantic import BaseModel


class Service(BaseModel):
    """The front page of the API."""

    name: str
    version: str
    site: str | None
    languages: list[str]
    licence: str
    resources: dict[str, str]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class StoreState(BaseModel):
    """The store: how far the change log has come, and how late its promotion is, in seconds."""

    sequence: int
    behind_seconds: float


class Ready(BaseModel):
    """The store can be used."""

    status: Literal["ok"]
    store: StoreState
