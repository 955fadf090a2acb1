"""Drafts: write, change, restore, copy, translate, tag."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.database import WriteTx
from app.editorial import articles, history, tags, translation_sources
from app.editorial.article_patch import validate_article
from app.editorial.commands import (
    ArticleAction,
    audit_state,
    command,
    record_article_audit,
    refuse_foreign,
    refuse_trashed,
)
from app.editorial.content import (
    Actor,
    ArticleInput,
    Draft,
    SiteRules,
    refuse_language,
    to_revision_json,
)
from app.errors import Conflict
from app.models.article import Article, Revision
from app.models.publication import Publication
from app.public.vocabulary import Lang, Slug
from app.visibility import visible


def create(tx: WriteTx, actor: Actor, draft: Draft, now: datetime) -> Article:
    """A new draft."""
    return _insert_draft(tx, actor, "created", draft, now, None)


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
    """Save a text. An equal text changes nothing, not even the number.

    A run of autosaves makes one entry in the audit.
    """
    article = articles.lock_article(tx, article_id, revision)
    refuse_foreign(tx, actor, article)
    refuse_trashed(article)
    if _is_unchanged(tx, article, draft):
        article.slug_is_set |= draft.slug_is_set
        return article
    before = audit_state(article)
    articles.edit(tx, actor, article_id, revision, draft, now, autosave=autosave)
    since = _text(tx, article_id, article.text_revision).autosaved_since
    if since is None or since == now:
        record_article_audit(tx, actor, "saved", article, now, before=before)
    return article


def restore(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, number: int, now: datetime
) -> Article:
    """Make an old text the newest, as a new revision. Slug, language and corrections stay."""
    details = {"note": f"revision {number}"}
    with command(tx, actor, "text_restored", article_id, revision, now, details=details) as article:
        old_text = _text(tx, article_id, number)
        told_readers = _text(tx, article_id, article.text_revision).content["corrections"]
        own_fields = {"slug": article.slug, "lang": article.lang, "corrections": told_readers}
        content = articles.saved_content(tx, {**old_text.content, **own_fields})
        draft = Draft(content, old_text.body_html)
        note = f"Restored from revision {number}."
        articles.edit(tx, actor, article_id, revision, draft, now, note=note)
    return article


def duplicate(
    tx: WriteTx, actor: Actor, article_id: UUID, now: datetime, *, title: str | None = None
) -> Article:
    """A draft with the same text, its own slug and its own history. It has no translations, dates,
    corrections or canonical address, because those belong to the published article."""
    copy = _get_open_copy(tx, article_id)
    content = _revalidate(
        copy.content,
        title=title or copy.content.title,
        slug=None,
        published_at=None,
        date_precision="time",
        updated_at=None,
        corrections=(),
        canonical_url=None,
    )
    draft = Draft(content, copy.body_html)
    return _insert_draft(tx, actor, "duplicated", draft, now, _copy_note(copy, "Copy"))


def translate(
    tx: PublishTx,
    actor: Actor,
    article_id: UUID,
    rules: SiteRules,
    lang: Lang,
    *,
    title: str | None = None,
    slug: Slug | None = None,
) -> Article:
    """A draft in another language that starts with the article's text, in the article's group. The
    page above it and the original of the text are in the other language, so it names neither."""
    copy = _get_open_copy(tx, article_id)
    content = _revalidate(
        copy.content,
        title=title or copy.content.title,
        slug=slug,
        lang=lang,
        updated_at=None,
        corrections=(),
        canonical_url=None,
        parent=None,
    )
    refuse_language(content, rules)
    note = _copy_note(copy, "To be translated: copy")
    article = _insert_draft(tx, actor, "created", Draft(content, copy.body_html), tx.moment, note)
    article.source_id, article.source_text = article_id, copy.article.text_revision
    articles.link_translations(tx, article, [article_id], tx.moment)
    return article


def link(tx: PublishTx, actor: Actor, article_id: UUID, revision: int, other: UUID) -> Article:
    """Make two articles, and the groups that they are in, translations of one another."""
    details = {"note": f"translation {other}"}
    with command(tx, actor, "linked", article_id, revision, tx.moment, details=details) as article:
        refuse_trashed(_get_open_copy(tx, other).article)
        articles.link_translations(tx, article, [other], tx.moment)
    return article


def unlink(tx: PublishTx, actor: Actor, article_id: UUID, revision: int) -> Article:
    """Remove the article from its group; readers of all its members see that at once."""
    with command(tx, actor, "unlinked", article_id, revision, tx.moment) as article:
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
        translation_sources.forget_sources(tx, article)
        tx.execute(
            sa.update(Publication)
            .where(col(Publication.article_id) == article_id)
            .values(translation_group=None)
        )
    return article


def tag(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, slug: str, now: datetime
) -> Article:
    """Add a tag; nothing changes when the article has it."""
    return _set_tag(tx, actor, article_id, revision, slug, now, add=True)


def untag(
    tx: WriteTx, actor: Actor, article_id: UUID, revision: int, slug: str, now: datetime
) -> Article:
    """Remove a tag; nothing changes when the article lacks it."""
    return _set_tag(tx, actor, article_id, revision, slug, now, add=False)


def _set_tag(
    tx: WriteTx,
    actor: Actor,
    article_id: UUID,
    revision: int,
    slug: str,
    now: datetime,
    *,
    add: bool,
) -> Article:
    tag_id = tags.ids_of(tx, [slug])[0]
    current_slug = tags.slugs_by_id(tx, [tag_id])[tag_id]  # when an old one was given
    copy = _get_open_copy(tx, article_id)
    others = tuple(tag for tag in copy.content.tags if tag != current_slug)
    if (current_slug in copy.content.tags) == add:
        others = copy.content.tags
    elif add:
        others = (*others, current_slug)
    content = _revalidate(copy.content, tags=others)
    return change(tx, actor, article_id, revision, Draft(content, copy.body_html), now)


def _insert_draft(
    tx: WriteTx, actor: Actor, action: ArticleAction, draft: Draft, now: datetime, note: str | None
) -> Article:
    article = articles.create(tx, actor, draft, now, note=note)
    record_article_audit(tx, actor, action, article, now, details={"note": note} if note else None)
    return article


def _get_open_copy(tx: WriteTx, article_id: UUID) -> articles.WorkingCopy:
    tx.session.flush()
    copy = articles.read(tx, article_id)
    refuse_trashed(copy.article)
    return copy


def _revalidate(content: ArticleInput, **over: object) -> ArticleInput:
    return validate_article({**dict(content), **over})


def _copy_note(copy: articles.WorkingCopy, origin: str) -> str:
    return f"{origin} of {copy.article.slug} at revision {copy.article.text_revision}."


def _is_unchanged(tx: WriteTx, article: Article, draft: Draft) -> bool:
    """Whether the newest text equals this one."""
    revision = _text(tx, article.id, article.text_revision)
    slug = draft.content.slug or article.slug
    content = draft.content.model_copy(update={"slug": slug})
    revision_json = to_revision_json(content, tags.ids_of(tx, content.tags))
    return bool((revision.content, revision.body_html) == (revision_json, draft.body_html))


def _text(tx: WriteTx, article_id: UUID, number: int) -> Revision:
    row = tx.session.get(Revision, (article_id, number))
    if row is None:
        raise history.revision_not_found(tx, article_id, number)
    return row
