"""The things that show a tag; the log names them when the tag changes."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.models.event import Event, EventTag
from app.models.publication import PublicationTag
from app.models.tag import Tag
from app.visibility import visible


def descendant_ids(tx: ReadTx, tag_id: UUID) -> list[UUID]:
    """The tag and all below it."""
    below = sa.select(col(Tag.id)).where(col(Tag.id) == tag_id).cte(recursive=True)
    below = below.union(sa.select(col(Tag.id)).where(col(Tag.parent_id) == below.c.id))
    return list(tx.execute(sa.select(below.c.id)).scalars())


def append_carriers(tx: PublishTx, tag_id: UUID, cause: str) -> None:
    """Log the public articles and events that carry a tag or a tag below it."""
    tagged: sa.Select[UUID] = sa.select(col(PublicationTag.article_id).label("id")).where(
        col(PublicationTag.tag_id).in_(descendant_ids(tx, tag_id)),
        col(PublicationTag.visible_until) > tx.moment,
        col(PublicationTag.visible_from) <= tx.moment,
    )
    tx.append_all("article", tagged.distinct().subquery(), cause)
    carrying: sa.Select[UUID] = (
        sa.select(col(EventTag.event_id).label("id"))
        .join(Event, col(Event.id) == col(EventTag.event_id))
        .where(col(EventTag.tag_id).in_(descendant_ids(tx, tag_id)), visible(Event, tx.moment))
    )
    tx.append_all("event", carrying.subquery(), "updated")


def append_children(tx: PublishTx, tag_id: UUID) -> None:
    """Log the direct children of a tag, because they name it."""
    children: sa.Select[UUID] = sa.select(col(Tag.id).label("id")).where(
        col(Tag.parent_id) == tag_id, col(Tag.accepted)
    )
    tx.append_all("tag", children.subquery(), "updated")
