"""What a translation is a translation of: which text of another article it follows, whether that
article has moved on since, and whether anybody has begun to translate."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.editorial import history
from app.editorial.commands import command
from app.editorial.content import Actor
from app.editorial.history import SavedText
from app.errors import Detail, Invalid, NotFound
from app.kit.text import is_blank
from app.models.article import Article, Revision


@dataclass(frozen=True, slots=True)
class TranslationSource:
    """The article that another is translated from, as its editors have it.

    The translation follows its text `text_revision`; its newest text is `newest_revision`, and
    `stale_since` the time of the first text that is newer than the one followed. `is_translated` is
    false as long as the translation has the words of the text that it began with.
    """

    id: UUID
    lang: str
    slug: str
    title: str
    text_revision: int
    newest_revision: int
    stale_since: datetime | None
    is_translated: bool

    @property
    def is_stale(self) -> bool:
        """Whether the source has another text than the one that is followed."""
        return self.newest_revision != self.text_revision


def find_source(tx: ReadTx, article: Article) -> TranslationSource | None:
    """The source of an article; None when it has none, or none any more."""
    if article.source_id is None or article.source_text is None:
        return None
    source, followed, own = aliased(Article), aliased(Revision), aliased(Revision)
    newer = sa.select(sa.func.min(col(Revision.saved_at))).where(
        col(Revision.article_id) == article.source_id, col(Revision.number) > article.source_text
    )
    names = ("lang", "slug", "title", "text_revision")
    statement = (
        sa.select(
            *(col(getattr(source, name)) for name in names),
            newer.scalar_subquery().label("stale_since"),
            (col(followed.body_html) == col(own.body_html)).label("is_same"),
            col(own.body_html),
        )
        .select_from(source)
        .join(
            followed,
            (col(followed.article_id) == col(source.id))
            & (col(followed.number) == article.source_text),
        )
        .join(
            own,
            (col(own.article_id) == article.id) & (col(own.number) == article.text_revision),
        )
        .where(col(source.id) == article.source_id)
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        return None
    has_words = not is_blank(row.body_html)
    return TranslationSource(
        article.source_id,
        row.lang,
        row.slug,
        row.title,
        article.source_text,
        row.text_revision,
        row.stale_since,
        not row.is_same if has_words else row.title != article.title,
    )


def follow(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    source_id: UUID,
    number: int | None,
    now: datetime,
) -> Article:
    """Say which text of another article a translation follows now: the newest when `number` is
    None. `Invalid` unless the two are linked as translations."""
    details: dict[str, object] = {}
    with command(tx, actor, "source_set", article_id, revision, now, details=details) as article:
        statement = sa.select(col(Article.text_revision)).where(
            col(Article.id) == source_id,
            col(Article.id) != article_id,
            col(Article.translation_group).is_not(None),
            col(Article.translation_group) == article.translation_group,
        )
        newest = tx.execute(statement).scalar()
        if newest is None:
            message = "It is no translation of that article; link the two first."
            raise Invalid("not_linked", message, (Detail("not_linked", message, pointer="/id"),))
        followed = history.revision(tx, source_id, number or newest).saved.number
        article.source_id, article.source_text = source_id, followed
        details["note"] = f"text {followed} of {source_id}"
    return article


def forget_sources(tx: WriteTx, article: Article) -> None:
    """The article leaves its group: it follows nothing any more, and nothing follows it."""
    article.source_id = article.source_text = None
    tx.session.flush()
    followers = sa.update(Article).where(col(Article.source_id) == article.id)
    tx.execute(followers.values(source_id=None, source_text=None))


def texts_since(tx: ReadTx, article: Article) -> tuple[SavedText, SavedText]:
    """The text that a translation follows, and the newest of its source. `NotFound`."""
    source = find_source(tx, article)
    if source is None:
        raise NotFound("no_source", "It does not say what it is translated from.")
    return (
        history.revision(tx, source.id, source.text_revision),
        history.revision(tx, source.id, source.newest_revision),
    )
