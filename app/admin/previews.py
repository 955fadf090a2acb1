"""Links that show one draft to anybody who has them: editors make and revoke them.

The endpoint that reads a link is here, because the public face never reads a working copy.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.admin.article_parts import Person
from app.changes import head
from app.database import ReadTx, WriteTx
from app.editorial import previews
from app.errors import NotFound
from app.http import files
from app.http.access import actor, require_scopes
from app.http.endpoint import OptionalJson, RuntimeDep
from app.http.management import management
from app.http.parameters import NoneTravelling
from app.http.problems import header, problem_answers
from app.http.routing import EndpointRoute
from app.http.transactions import Outcome
from app.inputs import Input
from app.kit.addresses import make_absolute
from app.public.articles import ArticleDetail
from app.public.envelopes import One, Total
from app.public.vocabulary import GivenAddress, WebAddress
from app.published import media as published_media
from app.published import preview
from app.published.media import PublicFile
from app.runtime import Runtime

router = management("previews")
public_router = APIRouter(tags=["previews"], route_class=EndpointRoute)

Token = Annotated[
    str, Path(pattern="^[A-Za-z0-9_-]+$", max_length=100, description="The secret of the address")
]
Previewer = Annotated[Principal, require_scopes("preview:write")]

_PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


class PreviewInput(Input):
    """Which text (always the newest when absent), and for how long."""

    revision: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    hours: Annotated[int, Field(ge=1, le=previews.LONGEST // timedelta(hours=1))] = 72


class Preview(BaseModel):
    """A link without its secret."""

    id: UUID
    article_id: UUID
    revision: int | None = Field(description="Of the text; null: always the newest")
    created_by: Person
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewPreview(Preview):
    """With the secret and where it is read; shown once, null when this answer is repeated."""

    token: str | None
    site_url: Annotated[
        GivenAddress | None,
        Field(description="Where the front end shows it; null without `WILLAY_PREVIEW_URL`"),
    ]
    url: Annotated[WebAddress | None, Field(description="Its JSON, which the front end reads")]


class Previews(BaseModel):
    """The newest first, spent ones too."""

    data: list[Preview]
    meta: Total


class PreviewedArticle(ArticleDetail):
    """The detail that readers would get, marked as a preview."""

    is_preview: Annotated[Literal[True], Field(description="It may not be public")] = True
    preview_expires_at: Annotated[datetime, Field(description="When its address ends")]


@router.post(
    "/articles/{article_id:uuid}/previews",
    status_code=201,
    response_model=One[NewPreview],
    responses=problem_answers(409),
)
def create_preview(
    tx: WriteTx,
    article_id: UUID,
    principal: Previewer,
    body: OptionalJson[PreviewInput],
    runtime: RuntimeDep,
) -> Outcome:
    """A link that shows this draft for a while."""
    lifetime = timedelta(hours=body.hours)
    issued = previews.create(
        tx, actor(principal), article_id, body.revision, lifetime, runtime.clock()
    )
    return Outcome(
        One[NewPreview](data=to_new_preview(issued, runtime)),
        201,
        location=f"/v1/admin/previews/{issued.link.id}",
        repeat_body=One[NewPreview](data=without_secret(to_new_preview(issued, runtime))),
    )


@router.get("/articles/{article_id:uuid}/previews", response_model=Previews)
def list_previews(tx: ReadTx, article_id: UUID, principal: Previewer) -> Outcome:
    """The links to an article."""
    links = [_view(link) for link in previews.of_article(tx, article_id)]
    return Outcome(Previews(data=links, meta=Total(total=len(links))))


@router.get("/previews/{preview_id:uuid}", response_model=One[Preview])
def read_preview(tx: ReadTx, preview_id: UUID, principal: Previewer) -> Outcome:
    """One link."""
    return Outcome(One[Preview](data=_view(previews.get_link(tx, preview_id))))


@router.delete("/previews/{preview_id:uuid}", status_code=204, responses=problem_answers(409))
def revoke_preview(
    tx: WriteTx, preview_id: UUID, principal: Previewer, runtime: RuntimeDep
) -> Outcome:
    """The link shows nothing from now on."""
    previews.revoke(tx, actor(principal), preview_id, runtime.clock())
    return Outcome(status=204)


@public_router.get(
    "/v1/preview/{token}",
    response_model=One[PreviewedArticle],
    responses={
        **problem_answers(400, 404, 410, 503),
        200: {
            "headers": {
                name: header("For this reader alone", f"^{value}$")
                for name, value in _PRIVATE.items()
            }
        },
    },
)
async def follow_preview(
    request: Request, token: Token, _params: NoneTravelling, runtime: RuntimeDep
) -> Response:
    """A draft in the shape of an article, as it would look if it were published now."""

    def read() -> Response:
        with runtime.database.reading() as tx:
            log = head(tx)
            now = log.moment(runtime.clock())
            matches = previews.open_preview(tx, token, runtime.site_rules, now)
            article = preview.UnpublishedArticle(
                matches.item,
                matches.body_html,
                matches.seo,
                matches.tag_ids,
                matches.translation_group,
                matches.parent_slug,
                matches.related_ids,
            )
            tags = runtime.memory.tags(tx, log)
            detail = preview.preview_detail(tx, tags, article, now)
        view = PreviewedArticle(**detail.model_dump(), preview_expires_at=matches.expires_at)
        body = One[PreviewedArticle](data=view).model_dump_json().encode()
        folder = f"/v1/preview/{token}/media/".encode()
        body = make_absolute(body, runtime.settings.public_url.encode(), folder)
        return Response(body, 200, _PRIVATE, "application/json")

    return await runtime.reads.run(read)


@public_router.get(
    "/v1/preview/{token}/media/{media_id}/{rendition}",
    response_class=Response,
    responses=files.file_responses(private=True),
)
async def follow_preview_to_file(
    request: Request,
    token: Token,
    media_id: UUID,
    rendition: str,
    _params: NoneTravelling,
) -> Response:
    """A file that the previewed draft shows, for as long as the link is good."""

    def find(runtime: Runtime) -> PublicFile:
        with runtime.database.reading() as tx:
            now = head(tx).moment(runtime.clock())
            draft = previews.open_preview(tx, token, runtime.site_rules, now)
            file = published_media.find_rendition(tx, media_id, rendition)
        if file is None or media_id not in draft.media_ids:
            raise NotFound("media_not_found", "The draft shows no such file.")
        return file

    return await files.private_file(request, find)


def to_new_preview(issued: previews.IssuedPreview, runtime: Runtime) -> NewPreview:
    """A link with its secret, and where it is read."""
    secret, settings = issued.secret, runtime.settings
    return NewPreview(
        **_view(issued.link).model_dump(),
        token=secret,
        site_url=settings.preview_address(secret),
        url=f"{settings.public_url}/v1/preview/{secret}",
    )


def without_secret(view: NewPreview) -> NewPreview:
    """A link as a repeated request gets it."""
    return view.model_copy(update={"token": None, "site_url": None, "url": None})


def _view(link: previews.Link) -> Preview:
    return Preview(
        id=link.id,
        article_id=link.article_id,
        revision=link.revision,
        created_by=Person(id=link.created_by_id, name=link.created_by),
        created_at=link.created_at,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
    )
