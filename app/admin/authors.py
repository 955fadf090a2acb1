"""Authors: what readers are told of the names under articles."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from app.accounts.principal import Principal
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import authors
from app.editorial.authors import AuthorRecordChange, AuthorRecordInput
from app.editorial.patch_input import check_languages
from app.editorial.profiles import require_picture
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, RuntimeDep, Snapshot
from app.http.management import IfMatch, management
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.public.envelopes import One, Total
from app.public.links import ExternalLink
from app.public.vocabulary import Lang, Slug

router = management("authors")

Reader = Annotated[Principal, require_scopes("articles:read")]
Publisher = Annotated[Principal, require_scopes("people:write")]


class ManagedAuthor(BaseModel):
    """An author as editors see it; `is_public` says whether readers see it now, because an article
    of the author is visible or because it is `always_public`."""

    id: UUID
    revision: int
    slug: Slug
    name: str
    biography: dict[Lang, str]
    portrait: UUID | None
    links: list[ExternalLink]
    always_public: bool
    is_public: bool
    created_at: datetime
    updated_at: datetime


class ManagedAuthors(BaseModel):
    """All records, in the order of their slugs."""

    data: list[ManagedAuthor]
    meta: Total


@router.get("/authors", response_model=ManagedAuthors)
def list_managed_authors(snapshot: Snapshot, principal: Reader) -> Outcome:
    """All authors of whom editors said something, whether or not readers see them now."""
    data = [ManagedAuthor(**view) for view in authors.list_views(snapshot.tx, snapshot.now)]
    return Outcome(ManagedAuthors(data=data, meta=Total(total=len(data))))


@router.post(
    "/authors", status_code=201, response_model=One[ManagedAuthor], responses=problem_answers(409)
)
def create_author(
    tx: PublishTx, principal: Publisher, body: Json[AuthorRecordInput], runtime: RuntimeDep
) -> Outcome:
    """Say who an author is. The slug joins the record to the author's articles."""
    check_languages(runtime.site_rules, biography=body.biography)
    require_picture(tx, body.portrait, "/portrait")
    row = authors.create(tx, actor(principal), body)
    return _author_outcome(tx, row.id, tx.moment, 201, f"/v1/admin/authors/{row.id}")


@router.get("/authors/{author_id:uuid}", response_model=One[ManagedAuthor])
def read_managed_author(snapshot: Snapshot, author_id: UUID, principal: Reader) -> Outcome:
    """One author."""
    return _author_outcome(snapshot.tx, author_id, snapshot.now)


@router.patch(
    "/authors/{author_id:uuid}",
    response_model=One[ManagedAuthor],
    responses=problem_answers(409),
)
def change_author(
    tx: PublishTx,
    author_id: UUID,
    principal: Publisher,
    revision: IfMatch,
    body: Json[AuthorRecordChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Change what is said of an author; a field that is left out stays."""
    check_languages(runtime.site_rules, biography=body.biography)
    require_picture(tx, body.portrait, "/portrait")
    authors.edit(tx, actor(principal), author_id, body, revision)
    return _author_outcome(tx, author_id, tx.moment)


@router.delete("/authors/{author_id:uuid}", status_code=204, response_model=None)
def remove_author(
    tx: PublishTx, author_id: UUID, principal: Publisher, revision: IfMatch
) -> Outcome:
    """Remove what is said of an author, at once and for good; articles keep the name."""
    authors.remove(tx, actor(principal), author_id, revision)
    return Outcome(status=204)


def _author_outcome(
    tx: ReadTx, author_id: UUID, now: datetime, status: int = 200, location: str | None = None
) -> Outcome:
    data = ManagedAuthor(**authors.view(tx, now, author_id))
    return Outcome(One[ManagedAuthor](data=data), status, data.revision, location)
