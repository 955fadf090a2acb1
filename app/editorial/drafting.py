"""Texts at the editors' desk: write, change, restore, copy, translate, tag."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import articles, history, tags
from app.editorial.acts import act, record, refuse_trashed, shown
from app.editorial.content import (
    Actor,
    ArticleInput,
    Draft,
    House,
    refuse_language,
    restored,
    stored,
)
from app.editorial.patching import whole
from app.errors import Conflict
from app.models.article import Article, Revision
from app.models.publication import Publication
from app.public.vocabulary import Lang, Slug
from app.visibility import visible


def create(tx: WriteTx, actor: Actor, draft: Draft, now: datetime) -> Article:
    """A new draft."""
    return _made(tx, actor, "created", draft, now, None)


def change(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    draft: Draft,
    now: datetime,
    *,
    autosave: bool = False,
) -> Article:
    """Save a text. One that says what is there already changes nothing, not even the number.

    Of a run of autosaves the audit is told once.
    """
    article = articles.locked(tx, article_id, revision)
    refuse_trashed(article)
    if _says(tx, article, draft):
        return article
    before = shown(article)
    articles.edit(tx, actor, article_id, revision, draft, now, autosave=autosave)
    since = _text(tx, article_id, article.text_revision).autosaved_since
    if since is None or since == now:
        record(tx, actor, "saved", article, now, before=before)
    return article


def restore(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, number: int, now: datetime
) -> Article:
    """Make an old text the newest, as a new revision. Slug, language and corrections stay."""
    told = {"note": f"revision {number}"}
    with act(tx, actor, "text_restored", article_id, revision, now, told=told) as article:
        kept = _text(tx, article_id, number)
        told_readers = _text(tx, article_id, article.text_revision).content["corrections"]
        here = {"slug": article.slug, "lang": article.lang, "corrections": told_readers}
        content = restored({**kept.content, **here}, tags.slugs(tx))
        draft = Draft(content, kept.body_html)
        note = f"Restored from revision {number}."
        articles.edit(tx, actor, article_id, revision, draft, now, note=note)
    return article


def duplicate(
    tx: WriteTx, actor: Actor, article_id: UUID, now: datetime, *, title: str | None = None
) -> Article:
    """A draft with the same text, its own slug and its own history: never public, no translation
    of anything, without dates and corrections, which belong to what was published."""
    copy = _open(tx, article_id)
    content = _with(
        copy.content,
        title=title or copy.content.title,
        slug=None,
        published_at=None,
        date_precision="time",
        updated_at=None,
        corrections=(),
    )
    draft = Draft(content, copy.body_html)
    return _made(tx, actor, "duplicated", draft, now, _whence(copy, "Copy"))


def translate(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    house: House,
    lang: Lang,
    *,
    title: str | None = None,
    slug: Slug | None = None,
) -> Article:
    """A draft in another language, in one group with the article, that begins with its text."""
    copy = _open(tx, article_id)
    content = _with(
        copy.content,
        title=title or copy.content.title,
        slug=slug,
        lang=lang,
        updated_at=None,
        corrections=(),
    )
    refuse_language(content, house)
    note = _whence(copy, "To be translated: copy")
    made = _made(tx, actor, "created", Draft(content, copy.body_html), tx.moment, note)
    articles.link_translations(tx, made, [article_id], tx.moment)
    return made


def link(tx: PublishTx, actor: Actor, article_id: UUID, revision: int, other: UUID) -> Article:
    """Two articles are translations of one another from now on, and of all that they were."""
    told = {"note": f"translation {other}"}
    with act(tx, actor, "linked", article_id, revision, tx.moment, told=told) as article:
        refuse_trashed(_open(tx, other).article)
        articles.link_translations(tx, article, [other], tx.moment)
    return article


def unlink(tx: PublishTx, actor: Actor, article_id: UUID, revision: int) -> Article:
    """The article leaves its group; readers of it and of the others see that at once."""
    with act(tx, actor, "unlinked", article_id, revision, tx.moment) as article:
        group = article.translation_group
        if group is None:
            raise Conflict("no_translations", "It is no translation of anything.")
        shown_in_group: sa.Select[UUID] = sa.select(col(Publication.article_id).label("id")).where(
            col(Publication.translation_group) == group, visible(Publication, tx.moment)
        )
        members = set(tx.execute(shown_in_group).scalars())
        if article_id in members and len(members) > 1:
            tx.append_all("article", shown_in_group.subquery(), "translation")
        article.translation_group = None
        tx.execute(
            sa.update(Publication)
            .where(col(Publication.article_id) == article_id)
            .values(translation_group=None)
        )
    return article


def tag(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, slug: str, now: datetime
) -> Article:
    """Add a tag; nothing changes when it is there."""
    return _tagged(tx, actor, article_id, revision, slug, now, carried=True)


def untag(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, slug: str, now: datetime
) -> Article:
    """Take a tag away; nothing changes when it is not there."""
    return _tagged(tx, actor, article_id, revision, slug, now, carried=False)


def _tagged(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    slug: str,
    now: datetime,
    *,
    carried: bool,
) -> Article:
    named = tags.slugs(tx)[tags.ids_of(tx, [slug])[0]]  # today's slug, where an old one was given
    copy = _open(tx, article_id)
    others = tuple(one for one in copy.content.tags if one != named)
    if (named in copy.content.tags) == carried:
        others = copy.content.tags
    elif carried:
        others = (*others, named)
    content = _with(copy.content, tags=others)
    return change(tx, actor, article_id, revision, Draft(content, copy.body_html), now)


def _made(
    tx: WriteTx, actor: Actor, action: str, draft: Draft, now: datetime, note: str | None
) -> Article:
    article = articles.create(tx, actor, draft, now, note=note)
    record(tx, actor, action, article, now, told={"note": note} if note else None)
    return article


def _open(tx: WriteTx, article_id: UUID) -> articles.WorkingCopy:
    tx.session.flush()
    copy = articles.read(tx, article_id)
    refuse_trashed(copy.article)
    return copy


def _with(content: ArticleInput, **over: object) -> ArticleInput:
    return whole({**dict(content), **over})


def _whence(copy: articles.WorkingCopy, what: str) -> str:
    return f"{what} of {copy.article.slug} at revision {copy.article.text_revision}."


def _says(tx: WriteTx, article: Article, draft: Draft) -> bool:
    """The newest text is this one already."""
    kept = _text(tx, article.id, article.text_revision)
    slug = draft.content.slug or article.slug
    content = draft.content.model_copy(update={"slug": slug})
    told = stored(content, tags.ids_of(tx, content.tags))
    return bool((kept.content, kept.body_html) == (told, draft.body_html))


def _text(tx: WriteTx, article_id: UUID, number: int) -> Revision:
    row = tx.session.get(Revision, (article_id, number))
    if row is None:
        raise history.missing(tx, article_id, number)
    return row
