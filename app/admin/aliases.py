"""Aliases: old paths and the articles or tags that answer there."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app import cursors
from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import aliases
from app.editorial.aliases import AliasInfo, AliasInput
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import Limit, Parameters, bad_parameter, links_onward
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.kit import paging
from app.kit.text import is_legal
from app.public.envelopes import Links, One, PageMeta
from app.public.vocabulary import Slug

router = management("aliases")

Reader = Annotated[Principal, require_scopes("articles:read")]
Editor = Annotated[Principal, require_scopes("tags:write")]


class ManagedAlias(BaseModel):
    """An old path with the article (`slug`) or the tag that answers there, the address of another
    site (`url`), or why nothing does."""

    id: UUID
    revision: int
    path: str
    slug: Slug | None
    tag: Slug | None
    gone: str | None
    url: str | None
    created_at: datetime


class ManagedAliases(BaseModel):
    """One page, in the order of their paths."""

    data: list[ManagedAlias]
    meta: PageMeta
    links: Links


class AliasParameters(Parameters):
    """The parameters of the list of aliases."""

    path: Annotated[str, Field(max_length=1_000, description="How their paths begin")] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=6_000, description="From `links.next`")] = ""


@router.get("/aliases", response_model=ManagedAliases)
def list_aliases(
    tx: ReadTx, principal: Reader, params: AliasParameters, runtime: RuntimeDep
) -> Outcome:
    """Aliases, page by page."""
    base = f"{runtime.settings.public_url}/v1/admin/aliases"
    if not is_legal(params.path):
        raise bad_parameter("control_character", "path", "Remove control characters from the path.")
    after = cursors.decode_text(params.cursor or None, _list(params))
    page = aliases.page(tx, after, params.limit + 1, params.path or None)
    more, page = len(page) > params.limit, page[: params.limit]
    cursor = paging.encode_text(page[-1].path, _list(params)) if more else None
    links = links_onward(base, params, cursor)
    data = [_view(alias) for alias in page]
    return Outcome(ManagedAliases(data=data, meta=PageMeta(limit=params.limit), links=links))


@router.post(
    "/aliases", status_code=201, response_model=One[ManagedAlias], responses=problem_answers(409)
)
def create_alias(
    tx: PublishTx, principal: Editor, body: Json[AliasInput], runtime: RuntimeDep
) -> Outcome:
    """Say what answers at an old path, at once. Where something answers already, by an article's or
    a tag's slug, that needs the scope articles:publish too."""
    alias = aliases.create(tx, actor(principal), body, runtime.site_rules)
    return _alias_outcome(alias, 201, f"/v1/admin/aliases/{alias.id}")


@router.get("/aliases/{alias_id}", response_model=One[ManagedAlias])
def read_alias(tx: ReadTx, alias_id: UUID, principal: Reader) -> Outcome:
    """One alias."""
    return _alias_outcome(aliases.get(tx, alias_id))


@router.delete("/aliases/{alias_id}", status_code=204, response_model=None)
def remove_alias(tx: PublishTx, alias_id: UUID, principal: Editor, revision: IfMatch) -> Outcome:
    """Forget an alias: its path answers as if it had never been. One that was made by somebody who
    may publish needs that scope."""
    aliases.remove(tx, actor(principal), alias_id, revision)
    return Outcome(status=204)


def _list(params: AliasParameters) -> str:
    return f"aliases {params.path}"


def _view(alias: AliasInfo) -> ManagedAlias:
    return ManagedAlias.model_validate(alias, from_attributes=True)


def _alias_outcome(alias: AliasInfo, status: int = 200, location: str | None = None) -> Outcome:
    return Outcome(One[ManagedAlias](data=_view(alias)), status, alias.revision, location)
