"""What editors say to each other beside an article, and the timeline of all that happened to it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.admin import article_views as views
from app.admin.article_parts import Person
from app.admin.articles import Reader, Writer
from app.database import ReadTx, WriteTx
from app.editorial import notes, timeline
from app.editorial.notes import NewNote, NoteDetail, NoteEffect, NotePatch
from app.editorial.timeline import TimelineEvent
from app.http.access import actor
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import Flag, Limit, Parameters, links_onward
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.public.envelopes import One, Page, PageMeta
from app.public.vocabulary import ArticleAct

router = management("notes")

Cursor = Annotated[str, Field(max_length=200, description="From `links.next`")]


class Note(BaseModel):
    """A note. `revision` is what `If-Match` takes."""

    id: UUID
    article_id: UUID
    revision: int
    reply_to: UUID | None
    text: str
    written_by: Person
    created_at: datetime
    edited_at: datetime | None
    resolved_at: datetime | None
    resolved_by: Person | None
    mentions: list[Person]


class SavedNote(Note):
    """A note as it was saved. `unknown_mentions` are names after an `@` that fit nobody here, or
    several people: they were not told."""

    unknown_mentions: list[str]


class ListedNoteThread(Note):
    """A note that begins a thread, and the replies to it, the oldest first."""

    replies: list[Note]


class TimelineSave(BaseModel):
    """A text was saved, or in a run of autosaves `texts` of them `since` a moment; `revision`
    numbers the last."""

    revision: int
    texts: int
    since: datetime
    is_autosave: bool
    note: str | None


class TimelineAct(BaseModel):
    """An act, such as `submitted` or `published`, with the fields of the article that it left."""

    action: ArticleAct
    details: dict[str, Any]


class ListedTimelineEntry(BaseModel):
    """Something that happened to an article: one of `save`, `act` and `note`."""

    at: datetime
    by: Person
    save: TimelineSave | None
    act: TimelineAct | None
    note: Note | None


class NoteParameters(Parameters):
    """The parameters of the list of notes."""

    resolved: Annotated[Flag | None, Field(description="Only those that are, or are not")] = None
    limit: Limit = 20
    cursor: Cursor = ""


class TimelineParameters(Parameters):
    """The parameters of a timeline."""

    limit: Limit = 20
    cursor: Cursor = ""


@router.post(
    "/articles/{article_id:uuid}/notes",
    status_code=201,
    response_model=One[SavedNote],
    responses=problem_answers(409),
)
def create_note(
    tx: WriteTx, article_id: UUID, principal: Writer, body: Json[NewNote], runtime: RuntimeDep
) -> Outcome:
    """Write a note beside an article; the article and its `ETag` stay as they are."""
    effect = notes.create(tx, actor(principal), article_id, body, runtime.clock())
    where = f"{views.address(article_id)}/notes/{effect.detail.note.id}"
    return _saved_outcome(effect, 201, where)


@router.get("/articles/{article_id:uuid}/notes", response_model=Page[ListedNoteThread])
def list_notes(
    tx: ReadTx, article_id: UUID, principal: Reader, params: NoteParameters, runtime: RuntimeDep
) -> Outcome:
    """The threads of notes, the newest first."""
    base = f"{runtime.settings.public_url}{views.address(article_id)}/notes"
    threads, following = notes.list_threads(
        tx, article_id, params.cursor or None, params.limit, is_resolved=params.resolved
    )
    data = [
        ListedNoteThread(**_note_fields(it), replies=[_to_note(reply) for reply in it.replies])
        for it in threads
    ]
    links = links_onward(base, params, following)
    meta = PageMeta(limit=params.limit)
    return Outcome(Page[ListedNoteThread](data=data, meta=meta, links=links))


@router.patch(
    "/articles/{article_id:uuid}/notes/{note_id:uuid}",
    response_model=One[SavedNote],
    responses=problem_answers(409),
)
def change_note(
    tx: WriteTx,
    article_id: UUID,
    note_id: UUID,
    principal: Writer,
    revision: IfMatch,
    body: Json[NotePatch],
    runtime: RuntimeDep,
) -> Outcome:
    """Change the text of your own note, or say that a thread is resolved, or is not."""
    effect = notes.change(
        tx, actor(principal), article_id, note_id, revision, body, runtime.clock()
    )
    return _saved_outcome(effect, 200)


@router.get("/articles/{article_id:uuid}/timeline", response_model=Page[ListedTimelineEntry])
def read_timeline(
    tx: ReadTx, article_id: UUID, principal: Reader, params: TimelineParameters, runtime: RuntimeDep
) -> Outcome:
    """What was saved, done and said, the newest first."""
    base = f"{runtime.settings.public_url}{views.address(article_id)}/timeline"
    events, following = timeline.read_timeline(tx, article_id, params.cursor or None, params.limit)
    links = links_onward(base, params, following)
    data = [_to_entry(event) for event in events]
    meta = PageMeta(limit=params.limit)
    return Outcome(Page[ListedTimelineEntry](data=data, meta=meta, links=links))


def _saved_outcome(effect: NoteEffect, status: int, location: str | None = None) -> Outcome:
    view = SavedNote(**_note_fields(effect.detail), unknown_mentions=list(effect.unknown_names))
    return Outcome(One[SavedNote](data=view), status, effect.detail.note.revision, location)


def _to_note(detail: NoteDetail) -> Note:
    return Note(**_note_fields(detail))


def _note_fields(detail: NoteDetail) -> dict[str, Any]:
    note = detail.note
    resolved_by = None
    if note.resolved_by is not None:
        resolved_by = Person(id=note.resolved_by_id, name=note.resolved_by)
    names = ("id", "article_id", "revision", "reply_to", "text", "created_at", "edited_at")
    return {
        **{name: getattr(note, name) for name in names},
        "written_by": Person(id=note.written_by_id, name=note.written_by),
        "resolved_at": note.resolved_at,
        "resolved_by": resolved_by,
        "mentions": [Person(id=key, name=name) for key, name in detail.mentioned],
    }


def _to_entry(event: TimelineEvent) -> ListedTimelineEntry:
    save, act = event.save, event.act
    return ListedTimelineEntry(
        at=event.at,
        by=Person(id=event.by_id, name=event.by),
        save=TimelineSave(
            revision=save.number,
            texts=save.texts,
            since=save.since,
            is_autosave=save.is_autosave,
            note=save.note,
        )
        if save
        else None,
        act=TimelineAct(action=act.action, details=act.details) if act else None,
        note=_to_note(event.note) if event.note else None,
    )
