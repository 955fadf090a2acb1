"""Notes that editors write to each other beside an article, in threads of one level.

A note never is public, and does not change the article: nobody who saves has to read it first. The
audit tells that it was written, and not what it says, so that its text can be erased.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from app import audit, cursors, revisions
from app.database import ReadTx, WriteTx
from app.editorial import articles, mentions, notices
from app.editorial.commands import refuse_trashed
from app.editorial.content import Actor, Remark
from app.errors import Conflict, Detail, Forbidden, Invalid, NotFound
from app.inputs import Input, make_optional
from app.kit.ids import uuid7
from app.kit.paging import Cursor
from app.models.account import Account
from app.models.note import ArticleNote, NoteMention

_NOTES_AT_MOST: Final = 1_000
"""The most notes of one article."""

MentionIds = Annotated[tuple[UUID, ...], Field(max_length=50, strict=False)]


class NewNote(Input):
    """A note, or the reply to one of the same article. It mentions the accounts whose names stand
    after an `@` in its text, and those of `mentions`."""

    text: Remark
    reply_to: UUID | None = None
    mentions: MentionIds = ()


@make_optional
class NotePatch(Input):
    """The writer of a note may change its text, and everybody may resolve a thread."""

    text: Remark
    resolved: bool


@dataclass(frozen=True, slots=True)
class NoteDetail:
    """A note, the people whom it mentions by id and name, and the replies to it, oldest first."""

    note: ArticleNote
    mentioned: Sequence[tuple[UUID, str]]
    replies: Sequence["NoteDetail"] = ()


@dataclass(frozen=True, slots=True)
class NoteEffect:
    """A saved note, those whom it newly mentions, and names in it that fit nobody or several."""

    detail: NoteDetail
    newly_mentioned: Sequence[UUID] = field(default=())
    unknown_names: Sequence[str] = field(default=())


def create(
    tx: WriteTx, actor: Actor, article_id: UUID, content: NewNote, now: datetime
) -> NoteEffect:
    """A new note; a reply to a reply joins the same thread."""
    refuse_trashed(articles.lock_article(tx, article_id, None))
    number = sa.select(sa.func.count()).where(col(ArticleNote.article_id) == article_id)
    if tx.execute(number).scalar_one() >= _NOTES_AT_MOST:
        message = f"It has {_NOTES_AT_MOST} notes already; go on elsewhere."
        raise Conflict("too_many_notes", message)
    note = ArticleNote(
        id=uuid7(now),
        article_id=article_id,
        reply_to=_thread_of(tx, article_id, content.reply_to),
        revision=1,
        text=content.text,
        written_by=actor.name,
        written_by_id=actor.account_id,
        created_at=now,
    )
    found = mentions.find_mentions(tx, content.text, content.mentions)
    tx.session.add(note)
    tx.session.flush()
    return _conclude(tx, actor, note, found, "note_added", now)


def change(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    note_id: UUID,
    revision: int,
    patch: NotePatch,
    now: datetime,
) -> NoteEffect:
    """Change the text of one's own note, or resolve or open a thread. `Stale` unless the note is at
    `revision`; `Forbidden` for the text of somebody else."""
    note = tx.get_locked(ArticleNote, note_id)
    if note is None or note.article_id != article_id:
        raise NotFound("note_not_found", "There is no such note of this article.")
    if note.revision != revision:
        changed = note.edited_at or note.resolved_at or note.created_at
        raise revisions.stale_error(note.revision, note.resolved_by or note.written_by, changed)
    found, action = mentions.FoundMentions((), ()), "note_edited"
    if "text" in patch.model_fields_set:
        if note.written_by_id is None or note.written_by_id != actor.account_id:
            raise Forbidden("not_own_note", "Only its writer may change a note; write a reply.")
        found = mentions.find_mentions(tx, patch.text, ())
        note.text, note.edited_at = patch.text, now
    if "resolved" in patch.model_fields_set:
        if note.reply_to is not None:
            raise Conflict("not_a_thread", "Resolve the note that this one replies to.")
        by = (now, actor.name, actor.account_id) if patch.resolved else (None, None, None)
        note.resolved_at, note.resolved_by, note.resolved_by_id = by
        action = "note_resolved" if patch.resolved else "note_reopened"
    note.revision += 1
    tx.session.flush()
    return _conclude(tx, actor, note, found, action, now)


def list_threads(
    tx: ReadTx, article_id: UUID, cursor: str | None, limit: int, *, is_resolved: bool | None
) -> tuple[list[NoteDetail], str | None]:
    """The threads of an article, the newest first, with their replies; and the next cursor."""
    articles.read(tx, article_id)
    list_name = f"notes {article_id} {is_resolved}"
    conditions: list[Any] = [
        col(ArticleNote.article_id) == article_id,
        col(ArticleNote.reply_to).is_(None),
    ]
    if is_resolved is not None:
        at = col(ArticleNote.resolved_at)
        conditions.append(at.is_not(None) if is_resolved else at.is_(None))
    if (after := cursors.decode(cursor, list_name)) is not None:
        place = sa.tuple_(sa.literal(after.at, UTCDateTime()), sa.literal(after.id, sa.Uuid()))
        conditions.append(sa.tuple_(*_PLACE) < place)
    order = [column.desc() for column in _PLACE]
    statement = sa.select(*_COLUMNS).where(*conditions).order_by(*order)
    roots = [ArticleNote(**row) for row in tx.execute(statement.limit(limit + 1)).mappings()]
    more, roots = len(roots) > limit, roots[:limit]
    last = Cursor(roots[-1].created_at, roots[-1].id, backwards=False) if more else None
    return _with_replies(tx, roots), last.encode(list_name) if last else None


def list_notes(tx: ReadTx, note_ids: Sequence[UUID]) -> dict[UUID, NoteDetail]:
    """Some notes without their replies."""
    statement = sa.select(*_COLUMNS).where(col(ArticleNote.id).in_(note_ids))
    rows = [ArticleNote(**row) for row in tx.execute(statement).mappings()]
    return {detail.note.id: detail for detail in _with_mentions(tx, rows)}


_COLUMNS: Final = tuple(sa.inspect(ArticleNote).columns)
_PLACE: Final = (col(ArticleNote.created_at), col(ArticleNote.id))


def _thread_of(tx: ReadTx, article_id: UUID, note_id: UUID | None) -> UUID | None:
    """The first note of the thread that a note is in; `Invalid` unless it is of this article."""
    if note_id is None:
        return None
    statement = sa.select(col(ArticleNote.reply_to)).where(
        col(ArticleNote.id) == note_id, col(ArticleNote.article_id) == article_id
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        message = "There is no such note of this article; leave it out, or reply to another."
        raise Invalid(
            "unknown_note", message, (Detail("unknown_note", message, pointer="/reply_to"),)
        )
    return row[0] or note_id


def _conclude(
    tx: WriteTx,
    actor: Actor,
    note: ArticleNote,
    mentioned: mentions.FoundMentions,
    action: str,
    now: datetime,
) -> NoteEffect:
    newly_mentioned = mentions.record_mentions(tx, note, mentioned.account_ids, now)
    if newly_mentioned:
        article = articles.read(tx, note.article_id).article
        notices.tell_mention(tx, actor, newly_mentioned, article, now, note.text, note.id)
    if actor.by is not None:
        audit.record(tx, actor.by, now, f"article.{action}", "article", note.article_id)
    return NoteEffect(list_notes(tx, [note.id])[note.id], newly_mentioned, mentioned.unknown_names)


def _with_replies(tx: ReadTx, roots: Sequence[ArticleNote]) -> list[NoteDetail]:
    ids = [note.id for note in roots]
    statement = sa.select(*_COLUMNS).where(col(ArticleNote.reply_to).in_(ids))
    rows = tx.execute(statement.order_by(*_PLACE)).mappings()
    replies: dict[UUID | None, list[NoteDetail]] = {}
    for detail in _with_mentions(tx, [ArticleNote(**row) for row in rows]):
        replies.setdefault(detail.note.reply_to, []).append(detail)
    return [
        NoteDetail(detail.note, detail.mentioned, replies.get(detail.note.id, ()))
        for detail in _with_mentions(tx, roots)
    ]


def _with_mentions(tx: ReadTx, rows: Sequence[ArticleNote]) -> list[NoteDetail]:
    statement = (
        sa.select(col(NoteMention.note_id), col(Account.id), col(Account.name))
        .join_from(NoteMention, Account, col(Account.id) == col(NoteMention.account_id))
        .where(col(NoteMention.note_id).in_([note.id for note in rows]))
        .order_by(col(Account.name), col(Account.id))
    )
    people: dict[UUID, list[tuple[UUID, str]]] = {}
    for note_id, account_id, name in tx.execute(statement):
        people.setdefault(note_id, []).append((account_id, name))
    return [NoteDetail(note, people.get(note.id, ())) for note in rows]
