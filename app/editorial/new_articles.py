"""New articles in numbers, as imports bring them: a few statements create and publish them all.

The rows are those of `articles.create` and `publishing.publish`, made by the same functions. The
look-ups of these commands are left out, as a new article has no older text, no schedule and no
translation. `select_new` tells which articles are new.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from app.changes import PublishTx
from app.editorial import (
    articles,
    draft_index,
    media_use,
    new_aliases,
    published_body,
    releases,
    tags,
)
from app.editorial.content import Actor, Draft, SiteRules
from app.editorial.snapshot import cap_dates, freeze_article, refuse_ahead
from app.errors import Invalid
from app.kit.ids import uuid7
from app.kit.text import slug_of
from app.models.alias import Alias
from app.models.article import Article, ArticleSlug, ArticleTag, DraftIndex, Revision
from app.models.publication import (
    Publication,
    PublicationAuthor,
    PublicationBody,
    PublicationTag,
)

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that shows no media of ours, with its identity in the system that it came from."""

    id: UUID | None
    nth: int
    """Its number among the articles that are created at one moment."""
    draft: Draft
    external_source: str | None
    external_id: str | None
    import_digest: str
    is_edited: bool
    """Whether an editor changed it since it was imported into another store."""
    paths: Sequence[str] = ()
    """Its old addresses, in their plain form."""

    @property
    def slug(self) -> str:
        """Its own slug, or the one that its title gives as long as nobody holds that."""
        return self.draft.content.slug or slug_of(self.draft.content.title)

    @property
    def claims(self) -> set[Hashable]:
        """Its slug and the values by which an import recognises it; no other article has them."""
        claims: set[Hashable] = {self.slug, *self.paths}
        if self.id is not None:
            claims.add(self.id)
        if self.external_source is not None:
            claims.add((self.external_source, self.external_id))
        return claims


@dataclass(frozen=True, slots=True)
class _NewPublication:
    """A publication as columns, without its id, with its rows in other tables."""

    values: _Row
    body: _Row
    tag_ids: Sequence[UUID]
    author_slugs: set[str]


@dataclass(frozen=True, slots=True)
class _NewRows:
    """The rows of some articles, by table."""

    copies: list[_Row] = field(default_factory=list)
    tags: list[_Row] = field(default_factory=list)
    revisions: list[_Row] = field(default_factory=list)
    indexed: list[_Row] = field(default_factory=list)
    publications: list[_NewPublication] = field(default_factory=list)
    paths: list[_Row] = field(default_factory=list)


def select_new(tx: PublishTx, candidates: Sequence[NewArticle], rules: SiteRules) -> list[bool]:
    """Whether `create_all` can create each candidate: it is not known and its slug and its paths
    are free, in the store and among those before it; its tags exist; none of its dates is ahead."""
    taken = _held_claims(tx, candidates) | _held_paths(tx, candidates, rules)
    known_tags = _lock_tags(tx, candidates).keys()
    answers: list[bool] = []
    for candidate in candidates:
        has_tags = known_tags >= set(candidate.draft.content.tags)
        is_free = taken.isdisjoint(candidate.claims)
        answers.append(is_free and has_tags and not _is_ahead(tx, candidate))
        taken |= candidate.claims
    return answers


def create_all(
    tx: PublishTx, actor: Actor, new_articles: Sequence[NewArticle], rules: SiteRules
) -> bool:
    """Create and publish articles that `select_new` selected. False, and nothing is done, when a
    slug was taken meanwhile: on PostgreSQL editors save drafts beside this transaction."""
    tag_ids = _lock_tags(tx, new_articles)
    rows = _NewRows()
    for new in new_articles:
        its_tags = list(dict.fromkeys(tag_ids[slug] for slug in new.draft.content.tags))
        _add_rows(rows, tx, actor, new, its_tags, rules)
    # The session's own savepoint begins with its first statement, and these are the connection's.
    with tx.connection.begin_nested() as savepoint:
        _insert(tx, Article, rows.copies)
        if not _claim_slugs(tx, rows.copies):
            savepoint.rollback()
            return False
        _insert(tx, ArticleTag, rows.tags)
        _insert(tx, Revision, rows.revisions)
        _insert(tx, DraftIndex, rows.indexed)
        _insert(tx, Alias, rows.paths)
        _insert_publications(tx, rows.publications)
        tx.append_each("article", [copy["id"] for copy in rows.copies], "published")
    return True


def _held_claims(tx: PublishTx, candidates: Sequence[NewArticle]) -> set[Hashable]:
    """The ids, origins and slugs of the candidates that articles have already."""
    slugs = [candidate.slug for candidate in candidates]
    held = sa.select(col(ArticleSlug.slug)).where(col(ArticleSlug.slug).in_(slugs))
    taken: set[Hashable] = set(tx.execute(held).scalars())
    ids = [candidate.id for candidate in candidates if candidate.id is not None]
    if ids:
        used = sa.select(col(Article.id)).where(col(Article.id).in_(ids))
        taken.update(tx.execute(used).scalars())
    sources = {candidate.external_source for candidate in candidates} - {None}
    if sources:
        source, external_id = col(Article.external_source), col(Article.external_id)
        external_ids = [candidate.external_id for candidate in candidates]
        origins = sa.select(source, external_id).where(
            source.in_(sources), external_id.in_(external_ids)
        )
        taken.update((row[0], row[1]) for row in tx.execute(origins))
    return taken


def _held_paths(tx: PublishTx, candidates: Sequence[NewArticle], rules: SiteRules) -> set[str]:
    """The paths of the candidates that lead elsewhere, or are the address of something."""
    paths = {path: None for candidate in candidates for path in candidate.paths}
    own_slugs = {candidate.slug for candidate in candidates}
    return new_aliases.held_paths(tx, paths, rules, own_slugs)


def _lock_tags(tx: PublishTx, new_articles: Sequence[NewArticle]) -> dict[str, UUID]:
    slugs = {slug for new in new_articles for slug in new.draft.content.tags}
    return tags.lock_ids(tx, slugs) if slugs else {}


def _is_ahead(tx: PublishTx, candidate: NewArticle) -> bool:
    try:
        refuse_ahead(candidate.draft.content, tx.moment)
    except Invalid:
        return True
    return False


def _add_rows(
    rows: _NewRows,
    tx: PublishTx,
    actor: Actor,
    new: NewArticle,
    tag_ids: Sequence[UUID],
    rules: SiteRules,
) -> None:
    """Add the rows of one article: a working copy that is published with its first text."""
    key = new.id or uuid7(tx.moment, new.nth)
    content = new.draft.content.model_copy(update={"slug": new.slug})
    draft = replace(new.draft, content=content)
    frozen_media = media_use.freeze_media(tx, content, draft.body_html)
    item = freeze_article(key, new.slug, content, rules, tx.moment, None, frozen_media.image)
    item = cap_dates(item, tx.moment)
    copy = articles.article_values(actor, key, content, new.slug, tx.moment) | {
        "state": "published",
        "external_source": new.external_source,
        "external_id": new.external_id,
        "import_digest": new.import_digest,
        "import_revision": None if new.is_edited else 1,
        "slug_is_set": new.draft.content.slug is not None,
        "import_batch_id": tx.batch_id,
    }
    rows.copies.append(copy)
    rows.paths.extend(
        {"path": path, "article_id": key, "created_at": tx.moment, "id": uuid4()}
        for path in new.paths
    )
    rows.tags.extend({"tag_id": tag_id, "article_id": key} for tag_id in tag_ids)
    rows.indexed.append(draft_index.index_values(key, draft, new.slug))
    rows.revisions.append(articles.revision_values(actor, key, 1, draft, tag_ids, tx.moment))
    values = releases.publication_values(actor, item, content, 1, None, tag_ids, tx.moment, None)
    authors = {author.slug for author in item.authors}
    body = published_body.body_values(content, frozen_media)
    rows.publications.append(_NewPublication(values, body, tag_ids, authors))


def _claim_slugs(tx: PublishTx, copies: Sequence[_Row]) -> bool:
    """Claim the slugs of working copies; False when one of them is taken."""
    statement = (
        tx.insert_into(ArticleSlug).on_conflict_do_nothing().returning(col(ArticleSlug.slug))
    )
    rows = [{"slug": copy["slug"], "article_id": copy["id"]} for copy in copies]
    return len(tx.execute(statement, rows).all()) == len(rows)


def _insert_publications(tx: PublishTx, publications: Sequence[_NewPublication]) -> None:
    statement = sa.insert(Publication).returning(col(Publication.article_id), col(Publication.id))
    keys: dict[UUID, int] = dict(tx.execute(statement, [new.values for new in publications]).all())
    bodies, tag_rows, author_rows = [], [], []
    for new in publications:
        key = keys[new.values["article_id"]]
        interval = releases.interval_values(key, new.values)
        bodies.append({"publication_id": key, **new.body})
        tag_rows += [{"tag_id": tag_id, **interval} for tag_id in new.tag_ids]
        author_rows += [{"author_slug": slug, **interval} for slug in new.author_slugs]
    _insert(tx, PublicationBody, bodies)
    _insert(tx, PublicationTag, tag_rows)
    _insert(tx, PublicationAuthor, author_rows)


def _insert(tx: PublishTx, table: type[SQLModel], rows: Sequence[_Row]) -> None:
    if rows:
        tx.execute(sa.insert(table), rows)
