"""The newest articles of many tags by one statement, for a front page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.models.publication import PublicationTag
from app.published.query import ArticleFilter, query_shape, query_values
from app.published.statements import QueryPlan, QueryShape, Statement, walk_arm


def newest_of(
    filters: ArticleFilter, tag_ids: Sequence[UUID], limit: int, now: datetime
) -> tuple[Statement, dict[str, Any]]:
    """The statement of the `limit` newest articles of each tag, and its parameters. A row has the
    tag's `place` and the keys of a publication. The tags stand for a filter's first clause."""
    filters = replace(filters, all_of=((),))
    shape = query_shape(filters, QueryPlan("tag"), "newest", None)
    values = query_values(filters, now) | {"limit": limit}
    values |= {f"arm_{place}": tag_id for place, tag_id in enumerate(tag_ids)}
    return _newest_statement(shape, len(tag_ids)), values


@lru_cache(maxsize=100)
def _newest_statement(shape: QueryShape, tags: int) -> Statement:
    """Each tag is walked in its own index, and no further than its limit."""
    arms = [walk_arm(shape, PublicationTag, f"arm_{place}").subquery() for place in range(tags)]
    united = sa.union_all(
        *(sa.select(sa.literal(place).label("place"), arm) for place, arm in enumerate(arms))
    )
    return sa.select(united.subquery())
