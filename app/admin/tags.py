"""Tags: make, rename, move, merge, remove."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.changes import PublishTx, head
from app.database import ReadTx
from app.editorial import merging, overview, tags
from app.editorial.changing import check_languages
from app.editorial.content import Input
from app.editorial.tags import TagChange, TagInput
from app.http.access import actor, allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.parameters import AnySlug, Parameters
from app.http.problems import problem_answers
from app.http.writing import Outcome, published, shown
from app.public.envelopes import One, Total
from app.public.vocabulary import Count, Lang, Slug, TagStatus, TagType

router = management("tags")

Reader = Annotated[Principal, allowed("articles:read")]
Proposer = Annotated[Principal, allowed("articles:write")]
Editor = Annotated[Principal, allowed("tags:write")]


class ManagedTag(BaseModel):
    """A tag as editors see it: in every language, with the slugs that lead to it. While articles
    use it, drafts and trash included, it cannot be removed without a replacement. One that is
    `proposed` nobody else sees; who may publish accepts it by saving it."""

    id: UUID
    revision: int
    slug: Slug
    former_slugs: list[Slug]
    type: TagType
    names: dict[Lang, str]
    descriptions: dict[Lang, str]
    synonyms: dict[Lang, list[str]]
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
    """What is to replace it."""

    replacement: Annotated[AnySlug, Field(description="The slug of a tag to merge it into")] = ""


@router.get("/tags", response_model=ManagedTags)
async def list_tags(request: Request, who: Reader) -> Response:
    """All tags."""
    clock = request.state.runtime.clock()

    def work(tx: ReadTx) -> Outcome:
        found = [_view(known) for known in overview.tags(tx, head(tx).moment(clock))]
        return Outcome(ManagedTags(data=found, meta=Total(total=len(found))))

    return await shown(request, work)


@router.post(
    "/tags", status_code=201, response_model=One[ManagedTag], responses=problem_answers(409)
)
async def create_tag(
    request: Request, who: Proposer, sent: Annotated[TagInput, json_of(TagInput)]
) -> Response:
    """A new tag: public at once when who makes it may publish, else proposed."""
    _check_languages(request, sent)

    def work(tx: PublishTx) -> Outcome:
        made = tags.create(tx, actor(who), sent)
        return _one(tx, made.id, status=201, location=f"/v1/admin/tags/{made.id}")

    return await published(request, who, work)


@router.get("/tags/{tag_id}", response_model=One[ManagedTag])
async def read_tag(request: Request, tag_id: UUID, who: Reader) -> Response:
    """One tag."""
    clock = request.state.runtime.clock()

    def work(tx: ReadTx) -> Outcome:
        known = overview.tag(tx, tag_id, head(tx).moment(clock))
        return Outcome(One[ManagedTag](data=_view(known)), revision=known.revision)

    return await shown(request, work)


@router.patch("/tags/{tag_id}", response_model=One[ManagedTag], responses=problem_answers(409))
async def change_tag(
    request: Request,
    tag_id: UUID,
    who: Editor,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[TagChange, json_of(TagChange)],
) -> Response:
    """Rename or move a tag, at once and everywhere; its old slug leads to the new one. One that is
    public needs the scope articles:publish, and one that is proposed becomes public by it."""
    _check_languages(request, sent)

    def work(tx: PublishTx) -> Outcome:
        return _one(tx, tags.change(tx, actor(who), tag_id, revision, sent).id)

    return await published(request, who, work)


@router.post("/tags/{tag_id}/merge", response_model=One[ManagedTag], responses=problem_answers(409))
async def merge_tag(
    request: Request,
    tag_id: UUID,
    who: Editor,
    revision: Annotated[int, IF_MATCH],
    sent: Annotated[TagMerge, json_of(TagMerge)],
) -> Response:
    """Let a tag become another: its articles, its children and its addresses are the other's."""

    def work(tx: PublishTx) -> Outcome:
        return _one(tx, merging.merge(tx, actor(who), tag_id, revision, sent.into).id)

    return await published(request, who, work)


@router.delete(
    "/tags/{tag_id}", status_code=204, response_model=None, responses=problem_answers(409, 422)
)
async def remove_tag(
    request: Request,
    tag_id: UUID,
    who: Editor,
    revision: Annotated[int, IF_MATCH],
    asked: Annotated[TagRemoval, Query()],
) -> Response:
    """Remove a tag that no article uses, or merge it into its replacement."""

    def work(tx: PublishTx) -> Outcome:
        merging.remove(tx, actor(who), tag_id, revision, asked.replacement or None)
        return Outcome(status=204)

    return await published(request, who, work)


def _check_languages(request: Request, sent: TagInput | TagChange) -> None:
    check_languages(
        request.state.runtime.house,
        names=sent.names,
        descriptions=sent.descriptions,
        synonyms=sent.synonyms,
    )


def _view(known: overview.KnownTag) -> ManagedTag:
    return ManagedTag.model_validate(known, from_attributes=True)


def _one(tx: PublishTx, tag_id: UUID, status: int = 200, location: str | None = None) -> Outcome:
    known = overview.tag(tx, tag_id, tx.moment)
    return Outcome(One[ManagedTag](data=_view(known)), status, known.revision, location)
