"""What editors said of an author: the record, its portrait, and what the audit tells of both."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts.principal import OPERATOR
from app.changes import PublishTx
from app.editorial import authors, media
from app.editorial.content import Actor
from app.erasure import traces
from app.errors import Conflict, NotFound
from app.kit.text import slug_of
from app.models.author import Author
from app.models.media import Media

_ERASER = Actor("operator")


def erase_author_records(tx: PublishTx, bylines: Sequence[str]) -> dict[str, int]:
    """Delete the records with one of some names, or with the slug of one, and their portraits
    unless something else shows them."""
    slugs = [slug for name in bylines if (slug := slug_of(name))]
    if not slugs:
        return {}
    is_theirs = sa.or_(col(Author.name).in_(bylines), col(Author.slug).in_(slugs))
    rows = list(tx.session.execute(sa.select(Author).where(is_theirs)).scalars())
    words = list(dict.fromkeys((*bylines, *slugs, *(row.slug for row in rows))))
    portraits = {row.portrait for row in rows if row.portrait is not None}
    for row in rows:
        authors.remove(tx, _ERASER, row.id, None)
    return {
        "authors": len(rows),
        "portraits": sum(_delete_unused(tx, medium) for medium in sorted(portraits)),
        "audit entries of authors": audit.erase(tx, None, words) if rows else 0,
        "stored answers on authors": traces.erase_answers(tx, words) if rows else 0,
    }


def _delete_unused(tx: PublishTx, media_id: object) -> bool:
    """Delete a medium; False when something else shows it, or showed it to readers."""
    row = tx.session.get(Media, media_id)
    if row is None:
        return False
    try:
        media.delete(tx, OPERATOR.by, row.id, row.revision, tx.moment)
    except (Conflict, NotFound):
        return False
    tx.session.flush()
    return True
