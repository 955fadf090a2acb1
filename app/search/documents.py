"""Makes the document that an engine holds, from the store's present state of a subject."""

from dataclasses import fields
from hashlib import blake2b
from operator import attrgetter
from typing import Final

from app.kinds.searchable import Searchable
from app.kit.calendar import Calendar
from app.search.protocol import DIGEST_BYTES, Document, Key, Label, Mark

_all_of: Final = attrgetter(*(field.name for field in fields(Searchable)))


def to_document(thing: Searchable, calendar: Calendar) -> Document:
    """The document, marked with the version and a digest of everything it was made of."""
    digest = blake2b(repr(_all_of(thing)).encode(), digest_size=DIGEST_BYTES).digest()
    return Document(
        key=Key("article" if thing.kind == "page" else thing.kind, thing.id),
        mark=Mark(thing.version, digest),
        title=thing.title,
        lang=thing.lang,
        also_in=thing.also_in,
        summary=thing.summary,
        body=thing.body,
        labels=tuple(Label(text, lang) for text, lang in thing.labels),
        article_kind=thing.kind if thing.kind in ("article", "page") else None,
        tag_ids=thing.tag_ids,
        authors=thing.author_slugs,
        syndicatable=thing.syndicatable,
        published_at=thing.published_at,
        year=calendar.day_of(thing.published_at).year if thing.published_at else None,
        updated_at=thing.changed_at,
    )
