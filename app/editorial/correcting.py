"""Corrections of the public text, and of the draft and scheduled texts beside it.

A correction starts from the public text, not from the newest. A draft or scheduled text that was
written earlier would undo it later, so both get the note. They also get each changed field in which
they equalled the public text. Their other fields stay and are reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.changes import PublishTx, head
from app.database import ReadTx
from app.editorial import (
    articles,
    history,
    publishing,
    release_records,
    releases,
    translation_groups,
)
from app.editorial.article_patch import validate_article
from app.editorial.articles import WorkingCopy
from app.editorial.commands import refuse_moved
from app.editorial.content import Actor, ArticleInput, CorrectionInput, Draft, SiteRules
from app.editorial.releases import VisibleText
from app.errors import Conflict
from app.models.article import Article

_TOGETHER: Final = (("body", "body_format"), ("published_at", "date_precision"))
_PARTS: Final = (
    *_TOGETHER,
    *((name,) for name in ArticleInput.model_fields if all(name not in it for it in _TOGETHER)),
)
"""Groups of fields that are copied to another text together or not at all."""


@dataclass(frozen=True, slots=True)
class UncorrectedText:
    """A draft (or a text scheduled from some time on) with fields that differed from the public
    text, so that the correction left them alone."""

    revision: int
    visible_from: datetime | None
    fields: Sequence[str]


def text_to_correct(
    tx: ReadTx, article_id: UUID, revision: int, at: datetime | None, now: datetime
) -> tuple[WorkingCopy, int]:
    """The text that a correction at `at` (default: now) starts from, and that text's number."""
    copy = articles.read(tx, article_id)
    if copy.article.revision != revision:
        raise articles.stale_error(copy.article)
    now = head(tx).moment(now)
    visible = _visible_text(tx, article_id, max(at or now, now))
    public = _text(tx, article_id, visible.revision, visible.slug)
    return WorkingCopy(copy.article, public.content, public.body_html), visible.revision


def correct(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    rules: SiteRules,
    note: str,
    *,
    draft: Draft | None = None,
    at: datetime | None = None,
    text_revision: int | None = None,
) -> tuple[datetime, list[UncorrectedText]]:
    """Publish the public text again, or `draft` made of it, with a dated note for readers.
    Scheduled texts and drafts stay what they are. Returns the start and the uncorrected texts.

    `Conflict`: `not_public`, or `text_moved` when the public text is not `text_revision`.
    """
    article = articles.lock_article(tx, article_id, revision)
    start = max(at, tx.moment) if at is not None else tx.moment
    visible = _visible_text(tx, article_id, start)
    refuse_moved("What readers see", visible.revision, text_revision)
    before = _text(tx, article_id, visible.revision, visible.slug)
    after = draft or before
    noted = CorrectionInput(at=start, note=note)
    later = [
        row
        for row in releases.planned_publications(tx, article_id, start)
        if row.visible_from > start
    ]
    beside = {row.revision: row.visible_from for row in reversed(later)}
    carried = {
        number: _carry_correction(_text(tx, article_id, number), before.content, after, noted)
        for number in {*beside, article.text_revision} - {visible.revision}
    }
    moved = _save_corrected(tx, actor, article, visible.revision, _with_note(after, noted), carried)
    publishing.refuse_unready(tx, actor, article, moved[visible.revision])
    rows = releases.list_publications(tx, article_id)
    former = next(row for row in rows if row.visible_from <= start < row.visible_until)
    corrected = releases.insert_publication(
        tx, actor, article, moved[visible.revision], rules, start, visible.expires_at
    )
    if former.visible_from < start and start > tx.moment:
        release_records.attach(tx, actor, corrected)
    else:
        corrected.release_id = former.release_id
    for row in later:
        releases.replace_publication(
            *(tx, actor, article, row, moved[row.revision], rules),
            start=row.visible_from,
            until=row.expires_at,
        )
    releases.recompute_ends(tx, article_id)
    translation_groups.refuse_second_language(tx, article, tx.moment)
    if start <= tx.moment:
        releases.announce_change(tx, article, "published")
    return start, [
        UncorrectedText(moved[number], beside.get(number), fields)
        for number, (_, fields) in sorted(carried.items())
        if fields
    ]


def _visible_text(tx: ReadTx, article_id: UUID, at: datetime) -> VisibleText:
    visible = releases.shown_at(tx, article_id, at)
    if visible is None:
        raise Conflict("not_public", "Only what is public can be corrected; publish it first.")
    return visible


def _text(tx: ReadTx, article_id: UUID, number: int, slug: str | None = None) -> Draft:
    saved_text = history.revision(tx, article_id, number)
    content = saved_text.content.model_copy(update={"slug": slug or saved_text.content.slug})
    return Draft(content, saved_text.body_html)


def _with_note(draft: Draft, correction: CorrectionInput) -> Draft:
    corrections = (*draft.content.corrections, correction)
    return Draft(
        validate_article({**dict(draft.content), "corrections": corrections}), draft.body_html
    )


def _carry_correction(
    own: Draft, before: ArticleInput, after: Draft, correction: CorrectionInput
) -> tuple[Draft, list[str]]:
    """A text with the note and the corrected fields, and the names of the fields that it kept."""
    fields: dict[str, object] = {}
    kept_fields: list[str] = []
    for names in _PARTS:
        was, became, mine = (
            [getattr(content, name) for name in names]
            for content in (before, after.content, own.content)
        )
        if became in (was, mine):
            continue
        if mine == was:
            fields.update(zip(names, became, strict=True))
        else:
            kept_fields.append(names[0])
    body_html = after.body_html if "body" in fields else own.body_html
    return _with_note(
        Draft(own.content.model_copy(update=fields), body_html), correction
    ), kept_fields


def _save_corrected(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    public: int,
    draft: Draft,
    siblings: dict[int, tuple[Draft, list[str]]],
) -> dict[int, int]:
    """Save the corrected text and those beside it; the new number of each by its old one. The
    newest text stays the newest, and its state stays."""
    newest, state, moved = article.text_revision, article.state, dict[int, int]()
    for number in sorted(siblings.keys() - {newest}):
        text = siblings[number][0]
        moved[number] = articles.add_text(tx, actor, article, text, tx.moment, "With a correction.")
    if newest == public:
        last, note = draft, None
    else:
        last, note = siblings[newest][0], "With a correction."
        moved[public] = articles.add_text(
            tx, actor, article, draft, tx.moment, f"Correction of revision {public}."
        )
    articles.edit(tx, actor, article.id, article.revision, last, tx.moment, note=note)
    article.state = "published" if newest == public else state
    moved[newest] = article.text_revision
    return moved
