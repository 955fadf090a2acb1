"""What stands between a draft and its publication."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.admin.articles import Reader
from app.admin.rendering import ArticleFinding, list_dead_links, to_finding
from app.database import ReadTx
from app.editorial import articles, readiness
from app.errors import Detail
from app.http.endpoint import RuntimeDep
from app.http.management import management
from app.http.parameters import Parameters, date_of
from app.http.transactions import Outcome
from app.kit.dates import moment_of
from app.public.envelopes import One

router = management("workflow")


class ReadinessParameters(Parameters):
    """When it is to become public."""

    visible_from: Annotated[
        str, Field(max_length=40, description="As for `publish`: now when absent")
    ] = ""


class ArticleReadiness(BaseModel):
    """`errors` are what publishing the newest text would refuse, in its own codes and sentences;
    `warnings` are what it would let pass."""

    is_ready: bool
    text_revision: int
    errors: list[ArticleFinding]
    warnings: list[ArticleFinding]


@router.get("/articles/{article_id:uuid}/readiness", response_model=One[ArticleReadiness])
def read_article_readiness(
    tx: ReadTx,
    article_id: UUID,
    principal: Reader,
    params: ReadinessParameters,
    runtime: RuntimeDep,
) -> Outcome:
    """What publishing the newest text would refuse, and what its editors may have forgotten."""
    now, at = runtime.clock(), date_of("visible_from", params.visible_from, moment_of)
    copy = articles.read(tx, article_id)
    found = readiness.examine(tx, copy, now, at)
    dead = list_dead_links(tx, runtime, found.urls, now)
    links = [Detail("dead_link", message, pointer="/body") for message in dead.values()]
    view = ArticleReadiness(
        is_ready=not found.errors,
        text_revision=copy.article.text_revision,
        errors=[to_finding(it) for it in found.errors],
        warnings=[to_finding(it) for it in (*found.warnings, *links)],
    )
    return Outcome(One[ArticleReadiness](data=view))
