"""Old addresses, each with its target or the reason why it has none."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Alias(SQLModel, table=True):
    """An old path of an article or a tag, one that leads to another site, or one that is gone for
    good with a reason."""

    __tablename__ = "alias"
    __table_args__ = (
        sa.CheckConstraint(
            "(article_id IS NOT NULL AND tag_id IS NULL AND gone IS NULL AND url IS NULL)"
            " OR (article_id IS NULL AND tag_id IS NOT NULL AND gone IS NULL AND url IS NULL)"
            " OR (article_id IS NULL AND tag_id IS NULL AND gone IS NOT NULL AND url IS NULL)"
            " OR (article_id IS NULL AND tag_id IS NULL AND gone IS NULL AND url IS NOT NULL)",
            name="either",
        ),
    )

    path: str = Field(primary_key=True)
    article_id: UUID | None = Field(default=None, foreign_key="article.id", index=True)
    gone: str | None = None
    created_at: datetime
    id: UUID = Field(default_factory=uuid4, unique=True)  # a path is a poor part of an address
    tag_id: UUID | None = Field(default=None, foreign_key="tag.id", index=True)
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # Made by somebody who may publish. Only then it comes before the slugs of live content.
    by_publisher: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    url: str | None = None  # an address of another site
