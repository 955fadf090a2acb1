"""When something last happened that the operator counts on."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Milestone(SQLModel, table=True):
    """`worker`: some worker's last turn; `backup`: the last copy that became whole."""

    name: str = Field(primary_key=True)
    by: str  # which process, or into which folder
    at: datetime
