"""The last times of events that the operator relies on."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Milestone(SQLModel, table=True):
    """`worker`: some worker's last turn; `backup`: the last complete copy."""

    name: str = Field(primary_key=True)
    by: str  # the process, or the folder of the copy
    at: datetime
