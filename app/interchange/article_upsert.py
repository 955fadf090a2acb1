"""The import of an article, by the commands that editors use.

One that changed at its source is `updated`, unless somebody edited it here since its import.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.changes import PublishTx
from app.editorial import aliases, articles, exporting, importing, publishing
from app.editorial.content import Actor, Draft, SiteRules
from app.errors import Conflict, Invalid
from app.interchange import export_records
from app.interchange.prepared_record import PreparedRecord
from app.interchange.records import ArticleRecord, AuthorRecord, DatedRecord, digest
from app.kit.ids import uuid7

Outcome = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """The outcome of a record, with messages for the operator."""

    outcome: Outcome
    notices: tuple[str, ...] = ()


IMPORTER = Actor("import", is_importer=True)

_FILLED_IN = ("slug", "published_at", "updated_at")
"""The fields that are filled in when an article's record leaves them out."""


def upsert_article(
    tx: PublishTx,
    record: ArticleRecord,
    ready: PreparedRecord,
    rules: SiteRules,
    nth: int,
    former_slug: str | None,
    is_foreign: bool,
) -> UpsertResult:
    """Import an article whole. `Conflict` and `Invalid` leave it out."""
    outcome: Outcome = "created"
    notices: tuple[str, ...] = ()
    article = importing.find_article(
        tx, record.external_source, record.external_id, record.id, record.slug
    )
    if record.is_nameless:
        article, namesakes = importing.find_namesakes(tx, record.title, ready.digest)
        if article is None and namesakes:
            notices = (_cannot_know(record.title, namesakes),)
    elif article is not None and former_slug is not None and record.external_source is None:
        _refuse_another(tx, article.id, article.slug, former_slug)
    if is_foreign:
        ready, notices = _with_free_slug(tx, ready, article.id if article else None)
    if article is None:
        new_id = record.id or uuid7(tx.moment, nth)
        row = articles.create(tx, IMPORTER, ready.drafts[0], tx.moment, article_id=new_id)
        row.import_batch_id = tx.batch_id
    else:
        if record.import_digest is None and article.import_digest == ready.digest:
            return UpsertResult("unchanged")
        if _is_same(tx, article.id, record, ready.digest, rules):
            return UpsertResult("unchanged")
        edited = article.import_digest is None or article.import_revision != article.revision
        refuse_edited(edited, f"The article {article.slug!r}")
        if article.updated_at >= tx.moment:
            tx.advance()  # the outcome is as if this transaction began after the record before it
        row = articles.edit(tx, IMPORTER, article.id, article.revision, ready.drafts[0], tx.moment)
        outcome = "updated"
    others = importing.by_slugs(tx, [other.slug for other in record.translations])
    if others:
        try:
            articles.link_translations(tx, row, others, tx.moment)
        except Conflict as error:
            if not is_foreign:
                raise
            notices += (error.message,)
    _release(tx, record, ready, row.id, rules)
    record_source(row, record, ready.digest)
    row.import_revision = None if record.edited_since_import else row.revision
    notices += _upsert_paths(tx, record, row.id, row.slug, rules, is_foreign)
    return UpsertResult(outcome, notices)


def _with_free_slug(
    tx: PublishTx, ready: PreparedRecord, article_id: UUID | None
) -> tuple[PreparedRecord, tuple[str, ...]]:
    """The record, with a numbered slug in all its texts if another article holds its own."""
    wished = ready.drafts[0].content.slug
    if wished is None or (slug := importing.free_slug(tx, wished, article_id)) == wished:
        return ready, ()
    drafts = [
        replace(draft, content=draft.content.model_copy(update={"slug": slug}))
        if draft.content.slug == wished
        else draft
        for draft in ready.drafts
    ]
    message = f"The slug {wished!r} is another article's; this one has {slug!r}."
    return replace(ready, drafts=drafts), (message,)


def _is_same(
    tx: PublishTx, article_id: UUID, record: ArticleRecord, digest_text: str, rules: SiteRules
) -> bool:
    """Whether the stored article is what a record says, in an export with media or without."""
    # Fields that a record leaves out were filled in here, so they are no difference.
    left_open = {name: None for name in _FILLED_IN if getattr(record, name) is None}
    for with_media, wanted in ((False, digest_text), (True, digest(record))):
        (state,) = exporting.articles(
            tx, [article_id], tx.moment, rules.address, with_media=with_media
        )
        stored_record = export_records.to_article_record(state)
        if digest(stored_record.model_copy(update=left_open)) == wanted:
            return True
    return False


def _cannot_know(title: str, namesakes: Sequence[str]) -> str:
    return (
        f"Created beside {', '.join(namesakes)} of the same title: a record without slug, id or"
        f" external_id cannot be known again once it has changed. Give {title!r} one of them."
    )


def _refuse_another(tx: PublishTx, article_id: UUID, slug: str, former_slug: str) -> None:
    """`Conflict` when two slugs became one here, so that the second record does not overwrite."""
    if not importing.has_path(tx, article_id, f"/{former_slug}"):
        message = f"The slug {former_slug!r} would be {slug!r}, which another article holds."
        raise Conflict("slug_taken", f"{message} Give it a slug of lower-case letters and hyphens.")


def _release(
    tx: PublishTx, record: ArticleRecord, ready: PreparedRecord, article_id: UUID, rules: SiteRules
) -> None:
    """Bring the article to the status of the record."""
    later = iter(ready.drafts[1:])
    ended_at = min(record.ended_at or tx.moment, tx.moment)
    match record.status:
        case "published" | "scheduled" if not _is_over(record.visible_until, tx.moment):
            _publish(tx, article_id, rules, record.visible_from, record.visible_until)
        case "published" | "scheduled" | "expired":
            ended_at = record.ended_at or record.visible_until or tx.moment
            publishing.record_past(tx, IMPORTER, article_id, rules, None, None, ended_at)
        case "unpublished" | "retracted":
            publishing.record_past(
                tx, IMPORTER, article_id, rules, record.status, record.reason, ended_at
            )
        case "draft":
            pass
    for planned in record.scheduled:
        _edit_article(tx, article_id, next(later))
        _publish(tx, article_id, rules, planned.visible_from, planned.visible_until)
    if record.draft is not None:
        _edit_article(tx, article_id, next(later))


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _publish(
    tx: PublishTx, article_id: UUID, rules: SiteRules, at: datetime | None, until: datetime | None
) -> None:
    revision = articles.lock_article(tx, article_id, None).revision
    publishing.publish(tx, IMPORTER, article_id, revision, rules, at=at, until=until)


def _edit_article(tx: PublishTx, article_id: UUID, draft: Draft) -> None:
    revision = articles.lock_article(tx, article_id, None).revision
    articles.edit(tx, IMPORTER, article_id, revision, draft, tx.moment)


def _upsert_paths(
    tx: PublishTx,
    record: ArticleRecord,
    article_id: UUID,
    slug: str,
    rules: SiteRules,
    is_foreign: bool,
) -> tuple[str, ...]:
    notices: tuple[str, ...] = ()
    for former in record.former_slugs:
        if not importing.keep_former_slug(tx, article_id, former):
            raise Conflict("slug_taken", f"The former slug {former!r} is another article's now.")
    for path in record.paths:
        if is_foreign:
            notices += upsert_wished_path(tx, path, slug, None, None, rules).notices
        else:
            aliases.upsert(tx, IMPORTER, path, slug, None, rules=rules)
    return notices


def upsert_wished_path(
    tx: PublishTx,
    path: str,
    slug: str | None,
    gone_reason: str | None,
    tag: str | None,
    rules: SiteRules,
    url: str | None = None,
) -> UpsertResult:
    """Bring an old path, unless something else answers there: then a message says so."""
    try:
        return UpsertResult(aliases.upsert(tx, IMPORTER, path, slug, gone_reason, tag, rules, url))
    except (Conflict, Invalid) as error:
        message = f"The old address {path[:200]} is left out: {error.message}"
        return UpsertResult("unchanged", (message,))


def record_source(
    row: Any, record: DatedRecord | AuthorRecord | ArticleRecord, digest_text: str
) -> None:
    """Write down where a row came from, and what its record said."""
    if record.external_source is not None:
        row.external_source, row.external_id = record.external_source, record.external_id
    row.import_digest = record.import_digest or digest_text


def refuse_edited(edited: bool, owner: str) -> None:
    """`Conflict` when an editor changed something since its last import."""
    if edited:
        raise Conflict(
            "edited_here", f"{owner} was edited here since it was imported; it was left alone."
        )
