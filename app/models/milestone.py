"""The last times of events that the operator relies on."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Milestone(SQLModel, table=True):
    """`worker`: some worker's last turn; `backup`: the last complete copy; `purge …`: the last
    purge of a cache."""

    name: str = Field(primary_key=True)
    by: str  # the process, the folder of the copy, or a place in the log
    at: datetime
