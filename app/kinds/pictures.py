"""Public images made of media, for what shows a medium as it is now and not as it was published."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kit.addresses import media_path
from app.kit.languages import pick_text
from app.models.media import Media, Rendition
from app.public.articles import FocalPoint, Image, ImageSize

_FALLBACK_WIDTH: Final = 1200
"""The widest JPEG that `url` may name: every browser shows it, and it fits a page."""

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


def load_images(
    tx: ReadTx, names: Mapping[UUID, str], languages: Sequence[str]
) -> dict[UUID, Image]:
    """The images of media, with their texts in the first language that has one. `names` has the
    media, each with the text in place of a missing alternative text. Media that are missing, are no
    pictures or were taken down are left out. Addresses are paths."""
    if not names:
        return {}
    files: dict[UUID, list[Any]] = {}
    for row in tx.execute(_FILES, {"ids": list(names)}):
        files.setdefault(row.id, []).append(row)
    return {key: _to_image(rows, names[key], languages) for key, rows in files.items()}


def _to_image(rows: Sequence[Any], name: str, languages: Sequence[str]) -> Image:
    medium = rows[0]
    return build_image(
        medium,
        rows,
        medium.id,
        alt=_first_text(medium.alt, languages) or name,
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
    main = next((f for f in reversed(plain) if (f.width or 0) <= _FALLBACK_WIDTH), plain[0])
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


def media_names(rows: Collection[Any], column: str) -> dict[UUID, str]:
    """The media in a column of rows, each with the name of a row that shows it."""
    return {key: row.name for row in rows if (key := getattr(row, column)) is not None}


def _first_text(texts: Mapping[str, str], languages: Sequence[str]) -> str | None:
    picks = (pick_text(texts, lang) for lang in languages)
    return next((text for text in picks if text is not None), None)
