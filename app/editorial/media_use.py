"""The uses of media: recorded with every save, checked and frozen when published."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import body_media, media_faults
from app.editorial.content import ArticleInput, Draft, ImageInput
from app.editorial.media_faults import MediaFault
from app.errors import Invalid
from app.kinds.pictures import build_image
from app.kit.addresses import media_of
from app.kit.languages import pick_text
from app.models.article import Article
from app.models.media import Media, MediaUse, PublicationMedia, Rendition
from app.public.images import Image


def record_media_use(tx: WriteTx, article: Article, draft: Draft) -> None:
    """Record the media of a working copy's newest text. `Invalid` when its image is no stored
    picture, or when it names a file that a medium does not have."""
    media = by_ids(tx, mentioned_ids(draft.content, draft.body_html), lock=True)
    for fault in media_faults.find_save_faults(tx, draft.content, draft.body_html, media):
        raise fault.error
    before: set[UUID] = set()
    if article.revision > 1:
        is_own = col(MediaUse.article_id) == article.id
        before = set(tx.execute(sa.select(col(MediaUse.media_id)).where(is_own)).scalars())
        lost_ids = before - media.keys()
        if lost_ids:
            tx.execute(sa.delete(MediaUse).where(is_own, col(MediaUse.media_id).in_(lost_ids)))
    for media_id in media.keys() - before:
        tx.session.add(MediaUse(article_id=article.id, media_id=media_id))


def refuse_unfit(
    tx: WriteTx,
    content: ArticleInput,
    body_html: str,
    *,
    is_imported: bool = False,
    may_be_mute: bool = False,
) -> None:
    """`Invalid` unless all media of an article may be public.

    An imported article may show an external picture without an alternative text, and a medium too
    if it `may_be_mute`: an invented text would be worse, and editors can list the pictures that
    lack one.
    """
    media = by_ids(tx, mentioned_ids(content, body_html), lock=True)
    for fault in media_faults.find_save_faults(tx, content, body_html, media):
        raise fault.error
    for fault in media_faults.find_lost(content, body_html, media):
        raise fault.error
    mute = media_faults.find_mute(content, body_html, media, is_imported=is_imported)
    if mute and not may_be_mute:
        details = tuple(fault.detail for fault in mute)
        raise Invalid("alt_missing", " ".join(detail.message for detail in details), details)


def list_faults(tx: ReadTx, content: ArticleInput, body_html: str) -> list[MediaFault]:
    """All faults for which `refuse_unfit` would refuse a text of an editor."""
    media = by_ids(tx, mentioned_ids(content, body_html))
    return [
        *media_faults.find_save_faults(tx, content, body_html, media),
        *media_faults.find_lost(content, body_html, media),
        *media_faults.find_mute(content, body_html, media),
    ]


@dataclass(frozen=True, slots=True)
class FrozenMedia:
    """The parts of a publication that depend on its media. `seo_image` is the picture that editors
    chose for search engines."""

    image: Image | None
    seo_image: Image | None
    body_html: str
    media_ids: Collection[UUID]


def freeze_media(tx: ReadTx, content: ArticleInput, body_html: str) -> FrozenMedia:
    """The public images, the body with its alt texts and the sizes of its pictures, and the ids of
    the media in all of them. Without media it asks the store nothing."""
    media = by_ids(tx, mentioned_ids(content, body_html))
    alts = {row.id: (pick_text(row.alt, content.lang) or "") for row in media.values()}
    body = body_media.settle_media(body_html, alts, _picture_files(tx, media))
    seo = content.seo
    return FrozenMedia(
        image_of(tx, content.image, content.lang, media),
        image_of(tx, seo.image, content.lang, media) if seo is not None else None,
        body,
        sorted(media),
    )


def _picture_files(tx: ReadTx, media: Collection[UUID]) -> body_media.PictureFiles:
    """The size of each file of some pictures, by medium and name."""
    if not media:
        return {}
    names = ("media_id", "name", "width", "height")
    statement = sa.select(*(col(getattr(Rendition, name)) for name in names)).where(
        col(Rendition.media_id).in_(media), col(Rendition.width).is_not(None)
    )
    files: dict[UUID, dict[str, tuple[int, int]]] = {}
    for key, name, width, height in tx.execute(statement):
        files.setdefault(key, {})[name] = (width, height)
    return files


def image_of(
    tx: ReadTx, image: ImageInput | None, lang: str, media: Mapping[UUID, Media]
) -> Image | None:
    """The public image of an article in a language. The article's own texts about it come before
    those of the medium. `media` are those of the article."""
    if image is None:
        return None
    row = media.get(image.media_id) if image.media_id is not None else None
    if row is None:
        return _external_image(image) if image.url is not None else None
    sizes = _pictures(tx, row.id)
    if not sizes:
        return None
    return build_image(
        row,
        sizes,
        row.id,
        alt=image.alt or (pick_text(row.alt, lang) or ""),
        caption=image.caption or pick_text(row.caption, lang),
        credit=image.credit or row.credit,
    )


def attach_media(tx: PublishTx, publication: int, media_ids: Collection[UUID]) -> None:
    """Record the media of a publication, which makes them public."""
    tx.session.add_all(
        PublicationMedia(publication_id=publication, media_id=media_id) for media_id in media_ids
    )


def _external_image(image: ImageInput) -> Image:
    return Image(
        url=image.url or "",
        alt=image.alt or "",
        caption=image.caption,
        credit=image.credit,
        width=None,
        height=None,
        colour=None,
        focal_point=None,
        sizes=None,
    )


def has_media(draft: Draft) -> bool:
    """Whether a text mentions a medium of ours, or names an address as if there were one."""
    is_broken = any(body_media.broken_media_urls(draft.body_html))
    return is_broken or bool(mentioned_ids(draft.content, draft.body_html))


def mentioned_ids(content: ArticleInput, body_html: str) -> set[UUID]:
    """The ids of the media that a text names, whether they exist or not."""
    ids = {mention.media_id for mention in body_media.mentions(body_html)}
    for _, image in content.images:
        if image.media_id is not None:
            ids.add(image.media_id)
        elif (medium := media_of(image.url or "")) is not None:
            ids.add(medium[0])
    return ids


def by_ids(tx: ReadTx, ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Media]:
    """The media with these ids; `lock` prevents their deletion until the transaction ends."""
    if not ids:
        return {}
    statement = sa.select(Media.__table__).where(col(Media.id).in_(ids))  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    if lock:
        statement = statement.with_for_update(read=True, key_share=True)
    return {row["id"]: Media(**row) for row in tx.execute(statement).mappings()}


def _pictures(tx: ReadTx, media_id: UUID) -> Sequence[Rendition]:
    statement = (
        sa.select(Rendition.__table__)  # type: ignore[attr-defined]  # as above
        .where(col(Rendition.media_id) == media_id, col(Rendition.width).is_not(None))
        .order_by(col(Rendition.width), col(Rendition.media_type).desc())
    )
    return [Rendition(**row) for row in tx.execute(statement).mappings()]
