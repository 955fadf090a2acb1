"""The content of the store as records: for an export, and to compare a record with the store."""

from collections.abc import Sequence

from app.editorial.exporting import ArticleState, ExternalIdentity
from app.editorial.site import SiteState
from app.editorial.site_input import SiteTexts
from app.editorial.tags import TagInput
from app.interchange.records import (
    ArticleRecord,
    ScheduledRecord,
    SiteRecord,
    TagRecord,
    TranslationRecord,
)


def to_tag_record(
    origin: ExternalIdentity, tag_input: TagInput, former_slugs: Sequence[str] = ()
) -> TagRecord:
    """A tag."""
    return TagRecord(
        type="tag",
        id=origin.id,
        slug=tag_input.slug,
        tag_type=tag_input.type,
        names=tag_input.names,
        descriptions=tag_input.descriptions,
        synonyms=tag_input.synonyms,
        parent=tag_input.parent,
        status=tag_input.status or "accepted",
        former_slugs=tuple(former_slugs),
        import_digest=origin.import_digest,
    )


def to_article_record(state: ArticleState) -> ArticleRecord:
    """An article with its drafts, schedules and old addresses."""
    origin = state.origin
    content = {name: getattr(state.content, name) for name in type(state.content).model_fields}
    return ArticleRecord(
        type="article",
        id=origin.id,
        **content,
        status=state.status,
        reason=state.reason,
        ended_at=state.ended_at,
        visible_from=state.visible_from,
        visible_until=state.visible_until,
        scheduled=tuple(
            ScheduledRecord(
                content=later.content,
                visible_from=later.visible_from,
                visible_until=later.visible_until,
            )
            for later in state.scheduled
        ),
        draft=state.draft,
        translations=tuple(
            TranslationRecord(lang=lang, slug=slug) for lang, slug in state.translations
        ),
        former_slugs=tuple(state.former_slugs),
        paths=tuple(state.paths),
        external_source=origin.external_source,
        external_id=origin.external_id,
        import_digest=origin.import_digest,
        edited_since_import=state.edited_since_import,
    )


def to_site_record(state: SiteState, featured: Sequence[str]) -> SiteRecord:
    """The site's own record; `featured` are the slugs of its featured articles."""
    fields = {name: state.fields[name] for name in SiteTexts.model_fields}
    digest = state.row.import_digest
    return SiteRecord(type="site", **fields, featured=tuple(featured), import_digest=digest)
