"""Notes that editors write to each other beside an article. Nothing here is public."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class ArticleNote(SQLModel, table=True):
    """A note, or the reply to one. An account is no foreign key: the note outlives it."""

    __tablename__ = "article_note"
    __table_args__ = (
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.Index("article_note_place", "article_id", "created_at", "id"),
        sa.Index("article_note_writer", "written_by_id"),
    )

    id: UUID = Field(primary_key=True)
    article_id: UUID = Field(foreign_key="article.id")
    reply_to: UUID | None = Field(default=None, foreign_key="article_note.id", index=True)
    revision: int
    text: str = Field(sa_column=sa.Column(sa.Text, nullable=False))
    written_by: str
    written_by_id: UUID | None = None
    created_at: datetime
    edited_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolved_by_id: UUID | None = None


class NoteMention(SQLModel, table=True):
    """An account that a note mentions, since when. Whoever tells people of mentions reads these."""

    __tablename__ = "note_mention"
    __table_args__ = (sa.Index("note_mention_account", "account_id", "mentioned_at"),)

    note_id: UUID = Field(foreign_key="article_note.id", primary_key=True)
    account_id: UUID = Field(primary_key=True)
    mentioned_at: datetime
