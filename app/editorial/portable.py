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
    ids = {image.media_id for content in contents.values() for _, image in content.images}
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
    if content.image is not None:
        change["image"] = _portable_image(tx, content.image, content.lang, media, address)
    if content.seo is not None and content.seo.image is not None:
        image = _portable_image(tx, content.seo.image, content.lang, media, address)
        change["seo"] = content.seo.model_copy(update={"image": image})
    return content.model_copy(update=change) if change else content


def _portable_image(
    tx: ReadTx, image: ImageInput, lang: str, media: Mapping[UUID, Media], address: str
) -> ImageInput | None:
    row = media.get(image.media_id) if image.media_id is not None else None
    if row is None:
        return image
    shown = media_use.image_of(tx, image, lang, media)
    if shown is None or row.taken_down_at is not None:
        return None
    return ImageInput(
        media_id=image.media_id,
        url=f"{address}{shown.url}",
        alt=shown.alt or None,
        caption=shown.caption,
        credit=shown.credit,
    )
