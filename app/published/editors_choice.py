"""What editors chose beside an article: the page above a page, the related articles."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database import ReadTx
from app.models.article import ArticleSlug
from app.models.publication import Publication
from app.visibility import NOW, visible

_PARENTS: Final = (
    sa.select(col(ArticleSlug.slug), col(Publication.slug))
    .join(Publication, col(Publication.article_id) == col(ArticleSlug.article_id))
    .where(
        col(ArticleSlug.slug).in_(sa.bindparam("slugs", expanding=True)),
        col(Publication.kind) == "page",
        visible(Publication, NOW),
    )
)


def parents_by_slug(
    tx: ReadTx, slugs: Sequence[str | None], now: datetime
) -> Mapping[str | None, str]:
    """The present slugs of visible pages, by the slugs under which the pages below name them."""
    named = sorted({slug for slug in slugs if slug is not None})
    if not named:
        return {}
    rows = tx.execute(_PARENTS, {"slugs": named, "now": now})
    return {row[0]: row[1] for row in rows}


_CHOSEN: Final = sa.select(col(Publication.article_id), col(Publication.id)).where(
    col(Publication.article_id).in_(sa.bindparam("ids", expanding=True)), visible(Publication, NOW)
)


def parse_ids(related_ids: str | None) -> list[UUID]:
    """The ids of the articles that editors chose, from the column of a publication."""
    return [UUID(key) for key in from_json(related_ids)] if related_ids is not None else []


def find_chosen_keys(tx: ReadTx, chosen_ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
    """The publications of the visible articles among these, by article."""
    if not chosen_ids:
        return {}
    rows = tx.execute(_CHOSEN, {"ids": list(dict.fromkeys(chosen_ids)), "now": now})
    return {row[0]: row[1] for row in rows}
