"""What the service says of itself."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.public.search import SearchEngine
from app.public.vocabulary import Count, GivenAddress, Lang, WebAddress


class Service(BaseModel):
    """The front page of the API."""

    name: Annotated[str, Field(description="Of the site")]
    version: Annotated[str, Field(description="That of the software")]
    site: Annotated[GivenAddress | None, Field(description="The front page for readers, if any")]
    languages: Annotated[list[Lang], Field(description="The first is the main one")]
    licence: Annotated[GivenAddress, Field(description="Of what names none itself")]
    resources: Annotated[dict[str, WebAddress], Field(description="Where to go on, by name")]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class StoreState(BaseModel):
    """The store: how far the change log has come, and how late its promotion is, in seconds; how
    far the log's clock is ahead of this machine's, as after a clock that was fast. `trouble` says
    what it last failed at, such as a full disk."""

    sequence: Count
    behind_seconds: float
    clock_ahead_seconds: float
    trouble: str | None


class MediaState(BaseModel):
    """Where files are kept; `trouble` says what that last failed at."""

    kept_in: Literal["folder", "bucket"]
    trouble: str | None


class SearchState(BaseModel):
    """Search: who answers now, how far that is behind the change log, in changes and in seconds;
    null where that is not known, since the server is away.

    `degraded` when an engine is missing or late, and `trouble` says why; a server that does not
    finish what it was given is in trouble too. `parked` are the things that the one that answers
    could not take in.
    """

    engine: SearchEngine
    behind_changes: Count | None
    behind_seconds: float | None
    degraded: bool
    trouble: str | None
    parked: Count


class LimitState(BaseModel):
    """Where rate limits are counted; `trouble` says why each process counts for itself though a
    Redis is set."""

    kept_in: Literal["memory", "redis"]
    trouble: str | None


class Ready(BaseModel):
    """The store can be used; whether search lags or limits are not shared is told, and changes
    nothing about that."""

    status: Literal["ok"]
    store: StoreState
    search: SearchState
    media: MediaState
    limits: LimitState
