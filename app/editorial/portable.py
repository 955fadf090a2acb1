"""Articles made portable, for a store that has their media or for one that has not."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar
from uuid import UUID

from app.database import ReadTx
from app.editorial import media_use
from app.editorial.content import ArticleInput, ImageInput
from app.kit.addresses import ID, MEDIA
from app.models.media import Media

Key = TypeVar("Key")

_PATH: Final = re.compile(rf"(?<![\w./:-]){MEDIA}({ID})(?=/)")


def make_portable(
    tx: ReadTx, contents: Mapping[Key, ArticleInput], address: str, *, with_media: bool = False
) -> dict[Key, ArticleInput]:
    """The same contents for another store; images of media that were taken down are left out.

    Without media, an image that is one of our media gets its whole address and all the texts that
    readers see of it, and the paths of media become whole addresses. With media, both stay as
    editors wrote them; only the paths of media that do not come along become whole addresses.
    """
    ids = {image.media_id for content in contents.values() for _, image in content.images}
    if with_media:
        ids |= {UUID(key) for content in contents.values() for key in _PATH.findall(content.body)}
    media = media_use.by_ids(tx, {media_id for media_id in ids if media_id is not None})
    if with_media:
        return {key: _kept_content(content, media, address) for key, content in contents.items()}
    return {
        key: _portable_content(tx, content, media, address) for key, content in contents.items()
    }


def _kept_content(content: ArticleInput, media: Mapping[UUID, Media], address: str) -> ArticleInput:
    lost = {key for key, row in media.items() if row.taken_down_at is not None}
    change: dict[str, object] = {}
    if content.image is not None and content.image.media_id in lost:
        change["image"] = None
    if content.seo and content.seo.image is not None and content.seo.image.media_id in lost:
        change["seo"] = content.seo.model_copy(update={"image": None})
    body = _PATH.sub(
        lambda path: f"{address}{path[0]}" if UUID(path[1]) in lost else path[0], content.body
    )
    if body != content.body:
        change["body"] = body
    return content.model_copy(update=change) if change else content


def _portable_content(
    tx: ReadTx, content: ArticleInput, media: Mapping[UUID, Media], address: str
) -> ArticleInput:
    change: dict[str, object] = {}
    if MEDIA in content.body:
        change["body"] = _PATH.sub(lambda path: f"{address}{path[0]}", content.body)
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
