"""A medium as a public image, for what shows it by its id."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.kit.addresses import MAIN_WIDTH, media_path
from app.kit.languages import pick_text
from app.models.media import Media, Rendition
from app.public.articles import FocalPoint, Image, ImageSize


def image_of_medium(tx: ReadTx, media_id: UUID, lang: str, alt: str) -> Image | None:
    """The image in a language, with paths for addresses; None if it was taken down or is no
    picture. `alt` stands for an alternative text that the medium lacks."""
    statement = (
        sa.select(*_MEDIUM, *_FILE)
        .join(Rendition, col(Rendition.media_id) == col(Media.id))
        .where(
            col(Media.id) == media_id,
            col(Media.taken_down_at).is_(None),
            col(Rendition.width).is_not(None),
        )
        .order_by(col(Rendition.width), col(Rendition.media_type).desc())
    )
    files = tx.execute(statement).all()
    return _to_image(media_id, files, lang, alt) if files else None


_MEDIUM = tuple(
    col(getattr(Media, name))
    for name in ("alt", "caption", "credit", "colour", "focal_x", "focal_y")
)
_FILE = (
    col(Rendition.name),
    col(Rendition.media_type),
    col(Rendition.width),
    col(Rendition.height),
)


def _to_image(media_id: UUID, files: Any, lang: str, alt: str) -> Image:
    row = files[0]
    plain = [file for file in files if file.media_type == "image/jpeg"] or files
    main = next((file for file in reversed(plain) if file.width <= MAIN_WIDTH), plain[0])
    focus = None
    if row.focal_x is not None and row.focal_y is not None:
        focus = FocalPoint(x=row.focal_x, y=row.focal_y)
    return Image(
        url=media_path(media_id, main.name),
        alt=pick_text(row.alt, lang) or alt,
        caption=pick_text(row.caption, lang),
        credit=row.credit,
        width=main.width,
        height=main.height,
        colour=row.colour,
        focal_point=focus,
        sizes=[
            ImageSize(width=file.width, url=media_path(media_id, file.name), type=file.media_type)
            for file in files
        ],
    )
