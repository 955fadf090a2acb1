"""What is wrong with the media of a text. Saving and publishing refuse the first fault; tools that
help to write are told of all of them beforehand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.editorial import body_media
from app.editorial.content import ArticleInput
from app.errors import Detail, Invalid
from app.kit.addresses import media_of
from app.kit.languages import pick_text
from app.models.media import Media, Rendition


@dataclass(frozen=True, slots=True)
class MediaFault:
    """What is wrong, and the medium or the address that it is wrong with."""

    detail: Detail
    media_id: UUID | None
    url: str | None = None

    @property
    def error(self) -> Invalid:
        """The refusal of a text with this fault."""
        return Invalid(self.detail.code, self.detail.message, (self.detail,))


def find_save_faults(
    tx: ReadTx, content: ArticleInput, body_html: str, media: Mapping[UUID, Media]
) -> Iterator[MediaFault]:
    """The faults with which a text cannot be saved: its image is no stored picture, or it names a
    file that a medium does not have. `media` are those of the text."""
    yield from _find_unknown(content, media)
    yield from _find_absent(tx, content, body_html, media)


def find_lost(
    content: ArticleInput, body_html: str, media: Mapping[UUID, Media]
) -> Iterator[MediaFault]:
    """Media that do not exist or were taken down, with which a text cannot become public."""
    for mention in body_media.mentions(body_html):
        if mention.is_local and mention.media_id not in media:
            message = f"There is no media {mention.media_id} here."
            yield _fault("media_missing", "/body", message, mention.media_id)
    places = {shown.media_id: pointer for pointer, shown in reversed(content.images)}
    for row in media.values():
        if row.taken_down_at is not None:
            message = f"{_medium_name(row)} was taken down; remove it."
            yield _fault("media_taken_down", places.get(row.id, "/body"), message, row.id)


def find_mute(
    content: ArticleInput, body_html: str, media: Mapping[UUID, Media], *, is_imported: bool = False
) -> list[MediaFault]:
    """Each picture without an alternative text in the article's language, for readers who cannot
    see it. An imported article may show an external picture without one."""
    pictures = [
        ("/body", m.media_id, m.alt)
        for m in body_media.mentions(body_html)
        if m.is_picture and m.media_id in media
    ]
    pictures[:0] = [
        (pointer, shown.media_id, shown.alt or "")
        for pointer, shown in content.images
        if shown.media_id is not None
    ]
    mute: dict[UUID | None, MediaFault] = {}
    image = content.image
    if image is not None and image.media_id is None and image.alt is None and not is_imported:
        text = f"Give the image an alt text in {content.lang!r}."
        mute[None] = _fault("alt_missing", "/image/alt", text, None)
    for pointer, media_id, alt in pictures:
        medium = media.get(media_id)
        if not alt and (medium is None or pick_text(medium.alt, content.lang) is None):
            what = _medium_name(medium) if medium is not None else f"media {media_id}"
            text = f"Give {what} an alt text in {content.lang!r}."
            mute.setdefault(media_id, _fault("alt_missing", pointer, text, media_id))
    return list(mute.values())


def _find_unknown(content: ArticleInput, media: Mapping[UUID, Media]) -> Iterator[MediaFault]:
    for pointer, image in content.images:
        if image.media_id is None:
            continue
        row, place = media.get(image.media_id), f"{pointer}/media_id"
        if row is None and image.url is None:
            message = "There is no such media; upload it first."
            yield _fault("unknown_media", place, message, image.media_id)
        if row is not None and row.kind != "image":
            message = f"{_medium_name(row)} is no image."
            yield _fault("not_an_image", place, message, row.id)


def _find_absent(
    tx: ReadTx, content: ArticleInput, body_html: str, media: Mapping[UUID, Media]
) -> Iterator[MediaFault]:
    """Files that a stored medium does not have, and pictures that are none. Whether a medium was
    taken down matters only at publication."""
    for address in body_media.broken_media_urls(body_html):
        message = f"There is no file {address} here."
        yield _fault("media_missing", "/body", message, None, address)
    if not media:
        return
    files = sa.select(col(Rendition.media_id), col(Rendition.name), col(Rendition.media_type))
    files = files.where(col(Rendition.media_id).in_(media))
    kinds: dict[UUID, dict[str, str]] = {}
    for media_id, name, media_type in tx.execute(files):
        kinds.setdefault(media_id, {})[name] = media_type
    mentioned = [
        ("/body", m.media_id, m.rendition, m.is_picture) for m in body_media.mentions(body_html)
    ]
    image = content.image
    if image is not None and image.media_id is None and (of := media_of(image.url or "")):
        mentioned.append(("/image/url", *of, True))
    for pointer, media_id, rendition, is_picture in mentioned:
        row = media.get(media_id)
        if row is None or row.taken_down_at is not None:
            continue
        kind = kinds.get(media_id, {}).get(rendition)
        if kind is None:
            names = ", ".join(sorted(kinds.get(media_id, {})))
            message = f"{_medium_name(row)} has no file {rendition}; it has {names}."
            yield _fault("media_missing", pointer, message, media_id)
        elif is_picture and not kind.startswith("image/"):
            message = f"{_medium_name(row)} is no image; link to it."
            yield _fault("not_an_image", pointer, message, media_id)


def _medium_name(row: Media) -> str:
    return f"{row.name} ({row.id})"


def _fault(
    code: str, pointer: str, message: str, media_id: UUID | None, url: str | None = None
) -> MediaFault:
    return MediaFault(Detail(code, message, pointer=pointer), media_id, url)
