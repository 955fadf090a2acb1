"""Publish, unpublish, retract: the begins and ends of intervals."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.changes import PublishTx
from app.editorial import (
    articles,
    media_use,
    page_tree,
    related,
    release_records,
    releases,
    translation_groups,
)
from app.editorial.article_status import WAITING
from app.editorial.commands import refuse_trashed
from app.editorial.content import Actor, ArticleInput, SiteRules, from_revision_json
from app.errors import Conflict, Detail, Invalid
from app.kit.clock import TICK
from app.kit.text import is_blank, plain_text
from app.models.article import Article
from app.models.publication import Publication


def publish(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    rules: SiteRules,
    *,
    at: datetime | None = None,
    until: datetime | None = None,
    number: int | None = None,
    release_id: UUID | None = None,
) -> datetime:
    """Make the newest text (or the text `number`) public from `at` (default: now) until `until`;
    returns the start.

    Scheduled publications that begin at or after the start are cancelled. An `at` in the past means
    now. What is scheduled, or has an end, is in a release: the one given, or one of its own.
    """
    article = articles.lock_article(tx, article_id, revision)
    start = max(at, tx.moment) if at is not None else tx.moment
    if until is not None and until <= start:
        raise Invalid("reversed_range", "It must end after it begins.")
    number = number or article.text_revision
    refuse_unready(tx, actor, article, number)
    translation_groups.refuse_second_language(tx, article, tx.moment)
    reviewed = _review_state(tx, article, number)
    _cancel_from(tx, actor, article, start)
    row = releases.insert_publication(tx, actor, article, number, rules, start, until)
    row.release_id = release_id
    if start > tx.moment:
        row.review_state = reviewed
    if release_id is None:
        release_records.attach(tx, actor, row)
    if number == article.text_revision:
        article.state = "published"
    releases.recompute_ends(tx, article_id)
    releases.tell_embargo(tx, article_id)
    if start <= tx.moment:
        releases.announce_change(tx, article, "published")
    return start


def refuse_unready(tx: PublishTx, actor: Actor, article: Article, number: int) -> None:
    """Check a text before it becomes public: `Conflict` in the trash, `Invalid` when its media may
    not be shown. A bare title is `Invalid` too, except in an import, as old archives hold some."""
    refuse_trashed(article)
    text = releases.get_text(tx, article, number)
    content = from_revision_json({**text.content, "tag_ids": []}, {})
    is_imported = actor.by is None
    media_use.refuse_unfit(
        tx,
        content,
        text.body_html,
        is_imported=is_imported,
        may_be_mute=actor.is_importer,
    )
    page_tree.refuse_no_page(tx, content.parent, may_be_later=is_imported)
    if not is_imported:
        related.refuse_unknown_related(tx, article.id, content)
    if not is_imported:
        refuse_bare(content, text.body_html)


def refuse_bare(content: ArticleInput, body_html: str) -> None:
    """`Invalid` when an article is a title and nothing else."""
    linked = content.source is not None and content.source.url is not None
    if linked or content.image or "<img" in body_html or "<iframe" in body_html:
        return
    if is_blank(content.summary + plain_text(body_html)):
        message = (
            "It has a title and nothing else; give it a body, a summary, an image or a source."
        )
        raise Invalid(
            "empty_article", message, (Detail("empty_article", message, pointer="/body"),)
        )


def unpublish(tx: PublishTx, actor: Actor, article_id: UUID, note: str | None = None) -> None:
    """Withdraw an article now and cancel its schedule. If it is scheduled again later, it is
    embargoed: readers learn that it will come back, but not when."""
    _withdraw(tx, actor, article_id, "unpublished", note)


def retract(tx: PublishTx, actor: Actor, article_id: UUID, reason: str) -> None:
    """Withdraw an article now and everywhere, for a reason that readers are told."""
    if not reason.strip():
        raise Invalid("reason_required", "Say why it is retracted; readers will see it.")
    _withdraw(tx, actor, article_id, "retracted", reason)


def take_back(tx: PublishTx, actor: Actor, article_id: UUID) -> None:
    """Withdraw what an import published, because the import is undone, and cancel its schedule."""
    article = articles.lock_article(tx, article_id, None)
    _cancel_from(tx, actor, article, tx.moment)
    live = releases.live_publication(tx, article_id)
    if live is not None:
        _end(tx, article, live, "import_undone", None, tx.moment)


def cancel(tx: PublishTx, actor: Actor, article_id: UUID) -> None:
    """Cancel the schedule; a live publication keeps its own end."""
    article = articles.lock_article(tx, article_id, None)
    if not cancel_from(tx, actor, article, tx.moment + TICK):
        raise Conflict("not_scheduled", "Nothing is scheduled.")


def cancel_from(tx: PublishTx, actor: Actor, article: Article, start: datetime) -> bool:
    """Cancel publications that begin at `start` or later; False when there are none."""
    is_scheduled = _cancel_from(tx, actor, article, start)
    if is_scheduled:
        settle_state(tx, article)
    return is_scheduled


def record_past(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    rules: SiteRules,
    ended: Literal["unpublished", "retracted"] | None,
    note: str | None,
    at: datetime,
) -> None:
    """For imports: record an article that was public elsewhere until `at`; it answers 410.

    It expired when `ended` is None. If it is public here, it ends now. Else its interval is the
    tick before `at`, which no reader of this log has seen.
    """
    article = articles.lock_article(tx, article_id, None)
    refuse_unready(tx, actor, article, article.text_revision)
    _cancel_from(tx, actor, article, tx.moment)
    live = releases.live_publication(tx, article_id)
    if live is not None:
        _end(tx, article, live, ended, note, tx.moment)
        return
    was_public = any(row.ended != "cancelled" for row in releases.list_publications(tx, article_id))
    at = tx.moment if was_public else min(at, tx.moment)
    number = article.text_revision
    row = releases.insert_publication(tx, actor, article, number, rules, at - TICK, at)
    _end(tx, article, row, ended, note, at)


def _withdraw(tx: PublishTx, actor: Actor, article_id: UUID, cause: str, note: str | None) -> None:
    article = articles.lock_article(tx, article_id, None)
    pending = _cancel_from(tx, actor, article, tx.moment)
    live = releases.live_publication(tx, article_id)
    if live is not None:
        _end(tx, article, live, cause, note, tx.moment)
        article.state = cause
    elif pending:
        settle_state(tx, article)
    else:
        raise Conflict("not_public", "It is neither public nor scheduled.")
    article.updated_at = tx.moment


def _end(
    tx: PublishTx,
    article: Article,
    row: Publication,
    cause: str | None,
    note: str | None,
    at: datetime,
) -> None:
    """End a publication: by hand with a cause, or as if it had been set to expire."""
    row.ended, row.ended_note, row.visible_until = cause, note, at
    row.expires_at = row.expires_at if cause else at
    article.state = cause or "published"
    releases.recompute_ends(tx, article.id)
    releases.announce_change(tx, article, cause or "expired")


def settle_state(tx: PublishTx, article: Article) -> None:
    """Set the state after a cancellation. The text is what the one before it became if that is the
    same text; else it has its state of review again: approved, in review or draft."""
    releases.tell_embargo(tx, article.id)
    if article.state in WAITING:
        return
    rows = [row for row in releases.list_publications(tx, article.id) if row.ended != "cancelled"]
    if rows and rows[-1].revision == article.text_revision:
        article.state = rows[-1].ended or "published"
    else:
        article.state = _review_state(tx, article, article.text_revision) or "draft"


def _review_state(tx: PublishTx, article: Article, number: int) -> str | None:
    """How far the review of a text came before the text was released; None when nobody knows."""
    if number == article.text_revision and article.state in WAITING:
        return article.state
    rows = reversed(releases.list_publications(tx, article.id))
    return next((row.review_state for row in rows if row.revision == number), None)


def _cancel_from(tx: PublishTx, actor: Actor, article: Article, start: datetime) -> bool:
    """Cancel publications that begin at `start` or later; False when there are none."""
    rows = releases.list_publications(tx, article.id)
    rows = [row for row in rows if row.ended is None and row.visible_from >= start]
    releases.cancel_publications(tx, article, rows)
    release_records.record_cancellation(tx, actor, rows)
    return bool(rows)
