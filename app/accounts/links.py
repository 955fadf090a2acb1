"""The links that an account made: previews of drafts, and secrets with which another account may
set a password. They end when their maker loses access."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import WriteTx
from app.models.account import PasswordReset
from app.models.preview import PreviewLink


def end_links(
    tx: WriteTx,
    now: datetime,
    *,
    account_id: UUID | None = None,
    credentials: Sequence[str] = (),
    previews: bool = True,
    passwords: bool = True,
) -> None:
    """End the links that an account made, or that were made with certain sessions or tokens."""
    if previews:
        whose = (
            col(PreviewLink.created_by_id) == account_id
            if account_id is not None
            else col(PreviewLink.made_with).in_(credentials)
        )
        tx.execute(
            sa.update(PreviewLink)
            .where(whose, col(PreviewLink.revoked_at).is_(None))
            .values(revoked_at=now)
        )
    if passwords:
        offered = (
            col(PasswordReset.made_by) == account_id
            if account_id is not None
            else col(PasswordReset.made_with).in_(credentials)
        )
        tx.execute(sa.delete(PasswordReset).where(offered))
