"""Correct what readers see, and whatever lies beside it.

A correction is made of the text that is public, not of the newest. A draft or a scheduled text
that was written before would undo it later, so both get the note, and of the changes those of
which they said the same as the public text did. What they say otherwise stays, and is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.changes import PublishTx, head
from app.database import ReadTx
from app.editorial import articles, history, publishing, releases
from app.editorial.acts import refuse_moved
from app.editorial.articles import WorkingCopy
from app.editorial.content import Actor, ArticleInput, CorrectionInput, Draft, House
from app.editorial.patching import whole
from app.editorial.releases import Shown
from app.errors import Conflict
from app.models.article import Article
from app.models.publication import Publication

_TOGETHER: Final = (("body", "body_format"), ("published_at", "date_precision"))
_PARTS: Final = (
    *_TOGETHER,
    *((name,) for name in ArticleInput.model_fields if all(name not in it for it in _TOGETHER)),
)
"""Fields that are carried into another text together or not at all."""


@dataclass(frozen=True, slots=True)
class Uncorrected:
    """A draft (or a text that is scheduled from some time on) whose fields said something else
    than the public text did, so that they stayed as they were."""

    revision: int
    visible_from: datetime | None
    fields: Sequence[str]


def correctable(
    tx: ReadTx, article_id: UUID, revision: int, at: datetime | None, now: datetime
) -> tuple[WorkingCopy, int]:
    """What a correction `at` some time, or now, is made of, and the number of that text."""
    copy = articles.read(tx, article_id)
    if copy.article.revision != revision:
        raise articles.stale(copy.article)
    now = head(tx).moment(now)
    shown = _shown(tx, article_id, max(at or now, now))
    public = _text(tx, article_id, shown.revision, shown.slug)
    return WorkingCopy(copy.article, public.content, public.body_html), shown.revision


def correct(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    house: House,
    note: str,
    *,
    draft: Draft | None = None,
    at: datetime | None = None,
    text_revision: int | None = None,
) -> tuple[datetime, list[Uncorrected]]:
    """Publish what readers see again, or `draft` made of it, with a dated note that they see too;
    when it begins. What is scheduled stays so, and a draft stays a draft.

    `Conflict`: `not_public`, or `text_moved` when readers see another text than `text_revision`.
    """
    article = articles.locked(tx, article_id, revision)
    start = max(at, tx.moment) if at is not None else tx.moment
    shown = _shown(tx, article_id, start)
    refuse_moved("What readers see", shown.revision, text_revision)
    before = _text(tx, article_id, shown.revision, shown.slug)
    after = draft or before
    noted = CorrectionInput(at=start, note=note)
    later = [row for row in releases.planned(tx, article_id, start) if row.visible_from > start]
    beside = {row.revision: row.visible_from for row in reversed(later)}
    carried = {
        number: _carried(_text(tx, article_id, number), before.content, after, noted)
        for number in {*beside, article.text_revision} - {shown.revision}
    }
    moved = _saved(tx, actor, article, shown.revision, _noted(after, noted), carried)
    publishing.refuse_unready(tx, actor, article, moved[shown.revision])
    releases.insert(tx, actor, article, moved[shown.revision], house, start, shown.expires_at)
    for row in later:
        _replace(tx, actor, article, row, moved[row.revision], house)
    releases.arrange(tx, article_id)
    articles.refuse_second_language(tx, article)
    if start <= tx.moment:
        releases.tell(tx, article, "published")
    return start, [
        Uncorrected(moved[number], beside.get(number), fields)
        for number, (_, fields) in sorted(carried.items())
        if fields
    ]


def _shown(tx: ReadTx, article_id: UUID, at: datetime) -> Shown:
    shown = releases.shown_at(tx, article_id, at)
    if shown is None:
        raise Conflict("not_public", "Only what is public can be corrected; publish it first.")
    return shown


def _text(tx: ReadTx, article_id: UUID, number: int, slug: str | None = None) -> Draft:
    kept = history.revision(tx, article_id, number)
    content = kept.content.model_copy(update={"slug": slug or kept.content.slug})
    return Draft(content, kept.body_html)


def _noted(draft: Draft, noted: CorrectionInput) -> Draft:
    corrections = (*draft.content.corrections, noted)
    return Draft(whole({**dict(draft.content), "corrections": corrections}), draft.body_html)


def _carried(
    own: Draft, before: ArticleInput, after: Draft, noted: CorrectionInput
) -> tuple[Draft, list[str]]:
    """A text with the note and with what was corrected, and the fields that it kept instead."""
    fields: dict[str, object] = {}
    kept: list[str] = []
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
            kept.append(names[0])
    body_html = after.body_html if "body" in fields else own.body_html
    return _noted(Draft(own.content.model_copy(update=fields), body_html), noted), kept


def _saved(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    public: int,
    corrected: Draft,
    carried: dict[int, tuple[Draft, list[str]]],
) -> dict[int, int]:
    """Save the corrected text and those beside it, each by the number of the one before it; what
    was the newest stays the newest, and waits for what it waited for."""
    newest, state, moved = article.text_revision, article.state, dict[int, int]()
    for number in sorted(carried.keys() - {newest}):
        text = carried[number][0]
        moved[number] = articles.add_text(tx, actor, article, text, tx.moment, "With a correction.")
    if newest == public:
        last, note = corrected, None
    else:
        last, note = carried[newest][0], "With a correction."
        moved[public] = articles.add_text(
            tx, actor, article, corrected, tx.moment, f"Correction of revision {public}."
        )
    articles.edit(tx, actor, article.id, article.revision, last, tx.moment, note=note)
    article.state = "published" if newest == public else state
    moved[newest] = article.text_revision
    return moved


def _replace(
    tx: PublishTx, actor: Actor, article: Article, row: Publication, number: int, house: House
) -> None:
    """A text takes the place of one that is scheduled, as whoever scheduled that wanted it."""
    row.ended = "cancelled"
    new = releases.insert(tx, actor, article, number, house, row.visible_from, row.expires_at)
    new.published_by, new.published_by_id = row.published_by, row.published_by_id
