"""Links that show one working copy to everybody who has them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class PreviewLink(SQLModel, table=True):
    """A link. Rows stay, so that an old link differs from one that never existed."""

    __tablename__ = "preview_link"

    id: UUID = Field(primary_key=True)
    article_id: UUID = Field(foreign_key="article.id", index=True)
    revision: int | None = None  # of the text; none: always the newest
    digest: str = Field(unique=True)  # SHA-256
    created_by: str
    created_by_id: UUID | None = Field(default=None, index=True)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    made_with: str | None = Field(default=None, index=True)  # a session or a token
