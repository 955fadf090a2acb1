"""Articles as their editors see them. Fields that can be changed have the names of the input."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from app import errors
from app.admin.article_parts import (
    Ending,
    Person,
    Release,
    Removed,
    Sibling,
    TranslatedFrom,
    Uncorrected,
)
from app.database import ReadTx
from app.editorial import article_status, working_copies
from app.editorial.article_status import PublicationStatus, State
from app.editorial.content import (
    ArticleFields,
    AuthorInput,
    CorrectionInput,
    ImageInput,
    RightsInput,
    SeoInput,
    SourceInput,
)
from app.editorial.translation_sources import TranslationSource
from app.editorial.translations import SiblingArticle
from app.editorial.workflow import Effect
from app.editorial.working_copies import ListedCopy, ListedText, WorkingCopyDetail
from app.http.transactions import Outcome
from app.kit import markup
from app.public.envelopes import One, PlannedRelease
from app.public.named_types import DatePrecision
from app.public.vocabulary import BodyFormat, Kind, Lang, Slug


class WorkingCopyHead(BaseModel):
    """A working copy. `revision` is what `If-Match` takes; `text_revision` numbers its text.

    `state` tells how far the newest text has come; `live`, `scheduled` and `ended` what the public
    sees meanwhile.
    """

    id: UUID
    kind: Kind
    state: State
    revision: int
    text_revision: int
    lang: Lang
    slug: Slug
    title: str
    live: Release | None
    scheduled: list[Release]
    ended: Ending | None
    created_at: datetime
    changed_at: datetime
    changed_by: Person
    trashed_at: datetime | None


IncludedName = Literal["summary", "tags", "image", "authors", "translations"]
"""What a list tells of each working copy if it is asked to."""


def _optional_member() -> Any:
    return Field(None, exclude_if=lambda value: value is None)


class ListedWorkingCopy(WorkingCopyHead):
    """A working copy in a list. The last members are there when `include=` names them, and when
    there is something to tell."""

    summary: str | SkipJsonSchema[None] = _optional_member()
    tags: list[Slug] | SkipJsonSchema[None] = _optional_member()
    image: ImageInput | SkipJsonSchema[None] = _optional_member()
    authors: list[AuthorInput] | SkipJsonSchema[None] = _optional_member()
    translations: list[Sibling] | SkipJsonSchema[None] = _optional_member()


class WorkingArticle(WorkingCopyHead):
    """A working copy whole. `updated_at` is the date that readers are shown, when it was given."""

    summary: str
    body: str
    body_format: BodyFormat
    body_html: str = Field(description="The body sanitised, as readers get it")
    authors: list[AuthorInput]
    source: SourceInput | None
    image: ImageInput | None
    rights: RightsInput
    tags: list[Slug]
    published_at: datetime | None
    date_precision: DatePrecision
    updated_at: datetime | None
    corrections: list[CorrectionInput]
    is_excerpt: bool
    seo: SeoInput | None
    canonical_url: str | None
    parent: Slug | None
    position: int
    related: list[UUID]
    translations: list[Sibling]
    translated_from: TranslatedFrom | None
    review_note: str | None = Field(
        description="What was said at the last step of its review: submitted, approved, sent back"
    )


class ReleasedArticle(WorkingArticle):
    """A working copy after an act that readers see. What was `cancelled` will not come out; its
    `siblings` are the same story in other languages, which may need the act too."""

    cancelled: list[PlannedRelease]
    siblings: list[Sibling]
    uncorrected: list[Uncorrected]


class SavedArticle(WorkingArticle):
    """A working copy as it was saved, and what its body lost by it."""

    removed: list[Removed]


def to_listed_copy(
    row: ListedCopy, text: ListedText | None, names: Collection[str]
) -> ListedWorkingCopy:
    """A working copy in a list, with what is named of its text."""
    fields: dict[str, Any] = {}
    if text is not None:
        fields = {name: getattr(text.content, name, None) for name in names}
        if "translations" in names:
            fields["translations"] = _to_siblings(text.translations)
    return ListedWorkingCopy(**_listed_fields(row), **fields)


def to_working_article(copy: WorkingCopyDetail) -> WorkingArticle:
    """A working copy whole."""
    return WorkingArticle(**_working_fields(copy))


def working_copy_outcome(tx: ReadTx, article_id: UUID, now: datetime) -> Outcome:
    """The answer that shows one working copy."""
    copy = working_copies.get_working_copy(tx, article_id, now)
    return Outcome(
        One[WorkingArticle](data=to_working_article(copy)), revision=copy.copy.article.revision
    )


def released_outcome(tx: ReadTx, effect: Effect, now: datetime) -> Outcome:
    """The answer to an act that readers see."""
    copy = working_copies.get_working_copy(tx, effect.article.id, now)
    fields = _working_fields(copy)
    view = ReleasedArticle(
        **fields,
        siblings=fields["translations"],
        cancelled=[to_planned_release(release) for release in effect.cancelled],
        uncorrected=[
            Uncorrected(revision=it.revision, visible_from=it.visible_from, fields=list(it.fields))
            for it in effect.uncorrected
        ],
    )
    return Outcome(One[ReleasedArticle](data=view), revision=copy.copy.article.revision)


def to_planned_release(release: errors.ScheduledRelease) -> PlannedRelease:
    """A release that was scheduled."""
    return PlannedRelease(**asdict(release))


def saved_outcome(
    tx: ReadTx,
    article_id: UUID,
    now: datetime,
    removed: Sequence[markup.RemovedMarkup],
    status: int,
) -> Outcome:
    """The answer to a save; a 201 carries the address of the new article."""
    copy = working_copies.get_working_copy(tx, article_id, now)
    view = SavedArticle(**_working_fields(copy), removed=to_removed(removed))
    body = One[SavedArticle](data=view)
    where = address(article_id) if status == 201 else None
    return Outcome(body, status, copy.copy.article.revision, where)


def to_removed(removed_markup: Sequence[markup.RemovedMarkup]) -> list[Removed]:
    """What a body lost."""
    return [Removed(what=it.what, excerpt=it.excerpt, count=it.count) for it in removed_markup]


def created_outcome(tx: ReadTx, article_id: UUID, now: datetime) -> Outcome:
    """The answer that shows a new working copy and carries its address."""
    copy = working_copies.get_working_copy(tx, article_id, now)
    body = One[WorkingArticle](data=to_working_article(copy))
    return Outcome(body, 201, copy.copy.article.revision, address(article_id))


def address(article_id: UUID) -> str:
    """The path at which an article is managed."""
    return f"/v1/admin/articles/{article_id}"


def _working_fields(copy: WorkingCopyDetail) -> dict[str, Any]:
    article, content = copy.copy.article, copy.copy.content
    head = _listed_fields(ListedCopy(article, copy.state, copy.standing))
    return {
        **head,
        **{
            name: getattr(content, name) for name in ArticleFields.model_fields.keys() - head.keys()
        },
        "body_html": copy.copy.body_html,
        "translations": _to_siblings(copy.translations),
        "translated_from": _to_source(copy.source),
        "review_note": article.review_note,
    }


def _to_siblings(siblings: Sequence[SiblingArticle]) -> list[Sibling]:
    return [
        Sibling(id=it.id, lang=it.lang, slug=it.slug, title=it.title, live=it.live)
        for it in siblings
    ]


def _to_source(source: TranslationSource | None) -> TranslatedFrom | None:
    if source is None:
        return None
    return TranslatedFrom(**asdict(source), is_stale=source.is_stale)


def _listed_fields(row: ListedCopy) -> dict[str, Any]:
    article = row.article
    return {
        "id": article.id,
        "kind": article.kind,
        "state": row.state,
        "revision": article.revision,
        "text_revision": article.text_revision,
        "lang": article.lang,
        "slug": article.slug,
        "title": article.title,
        **_status_fields(row.standing),
        "created_at": article.created_at,
        "changed_at": article.updated_at,
        "changed_by": Person(id=article.changed_by_id, name=article.changed_by),
        "trashed_at": article.trashed_at,
    }


def _status_fields(standing: PublicationStatus) -> dict[str, Any]:
    ended = standing.ended
    return {
        "live": _release(standing.live) if standing.live else None,
        "scheduled": [_release(release) for release in standing.scheduled],
        "ended": Ending(reason=ended.reason, note=ended.note, at=ended.at) if ended else None,
    }


def _release(release: article_status.ReleaseInfo) -> Release:
    return Release(
        revision=release.revision,
        slug=release.slug,
        visible_from=release.visible_from,
        visible_until=release.visible_until,
        published_by=release.published_by,
    )
