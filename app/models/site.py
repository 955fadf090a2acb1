"""What the site says of itself: one row, which is read whole and saved whole.

Navigation, sections and featured articles name articles and tags by ids. An id outlives a renaming;
one of a merged tag means its target, as in publications, and one of what is gone names nothing.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

SITE_ID: Final = UUID("00000000-0000-8000-8000-000000000001")
"""The id of the only row, in the change log too. Before the first save there is no row."""


class Site(SQLModel, table=True):
    """The site's own record. `navigation` and `sections` are null where the default holds."""

    __tablename__ = "site"

    id: UUID = Field(primary_key=True)
    names: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    descriptions: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    logo_id: UUID | None = Field(default=None, foreign_key="media.id", index=True)
    contact: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    links: list[dict[str, Any]] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    policies: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    machines: dict[str, Any] | None = Field(sa_column=sa.Column(sa.JSON(none_as_null=True)))
    navigation: list[dict[str, Any]] | None = Field(sa_column=sa.Column(sa.JSON(none_as_null=True)))
    section_ids: list[str] | None = Field(sa_column=sa.Column(sa.JSON(none_as_null=True)))
    featured_ids: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    import_digest: str | None = None
    created_at: datetime
    updated_at: datetime
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
