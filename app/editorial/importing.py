"""What an importer must know of what is there: look-ups by identity from outside."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.tags import TagInput, slugs
from app.models.article import Article
from app.models.committee import CommitteeMember
from app.models.sponsor import Sponsor
from app.models.tag import Tag

_TABLES = (Article, Tag, Sponsor, CommitteeMember)


def is_empty(tx: ReadTx) -> bool:
    """There is no article, tag, sponsor or member."""
    return not any(tx.execute(sa.select(col(table.id)).limit(1)).first() for table in _TABLES)


def article(
    tx: PublishTx, source: str | None, external_id: str | None, slug: str | None
) -> Article | None:
    """The article that came from there before, or that holds the slug."""
    if source is not None and external_id is not None:
        same = (col(Article.external_source) == source, col(Article.external_id) == external_id)
    elif slug is not None:
        same = (col(Article.slug) == slug, sa.true())
    else:
        return None
    return tx.session.execute(sa.select(Article).where(*same)).scalar_one_or_none()


def by_slugs(tx: ReadTx, wanted: Sequence[str]) -> list[UUID]:
    """The ids of the articles that hold these slugs, as far as there are any."""
    found = sa.select(col(Article.id)).where(col(Article.slug).in_(wanted))
    return list(tx.execute(found).scalars())


def tag(tx: PublishTx, slug: str) -> Tag | None:
    """The tag with a slug."""
    return tx.session.execute(sa.select(Tag).where(col(Tag.slug) == slug)).scalar_one_or_none()


def same_tag(tx: ReadTx, known: Tag, tag_input: TagInput) -> bool:
    """The tag says what the input says."""
    here = TagInput.model_validate(
        {
            "slug": known.slug,
            "type": known.type,
            "names": known.names,
            "descriptions": known.descriptions,
            "synonyms": known.synonyms,
            "parent": slugs(tx)[known.parent_id] if known.parent_id else None,
        }
    )
    return here == tag_input


def has_person(tx: ReadTx, kind: Literal["sponsor", "committee_member"], digest: str) -> bool:
    """The very same record was imported before."""
    column = col(Sponsor.import_digest if kind == "sponsor" else CommitteeMember.import_digest)
    return tx.execute(sa.select(column).where(column == digest)).first() is not None
