"""Media as editors see them."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from app.editorial.article_status import State
from app.editorial.media_list import MediumDetail, UserKind
from app.kit.addresses import media_path
from app.public.envelopes import Links, PageMeta
from app.public.images import FocalPoint, Pixels


class MediaFile(BaseModel):
    """One file. `path` goes into a body's text; `preview` shows it before it is public."""

    name: str
    path: str
    preview: str
    media_type: str
    bytes: int
    width: Pixels | None
    height: Pixels | None


class MediumUse(BaseModel):
    """What shows a medium: an article whose draft does, or whatever has it as logo or portrait."""

    kind: UserKind
    id: UUID
    title: str
    lang: str | None
    state: State | None


class Medium(BaseModel):
    """A medium as editors see it."""

    id: UUID
    kind: Literal["image", "document"]
    name: str
    media_type: str
    bytes: int
    width: Pixels | None
    height: Pixels | None
    colour: str | None
    focal_point: FocalPoint | None
    alt: dict[str, str]
    caption: dict[str, str]
    credit: str | None
    files: list[MediaFile]
    used_by: list[MediumUse]
    created_by: UUID | None
    revision: int
    created_at: datetime
    updated_at: datetime
    taken_down_at: datetime | None
    taken_down_reason: str | None
    erased_at: datetime | None


class UploadedMedium(Medium):
    """With what the upload lost, if it lost something that can be seen."""

    notices: list[str]


class Media(BaseModel):
    """The newest first."""

    data: list[Medium]
    meta: PageMeta
    links: Links


def to_medium(medium: MediumDetail) -> Medium:
    """A medium with its files."""
    row = medium.media
    focus = None
    if row.focal_x is not None and row.focal_y is not None:
        focus = FocalPoint(x=row.focal_x, y=row.focal_y)
    names = Medium.model_fields.keys() - {"files", "used_by", "focal_point"}
    return Medium(
        **{name: getattr(row, name) for name in names},
        focal_point=focus,
        used_by=[MediumUse(**asdict(use)) for use in medium.used_by],
        files=[
            MediaFile(
                name=file.name,
                path=media_path(row.id, file.name),
                preview=f"/v1/admin/media/{row.id}/file/{file.name}",
                media_type=file.media_type,
                bytes=file.bytes,
                width=file.width,
                height=file.height,
            )
            for file in medium.files
        ],
    )
