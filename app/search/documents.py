"""What the store says of one thing, as a document that an engine holds."""

from dataclasses import fields
from hashlib import blake2b
from operator import attrgetter
from typing import Final

from app.published.searchable import Searchable
from app.search.protocol import DIGEST_BYTES, Document, DocumentKind, Key, Label, Mark

_KINDS: Final[dict[str, DocumentKind]] = {
    "article": "article",
    "page": "article",
    "tag": "tag",
    "sponsor": "sponsor",
    "committee_member": "committee_member",
}
_all_of: Final = attrgetter(*(field.name for field in fields(Searchable)))


def document(thing: Searchable) -> Document:
    """The document, marked with the version and a digest of all that it was made of."""
    digest = blake2b(repr(_all_of(thing)).encode(), digest_size=DIGEST_BYTES).digest()
    return Document(
        key=Key(_KINDS[thing.kind], thing.id),
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
        updated_at=thing.changed_at,
    )
