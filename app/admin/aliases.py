"""Aliases: old paths, and what answers there."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import aliases
from app.editorial.aliases import AliasInput, KnownAlias
from app.http.access import actor, allowed
from app.http.bodies import json_of
from app.http.management import IF_MATCH, management
from app.http.parameters import Limit, Parameters, address, bad
from app.http.problems import problem_answers
from app.http.writing import Outcome, published, shown
from app.kit import paging
from app.kit.text import is_legal
from app.public.envelopes import Links, One, PageMeta
from app.public.vocabulary import Slug

router = management("aliases")

Reader = Annotated[Principal, allowed("articles:read")]
Editor = Annotated[Principal, allowed("tags:write")]


class ManagedAlias(BaseModel):
    """An old path with the article (`slug`) or the tag that answers there, or why nothing does."""

    id: UUID
    revision: int
    path: str
    slug: Slug | None
    tag: Slug | None
    gone: str | None
    created_at: datetime


class ManagedAliases(BaseModel):
    """One page, in the order of their paths."""

    data: list[ManagedAlias]
    meta: PageMeta
    links: Links


class AliasParameters(Parameters):
    """Which aliases."""

    path: Annotated[str, Field(max_length=1_000, description="How their paths begin")] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=6_000, description="From `links.next`")] = ""


@router.get("/aliases", response_model=ManagedAliases)
async def list_aliases(
    request: Request, who: Reader, asked: Annotated[AliasParameters, Query()]
) -> Response:
    """Aliases, page by page."""
    base = f"{request.state.runtime.settings.public_url}/v1/admin/aliases"
    after = _place(asked)

    def work(tx: ReadTx) -> Outcome:
        found = aliases.page(tx, after, asked.limit + 1, asked.path or None)
        more, found = len(found) > asked.limit, found[: asked.limit]
        cursor = paging.encode_text(found[-1].path, _list(asked)) if more else None
        links = Links(
            self=address(base, asked),
            next=address(base, asked, cursor) if cursor else None,
            prev=None,
        )
        data = [_view(known) for known in found]
        return Outcome(ManagedAliases(data=data, meta=PageMeta(limit=asked.limit), links=links))

    return await shown(request, work)


@router.post(
    "/aliases", status_code=201, response_model=One[ManagedAlias], responses=problem_answers(409)
)
async def create_alias(
    request: Request, who: Editor, sent: Annotated[AliasInput, json_of(AliasInput)]
) -> Response:
    """Say what answers at an old path, at once. Where something answers already, by an article's or
    a tag's slug, that needs the scope articles:publish too."""

    def work(tx: PublishTx) -> Outcome:
        made = aliases.create(tx, actor(who), sent, request.state.runtime.house)
        return _one(made, 201, f"/v1/admin/aliases/{made.id}")

    return await published(request, who, work)


@router.get("/aliases/{alias_id}", response_model=One[ManagedAlias])
async def read_alias(request: Request, alias_id: UUID, who: Reader) -> Response:
    """One alias."""
    return await shown(request, lambda tx: _one(aliases.one(tx, alias_id)))


@router.delete("/aliases/{alias_id}", status_code=204, response_model=None)
async def remove_alias(
    request: Request, alias_id: UUID, who: Editor, revision: Annotated[int, IF_MATCH]
) -> Response:
    """Forget an alias: its path answers as if it had never been. One that was made by somebody who
    may publish needs that scope."""

    def work(tx: PublishTx) -> Outcome:
        aliases.remove(tx, actor(who), alias_id, revision)
        return Outcome(status=204)

    return await published(request, who, work)


def _list(asked: AliasParameters) -> str:
    return f"aliases {asked.path}"


def _place(asked: AliasParameters) -> str | None:
    if not is_legal(asked.path):
        raise bad("control_character", "path", "Remove control characters from the path.")
    if not asked.cursor:
        return None
    try:
        return paging.decode_text(asked.cursor, _list(asked))
    except paging.BadCursor as error:
        message = "This cursor belongs to no such list; begin again without it."
        raise bad("invalid_cursor", "cursor", message) from error


def _view(known: KnownAlias) -> ManagedAlias:
    return ManagedAlias.model_validate(known, from_attributes=True)


def _one(known: KnownAlias, status: int = 200, location: str | None = None) -> Outcome:
    return Outcome(One[ManagedAlias](data=_view(known)), status, known.revision, location)
