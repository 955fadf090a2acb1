"""Old paths: where they lead, or why they lead nowhere."""

from typing import Literal

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.errors import Conflict, Invalid
from app.kit.text import plain_path
from app.models.alias import Alias
from app.models.article import ArticleSlug


def put(
    tx: PublishTx, path: str, slug: str | None, gone: str | None
) -> Literal["created", "unchanged"]:
    """Say what answers at a path: an article by its slug, or gone. `created` or `unchanged`."""
    if (slug is None) == (gone is None):
        raise Invalid("alias_target", "An alias has either a slug or a reason why it is gone.")
    target = None
    if slug is not None:
        found = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug) == slug)
        target = tx.execute(found).scalar()
        if target is None:
            raise Invalid("unknown_slug", f"There is no article {slug!r}; create it first.")
    wanted = plain_path(path)
    known = tx.session.get(Alias, wanted)
    if known is not None:
        if (known.article_id, known.gone) == (target, gone):
            return "unchanged"
        raise Conflict("path_taken", f"{wanted} leads elsewhere already; it was left alone.")
    tx.session.add(Alias(path=wanted, article_id=target, gone=gone, created_at=tx.moment))
    if target is not None:
        tx.append("article", target, "alias")
    return "created"
