"""Media: uploads, the files made of them, and the places that show them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Media(SQLModel, table=True):
    """An upload. Texts are per language; a publication freezes the ones that it shows.

    A row that was ever public stays, so that its address can report that it is gone.
    """

    __tablename__ = "media"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('image', 'document')", name="kind"),
        sa.CheckConstraint("(kind = 'image') = (width IS NOT NULL)", name="size"),
        sa.CheckConstraint("(focal_x IS NULL) = (focal_y IS NULL)", name="focal"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    sha256: str = Field(unique=True)  # of the upload, which is not kept when it is an image
    name: str
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    colour: str | None = None
    focal_x: float | None = None
    focal_y: float | None = None
    alt: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    caption: dict[str, str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    credit: str | None = None
    created_by: UUID | None = None  # no foreign key: the row outlives the account
    revision: int
    created_at: datetime
    updated_at: datetime
    taken_down_at: datetime | None = None
    taken_down_reason: str | None = None
    was_public: bool | None = None  # set by the takedown: whether readers may be told
    erased_at: datetime | None = None  # its files and texts are deleted too
    import_batch_id: UUID | None = Field(default=None, index=True)  # the import that brought it


class Rendition(SQLModel, table=True):
    """A file of a medium, by the name under which it is served: `640.webp`, `original.pdf`."""

    __tablename__ = "rendition"

    media_id: UUID = Field(foreign_key="media.id", primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str = Field(index=True)  # of the file, which storage names after it
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None


class MediaUse(SQLModel, table=True):
    """A working copy shows a medium."""

    __tablename__ = "media_use"

    article_id: UUID = Field(foreign_key="article.id", primary_key=True)
    media_id: UUID = Field(foreign_key="media.id", primary_key=True, index=True)


class PublicationMedia(SQLModel, table=True):
    """A publication shows a medium: while it is visible, so is the medium."""

    __tablename__ = "publication_media"

    publication_id: int = Field(foreign_key="publication.id", primary_key=True)
    media_id: UUID = Field(foreign_key="media.id", primary_key=True, index=True)


class MediaName(SQLModel, table=True):
    """A name by which records of the interchange format know a medium.

    The own name is that of the record that created it. The others are of records whose file has the
    same bytes; these never replace a text. `import_digest` is what the record said last;
    `import_revision` is the medium's revision after that import, null if it was edited before.
    """

    __tablename__ = "media_name"

    name: str = Field(primary_key=True)
    media_id: UUID = Field(foreign_key="media.id", index=True)
    is_own: bool
    import_digest: str | None = None
    import_revision: int | None = None


class MediaPath(SQLModel, table=True):
    """A former address of a medium's file, at the site that it came from."""

    __tablename__ = "media_path"

    path: str = Field(primary_key=True)
    media_id: UUID = Field(foreign_key="media.id", index=True)
