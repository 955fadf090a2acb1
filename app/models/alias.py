"""Old addresses: where they lead now, or why they lead nowhere."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Alias(SQLModel, table=True):
    """An old path of an article, or one that is gone for good with a reason."""

    __tablename__ = "alias"
    __table_args__ = (sa.CheckConstraint("(article_id IS NULL) <> (gone IS NULL)", name="either"),)

    path: str = Field(primary_key=True)
    article_id: UUID | None = Field(default=None, foreign_key="article.id", index=True)
    gone: str | None = None
    created_at: datetime
