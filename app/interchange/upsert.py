"""The import of one record, by the commands that editors use; each returns its outcome.

A known thing with equal content is `unchanged`. One that changed at its source is `updated`. One
that was edited here since its import is a conflict and stays as it is.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from app.changes import PublishTx
from app.editorial import (
    aliases,
    authors,
    exporting,
    importing,
    site,
    tags,
)
from app.editorial.content import SiteRules
from app.editorial.site_input import SiteInput, SiteTexts
from app.editorial.site_references import find_articles
from app.errors import Conflict
from app.interchange import export_records
from app.interchange.article_upsert import (
    IMPORTER,
    Outcome,
    UpsertResult,
    record_source,
    refuse_edited,
    upsert_article,
    upsert_wished_path,
)
from app.interchange.media_import import upsert_medium
from app.interchange.media_records import MediaRecord
from app.interchange.prepared_record import PreparedRecord
from app.interchange.records import (
    AliasRecord,
    ArticleRecord,
    AuthorRecord,
    DatedRecord,
    NewsletterIssueRecord,
    SiteRecord,
    TagRecord,
    digest,
)
from app.newsletters import portable_issues


def upsert_record(
    tx: PublishTx,
    ready: PreparedRecord,
    rules: SiteRules,
    nth: int,
    former_slug: str | None = None,
    *,
    is_foreign: bool = False,
) -> UpsertResult:
    """Import a record whole. `Conflict`, `Invalid` and `NotFound` leave it out.

    `nth` is its number in the import, across transactions: new ids keep the order of the records.
    `former_slug` is its slug before a repair changed it. `is_foreign` as in `ImportEntry`: a tag or
    an author that is here with another content stays too.
    """
    match ready.record:
        case MediaRecord() as record:
            assert ready.medium is not None
            placed = upsert_medium(tx, record, ready.medium, rules, ready.digest)
            result = UpsertResult(*placed)
        case SiteRecord() as record:
            result = _upsert_site(tx, record, rules)
        case ArticleRecord() as record:
            result = upsert_article(tx, record, ready, rules, nth, former_slug, is_foreign)
        case TagRecord() as record:
            result = _keep_edited(is_foreign, partial(_upsert_tag, tx, record, ready.digest))
        case AuthorRecord() as record:
            result = _keep_edited(is_foreign, partial(_upsert_author, tx, record, ready.digest))
        case DatedRecord() as record:
            result = UpsertResult(_upsert_dated(tx, record, ready.digest))
        case NewsletterIssueRecord() as record:
            issue = (record.id, record.input(), rules.languages)
            result = UpsertResult(portable_issues.upsert_issue(tx, *issue))
        case AliasRecord() as record:
            target = (record.slug, record.gone, record.tag, rules, record.url)
            if is_foreign:
                result = upsert_wished_path(tx, record.path, *target)
            else:
                result = UpsertResult(aliases.upsert(tx, IMPORTER, record.path, *target))
    return result


def _keep_edited(is_foreign: bool, upsert: Callable[[], Outcome]) -> UpsertResult:
    """The outcome of a record; one from another system leaves alone what was edited here."""
    try:
        return UpsertResult(upsert())
    except Conflict as error:
        if is_foreign and error.code == "edited_here":
            return UpsertResult("unchanged", (error.message,))
        raise


def _upsert_tag(tx: PublishTx, record: TagRecord, digest_text: str) -> Outcome:
    outcome: Outcome = "created"
    row = importing.find_tag(tx, record.id, record.slug)
    if row is None:
        row = tags.create(tx, IMPORTER, record.input(), record.id)
        row.import_batch_id = tx.batch_id
    else:
        slugs = tags.slugs_by_id(tx, [row.parent_id] if row.parent_id else [])
        stored_digest = digest(export_records.to_tag_record(*exporting.tag(row, slugs)))
        outcome = "unchanged" if stored_digest == digest_text else "updated"
        if outcome == "updated":
            refuse_edited(stored_digest != row.import_digest, f"The tag {row.slug!r}")
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
        refuse_edited(stored_digest not in (digest_text, row.import_digest), name)
        row, outcome = content.edit(tx, IMPORTER, row.id, fields), "updated"
    record_source(row, record, digest_text)
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
        row.import_batch_id = tx.batch_id
    else:
        stored_digest = _digest_of(AuthorRecord.of(row, authors.state(row)), record)
        if stored_digest == digest_text and _same_origin(row, record):
            return "unchanged"
        refuse_edited(stored_digest not in (digest_text, row.import_digest), row.name)
        row, outcome = authors.edit(tx, IMPORTER, row.id, fields), "updated"
    record_source(row, record, digest_text)
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


def _refuse_removed(row: Any, name: str) -> None:
    if row.removed_at is not None:
        raise Conflict("removed_here", f"{name} was removed here; it was left alone.")
