"""Public images made of media, for what shows a medium as it is now and not as it was published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kit.addresses import MAIN_WIDTH, media_path
from app.kit.languages import pick_text
from app.models.media import Media, Rendition
from app.public.images import FocalPoint, Image, ImageSize

_FILES: Final = (
    sa.select(
        *(
            col(getattr(Media, name))
            for name in ("id", "alt", "caption", "credit", "colour", "focal_x", "focal_y")
        ),
        *(col(getattr(Rendition, name)) for name in ("name", "width", "height", "media_type")),
    )
    .join(Rendition, col(Rendition.media_id) == col(Media.id))
    .where(
        col(Media.id).in_(sa.bindparam("ids", expanding=True)),
        col(Media.kind) == "image",
        col(Media.taken_down_at).is_(None),
        col(Rendition.width).is_not(None),
    )
    .order_by(col(Rendition.width), col(Rendition.media_type).desc())
)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The images of some media. Addresses are paths."""

    images: Mapping[UUID, Image]

    def image_of(self, media_id: UUID | None, name: str) -> Image | None:
        """The image of a medium, with a name in place of a missing alternative text. None for media
        that are missing, are no pictures or were taken down."""
        image = self.images.get(media_id) if media_id is not None else None
        if image is None or image.alt:
            return image
        return image.model_copy(update={"alt": name})


def load_pictures(
    tx: ReadTx, media_ids: Iterable[UUID | None], languages: Sequence[str]
) -> Pictures:
    """The images of media, with their texts in the first language that has one."""
    ids = list({key for key in media_ids if key is not None})
    files: dict[UUID, list[Any]] = {}
    for row in tx.execute(_FILES, {"ids": ids}) if ids else ():
        files.setdefault(row.id, []).append(row)
    return Pictures({key: _to_image(rows, languages) for key, rows in files.items()})


def _to_image(rows: Sequence[Any], languages: Sequence[str]) -> Image:
    medium = rows[0]
    return build_image(
        medium,
        rows,
        medium.id,
        alt=_first_text(medium.alt, languages) or "",
        caption=_first_text(medium.caption, languages),
        credit=medium.credit,
    )


def build_image(
    medium: Any,
    files: Sequence[Any],
    media_id: UUID,
    *,
    alt: str,
    caption: str | None,
    credit: str | None,
) -> Image:
    """The public image of a medium with its files, the narrowest first."""
    plain = [file for file in files if file.media_type == "image/jpeg"]
    main = next((f for f in reversed(plain) if (f.width or 0) <= MAIN_WIDTH), plain[0])
    focus = None
    if medium.focal_x is not None and medium.focal_y is not None:
        focus = FocalPoint(x=medium.focal_x, y=medium.focal_y)
    return Image(
        url=media_path(media_id, main.name),
        alt=alt,
        caption=caption,
        credit=credit,
        width=main.width,
        height=main.height,
        colour=medium.colour,
        focal_point=focus,
        sizes=[
            ImageSize(width=file.width, url=media_path(media_id, file.name), type=file.media_type)
            for file in files
        ],
    )


def _first_text(texts: Mapping[str, str], languages: Sequence[str]) -> str | None:
    picks = (pick_text(texts, lang) for lang in languages)
    return next((text for text in picks if text is not None), None)
