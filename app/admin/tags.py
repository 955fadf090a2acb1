"""Tags: make, rename, move, merge, remove."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.editorial import overview, tag_merge, tags
from app.editorial.content import SiteRules
from app.editorial.merge_preview import preview_merge
from app.editorial.patch_input import check_languages
from app.editorial.tags import TagChange, TagInput
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep, Snapshot
from app.http.management import IfMatch, management
from app.http.parameters import AnySlug, Parameters
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.inputs import Input
from app.public.envelopes import One, Total
from app.public.named_types import NamesByLang, SynonymsByLang, TagType
from app.public.vocabulary import Count, Lang, Slug, TagStatus

router = management("tags")

Reader = Annotated[Principal, require_scopes("articles:read")]
Proposer = Annotated[Principal, require_scopes("articles:write")]
Editor = Annotated[Principal, require_scopes("tags:write")]


class ManagedTag(BaseModel):
    """A tag as editors see it: in every language, with the slugs that lead to it. While articles
    use it, drafts and trash included, it cannot be removed without a replacement. One that is
    `proposed` nobody else sees; who may publish accepts it by saving it."""

    id: UUID
    revision: int
    slug: Slug
    former_slugs: list[Slug]
    type: TagType
    names: NamesByLang
    descriptions: dict[Lang, str]
    synonyms: SynonymsByLang
    parent: Slug | None
    status: TagStatus
    used_by: Count
    created_at: datetime
    updated_at: datetime


class ManagedTags(BaseModel):
    """All tags, in the order of their slugs."""

    data: list[ManagedTag]
    meta: Total


class TagMerge(Input):
    """The slug of the tag that it becomes."""

    into: Slug


class TagRemoval(Parameters):
    """The replacement of a removed tag."""

    replacement: Annotated[AnySlug, Field(description="The slug of a tag to merge it into")] = ""


class MergeParameters(Parameters):
    """The other tag."""

    into: Annotated[AnySlug, Field(min_length=1, description="The slug of the other tag")]


class TagMergePreview(BaseModel):
    """What a merge would move. `…_with_both` carry the other tag already; working copies in the
    trash count; addresses are slugs and aliases."""

    into: Slug
    public_articles: Count
    public_with_both: Count
    working_copies: Count
    working_copies_with_both: Count
    events: Count
    children: Count
    addresses: Count


@router.get("/tags", response_model=ManagedTags)
def list_managed_tags(snapshot: Snapshot, principal: Reader) -> Outcome:
    """All tags."""
    views = [_view(tag) for tag in overview.tags(snapshot.tx, snapshot.now)]
    return Outcome(ManagedTags(data=views, meta=Total(total=len(views))))


@router.post(
    "/tags", status_code=201, response_model=One[ManagedTag], responses=problem_answers(409)
)
def create_tag(
    tx: PublishTx, principal: Proposer, body: Json[TagInput], runtime: RuntimeDep
) -> Outcome:
    """A new tag: public at once when who makes it may publish, else proposed."""
    _check_languages(runtime.site_rules, body)
    tag = tags.create(tx, actor(principal), body)
    return _tag_outcome(tx, tag.id, status=201, location=f"/v1/admin/tags/{tag.id}")


@router.get("/tags/{tag_id}", response_model=One[ManagedTag])
def read_managed_tag(snapshot: Snapshot, tag_id: UUID, principal: Reader) -> Outcome:
    """One tag."""
    tag = overview.tag(snapshot.tx, tag_id, snapshot.now)
    return Outcome(One[ManagedTag](data=_view(tag)), revision=tag.revision)


@router.patch("/tags/{tag_id}", response_model=One[ManagedTag], responses=problem_answers(409))
def change_tag(
    tx: PublishTx,
    tag_id: UUID,
    principal: Editor,
    revision: IfMatch,
    body: Json[TagChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Rename or move a tag, at once and everywhere; its old slug leads to the new one. One that is
    public needs the scope articles:publish, and one that is proposed becomes public by it."""
    _check_languages(runtime.site_rules, body)
    return _tag_outcome(tx, tags.change(tx, actor(principal), tag_id, revision, body).id)


@router.get("/tags/{tag_id}/merge", response_model=One[TagMergePreview])
def preview_tag_merge(
    snapshot: Snapshot, tag_id: UUID, principal: Reader, params: MergeParameters
) -> Outcome:
    """What a merge would move, in numbers; nothing is changed."""
    preview = preview_merge(snapshot.tx, tag_id, params.into, snapshot.now)
    data = TagMergePreview.model_validate(preview, from_attributes=True)
    return Outcome(One[TagMergePreview](data=data))


@router.post("/tags/{tag_id}/merge", response_model=One[ManagedTag], responses=problem_answers(409))
def merge_tag(
    tx: PublishTx, tag_id: UUID, principal: Editor, revision: IfMatch, body: Json[TagMerge]
) -> Outcome:
    """Let a tag become another: its articles, its children and its addresses are the other's."""
    return _tag_outcome(tx, tag_merge.merge(tx, actor(principal), tag_id, revision, body.into).id)


@router.delete(
    "/tags/{tag_id}", status_code=204, response_model=None, responses=problem_answers(409, 422)
)
def remove_tag(
    tx: PublishTx, tag_id: UUID, principal: Editor, revision: IfMatch, params: TagRemoval
) -> Outcome:
    """Remove a tag that no article uses, or merge it into its replacement."""
    tag_merge.remove(tx, actor(principal), tag_id, revision, params.replacement or None)
    return Outcome(status=204)


def _check_languages(rules: SiteRules, body: TagInput | TagChange) -> None:
    check_languages(rules, names=body.names, descriptions=body.descriptions, synonyms=body.synonyms)


def _view(tag: overview.TagOverview) -> ManagedTag:
    return ManagedTag.model_validate(tag, from_attributes=True)


def _tag_outcome(
    tx: PublishTx, tag_id: UUID, status: int = 200, location: str | None = None
) -> Outcome:
    tag = overview.tag(tx, tag_id, tx.moment)
    return Outcome(One[ManagedTag](data=_view(tag)), status, tag.revision, location)
