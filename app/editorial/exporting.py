"""The state of each thing, complete enough to create it again in another store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx
from app.editorial.content import ArticleInput, from_revision_json
from app.editorial.dated_content import DatedContent
from app.editorial.portable import make_portable
from app.editorial.snapshot import date_shown
from app.editorial.tags import TagInput, slugs_by_id
from app.kinds.registry import DATED_KINDS
from app.models.alias import Alias
from app.models.article import Article, ArticleSlug, Revision
from app.models.author import Author
from app.models.publication import Publication
from app.models.site import Site
from app.models.tag import Tag, TagSlug

Status = Literal["draft", "scheduled", "published", "unpublished", "retracted", "expired"]


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """The identity of a thing, here and in the system that it came from."""

    id: UUID
    external_source: str | None
    external_id: str | None
    import_digest: str | None


@dataclass(frozen=True, slots=True)
class ScheduledText:
    """A text with its requested interval."""

    content: ArticleInput
    visible_from: datetime
    visible_until: datetime | None


@dataclass(frozen=True, slots=True)
class ArticleState:
    """An article with its status; `draft` is a working copy that was not released."""

    origin: ExternalIdentity
    content: ArticleInput
    status: Status
    reason: str | None
    ended_at: datetime | None
    visible_from: datetime | None
    visible_until: datetime | None
    scheduled: list[ScheduledText]
    draft: ArticleInput | None
    translations: list[tuple[str, str]]
    former_slugs: list[str]
    paths: list[str]
    edited_since_import: bool


def article_ids(tx: ReadTx, at_once: int) -> Iterator[list[UUID]]:
    """The ids of all articles that are not in the trash, oldest first, in portions."""
    last: UUID | None = None
    while True:
        statement = sa.select(col(Article.id)).where(col(Article.trashed_at).is_(None))
        if last is not None:
            statement = statement.where(col(Article.id) > last)
        ids = list(tx.execute(statement.order_by(col(Article.id)).limit(at_once)).scalars())
        if not ids:
            return
        yield ids
        last = ids[-1]


def count(tx: ReadTx) -> int:
    """The number of things that `article_ids`, `tags`, `authors.list_records`, `list_dated` and
    `other_paths` return, and the site."""
    everything = [
        sa.select(sa.func.count()).select_from(Article).where(col(Article.trashed_at).is_(None)),
        sa.select(sa.func.count()).select_from(Tag),
        sa.select(sa.func.count()).select_from(Author),
        *(
            sa.select(sa.func.count()).where(col(kind.table.removed_at).is_(None))
            for kind in DATED_KINDS
        ),
        sa.select(sa.func.count()).select_from(Site),
        sa.select(sa.func.count()).select_from(Alias).where(col(Alias.article_id).is_(None)),
    ]
    return sum(tx.execute(statement).scalar_one() for statement in everything)


def articles(
    tx: ReadTx,
    ids: Sequence[UUID],
    now: datetime,
    address: str = "",
    *,
    with_media: bool = False,
) -> list[ArticleState]:
    """The states of some articles, in the order of their ids. The media that they show are served
    at `address`, or come along `with_media`."""
    tag_slugs = slugs_by_id(tx)
    copies = _rows(tx, Article, col(Article.id).in_(ids))
    releases = _group_by_article(_rows(tx, Publication, col(Publication.article_id).in_(ids)))
    numbers = {(row.id, row.text_revision) for row in copies}
    numbers |= {(row.article_id, row.revision) for rows in releases.values() for row in rows}
    contents = make_portable(
        tx, _load_contents(tx, ids, numbers, tag_slugs), address, with_media=with_media
    )
    slug_rows = _group_by_article(_rows(tx, ArticleSlug, col(ArticleSlug.article_id).in_(ids)))
    aliases = _group_by_article(_rows(tx, Alias, col(Alias.article_id).in_(ids)))
    groups = {row.translation_group for row in copies if row.translation_group is not None}
    siblings = _rows(tx, Article, col(Article.translation_group).in_(groups)) if groups else []
    return [
        _state(
            row,
            sorted(releases.get(row.id, ()), key=lambda release: release.visible_from),
            contents,
            {entry.slug for entry in slug_rows.get(row.id, ())},
            {entry.path for entry in aliases.get(row.id, ())},
            [(twin.lang, twin.slug) for twin in siblings if _is_translation(twin, row)],
            now,
        )
        for row in sorted(copies, key=lambda row: row.id)
    ]


def tags(tx: ReadTx) -> list[tuple[ExternalIdentity, TagInput, list[str]]]:
    """All tags with the slugs that they had, parents before their children."""
    rows = {row.id: row for row in _rows(tx, Tag, sa.true())}
    slugs_by_id = {key: row.slug for key, row in rows.items()}
    ordered = sorted(rows.values(), key=lambda row: (_depth(rows, row), row.slug))
    former: dict[UUID, list[str]] = {key: [] for key in rows}
    for slug_row in sorted(_rows(tx, TagSlug, col(TagSlug.tag_id).is_not(None))):
        if slug_row.slug != slugs_by_id[slug_row.tag_id]:
            former[slug_row.tag_id].append(slug_row.slug)
    return [(*tag(row, slugs_by_id), former[row.id]) for row in ordered]


def tag(row: Any, slugs_by_id: Mapping[UUID, str]) -> tuple[ExternalIdentity, TagInput]:
    """A tag; `slugs_by_id` has the slug of its parent."""
    tag_input = TagInput(
        slug=row.slug,
        type=row.type,
        names=row.names,
        descriptions=row.descriptions,
        synonyms=row.synonyms,
        parent=slugs_by_id[row.parent_id] if row.parent_id else None,
        status="accepted" if row.accepted else "proposed",
    )
    return ExternalIdentity(row.id, None, None, row.import_digest), tag_input


def list_dated(tx: ReadTx, content: DatedContent[Any]) -> list[tuple[Any, dict[str, Any]]]:
    """All rows of a kind with dates, past ones too, in order, each with the editors' fields."""
    table = content.kind.table
    query = sa.select(table.__table__).where(col(table.removed_at).is_(None))
    rows = tx.execute(query.order_by(*content.order())).all()
    return list(zip(rows, content.states(tx, rows), strict=True))


def other_paths(tx: ReadTx) -> list[tuple[str, str | None, str | None, str | None]]:
    """Old paths that lead to no article: the slug of a tag, the reason why they are gone, or the
    address of another site."""
    paths = (
        sa.select(col(Alias.path), col(Tag.slug), col(Alias.gone), col(Alias.url))
        .outerjoin(Tag, col(Tag.id) == col(Alias.tag_id))
        .where(col(Alias.article_id).is_(None))
        .order_by(col(Alias.path))
    )
    return [(path, slug, gone, url) for path, slug, gone, url in tx.execute(paths)]


def _rows(tx: ReadTx, table: Any, where: Any) -> Sequence[Any]:
    return tx.execute(sa.select(table.__table__).where(where)).all()


def _group_by_article(rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.article_id, []).append(row)
    return groups


_Contents = dict[tuple[UUID, int], ArticleInput]


def _load_contents(
    tx: ReadTx, ids: Sequence[UUID], numbers: set[tuple[UUID, int]], tag_slugs: dict[UUID, str]
) -> _Contents:
    """The contents that are released or newest; older ones are history."""
    statement = sa.select(
        col(Revision.article_id), col(Revision.number), col(Revision.content)
    ).where(
        col(Revision.article_id).in_(ids),
        sa.tuple_(col(Revision.article_id), col(Revision.number)).in_(list(numbers)),
    )
    return {
        (key, n): from_revision_json(content, tag_slugs)
        for key, n, content in tx.execute(statement)
    }


def _state(
    copy: Any,
    releases: list[Any],
    contents: _Contents,
    slugs: set[str],
    aliases: set[str],
    translations: list[tuple[str, str]],
    now: datetime,
) -> ArticleState:
    visible = [r for r in releases if r.ended != "cancelled" and r.visible_from < r.visible_until]
    begun = [release for release in visible if release.visible_from <= now]
    pending = [release for release in visible if release.visible_from > now]
    status, current_release = _status(begun, pending, now)
    later = pending if begun else pending[1:]
    working = contents[copy.id, copy.text_revision]
    newest = later[-1] if later else current_release
    content = contents[copy.id, current_release.revision] if current_release else working
    released = newest is None or contents[copy.id, newest.revision] == working
    public = {release.slug for release in begun} | {path[1:] for path in aliases}
    former = (slugs & public) - {copy.slug, *(r.slug for r in (current_release, *later) if r)}
    ended = status in ("unpublished", "retracted", "expired")
    return ArticleState(
        origin=_origin(copy),
        content=_with_dates(content, begun[-1]) if begun else content,
        status=status,
        reason=current_release.ended_note if current_release else None,
        ended_at=current_release.visible_until if current_release and ended else None,
        visible_from=current_release.visible_from
        if current_release and status == "scheduled"
        else None,
        visible_until=current_release.expires_at if current_release and not ended else None,
        scheduled=[
            ScheduledText(contents[copy.id, r.revision], r.visible_from, r.expires_at)
            for r in later
        ],
        draft=None if released else working,
        translations=sorted(translations),
        former_slugs=sorted(former),
        paths=sorted(aliases - {f"/{slug}" for slug in former}),
        edited_since_import=copy.import_digest is not None
        and copy.import_revision != copy.revision,
    )


def _status(started: list[Any], pending: list[Any], now: datetime) -> tuple[Status, Any]:
    """The status of the article, and the release that decides it."""
    if not started:
        return ("scheduled", pending[0]) if pending else ("draft", None)
    if started[-1].visible_until > now:
        return "published", started[-1]
    if started[-1].ended == "embargoed":  # embargoed by the release that is scheduled next
        return "unpublished", started[-1]
    return started[-1].ended or "expired", started[-1]


def _with_dates(content: ArticleInput, release: Any) -> ArticleInput:
    """The content with the dates that readers see, which publishing filled in."""
    date = date_shown(release.item)
    updated_at = release.updated_at if release.updated_at != date else None
    return content.model_copy(update={"published_at": date, "updated_at": updated_at})


def _is_translation(twin: Any, row: Any) -> bool:
    return bool(twin.id != row.id and twin.translation_group == row.translation_group)


def _origin(row: Any) -> ExternalIdentity:
    return ExternalIdentity(row.id, row.external_source, row.external_id, row.import_digest)


def _depth(rows: Mapping[UUID, Any], row: Any) -> int:
    depth = 0
    while row.parent_id is not None:
        row, depth = rows[row.parent_id], depth + 1
    return depth
