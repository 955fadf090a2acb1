"""Old paths, each with its target, here or at another site, or the reason why it has none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, Field, model_validator
from sqlmodel import col

from app import audit
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import tags
from app.editorial.content import Actor, Line, SiteRules, check_address, require_publisher
from app.editorial.patch_input import record_audit
from app.errors import Conflict, Detail, Invalid, NotFound
from app.inputs import Input
from app.kit.text import is_legal, plain_path
from app.models.alias import Alias
from app.models.article import Article, ArticleSlug
from app.models.publication import Publication
from app.models.tag import Tag, TagSlug
from app.public.vocabulary import Slug
from app.revisions import stale_error
from app.visibility import was_visible


def normalise_path(text: str) -> str:
    """The canonical form of a path, its query included. ValueError for the front page and for text
    that is no path."""
    if not is_legal(text):
        raise ValueError("holds a control character; remove it")
    plain = plain_path(text)
    if not is_legal(plain) or "\n" in plain or "\t" in plain:
        raise ValueError("holds a control character; remove it")
    if plain == "/":
        raise ValueError("is the front page; give the path of an old page")
    return plain


FarAddress = Annotated[
    str, Field(max_length=2_000, pattern=r"^https?://[!-~]+$"), AfterValidator(check_address)
]
"""An address that a header can hold as it is."""


class AliasInput(Input):
    """An old path with the article or the tag that answers there, by slug, the address of another
    site, or why nothing does."""

    path: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(normalise_path)]
    slug: Slug | None = None
    tag: Slug | None = None
    gone: Line | None = None
    url: FarAddress | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "AliasInput":
        if [self.slug, self.tag, self.gone, self.url].count(None) != 3:
            raise ValueError("give one of slug, tag, url and gone")
        return self


@dataclass(frozen=True, slots=True)
class AliasInfo:
    """An alias as editors see it: `slug` is an article's, `tag` a tag's."""

    id: UUID
    revision: int
    path: str
    slug: str | None
    tag: str | None
    gone: str | None
    url: str | None
    created_at: datetime


def create(tx: PublishTx, actor: Actor, alias: AliasInput, rules: SiteRules) -> AliasInfo:
    """A new alias. `Conflict` when the path has an alias already or is the address of an article or
    of a tag; `Forbidden` when the path already answers, or is to lead to another site, and the
    actor may not publish."""
    article_id, tag_id = _target_ids(tx, alias.slug, alias.tag)
    if alias.url is not None:
        require_publisher(actor, "Readers would be led to another site")
        _refuse_own(alias.url, rules)
    taken = tx.session.get(Alias, alias.path)
    detail = Detail("path_taken", "Choose another path.", pointer="/path")
    if taken is not None:
        leads = describe_target(get(tx, taken.id))
        message = f"{alias.path} {leads} already; delete that alias first."
        raise Conflict("path_taken", message, (detail,))
    _refuse_live(tx, actor, alias.path, (article_id, tag_id), rules)
    row = _insert(tx, actor, alias.path, article_id, tag_id, alias.gone, alias.url)
    alias_info = get(tx, row.id)
    record_audit(tx, actor, "alias.created", "alias", row.id, after=_state(alias_info))
    return alias_info


def upsert(
    tx: PublishTx,
    actor: Actor,
    path: str,
    slug: str | None,
    gone_reason: str | None,
    tag: str | None = None,
    rules: SiteRules | None = None,
    url: str | None = None,
) -> Literal["created", "unchanged"]:
    """For imports: create an alias unless the same one exists. The checks are those of `create`."""
    if [slug, gone_reason, tag, url].count(None) != 3:
        raise Invalid("alias_target", "An alias has one of slug, tag, url and gone.")
    if url is not None:
        _refuse_own(url, rules)
    article_id, tag_id = _target_ids(tx, slug, tag)
    try:
        plain_path = normalise_path(path)
    except ValueError as error:
        raise Invalid("invalid_path", f"The path {path[:80]!r} {error}.") from error
    alias = tx.session.get(Alias, plain_path)
    if alias is not None:
        target = (article_id, tag_id, gone_reason, url)
        if (alias.article_id, alias.tag_id, alias.gone, alias.url) == target:
            return "unchanged"
        raise Conflict("path_taken", f"{plain_path} leads elsewhere already; it was left alone.")
    _refuse_live(tx, actor, plain_path, (article_id, tag_id), rules)
    new_alias = get(tx, _insert(tx, actor, plain_path, article_id, tag_id, gone_reason, url).id)
    record_audit(tx, actor, "alias.created", "alias", new_alias.id, after=_state(new_alias))
    return "created"


def remove(tx: PublishTx, actor: Actor, alias_id: UUID, revision: int | None) -> None:
    """Delete an alias, so that its path answers as if it had never existed. `NotFound`; `Stale`;
    `Forbidden` when a publisher made the alias and the actor may not publish."""
    tx.session.flush()
    statement = sa.select(Alias).where(col(Alias.id) == alias_id).with_for_update()
    row = tx.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise _alias_not_found()
    if revision is not None and revision != row.revision:
        raise stale_error(row.revision, audit.last_name(tx, "alias", row.id), row.created_at)
    if row.by_publisher:
        require_publisher(actor, f"{row.path} answers at the word of somebody who may publish")
    before = _state(get(tx, row.id))
    tx.append(*subject_of(row.id, row.article_id, row.tag_id), "alias")
    tx.session.delete(row)
    tx.session.flush()
    record_audit(tx, actor, "alias.removed", "alias", alias_id, before=before)


def get(tx: ReadTx, alias_id: UUID) -> AliasInfo:
    """An alias; `NotFound` when there is none."""
    row = tx.execute(_select_aliases().where(col(Alias.id) == alias_id)).one_or_none()
    if row is None:
        raise _alias_not_found()
    return AliasInfo(*row)


def page(tx: ReadTx, after: str | None, limit: int, path: str | None = None) -> list[AliasInfo]:
    """Aliases in the order of their paths, after the path `after`; `path` is a prefix of theirs."""
    statement = _select_aliases().order_by(col(Alias.path)).limit(limit)
    if after is not None:
        statement = statement.where(col(Alias.path) > after)
    if path is not None:
        statement = statement.where(col(Alias.path).startswith(path, autoescape=True))
    return [AliasInfo(*row) for row in tx.execute(statement)]


def describe_target(alias: AliasInfo) -> str:
    """The target of an alias, in words."""
    if alias.gone is not None:
        return "is said to be gone"
    if alias.url is not None:
        return f"leads to {alias.url}"
    kind, slug = ("tag", alias.tag) if alias.tag is not None else ("article", alias.slug)
    return f"leads to the {kind} {slug!r}"


def _select_aliases() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            col(Alias.id),
            col(Alias.revision),
            col(Alias.path),
            col(Article.slug),
            col(Tag.slug),
            col(Alias.gone),
            col(Alias.url),
            col(Alias.created_at),
        )
        .select_from(Alias)
        .outerjoin(Article, col(Article.id) == col(Alias.article_id))
        .outerjoin(Tag, col(Tag.id) == col(Alias.tag_id))
    )


def _target_ids(
    tx: PublishTx, slug: str | None, tag: str | None
) -> tuple[UUID | None, UUID | None]:
    """The ids of the article and of the tag; None for the target that is not named."""
    if tag is not None:
        target = tags.find_by_slug(tx, tag, "/tag")
        if not target.accepted:
            detail = Detail("tag_proposed", "Accept the tag first.", pointer="/tag")
            raise Invalid("tag_proposed", f"The tag {tag!r} is only proposed.", (detail,))
        return None, target.id
    if slug is None:
        return None, None
    statement = sa.select(col(ArticleSlug.article_id)).where(col(ArticleSlug.slug) == slug)
    article_id: UUID | None = tx.execute(statement).scalar()
    if article_id is None:
        detail = Detail("unknown_slug", f"There is no article {slug!r}.", pointer="/slug")
        message = f"There is no article {slug!r}; create it first."
        raise Invalid("unknown_slug", message, (detail,))
    return article_id, None


def is_own(url: str | None, rules: SiteRules | None) -> bool:
    """Whether an address is of this site, at which a redirect might never end."""
    own = (rules.address, rules.page_urls.site) if rules is not None and url is not None else ()
    return urlsplit(url or "").hostname in {urlsplit(site).hostname for site in own if site}


def _refuse_own(url: str, rules: SiteRules | None) -> None:
    if is_own(url, rules):
        message = "This address is of this site; name the article or the tag instead."
        detail = Detail("url_here", message, pointer="/url")
        raise Invalid("url_here", message, (detail,))


def _insert(
    tx: PublishTx,
    actor: Actor,
    path: str,
    article_id: UUID | None,
    tag_id: UUID | None,
    gone_reason: str | None,
    url: str | None,
) -> Alias:
    row = Alias(
        path=path,
        article_id=article_id,
        tag_id=tag_id,
        gone=gone_reason,
        url=url,
        created_at=tx.moment,
        by_publisher=actor.may_publish,
    )
    tx.session.add(row)
    tx.session.flush()
    tx.append(*subject_of(row.id, row.article_id, row.tag_id), "alias")
    return row


def _refuse_live(
    tx: PublishTx,
    actor: Actor,
    path: str,
    target: tuple[UUID | None, UUID | None],
    rules: SiteRules | None,
) -> None:
    """`Conflict` when the path is the address of another article or tag. `Forbidden` when the last
    part of the path answers already, as in `published.paths`, and the actor may not publish."""
    article_id, tag_id = target
    bare = path.partition("?")[0]
    slug = bare.rsplit("/", 1)[-1]
    pages = rules.page_urls.article_slugs(path) if rules is not None else []
    detail = Detail("path_taken", "Choose another path.", pointer="/path")
    for page in pages or [path[1:]]:
        holder = tx.session.get(ArticleSlug, page)
        if holder is not None and holder.article_id != article_id:
            message = f"{path} is the address of an article; change its slug first."
            raise Conflict("path_taken", message, (detail,))
    tag_slug = rules.page_urls.tag_slug(path) if rules is not None else None
    if tag_slug is not None:
        statement = sa.select(col(Tag.id)).where(col(Tag.slug) == tag_slug, col(Tag.accepted))
        if tx.execute(statement).scalar() not in (None, tag_id):
            message = f"{path} is the address of a tag; change its slug first."
            raise Conflict("path_taken", message, (detail,))
    if not actor.may_publish and _is_public_slug(tx, slug.lower(), article_id):
        require_publisher(actor, f"Something answers at {path} already")


def _is_public_slug(tx: PublishTx, slug: str, article_id: UUID | None) -> bool:
    """Whether a slug is or was public, of another article or of a tag."""
    statement = sa.select(col(Publication.id)).where(
        col(Publication.slug) == slug,
        was_visible(Publication, tx.moment),
        col(Publication.article_id).is_distinct_from(article_id),
    )
    tagged = sa.select(col(TagSlug.slug)).outerjoin(Tag, col(Tag.id) == col(TagSlug.tag_id))
    tagged = tagged.where(col(TagSlug.slug) == slug, col(Tag.accepted).is_not(False))
    return any(tx.execute(statement.limit(1)).first() for statement in (statement, tagged))


def subject_of(
    alias_id: UUID, article_id: UUID | None, tag_id: UUID | None
) -> tuple[Literal["article", "tag", "alias"], UUID]:
    """What the log names when an alias changes: the article or tag of the path, because it lists
    its paths. A path that is gone, or leads to another site, has an entry of its own."""
    if article_id is not None:
        return "article", article_id
    return ("tag", tag_id) if tag_id is not None else ("alias", alias_id)


def _state(alias: AliasInfo) -> dict[str, Any]:
    return {
        "path": alias.path,
        "slug": alias.slug,
        "tag": alias.tag,
        "gone": alias.gone,
        "url": alias.url,
    }


def _alias_not_found() -> NotFound:
    return NotFound("alias_not_found", "There is no such alias; it may have been deleted.")
