"""Articles made portable: media have whole addresses, and images carry their own texts."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar
from uuid import UUID

from app.database import ReadTx
from app.editorial import media_use
from app.editorial.content import ArticleInput, ImageInput
from app.kit.addresses import MEDIA
from app.models.media import Media

Key = TypeVar("Key")

_PATH: Final = re.compile(rf"(?<![\w./:-]){MEDIA}(?=[0-9a-f]{{8}}-)")


def make_portable(
    tx: ReadTx, contents: Mapping[Key, ArticleInput], address: str
) -> dict[Key, ArticleInput]:
    """The same contents with whole addresses for the paths of media. An image that is one of our
    media gets all the texts that readers see of it, or is left out when it was taken down."""
    ids = {image.media_id for content in contents.values() if (image := content.image) is not None}
    media = media_use.by_ids(tx, {media_id for media_id in ids if media_id is not None})
    return {
        key: _portable_content(tx, content, media, address) for key, content in contents.items()
    }


def _portable_content(
    tx: ReadTx, content: ArticleInput, media: Mapping[UUID, Media], address: str
) -> ArticleInput:
    change: dict[str, object] = {}
    if MEDIA in content.body:
        change["body"] = _PATH.sub(f"{address}{MEDIA}", content.body)
    image = content.image
    row = media.get(image.media_id) if image is not None and image.media_id is not None else None
    if image is not None and row is not None:
        main_image = media_use.image_of(tx, content, media)
        change["image"] = None
        if main_image is not None and row.taken_down_at is None:
            change["image"] = ImageInput(
                media_id=image.media_id,
                url=f"{address}{main_image.url}",
                alt=main_image.alt or None,
                caption=main_image.caption,
                credit=main_image.credit,
            )
    return content.model_copy(update=change) if change else content
