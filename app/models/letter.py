"""Letters by e-mail. A row holds no address and no secret: both are found when it is sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Letter(SQLModel, table=True):
    """A letter to an account. `facts` is what it tells; it goes when the letter is sent."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("letter_due", "state", "next_attempt_at"),
        sa.Index("letter_settled", "settled_at"),  # to forget old ones
        sa.CheckConstraint(
            "kind IN ('invitation', 'reset', 'submitted', 'returned', 'approved', 'mentioned',"
            " 'release')",
            name="kind",
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'handed', 'uncertain', 'sent', 'refused', 'failed')", name="state"
        ),
    )

    id: UUID = Field(primary_key=True)
    key: str = Field(unique=True)  # what it is about: the same letter is planned once
    kind: str
    account_id: UUID = Field(foreign_key="account.id", index=True)
    facts: dict[str, Any] | None = Field(
        default=None, sa_column=sa.Column(sa.JSON(none_as_null=True), nullable=True)
    )
    state: str
    epoch: str  # of the log when it was planned; in a restored store it is another
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    expires_at: datetime  # a letter that is later than this says nothing new
    sender: str | None = None  # the process that has handed it over
    settled_at: datetime | None = None
    problem: str | None = None  # a code, never what a server said, which may hold the address
