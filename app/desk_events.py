"""Events of the desk for webhooks: who works on an article, and what an import did.

They are no part of the change log, which tells what readers see. An event becomes a delivery for
each subscription that names its topic, in the transaction of the act: both happen, or neither does.
It never carries a text. `editorial` and `interchange` record events, so this module is below both.
May import: models, database, kit, public.
"""

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import WriteTx
from app.kit.clock import rfc3339
from app.kit.ids import uuid7
from app.models.article import Article
from app.models.webhook import Delivery, Webhook
from app.public.vocabulary import DeskTopic

_TOPICS: Final[Mapping[str, DeskTopic]] = {
    "submitted": "article.submitted",
    "returned": "article.returned",
    "approved": "article.approved",
    "published": "article.published",
    "corrected": "article.corrected",
    "unpublished": "article.unpublished",
    "embargoed": "article.unpublished",
    "retracted": "article.retracted",
    "cancelled": "article.schedule_cancelled",
    "moved": "article.schedule_moved",
}
"""The topics of acts on articles, by the names under which the audit has the acts."""


def record_act(
    tx: WriteTx,
    action: str,
    article: Article,
    account_id: UUID | None,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    """Tell webhooks of an act on an article, if it has a topic. A publication whose start is to
    come is `article.scheduled`."""
    topic = _TOPICS.get(action)
    if topic is None:
        return
    start = details.get("visible_from")
    until = details.get("visible_until")
    if topic == "article.published" and isinstance(start, datetime) and start > now:
        topic = "article.scheduled"
    record(
        tx,
        topic,
        now,
        {
            "article_id": str(article.id),
            "kind": article.kind,
            "lang": article.lang,
            "slug": article.slug,
            "state": article.state,
            "revision": article.revision,
            "text_revision": article.text_revision,
            "visible_from": rfc3339(start) if isinstance(start, datetime) else None,
            "visible_until": rfc3339(until) if isinstance(until, datetime) else None,
            "account_id": str(account_id) if account_id is not None else None,
        },
    )


def record(
    tx: WriteTx,
    topic: DeskTopic,
    now: datetime,
    data: Mapping[str, object],
    *,
    to_all: bool = False,
) -> None:
    """Make a delivery of an event for each active subscription that names its topic, or for all of
    them, if the event stands for changes of which they are not told one by one."""
    rows = tx.execute(
        sa.select(col(Webhook.id), col(Webhook.topics))
        .where(col(Webhook.state) == "active")
        .with_for_update(read=True, key_share=True)  # so that none is deleted meanwhile
    )
    event_id = f"evt_{token_hex(12)}"
    tx.session.add_all(
        Delivery(
            id=uuid7(now, nth),
            webhook_id=row.id,
            event_id=event_id,
            topic=topic,
            state="pending",
            created_at=now,
            next_attempt_at=now,
            data=dict(data),
        )
        for nth, row in enumerate(rows)
        if to_all or topic in row.topics
    )
