"""New old addresses in numbers, as imports bring them: a few statements create them all.

The rows are those of `aliases.upsert`. `select_new` tells which are new and lead somewhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx
from app.editorial import aliases
from app.editorial.content import Actor, SiteRules
from app.models.alias import Alias
from app.models.article import ArticleSlug
from app.models.tag import Tag, TagSlug


@dataclass(frozen=True, slots=True)
class NewAlias:
    """A path in its plain form, with one of its targets: the slug of an article or of a tag, the
    address of another site, or why it is gone."""

    path: str
    slug: str | None
    tag: str | None
    gone: str | None
    url: str | None


def select_new(tx: PublishTx, candidates: Sequence[NewAlias], rules: SiteRules) -> list[bool]:
    """Whether `create_all` can create each candidate: its path is free, in the store and among
    those before it, and its target is there."""
    paths = {candidate.path: candidate.tag for candidate in candidates}
    taken = held_paths(tx, paths, rules)
    article_ids, tag_ids = _article_ids(tx, candidates), _tag_ids(tx, candidates)
    answers: list[bool] = []
    for candidate in candidates:
        is_there = (
            (candidate.slug is None or candidate.slug in article_ids)
            and (candidate.tag is None or candidate.tag in tag_ids)
            and not aliases.is_own(candidate.url, rules)
        )
        answers.append(is_there and candidate.path not in taken)
        taken.add(candidate.path)
    return answers


def create_all(tx: PublishTx, actor: Actor, new_aliases: Sequence[NewAlias]) -> None:
    """Create old addresses that `select_new` selected."""
    article_ids, tag_ids = _article_ids(tx, new_aliases), _tag_ids(tx, new_aliases)
    rows = []
    subjects: list[tuple[str, UUID]] = []
    for new in new_aliases:
        key = uuid4()
        article_id = article_ids[new.slug] if new.slug is not None else None
        tag_id = tag_ids[new.tag] if new.tag is not None else None
        row = {
            "id": key,
            "path": new.path,
            "article_id": article_id,
            "tag_id": tag_id,
            "gone": new.gone,
            "url": new.url,
            "created_at": tx.moment,
            "by_publisher": actor.may_publish,
        }
        rows.append(row)
        subjects.append(aliases.subject_of(key, article_id, tag_id))
    tx.execute(sa.insert(Alias), rows)
    for kind, some in groupby(subjects, key=lambda subject: subject[0]):
        tx.append_each(kind, [subject_id for _, subject_id in some], "alias")


def held_paths(
    tx: PublishTx,
    targets: Mapping[str, str | None],
    rules: SiteRules,
    own_slugs: Collection[str] = (),
) -> set[str]:
    """The paths that lead elsewhere already, or may be the address of something else: of an
    article, of one with a slug of `own_slugs`, or of another tag than their target."""
    if not targets:
        return set()
    held = sa.select(col(Alias.path)).where(col(Alias.path).in_(targets))
    taken = set(tx.execute(held).scalars())
    pages = {path: rules.page_urls.article_slugs(path) or [path[1:]] for path in targets}
    named = {slug for slugs in pages.values() for slug in slugs}
    holders = sa.select(col(ArticleSlug.slug)).where(col(ArticleSlug.slug).in_(named))
    slugs = {*tx.execute(holders).scalars(), *own_slugs}
    taken |= {path for path, names in pages.items() if slugs & set(names)}
    tag_pages = ((path, tag, rules.page_urls.tag_slug(path)) for path, tag in targets.items())
    return taken | {path for path, tag, slug in tag_pages if slug not in (None, tag)}


def _article_ids(tx: PublishTx, candidates: Sequence[NewAlias]) -> dict[str, UUID]:
    slugs = {candidate.slug for candidate in candidates} - {None}
    if not slugs:
        return {}
    statement = sa.select(col(ArticleSlug.slug), col(ArticleSlug.article_id))
    return dict(tx.execute(statement.where(col(ArticleSlug.slug).in_(slugs))).all())


def _tag_ids(tx: PublishTx, candidates: Sequence[NewAlias]) -> dict[str, UUID]:
    """The ids of public tags, by each slug that a tag has or had."""
    slugs = {candidate.tag for candidate in candidates} - {None}
    if not slugs:
        return {}
    statement = sa.select(col(TagSlug.slug), col(Tag.id)).join(
        Tag, col(Tag.id) == col(TagSlug.tag_id)
    )
    return dict(tx.execute(statement.where(col(TagSlug.slug).in_(slugs), col(Tag.accepted))).all())
