"""A body as its publication would show it, for texts that nobody has saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.database import ReadTx
from app.editorial import body_media, media_use
from app.editorial.content import Draft
from app.errors import Detail
from app.kit.addresses import media_path
from app.kit.body_links import BodyLink, list_links
from app.kit.languages import pick_text
from app.kit.outline import OutlinedBody, outline_body


@dataclass(frozen=True, slots=True)
class ShownMedium:
    """A medium in a body: the file, the alternative text that readers get, and what is wrong. An
    address that has the form of no file has no medium."""

    media_id: UUID | None
    url: str
    is_picture: bool
    alt: str
    faults: Sequence[Detail]


@dataclass(frozen=True, slots=True)
class FinishedBody:
    """A body as readers would get it, and what it shows and leads to."""

    body: OutlinedBody
    links: Sequence[BodyLink]
    media: Sequence[ShownMedium]


def finish_body(tx: ReadTx, draft: Draft) -> FinishedBody:
    """What publishing would make of a draft's body; media that it would refuse are told."""
    frozen = media_use.freeze_media(tx, draft.content, draft.body_html)
    body = outline_body(frozen.body_html)
    return FinishedBody(body, list_links(body.html), _list_media(tx, draft))


def _list_media(tx: ReadTx, draft: Draft) -> list[ShownMedium]:
    content, body_html = draft.content, draft.body_html
    faults = media_use.list_faults(tx, content, body_html)
    rows = media_use.by_ids(tx, media_use.mentioned_ids(content, body_html))
    shown: dict[tuple[UUID, str, bool], ShownMedium] = {}
    for mention in body_media.mentions(body_html):
        key = (mention.media_id, mention.rendition, mention.is_picture)
        row = rows.get(mention.media_id)
        if key in shown or (row is None and not mention.is_local):
            continue
        shown[key] = ShownMedium(
            mention.media_id,
            media_path(mention.media_id, mention.rendition),
            mention.is_picture,
            mention.alt or (row and pick_text(row.alt, content.lang)) or "",
            _distinct([it.detail for it in faults if it.media_id == mention.media_id]),
        )
    broken = [it for it in faults if it.url is not None]
    return [
        *shown.values(),
        *(ShownMedium(None, it.url or "", False, "", (it.detail,)) for it in broken),
    ]


def _distinct(faults: Sequence[Detail]) -> list[Detail]:
    return list(dict.fromkeys(faults))
