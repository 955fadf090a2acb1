"""The content of the store as records: for an export, and to compare a record with the store."""

from collections.abc import Sequence
from typing import Any

from app.editorial.exporting import ArticleState, ExternalIdentity
from app.editorial.media_import import MediumState, description_of
from app.editorial.site import SiteState
from app.editorial.site_input import SiteTexts
from app.editorial.tags import TagInput
from app.interchange.media_records import MediaRecord, OriginalRecord, RenditionRecord
from app.interchange.records import (
    ArticleRecord,
    ArticleText,
    ScheduledRecord,
    SiteRecord,
    TagRecord,
    TranslationRecord,
    digest,
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
                content=ArticleText.of(later.content),
                visible_from=later.visible_from,
                visible_until=later.visible_until,
            )
            for later in state.scheduled
        ),
        draft=ArticleText.of(state.draft) if state.draft is not None else None,
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


def to_media_record(state: MediumState, folder: str = "") -> MediaRecord:
    """A medium, whose files are in a folder of its own within `folder`, a path beside the records.

    What its record said last is left out when it says the same now: an import makes it anew.
    """
    row = state.media
    own = next((name for name in state.names if name.is_own), None)
    place = f"{folder}/{row.id}" if folder else str(row.id)
    record = MediaRecord(
        type="media",
        id=row.id,
        name=own.name if own is not None and own.name != str(row.id) else None,
        file=f"{place}/{state.files[0].name}" if row.kind == "document" else None,
        renditions=tuple(
            RenditionRecord(name=file.name, file=f"{place}/{file.name}") for file in state.files
        )
        if row.kind == "image"
        else (),
        original=_original(row) if row.kind == "image" else None,
        file_name=row.name,
        **dict(description_of(row)),
        former_paths=tuple(state.paths),
        other_names=tuple(name.name for name in state.names if name is not own),
        import_digest=own.import_digest if own is not None else None,
        edited_since_import=own is not None and own.import_revision != row.revision,
    )
    if record.import_digest == digest(record) and not record.edited_since_import:
        return record.model_copy(update={"import_digest": None})
    return record


def _original(row: Any) -> OriginalRecord:
    return OriginalRecord.model_validate(
        {name: getattr(row, name) for name in OriginalRecord.model_fields}
    )


def to_site_record(state: SiteState, featured: Sequence[str]) -> SiteRecord:
    """The site's own record; `featured` are the slugs of its featured articles."""
    fields = {name: state.fields[name] for name in SiteTexts.model_fields}
    digest = state.row.import_digest
    return SiteRecord(type="site", **fields, featured=tuple(featured), import_digest=digest)
