"""Letters by e-mail. A row holds no address and no secret: both are found when it is sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Letter(SQLModel, table=True):
    """A letter to an account or to a reader. `facts` is what it tells; it goes when the letter is
    sent."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.Index("letter_due", "state", "urgency", "next_attempt_at"),
        sa.Index("letter_settled", "settled_at"),  # to forget old ones
        sa.CheckConstraint(
            "kind IN ('invitation', 'reset', 'submitted', 'returned', 'approved', 'mentioned',"
            " 'release', 'trial', 'confirmation', 'subscribed', 'issue')",
            name="kind",
        ),
        sa.CheckConstraint("(account_id IS NULL) <> (reader_id IS NULL)", name="recipient"),
        sa.CheckConstraint(
            "state IN ('planned', 'handed', 'uncertain', 'sent', 'refused', 'failed')", name="state"
        ),
    )

    id: UUID = Field(primary_key=True)
    key: str = Field(unique=True)  # what it is about: the same letter is planned once
    kind: str
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
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
    # 0 is awaited, 1 is a notice, 2 goes to many.
    urgency: int = Field(
        default=1, sa_type=sa.SmallInteger, sa_column_kwargs={"server_default": "1"}
    )
    reader_id: UUID | None = Field(default=None, foreign_key="reader.id", index=True)
    issue_id: UUID | None = Field(default=None, foreign_key="newsletter_issue.id", index=True)
    bounce: str | None = Field(
        default=None, index=True
    )  # hard, soft, complaint: what was reported after it was sent
    bounced_at: datetime | None = None
