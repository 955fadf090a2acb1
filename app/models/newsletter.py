"""Newsletters, and their issues. Who gets them is in `reader`, and what goes out in `letter`."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Newsletter(SQLModel, table=True):
    """One for each rhythm and language. It has told of all that was visible at `told_until`, a
    moment of the log's clock."""

    __tablename__ = "newsletter"
    __table_args__ = (sa.UniqueConstraint("rhythm", "lang"),)

    id: UUID = Field(primary_key=True)
    rhythm: str
    lang: str
    epoch: str  # of the log; a restored store has another, and tells nothing twice
    told_until: datetime
    due_at: datetime | None = None  # when its next issue goes; an instant one has no such time
    last_number: int = 0


class NewsletterIssue(SQLModel, table=True):
    """An issue. While it is a draft, its articles are chosen by rule, unless editors choose."""

    __tablename__ = "newsletter_issue"
    __table_args__ = (
        sa.Index("newsletter_issue_list", "newsletter_id", "closed_at"),
        sa.Index("newsletter_issue_state", "state"),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'sending', 'sent', 'skipped', 'cancelled', 'stopped')",
            name="state",
        ),
        sa.CheckConstraint("kind IN ('news', 'notice')", name="kind"),
    )

    id: UUID = Field(primary_key=True)
    newsletter_id: UUID = Field(foreign_key="newsletter.id")
    kind: str  # notice: that a text which was mailed was corrected or retracted
    state: str
    revision: int = 1
    number: int | None = None
    due_at: datetime
    subject: str | None = None  # the editors' own
    introduction: str = Field(default="", sa_type=sa.Text)  # Markdown
    series_id: UUID | None = None  # a tag whose articles the issue has
    chosen_ids: list[str] | None = Field(
        default=None, sa_column=sa.Column(sa.JSON(none_as_null=True), nullable=True)
    )
    chosen_at: datetime | None = None  # of the log's clock: what is newer waits for the next issue
    excluded_ids: list[str] = Field(
        sa_column=sa.Column(sa.JSON, nullable=False, server_default="[]")
    )
    article_ids: list[str] = Field(
        sa_column=sa.Column(sa.JSON, nullable=False, server_default="[]")
    )
    notices: list[dict[str, Any]] = Field(
        sa_column=sa.Column(sa.JSON, nullable=False, server_default="[]")
    )
    approved_by: str | None = None
    closed_at: datetime | None = None  # when its articles were fixed and it began to go
    planned_after: UUID | None = None  # the last reader whose letter is planned
    planned_at: datetime | None = None  # when every reader's letter was
    sent_at: datetime | None = None
    problem: str | None = None
    outcome: dict[str, int] | None = Field(
        default=None, sa_column=sa.Column(sa.JSON(none_as_null=True), nullable=True)
    )
    created_at: datetime
