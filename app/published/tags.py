"""Tags with the number of articles that a reader finds under each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone, Moved, NotFound
from app.kit.clock import rfc3339
from app.models.publication import Publication, PublicationTag
from app.public.tags import Tag, TagDetail
from app.published import kept_counts
from app.published.cache import CachedTag, HeadCache, Tags
from app.published.statements import first_language
from app.visibility import NOW, visible


def article_counts(
    tx: ReadTx,
    tags: Tags,
    now: datetime,
    recall: HeadCache,
    languages: tuple[str, ...] = (),
    *,
    each_story_once: bool = False,
) -> dict[UUID, int]:
    """Visible articles per tag, each article once even when several descendants carry it.

    Only those in one of the languages, if there are any; or `each_story_once`, in the first of them
    in which it is visible, which no kept count knows if there are several.
    """
    in_first = each_story_once and len(languages) > 1

    def count() -> dict[UUID, int]:
        if recall.current and not in_first:
            return kept_counts.tag_totals(tx, languages)
        return _count_articles(tx, tags, now, languages, in_first=in_first)

    return recall(("tag totals", languages, in_first), count)


def _count_articles(
    tx: ReadTx, tags: Tags, now: datetime, languages: tuple[str, ...], *, in_first: bool
) -> dict[UUID, int]:
    conditions = [visible(PublicationTag, NOW), col(PublicationTag.kind) == "article"]
    if in_first:
        conditions.append(col(PublicationTag.publication_id) == col(Publication.id))
        conditions.append(first_language(len(languages)))
    elif languages:
        conditions.append(col(PublicationTag.lang).in_(languages))
    values: dict[str, object] = {"now": now}
    if in_first:
        values |= {f"lang_{place}": lang for place, lang in enumerate(languages)}
    tag_id = col(PublicationTag.tag_id)
    own = sa.select(tag_id, sa.func.count()).where(*conditions).group_by(tag_id)
    totals = {key: int(n) for key, n in tx.execute(own, values)}
    for parent in tags.children:
        family = tags.descendant_ids(tags.by_id[parent])
        union = sa.select(sa.func.count(sa.distinct(col(PublicationTag.publication_id)))).where(
            tag_id.in_(family), *conditions
        )
        totals[parent] = int(tx.execute(union, values).scalar_one())
    return totals


def list_tags(
    tags: Tags,
    counts: dict[UUID, int],
    lang: str | None,
    tag_type: str | None,
    parent: UUID | None,
) -> list[Tag]:
    """Tags in the order of their slugs, of one type, or children of one parent."""
    return [
        Tag(**_tag_fields(tags, tag, counts, lang))
        for tag in sorted(tags.by_id.values(), key=lambda tag: tag.slug)
        if tag_type in (None, tag.type) and parent in (None, tag.parent_id)
    ]


def get_tags(
    tags: Tags, counts: dict[UUID, int], ids: Iterable[UUID], lang: str | None
) -> list[Tag]:
    """Existing tags by their ids."""
    return [Tag(**_tag_fields(tags, tags.by_id[key], counts, lang)) for key in ids]


def get_tag(tags: Tags, counts: dict[UUID, int], slug: str, lang: str | None) -> TagDetail:
    """One tag; `Moved` when it has another slug now or was merged, `Gone` when it was removed."""
    tag = tags.find(slug)
    if tag is None:
        raise removed_error(tags, slug) or NotFound(
            "tag_not_found", "There is no tag with this slug."
        )
    if tag.slug != slug:
        raise Moved("moved", "It has another slug now.", slug=tag.slug)
    return TagDetail(
        **_tag_fields(tags, tag, counts, lang),
        names=dict(tag.names),
        synonyms={key: list(words) for key, words in tag.synonyms.items()},
        children=sorted(child.slug for child in tags.children.get(tag.id, ())),
    )


def removed_error(tags: Tags, slug: str) -> Gone | None:
    """The error for a tag that was removed; None when no tag with this slug was."""
    at = tags.removed.get(slug)
    if at is None:
        return None
    return Gone("gone", "This tag was removed.", reason="removed", at=rfc3339(at))


def ancestor_slugs(tx: ReadTx, tags: Tags, articles: Iterable[UUID]) -> list[str]:
    """The slugs of all tags under which the articles are or were found, in their order."""
    carried = sa.select(col(PublicationTag.tag_id)).where(
        col(PublicationTag.article_id).in_(list(articles))
    )
    every = tx.execute(carried.distinct()).scalars()
    cached_tags = [tags.by_id[key] for key in every if key in tags.by_id]
    return sorted({tag.slug for carried in cached_tags for tag in tags.ancestors_and_self(carried)})


def _tag_fields(
    tags: Tags, tag: CachedTag, counts: dict[UUID, int], lang: str | None
) -> dict[str, object]:
    return {
        "id": tag.id,
        "slug": tag.slug,
        "type": tag.type,
        "name": tags.localise(tag.names, lang),
        "description": tags.localise(tag.descriptions, lang),
        "parent": tags.by_id[tag.parent_id].slug if tag.parent_id else None,
        "ancestors": _references(tags, tags.ancestors_and_self(tag)[:0:-1], lang),
        "subtags": _references(tags, tags.children.get(tag.id, ()), lang),
        "articles_count": counts.get(tag.id, 0),
    }


def _references(tags: Tags, named_tags: Sequence[CachedTag], lang: str | None) -> list[object]:
    return [from_json(tags.reference(tag, lang)) for tag in named_tags]
