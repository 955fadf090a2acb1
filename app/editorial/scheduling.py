"""Releases: several texts at one instant, scheduled, moved and cancelled together, all or none.

A release names texts, so a later edit of an article changes nothing of it. Its texts begin at the
same instant, which is one boundary of the change log: readers see none of them or all. An act on
one article (`cancel`, `retract`, `publish`) takes that text out and leaves the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.changes import PublishTx
from app.editorial import (
    articles,
    notices,
    publishing,
    release_records,
    releases,
    workflow,
)
from app.editorial.commands import command
from app.editorial.content import Actor, SiteRules
from app.errors import Conflict, Detail, Invalid, ScheduledRelease, WillayError, WouldCancel
from app.kit.clock import rfc3339
from app.models.article import Article
from app.models.publication import Publication
from app.models.release import Release

AT_MOST: Final = 500
"""The most texts of one release."""


@dataclass(frozen=True, slots=True)
class ReleaseItem:
    """The newest text of an article, which must be `text_revision` if that is given."""

    article_id: UUID
    text_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """When the texts of a release are public; without an end when `until` is None."""

    start: datetime
    until: datetime | None


def schedule(
    tx: PublishTx,
    actor: Actor,
    rules: SiteRules,
    interval: Interval,
    items: Sequence[ReleaseItem],
    *,
    cancels: bool = False,
) -> tuple[Release, list[ScheduledRelease]]:
    """Schedule the texts of several articles; returns the release and what it cancelled.

    `Conflict` names every item that cannot be released, `WouldCancel` all that would be cancelled.
    """
    _refuse_past(tx, interval)
    release = release_records.open_release(tx, actor, interval.start, interval.until)
    tx.session.flush()
    cancelled: list[ScheduledRelease] = []

    def publish(place: int) -> None:
        item = items[place]
        if item.article_id in {earlier.article_id for earlier in items[:place]}:
            raise Conflict("repeated_article", "The article is in the list before; name it once.")
        article = articles.lock_article(tx, item.article_id, None)
        effect = workflow.publish(
            *(tx, actor, article.id, article.revision, rules),
            at=interval.start,
            until=interval.until,
            text_revision=item.text_revision,
            cancels=cancels,
            release_id=release.id,
        )
        cancelled.extend(effect.cancelled)

    def point(place: int, error: WillayError) -> Detail:
        field = "text_revision" if error.code == "text_moved" else "article"
        return Detail(error.code, error.message, pointer=f"/items/{place}/{field}")

    _each_or_none(tx, len(items), publish, point)
    article_ids = [item.article_id for item in items]
    release_records.record_event(tx, actor, "scheduled", release, article_ids)
    return release, cancelled


def move(
    tx: PublishTx,
    actor: Actor,
    release_id: UUID,
    revision: int,
    rules: SiteRules,
    change: Callable[[Interval], Interval],
) -> Release:
    """Give a release another interval. Its texts stay what they are, and keep their approval.

    `Conflict`: it has begun (then only its end can move), it is cancelled, or a text would pass
    another text of its article.
    """
    release = release_records.lock_release(tx, release_id, revision)
    before = Interval(release.visible_from, release.expires_at)
    after = change(before)
    texts = _open_texts(tx, release, may_be_public=after.start == before.start)
    if after == before:
        return release
    _refuse_past(tx, after, has_begun=release.visible_from <= tx.moment)

    def move_text(place: int) -> None:
        row = texts[place]
        article = articles.lock_article(tx, row.article_id, None)
        details = {"visible_from": after.start, "visible_until": after.until}
        with command(tx, actor, "moved", article.id, article.revision, tx.moment, details=details):
            _move_text(tx, actor, article, row, rules, after)

    def point(place: int, error: WillayError) -> Detail:
        return Detail(error.code, f"{texts[place].slug}: {error.message}", pointer="/at")

    _each_or_none(tx, len(texts), move_text, point)
    release.visible_from, release.expires_at = after.start, after.until
    release_records.touch_release(tx, actor, release)
    article_ids = [row.article_id for row in texts]
    release_records.record_event(tx, actor, "moved", release, article_ids, was=before.start)
    return release


def cancel(tx: PublishTx, actor: Actor, release_id: UUID, revision: int) -> Release:
    """Cancel a release: none of its texts appears, and each is again what its review made of it.
    `Conflict` when it has begun or is cancelled."""
    release = release_records.lock_release(tx, release_id, revision)
    texts = _open_texts(tx, release, may_be_public=False)
    for row in texts:
        article = articles.lock_article(tx, row.article_id, None)
        details = {"cancelled": [f"{row.revision} from {rfc3339(row.visible_from)}"]}
        here = (article.id, article.revision, tx.moment)
        notices.tell_release(tx, actor, article, [row], tx.moment, "cancelled")
        with command(tx, actor, "cancelled", *here, details=details):
            releases.cancel_publications(tx, article, [row])
            publishing.settle_state(tx, article)
    release_records.touch_release(tx, actor, release)
    article_ids = [row.article_id for row in texts]
    release_records.record_event(tx, actor, "cancelled", release, article_ids)
    return release


def _move_text(
    tx: PublishTx,
    actor: Actor,
    article: Article,
    row: Publication,
    rules: SiteRules,
    after: Interval,
) -> None:
    if row.visible_from == after.start or row.visible_from <= tx.moment:
        row.expires_at = after.until
    else:
        _refuse_passing(tx, row, after.start)
        publishing.refuse_unready(tx, actor, article, row.revision)
        releases.replace_publication(
            tx, actor, article, row, row.revision, rules, after.start, after.until
        )
    releases.recompute_ends(tx, article.id)


def _open_texts(tx: PublishTx, release: Release, *, may_be_public: bool) -> list[Publication]:
    """The texts of a release that are to come, or also those that readers see now."""
    texts = [
        row
        for row in release_records.list_texts(tx, release.id)
        if row.ended is None and tx.moment < row.visible_until
        if row.visible_from < row.visible_until
    ]
    if release.visible_from <= tx.moment and not may_be_public:
        at = rfc3339(release.visible_from)
        message = f"It began at {at}; unpublish or retract its articles, or move its end."
        raise Conflict("release_begun", message)
    if not texts:
        raise Conflict("release_over", "None of its texts is to come; schedule them anew.")
    return texts


def _refuse_past(tx: PublishTx, interval: Interval, *, has_begun: bool = False) -> None:
    if not has_begun and interval.start <= tx.moment:
        raise _refusal("not_later", "A release can only begin later; give a time to come.", "/at")
    if interval.until is not None and interval.until <= max(interval.start, tx.moment):
        raise _refusal(
            "reversed_range", "It must end later than it begins, and than now.", "/until"
        )


def _refusal(code: str, message: str, pointer: str) -> Invalid:
    return Invalid(code, message, (Detail(code, message, pointer=pointer),))


def _refuse_passing(tx: PublishTx, row: Publication, start: datetime) -> None:
    """`Conflict` when a move would change the order of an article's scheduled texts, so that
    readers would get an older text for a newer."""
    earliest, latest = sorted((row.visible_from, start))
    for other in releases.planned_publications(tx, row.article_id, earliest):
        if other is not row and other.visible_from <= latest:
            at = rfc3339(other.visible_from)
            message = f"Text {other.revision} of it is scheduled for {at}; move that first."
            raise Conflict("would_pass", message)


def _each_or_none(
    tx: PublishTx,
    number: int,
    work: Callable[[int], None],
    point: Callable[[int, WillayError], Detail],
) -> None:
    """Do the work for each text of a release. When some are refused, all are, for every reason."""
    errors: dict[int, WillayError] = {}
    for place in range(number):
        sequence = tx.sequence
        try:
            with tx.session.begin_nested():
                work(place)
                tx.session.flush()
        except WillayError as error:
            tx.sequence = sequence
            errors[place] = error
    if not errors:
        return
    details = tuple(point(place, error) for place, error in errors.items())
    message = f"{len(errors)} of {number} texts were refused, so nothing was done: "
    message += details[0].message
    would_cancel = [error for error in errors.values() if isinstance(error, WouldCancel)]
    if len(would_cancel) < len(errors):
        raise Conflict("release_refused", message, details)
    planned = tuple(release for error in would_cancel for release in error.releases)
    raise WouldCancel("would_cancel", message, details, releases=planned)
