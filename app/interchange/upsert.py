"""The import of one record, by the commands that editors use; each returns its outcome.

A known thing with equal content is `unchanged`. One that changed at its source is `updated`. One
that was edited here since its import is a conflict and stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.changes import PublishTx
from app.editorial import (
    aliases,
    articles,
    authors,
    exporting,
    importing,
    publishing,
    site,
    tags,
)
from app.editorial.content import Actor, Draft, SiteRules
from app.editorial.site_input import SiteInput, SiteTexts
from app.editorial.site_references import find_articles
from app.errors import Conflict
from app.interchange import export_records
from app.interchange.media_import import upsert_medium
from app.interchange.media_records import MediaRecord
from app.interchange.prepared_record import PreparedRecord
from app.interchange.records import (
    AliasRecord,
    ArticleRecord,
    AuthorRecord,
    DatedRecord,
    SiteRecord,
    TagRecord,
    digest,
)
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


def upsert_record(
    tx: PublishTx, ready: PreparedRecord, rules: SiteRules, nth: int, former_slug: str | None = None
) -> UpsertResult:
    """Import a record whole. `Conflict`, `Invalid` and `NotFound` leave it out.

    `nth` is its number in the import, across transactions: new ids keep the order of the records.
    `former_slug` is its slug before a repair changed it.
    """
    match ready.record:
        case MediaRecord() as record:
            assert ready.medium is not None
            return UpsertResult(*upsert_medium(tx, record, ready.medium, rules, ready.digest))
        case SiteRecord() as record:
            return _upsert_site(tx, record, rules)
        case ArticleRecord() as record:
            return _upsert_article(tx, record, ready, rules, nth, former_slug)
        case TagRecord() as record:
            outcome = _upsert_tag(tx, record, ready.digest)
        case AuthorRecord() as record:
            outcome = _upsert_author(tx, record, ready.digest)
        case DatedRecord() as record:
            outcome = _upsert_dated(tx, record, ready.digest)
        case AliasRecord() as record:
            target = (record.slug, record.gone, record.tag)
            outcome = aliases.upsert(tx, IMPORTER, record.path, *target, rules)
    return UpsertResult(outcome)


def _upsert_tag(tx: PublishTx, record: TagRecord, digest_text: str) -> Outcome:
    outcome: Outcome = "created"
    row = importing.find_tag(tx, record.id, record.slug)
    if row is None:
        row = tags.create(tx, IMPORTER, record.input(), record.id)
    else:
        stored_digest = digest(
            export_records.to_tag_record(*exporting.tag(row, tags.slugs_by_id(tx)))
        )
        outcome = "unchanged" if stored_digest == digest_text else "updated"
        if outcome == "updated":
            _refuse_edited(stored_digest != row.import_digest, f"The tag {row.slug!r}")
            row = tags.update(tx, IMPORTER, row.id, record.input())
    for former in record.former_slugs:
        if importing.keep_former_tag_slug(tx, row.id, former) and outcome == "unchanged":
            outcome = "updated"
    if outcome != "unchanged":
        row.import_digest = record.import_digest or digest_text
    return outcome


def _upsert_dated(tx: PublishTx, record: DatedRecord, digest_text: str) -> Outcome:
    content, fields = record.content, record.input()
    outcome: Outcome = "created"
    origin = (record.external_source, record.external_id)
    row = importing.find_dated(tx, content.kind, *origin, record.id, fields)
    if row is None:
        row = content.add(tx, IMPORTER, fields, record.id)
    else:
        name = content.title(row)
        _refuse_removed(row, name)
        stored_digest = _digest_of(type(record).of(row, content.state(tx, row)), record)
        if stored_digest == digest_text and _same_origin(row, record):
            return "unchanged"
        _refuse_edited(stored_digest not in (digest_text, row.import_digest), name)
        row, outcome = content.edit(tx, IMPORTER, row.id, fields), "updated"
    _record_source(row, record, digest_text)
    return outcome


def _upsert_site(tx: PublishTx, record: SiteRecord, rules: SiteRules) -> UpsertResult:
    """A logo that is no medium here is left out: one that only has an id may be elsewhere."""
    named = [(slug, f"/featured/{place}") for place, slug in enumerate(record.featured)]
    fields = {name: getattr(record, name) for name in SiteTexts.model_fields}
    digest_text = record.import_digest
    notices: tuple[str, ...] = ()
    logo = fields["logo"]
    if logo is not None and not site.is_known_logo(tx, logo):
        fields["logo"], digest_text = None, None
        notices = (f"There is no media {logo} here; the site has no logo now.",)
    content = SiteInput(**fields, featured=tuple(find_articles(tx, named)))
    return UpsertResult(site.upsert(tx, content, rules, digest_text), notices)


def _upsert_author(tx: PublishTx, record: AuthorRecord, digest_text: str) -> Outcome:
    outcome: Outcome = "created"
    fields = record.input()
    row = importing.find_author(
        tx, record.external_source, record.external_id, record.id, authors.slug_for(fields)
    )
    if row is None:
        row = authors.create(tx, IMPORTER, fields, record.id)
    else:
        stored_digest = _digest_of(AuthorRecord.of(row, authors.state(row)), record)
        if stored_digest == digest_text and _same_origin(row, record):
            return "unchanged"
        _refuse_edited(stored_digest not in (digest_text, row.import_digest), row.name)
        row, outcome = authors.edit(tx, IMPORTER, row.id, fields), "updated"
    _record_source(row, record, digest_text)
    return outcome


def _digest_of(
    stored_record: DatedRecord | AuthorRecord, record: DatedRecord | AuthorRecord
) -> str:
    """The digest of a stored thing, without a slug that was made here because the record has
    none."""
    if getattr(record, "slug", "") is None:
        stored_record = stored_record.model_copy(update={"slug": None})
    return digest(stored_record)


def _same_origin(row: Any, record: DatedRecord | AuthorRecord) -> bool:
    return record.external_source is None or row.external_id == record.external_id


def _record_source(
    row: Any, record: DatedRecord | AuthorRecord | ArticleRecord, digest_text: str
) -> None:
    if record.external_source is not None:
        row.external_source, row.external_id = record.external_source, record.external_id
    row.import_digest = record.import_digest or digest_text


def _refuse_removed(row: Any, name: str) -> None:
    if row.removed_at is not None:
        raise Conflict("removed_here", f"{name} was removed here; it was left alone.")


def _refuse_edited(edited: bool, owner: str) -> None:
    if edited:
        raise Conflict(
            "edited_here", f"{owner} was edited here since it was imported; it was left alone."
        )


def _upsert_article(
    tx: PublishTx,
    record: ArticleRecord,
    ready: PreparedRecord,
    rules: SiteRules,
    nth: int,
    former_slug: str | None,
) -> UpsertResult:
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
    if article is None:
        new_id = record.id or uuid7(tx.moment, nth)
        row = articles.create(tx, IMPORTER, ready.drafts[0], tx.moment, article_id=new_id)
    else:
        if record.import_digest is None and article.import_digest == ready.digest:
            return UpsertResult("unchanged")
        if _is_same(tx, article.id, record, ready.digest, rules):
            return UpsertResult("unchanged")
        edited = article.import_digest is None or article.import_revision != article.revision
        _refuse_edited(edited, f"The article {article.slug!r}")
        if article.updated_at >= tx.moment:
            tx.advance()  # the outcome is as if this transaction began after the record before it
        row = articles.edit(tx, IMPORTER, article.id, article.revision, ready.drafts[0], tx.moment)
        outcome = "updated"
    others = importing.by_slugs(tx, [other.slug for other in record.translations])
    if others:
        articles.link_translations(tx, row, others, tx.moment)
    _release(tx, record, ready, row.id, rules)
    _record_source(row, record, ready.digest)
    row.import_revision = None if record.edited_since_import else row.revision
    _upsert_paths(tx, record, row.id, row.slug, rules)
    return UpsertResult(outcome, notices)


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
    tx: PublishTx, record: ArticleRecord, article_id: UUID, slug: str, rules: SiteRules
) -> None:
    for former in record.former_slugs:
        if not importing.keep_former_slug(tx, article_id, former):
            raise Conflict("slug_taken", f"The former slug {former!r} is another article's now.")
    for path in record.paths:
        aliases.upsert(tx, IMPORTER, path, slug, None, rules=rules)
