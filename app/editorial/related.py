"""The articles that editors choose to be shown beside another."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.editorial.content import ArticleInput
from app.errors import Detail, Invalid
from app.models.article import Article


def refuse_unknown_related(tx: ReadTx, article_id: UUID, content: ArticleInput) -> None:
    """`Invalid` when a related article does not exist or is the article itself.

    For editors only: an import may name an article that comes later. Readers see only what is
    visible among them, so an id without an article harms nobody.
    """
    if not content.related:
        return
    known = set(
        tx.execute(sa.select(col(Article.id)).where(col(Article.id).in_(content.related))).scalars()
    )
    for place, key in enumerate(content.related):
        if key == article_id:
            raise _refusal(place, "An article is not related to itself; leave it out.")
        if key not in known:
            raise _refusal(place, f"There is no article {key}; leave it out.")


def _refusal(place: int, message: str) -> Invalid:
    detail = Detail("unknown_related", message, pointer=f"/related/{place}")
    return Invalid("unknown_related", message, (detail,))
