"""Whether a draft is ready to be published: what would be refused, and what an editor may have
forgotten. The refusals are those of publishing itself; nothing here decides them anew."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from app.changes import head
from app.database import ReadTx
from app.editorial import (
    article_status,
    media_use,
    page_tree,
    publishing,
    related,
    releases,
    translation_groups,
)
from app.editorial.articles import WorkingCopy
from app.editorial.commands import refuse_trashed
from app.editorial.snapshot import refuse_ahead
from app.editorial.translation_sources import find_source
from app.errors import Conflict, Detail, Invalid, ScheduledRelease
from app.kit.body_links import list_links
from app.kit.clock import rfc3339
from app.kit.text import fold_text, slug_of
from app.models.article import Article, DraftIndex

_NAMESAKES_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Readiness:
    """What publishing would refuse, what else to look at, and the links that lead out of it."""

    errors: Sequence[Detail]
    warnings: Sequence[Detail]
    urls: Sequence[str]


def examine(tx: ReadTx, copy: WorkingCopy, now: datetime, at: datetime | None = None) -> Readiness:
    """The newest text, as if it were published now, to be public from `at` on (default: now)."""
    moment = head(tx).moment(now)
    errors = [
        *(fault.detail for fault in media_use.list_faults(tx, copy.content, copy.body_html)),
        *_find_refusals(tx, copy, moment, max(at or moment, moment)),
    ]
    warnings = [
        *_find_gaps(copy),
        *_find_translation_gaps(tx, copy.article),
        *_find_namesakes(tx, copy, moment),
    ]
    urls = [link.url for link in list_links(copy.body_html)]
    return Readiness(list(dict.fromkeys(errors)), warnings, urls)


def _find_refusals(
    tx: ReadTx, copy: WorkingCopy, now: datetime, start: datetime
) -> Iterator[Detail]:
    article, content = copy.article, copy.content
    checks: tuple[Callable[[], None], ...] = (
        lambda: refuse_trashed(article),
        lambda: page_tree.refuse_no_page(tx, content.parent, may_be_later=False),
        lambda: related.refuse_unknown_related(tx, article.id, content),
        lambda: publishing.refuse_bare(content, copy.body_html),
        lambda: translation_groups.refuse_second_language(tx, article, now),
        lambda: refuse_ahead(content, start),
        lambda: page_tree.refuse_tangled_publication(
            tx, article.id, article.kind, content.parent, now
        ),
        lambda: _refuse_cancelling(tx, article, now, start),
    )
    for check in checks:
        try:
            check()
        except (Invalid, Conflict) as error:
            yield from error.details or (Detail(error.code, error.message),)


def _refuse_cancelling(tx: ReadTx, article: Article, now: datetime, start: datetime) -> None:
    standing = article_status.publication_statuses(tx, [article.id], now)[article.id]
    cancelled = [
        ScheduledRelease(
            id=article.id,
            lang=article.lang,
            revision=release.revision,
            slug=release.slug,
            visible_from=rfc3339(release.visible_from),
            visible_until=rfc3339(release.visible_until) if release.visible_until else None,
        )
        for release in standing.scheduled
        if release.visible_from >= start
    ]
    if cancelled:
        raise releases.cancellation_error(cancelled)


def _find_gaps(copy: WorkingCopy) -> Iterator[Detail]:
    content = copy.content
    if not content.summary.strip():
        yield _warning("no_summary", "It has no summary, which lists and search show.", "/summary")
    if content.kind == "page":
        return
    if content.image is None:
        yield _warning("no_image", "It has no picture.", "/image")
    if not content.tags:
        yield _warning("no_tags", "It has no tags, so readers find it in no section.", "/tags")


def _find_translation_gaps(tx: ReadTx, article: Article) -> Iterator[Detail]:
    source = find_source(tx, article)
    if source is not None and not source.is_translated:
        message = f"It still has the words of {source.slug!r}, in {source.lang!r}."
        yield _warning("not_translated", message, "/body")
    if source is not None and source.is_stale:
        message = (
            f"{source.slug!r} has changed since text {source.text_revision}, which it follows."
        )
        yield _warning("stale_translation", message, "/body")


def _find_namesakes(tx: ReadTx, copy: WorkingCopy, now: datetime) -> Iterator[Detail]:
    """Other articles that readers see, with the same title in the same language."""
    title, lang = copy.content.title, copy.content.lang
    statement = (
        sa.select(col(Article.title), col(Article.slug))
        .join_from(DraftIndex, Article, col(Article.id) == col(DraftIndex.article_id))
        .where(
            col(DraftIndex.title_key) == slug_of(title),
            col(Article.id) != copy.article.id,
            col(Article.lang) == lang,
            article_status.is_live(now),
        )
        .order_by(col(Article.slug))
        .limit(_NAMESAKES_AT_MOST)
    )
    for other, slug in tx.execute(statement):
        if fold_text(other) == fold_text(title):
            message = f"The article {slug!r} has the same title, and readers see it."
            yield _warning("title_taken", message, "/title")


def _warning(code: str, message: str, pointer: str) -> Detail:
    return Detail(code, message, pointer=pointer)
