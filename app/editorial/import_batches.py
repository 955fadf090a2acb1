"""Imports as batches: begun, completed, listed, and what they made taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.audit import By
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import media, publishing, tag_merge
from app.editorial.content import Actor
from app.errors import Conflict, NotFound
from app.models.alias import Alias
from app.models.article import Article, ArticleSlug, ArticleTag
from app.models.author import Author
from app.models.import_batch import ImportBatch
from app.models.media import Media, MediaName, MediaUse, PublicationMedia
from app.models.publication import Publication
from app.models.tag import Tag, TagSlug

AT_ONCE = 50
"""The articles that one transaction takes back, so that no editor waits long."""

_OPERATOR: Final = By("operator")

_ALIVE: Final = timedelta(minutes=2)
"""An import that has not renewed its batch for so long was cut off. It reads no file for longer."""


def begin(
    tx: WriteTx,
    batch_id: UUID,
    source: str,
    now: datetime,
    *,
    is_quiet: bool,
    job_id: UUID | None = None,
) -> None:
    """Record an import that changes something; `job_id` is the import of the desk."""
    batch = ImportBatch(id=batch_id, source=source, began_at=now, is_quiet=is_quiet, job_id=job_id)
    batch.alive_until = now + _ALIVE
    tx.session.add(batch)


def renew(tx: WriteTx, batch_id: UUID, now: datetime) -> None:
    """Record that an import goes on."""
    values = {"alive_until": now + _ALIVE, "ended_at": None}
    tx.execute(sa.update(ImportBatch).where(col(ImportBatch.id) == batch_id).values(values))


def complete(tx: WriteTx, batch_id: UUID, now: datetime) -> None:
    """Record that an import came to its end."""
    tx.execute(sa.update(ImportBatch).where(col(ImportBatch.id) == batch_id).values(ended_at=now))


def list_interrupted(tx: ReadTx, now: datetime, source: str | None = None) -> list[ImportBatch]:
    """The imports that were cut off before their end. Of one `source` they are those that have not
    ended, even if they may still be running: the next import of it does what they left."""
    batch = ImportBatch.__table__  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    is_late = sa.or_(batch.c.alive_until.is_(None), batch.c.alive_until < now)
    is_wanted = is_late if source is None else sa.or_(is_late, batch.c.source == source)
    statement = sa.select(batch).where(batch.c.ended_at.is_(None), is_wanted)
    return [ImportBatch(**row) for row in tx.execute(statement.order_by(batch.c.id)).mappings()]


def list_incomplete(tx: ReadTx, job_id: UUID) -> list[ImportBatch]:
    """The batches of the desk's import that have not come to their end."""
    batch = ImportBatch.__table__  # type: ignore[attr-defined]  # as above
    statement = sa.select(batch).where(batch.c.job_id == job_id, batch.c.ended_at.is_(None))
    return [ImportBatch(**row) for row in tx.execute(statement.order_by(batch.c.id)).mappings()]


def list_batches(tx: ReadTx) -> Sequence[ImportBatch]:
    """All batches, the newest first."""
    statement = sa.select(ImportBatch.__table__).order_by(col(ImportBatch.began_at).desc())  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    return [ImportBatch(**row) for row in tx.execute(statement).mappings()]


def begin_undoing(tx: WriteTx, batch_id: UUID, now: datetime, by: By = _OPERATOR) -> None:
    """Record that a batch is undone. `NotFound` when there is none; undoing may be repeated."""
    row = tx.get_locked(ImportBatch, batch_id)
    if row is None:
        message = "There is no such batch; `willay import batches` lists them."
        raise NotFound("batch_not_found", message)
    if row.undone_at is None:
        row.undone_at = now
        audit.record(tx, by, now, "import.undone", "operation", batch_id)


def articles_of(tx: ReadTx, batch_id: UUID, after: UUID | None) -> list[UUID]:
    """The ids of the next articles that a batch made."""
    return _next_ids(tx, Article, batch_id, after, col(Article.trashed_at).is_(None))


def take_back_article(tx: PublishTx, actor: Actor, article_id: UUID) -> bool:
    """Withdraw an article and move it to the trash, with its slugs and old addresses free for
    another. False when somebody edited it since its import: then it stays."""
    tx.session.flush()
    row = tx.session.get_one(Article, article_id)
    if row.import_digest is None or row.import_revision != row.revision:
        return False
    publishing.take_back(tx, actor, article_id)
    tx.session.flush()
    for table in (ArticleSlug, Alias, ArticleTag, MediaUse):
        tx.execute(sa.delete(table).where(col(table.article_id) == article_id))
    row.slug, row.slug_is_set, row.parent_slug = f"undone-{article_id}", True, None
    tx.session.add(ArticleSlug(slug=row.slug, article_id=article_id))
    row.external_source = row.external_id = row.import_digest = row.import_revision = None
    row.state, row.trashed_at, row.updated_at = "draft", tx.moment, tx.moment
    row.revision += 1
    tx.session.flush()
    return True


def tags_of(tx: ReadTx, batch_id: UUID) -> list[UUID]:
    """The tags that a batch made, the newest first: a tag is newer than the one above it."""
    statement = sa.select(col(Tag.id)).where(col(Tag.import_batch_id) == batch_id)
    return list(tx.execute(statement.order_by(col(Tag.id).desc())).scalars())


def take_back_tag(tx: PublishTx, actor: Actor, tag_id: UUID) -> bool:
    """Remove a tag, with its slugs and old addresses free for another. False while something
    carries it, or another tag is below it."""
    slugs = sa.select(col(TagSlug.slug)).where(col(TagSlug.tag_id) == tag_id)
    names = list(tx.execute(slugs).scalars())
    try:
        with tx.session.begin_nested():
            tx.execute(sa.delete(Alias).where(col(Alias.tag_id) == tag_id))
            tag_merge.remove(tx, actor, tag_id, None)
    except Conflict:
        return False
    tx.execute(sa.delete(TagSlug).where(col(TagSlug.slug).in_(names)))
    tx.session.expire_all()
    return True


def authors_of(tx: ReadTx, batch_id: UUID, after: UUID | None) -> list[UUID]:
    """The ids of the next authors that a batch made."""
    return _next_ids(tx, Author, batch_id, after, sa.true())


def get_author(tx: PublishTx, author_id: UUID) -> Author:
    """One of the authors that a batch made."""
    return tx.session.get_one(Author, author_id)


def find_tag(tx: PublishTx, tag_id: UUID) -> Tag | None:
    """A tag that a batch made, unless somebody merged or removed it."""
    return tx.session.get(Tag, tag_id)


def media_of(tx: ReadTx, batch_id: UUID, after: UUID | None) -> list[UUID]:
    """The ids of the next media that a batch brought."""
    return _next_ids(tx, Media, batch_id, after, col(Media.taken_down_at).is_(None))


def _next_ids(
    tx: ReadTx,
    table: type[Article] | type[Author] | type[Media],
    batch_id: UUID,
    after: UUID | None,
    is_there: sa.ColumnElement[bool],
) -> list[UUID]:
    statement = sa.select(col(table.id)).where(col(table.import_batch_id) == batch_id, is_there)
    if after is not None:
        statement = statement.where(col(table.id) > after)
    return list(tx.execute(statement.order_by(col(table.id)).limit(AT_ONCE)).scalars())


def take_back_medium(tx: WriteTx, media_id: UUID) -> bool:
    """Delete a medium as if it had never come, with its names and old addresses free for another.
    False when somebody described it since, or something shows it that is not undone."""
    row = media.lock_medium(tx, media_id, None)
    own_name = sa.select(col(MediaName.import_revision)).where(
        col(MediaName.media_id) == media_id, col(MediaName.is_own)
    )
    is_touched = tx.execute(own_name).scalar() != row.revision
    if is_touched or media.used_by(tx, media_id) or _is_shown_elsewhere(tx, media_id):
        return False
    tx.execute(sa.delete(PublicationMedia).where(col(PublicationMedia.media_id) == media_id))
    media.delete_parts(tx, media_id)
    tx.session.delete(row)
    tx.session.flush()
    return True


def _is_shown_elsewhere(tx: ReadTx, media_id: UUID) -> bool:
    """Whether a publication shows it, now or once, that is not of an article taken back."""
    statement = (
        sa.select(col(Publication.id))
        .join(PublicationMedia, col(PublicationMedia.publication_id) == col(Publication.id))
        .join(Article, col(Article.id) == col(Publication.article_id))
        .where(col(PublicationMedia.media_id) == media_id)
        .where(
            sa.or_(
                col(Article.trashed_at).is_(None),
                col(Article.import_batch_id).is_(None),
                col(Article.external_source).is_not(None),
            )
        )
    )
    return tx.execute(statement.limit(1)).first() is not None
