"""The reasons why former articles are no longer public."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.errors import Gone
from app.kit.clock import rfc3339
from app.models.publication import Publication
from app.visibility import NOW, was_visible


def gone_error(tx: ReadTx, article_id: UUID, now: datetime) -> Gone | None:
    """The end of an article that was public, with reason and time; None when it never was."""
    last = (
        sa.select(
            col(Publication.ended), col(Publication.ended_note), col(Publication.visible_until)
        )
        .where(col(Publication.article_id) == article_id, was_visible(Publication, NOW))
        .order_by(col(Publication.visible_from).desc())
        .limit(1)
    )
    row = tx.execute(last, {"now": now}).first()
    if row is None:
        return None
    cause, note, at = row
    return Gone("gone", gone_message(cause, note), reason=cause or "expired", at=rfc3339(at))


def gone_message(reason: str | None, note: str | None) -> str:
    """The sentence for readers about an article that is gone; without a reason it has expired."""
    match reason:
        case None | "expired":
            message = "This article has expired."
        case "embargoed":
            message = "This article was taken back and will be public again later."
        case "import_undone":
            message = "This article came with an import that was undone."
        case _:
            message = f"This article was {reason}."
    return f"{message} {note}" if note else message
