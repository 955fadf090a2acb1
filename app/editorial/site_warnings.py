"""What the site's record names and readers do not see now: it is left out of what they get."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.editorial.site import SiteState
from app.editorial.site_references import article_ids_of, list_places, stored_entries
from app.editorial.tags import resolve_ids
from app.errors import Detail
from app.models.article import Article
from app.models.publication import Publication
from app.models.tag import Tag
from app.visibility import visible


def list_warnings(tx: ReadTx, state: SiteState, now: datetime) -> list[Detail]:
    """A warning for each thing that is left out, in the order of the record."""
    if state.row is None:
        return []
    named = article_ids_of(state.row.navigation or (), state.row.featured_ids)
    public = sa.select(col(Publication.article_id), col(Publication.kind)).where(
        col(Publication.article_id).in_(named), visible(Publication, now)
    )
    kinds: dict[UUID, str] = dict(tx.execute(public).all())
    own = sa.select(col(Article.slug), col(Article.id)).where(col(Article.id).in_(named))
    by_slug: dict[str, UUID] = dict(tx.execute(own).all())
    hidden_tags = set(tx.execute(sa.select(col(Tag.slug)).where(~col(Tag.accepted))).scalars())
    return [
        *_navigation_warnings(state, kinds, by_slug, hidden_tags),
        *_section_warnings(state, hidden_tags),
        *(
            Detail(
                "article_not_public",
                "Readers do not see this article now; publish it, or take it out.",
                f"/featured/{place}",
            )
            for place, key in enumerate(state.fields["featured"])
            if key not in kinds
        ),
        *_gone_warnings(tx, state),
    ]


def _navigation_warnings(
    state: SiteState, kinds: dict[UUID, str], by_slug: dict[str, UUID], hidden_tags: set[str]
) -> Iterator[Detail]:
    for at, entry in list_places(state.fields["navigation"] or ()):
        if entry.page is not None and (kind := kinds.get(by_slug[entry.page])) != "page":
            code = "page_not_public" if kind is None else "not_a_page"
            what = "do not see this page now" if kind is None else "see this as an article"
            message = f"Readers {what}, so it is left out, with what is below it."
            yield Detail(code, message, f"{at}/page")
        elif entry.tag in hidden_tags:
            message = "The tag is only proposed; accept it. It is left out, with what is below it."
            yield Detail("tag_not_public", message, f"{at}/tag")


def _section_warnings(state: SiteState, hidden_tags: set[str]) -> Iterator[Detail]:
    for place, slug in enumerate(state.fields["sections"] or ()):
        if slug in hidden_tags:
            message = "The tag is only proposed; accept it, or readers do not see the section."
            yield Detail("tag_not_public", message, f"/sections/{place}")


def _gone_warnings(tx: ReadTx, state: SiteState) -> Iterator[Detail]:
    """What was removed has no place in the fields any more, so its field is named."""
    row: Any = state.row
    entries = list(stored_entries(row.navigation or ()))
    tag_ids = [UUID(entry["tag_id"]) for entry in entries if "tag_id" in entry]
    in_trash = sa.select(col(Article.id)).where(
        col(Article.id).in_(article_ids_of(row.navigation or (), row.featured_ids)),
        col(Article.trashed_at).is_not(None),
    )
    trashed = {str(key) for key in tx.execute(in_trash).scalars()}
    gone = {
        "navigation": any(not resolve_ids(tx, [key]) for key in tag_ids)
        or any(entry.get("article_id") in trashed for entry in entries),
        "sections": any(not resolve_ids(tx, [UUID(key)]) for key in row.section_ids or ()),
        "featured": any(key in trashed for key in row.featured_ids),
    }
    for field, is_gone in gone.items():
        if is_gone:
            message = f"The {field} named what was removed; saving the field forgets it."
            yield Detail("reference_removed", message, f"/{field}")
