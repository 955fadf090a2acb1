"""Old paths: where they lead, or why they lead nowhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, Field, model_validator
from sqlmodel import col

from app import audit
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import tags
from app.editorial.changing import record
from app.editorial.content import Actor, House, Line, require_publisher
from app.errors import Conflict, Detail, Invalid, NotFound
from app.inputs import Input
from app.kit.text import is_legal, plain_path
from app.models.alias import Alias
from app.models.article import Article, ArticleSlug
from app.models.publication import Publication
from app.models.tag import Tag, TagSlug
from app.public.vocabulary import Slug
from app.revisions import stale
from app.visibility import was_visible


def _plain(text: str) -> str:
    """The one spelling of a path, its query included. ValueError when it is none, or the front
    page."""
    if not is_legal(text):
        raise ValueError("holds a control character; remove it")
    plain = plain_path(text)
    if not is_legal(plain) or "\n" in plain or "\t" in plain:
        raise ValueError("holds a control character; remove it")
    if plain == "/":
        raise ValueError("is the front page; give the path of an old page")
    return plain


class AliasInput(Input):
    """An old path with the article or the tag that answers there, by slug, or why nothing does."""

    path: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_plain)]
    slug: Slug | None = None
    tag: Slug | None = None
    gone: Line | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "AliasInput":
        if [self.slug, self.tag, self.gone].count(None) != 2:
            raise ValueError("give one of slug, tag and gone")
        return self


@dataclass(frozen=True, slots=True)
class KnownAlias:
    """An alias as editors see it: `slug` is an article's, `tag` a tag's."""

    id: UUID
    revision: int
    path: str
    slug: str | None
    tag: str | None
    gone: str | None
    created_at: datetime


def create(tx: PublishTx, actor: Actor, alias: AliasInput, house: House) -> KnownAlias:
    """A new alias. `Conflict` when the path leads somewhere already, or is an article's own;
    `Forbidden` where something answers already and the actor may not publish."""
    article_id, tag_id = _target(tx, alias.slug, alias.tag)
    taken = tx.session.get(Alias, alias.path)
    detail = Detail("path_taken", "Choose another path.", pointer="/path")
    if taken is not None:
        leads = where(one(tx, taken.id))
        said = f"{alias.path} {leads} already; delete that alias first."
        raise Conflict("path_taken", said, (detail,))
    _refuse_live(tx, actor, alias.path, article_id, house)
    row = _add(tx, actor, alias.path, article_id, tag_id, alias.gone)
    made = one(tx, row.id)
    record(tx, actor, "alias.created", "alias", row.id, after=_state(made))
    return made


def put(
    tx: PublishTx,
    actor: Actor,
    path: str,
    slug: str | None,
    gone: str | None,
    tag: str | None = None,
    house: House | None = None,
) -> Literal["created", "unchanged"]:
    """For imports: say what answers at a path, or find that it is said already. As strict as
    `create`."""
    if [slug, gone, tag].count(None) != 2:
        raise Invalid("alias_target", "An alias has either a slug or a reason why it is gone.")
    article_id, tag_id = _target(tx, slug, tag)
    try:
        wanted = _plain(path)
    except ValueError as error:
        raise Invalid("invalid_path", f"The path {path[:80]!r} {error}.") from error
    known = tx.session.get(Alias, wanted)
    if known is not None:
        if (known.article_id, known.tag_id, known.gone) == (article_id, tag_id, gone):
            return "unchanged"
        raise Conflict("path_taken", f"{wanted} leads elsewhere already; it was left alone.")
    _refuse_live(tx, actor, wanted, article_id, house)
    made = one(tx, _add(tx, actor, wanted, article_id, tag_id, gone).id)
    record(tx, actor, "alias.created", "alias", made.id, after=_state(made))
    return "created"


def remove(tx: PublishTx, actor: Actor, alias_id: UUID, revision: int | None) -> None:
    """Forget an alias: its path answers as if it had never been. `NotFound`, `Stale`, `Forbidden`
    when only who may publish can have made it."""
    tx.session.flush()
    asked = sa.select(Alias).where(col(Alias.id) == alias_id).with_for_update()
    row = tx.session.execute(asked).scalar_one_or_none()
    if row is None:
        raise _unknown()
    if revision is not None and revision != row.revision:
        raise stale(row.revision, audit.last_name(tx, "alias", row.id), row.created_at)
    if row.by_publisher:
        require_publisher(actor, f"{row.path} answers at the word of somebody who may publish")
    before = _state(one(tx, row.id))
    _tell(tx, row)
    tx.session.delete(row)
    tx.session.flush()
    record(tx, actor, "alias.removed", "alias", alias_id, before=before)


def one(tx: ReadTx, alias_id: UUID) -> KnownAlias:
    """An alias; `NotFound` when there is none."""
    row = tx.execute(_shown().where(col(Alias.id) == alias_id)).one_or_none()
    if row is None:
        raise _unknown()
    return KnownAlias(*row)


def page(tx: ReadTx, after: str | None, limit: int, path: str | None = None) -> list[KnownAlias]:
    """Aliases in the order of their paths, after one of them; those whose path begins so."""
    asked = _shown().order_by(col(Alias.path)).limit(limit)
    if after is not None:
        asked = asked.where(col(Alias.path) > after)
    if path is not None:
        asked = asked.where(col(Alias.path).startswith(path, autoescape=True))
    return [KnownAlias(*row) for row in tx.execute(asked)]


def where(alias: KnownAlias) -> str:
    """Where an alias leads, in words."""
    if alias.gone is not None:
        return "is said to be gone"
    kind, slug = ("tag", alias.tag) if alias.tag is not None else ("article", alias.slug)
    return f"leads to the {kind} {slug!r}"


def _shown() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            col(Alias.id),
            col(Alias.revision),
            col(Alias.path),
            col(Article.slug),
            col(Tag.slug),
            col(Alias.gone),
            col(Alias.created_at),
        )
        .select_from(Alias)
        .outerjoin(Article, col(Article.id) == col(Alias.article_id))
        .outerjoin(Tag, col(Tag.id) == col(Alias.tag_id))
    )


def _target(tx: PublishTx, slug: str | None, tag: str | None) -> tuple[UUID | None, UUID | None]:
    """The ids of the article and of the tag, as far as one is named."""
    if tag is not None:
        target = tags.named(tx, tag, "/tag")
        if not target.accepted:
            detail = Detail("tag_proposed", "Accept the tag first.", pointer="/tag")
            raise Invalid("tag_proposed", f"The tag {tag!r} is only proposed.", (detail,))
        return None, target.id
    if slug is None:
        return None, None
    found = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug) == slug)
    article_id: UUID | None = tx.execute(found).scalar()
    if article_id is None:
        detail = Detail("unknown_slug", f"There is no article {slug!r}.", pointer="/slug")
        said = f"There is no article {slug!r}; create it first."
        raise Invalid("unknown_slug", said, (detail,))
    return article_id, None


def _add(
    tx: PublishTx,
    actor: Actor,
    path: str,
    article_id: UUID | None,
    tag_id: UUID | None,
    gone: str | None,
) -> Alias:
    row = Alias(
        path=path,
        article_id=article_id,
        tag_id=tag_id,
        gone=gone,
        created_at=tx.moment,
        by_publisher=actor.may_publish,
    )
    tx.session.add(row)
    tx.session.flush()
    _tell(tx, row)
    return row


def _refuse_live(
    tx: PublishTx, actor: Actor, path: str, article_id: UUID | None, house: House | None
) -> None:
    """An article's own address is nobody else's. Whatever else answers, by the last part of its
    path as `published.paths` has it, only who may publish can change."""
    bare = path.partition("?")[0]
    slug = bare.rsplit("/", 1)[-1]
    page = (house.slug_at(path) if house is not None else None) or path[1:]
    holder = tx.session.get(ArticleSlug, page)
    if holder is not None and holder.article_id != article_id:
        said = f"{path} is the address of an article; change its slug first."
        detail = Detail("path_taken", "Choose another path.", pointer="/path")
        raise Conflict("path_taken", said, (detail,))
    if not actor.may_publish and _answers(tx, slug.lower(), article_id):
        require_publisher(actor, f"Something answers at {path} already")


def _answers(tx: PublishTx, slug: str, article_id: UUID | None) -> bool:
    """A slug is or was public, of another article or of a tag."""
    shown = sa.select(col(Publication.id)).where(
        col(Publication.slug) == slug,
        was_visible(Publication, tx.moment),
        col(Publication.article_id).is_distinct_from(article_id),
    )
    tagged = sa.select(col(TagSlug.slug)).outerjoin(Tag, col(Tag.id) == col(TagSlug.tag_id))
    tagged = tagged.where(col(TagSlug.slug) == slug, col(Tag.accepted).is_not(False))
    return any(tx.execute(found.limit(1)).first() for found in (shown, tagged))


def _tell(tx: PublishTx, row: Alias) -> None:
    """Articles and tags are told with the paths that lead to them; of a path that is gone only the
    path itself changes."""
    if row.article_id is not None:
        tx.append("article", row.article_id, "alias")
    elif row.tag_id is not None:
        tx.append("tag", row.tag_id, "alias")
    else:
        tx.append("alias", row.id, "alias")


def _state(alias: KnownAlias) -> dict[str, Any]:
    return {"path": alias.path, "slug": alias.slug, "tag": alias.tag, "gone": alias.gone}


def _unknown() -> NotFound:
    return NotFound("alias_not_found", "There is no such alias; it may have been deleted.")
