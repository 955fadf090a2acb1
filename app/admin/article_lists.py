"""Lists of working copies: filtered, searched and ordered, and how many there are in each state."""

from functools import partial
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.principal import Principal
from app.admin import article_views as views
from app.admin.article_views import IncludedName, ListedWorkingCopy
from app.admin.articles import Reader
from app.database import ReadTx
from app.editorial import working_copies
from app.editorial.article_status import State
from app.editorial.copy_filter import CopyFilter
from app.editorial.draft_index import DraftOrder
from app.http.endpoint import RuntimeDep
from app.http.management import management
from app.http.parameters import (
    AnySlug,
    Flag,
    Language,
    Limit,
    Parameters,
    bad_parameter,
    date_of,
    known_names,
    links_onward,
)
from app.http.transactions import Outcome
from app.kit.clock import TICK
from app.kit.dates import first_instant, range_end, range_start
from app.public.envelopes import One, Page, PageMeta
from app.public.vocabulary import Count, Kind
from app.runtime import Runtime

router = management("articles")


class CopyFilterParameters(Parameters):
    """The filters of working copies; all that are given must hold."""

    live: Annotated[Flag | None, Field(description="The public reads it, or does not")] = None
    scheduled: Annotated[
        Flag | None, Field(description="A text of it is to come, or none, whatever its `state`")
    ] = None
    kind: Kind | None = None
    lang: Language = ""
    tag: AnySlug = ""
    author: AnySlug = ""
    saved_by: Annotated[UUID | None, Field(description="An account that saved a text of it")] = None
    mine: Annotated[Flag, Field(description="You created or saved it")] = False
    q: Annotated[
        str, Field(max_length=200, description="Words of title, slug, summary, body, authors")
    ] = ""
    updated_since: Annotated[str, Field(max_length=40, description="Changed since")] = ""
    published_from: Annotated[
        str, Field(max_length=40, description="First day or instant that readers see as its date")
    ] = ""
    published_to: Annotated[str, Field(max_length=40, description="Last day or instant")] = ""
    missing: Annotated[
        Literal["", "alt"], Field(description="`alt`: its image has no alternative text yet")
    ] = ""
    missing_translation: Annotated[
        Language, Field(description="There is none in this language, and it has another")
    ] = ""
    stale_translation: Annotated[
        Language, Field(description="That in this language follows an older text of it")
    ] = ""


class CopyParameters(CopyFilterParameters):
    """What to list, in which order, and what to tell of each."""

    state: Annotated[str, Field(max_length=200, description="One of these, by `,`")] = ""
    trashed: Annotated[Flag, Field(description="What is in the trash instead")] = False
    order: Annotated[
        DraftOrder, Field(description="With `-` the newest, or the end of the alphabet, is first")
    ] = "-changed"
    include: Annotated[
        str,
        Field(max_length=200, description="`summary`, `tags`, `image`, `authors`, `translations`"),
    ] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""
    count: Annotated[Flag, Field(description="Also tell `meta.total`")] = False


class WorkingCopyCounts(BaseModel):
    """How many articles there are: by `state`, which is that of the newest text; and whatever their
    state, how many are `live`, have a text `scheduled`, or are in the trash and nowhere else."""

    states: dict[State, Count]
    live: Count
    scheduled: Count
    trashed: Count


@router.get("/articles", response_model=Page[ListedWorkingCopy])
def list_working_copies(
    tx: ReadTx, principal: Reader, params: CopyParameters, runtime: RuntimeDep
) -> Outcome:
    """Working copies, the last changed first, page by page."""
    base = f"{runtime.settings.public_url}/v1/admin/articles"
    states = known_names("state", "state", params.state, get_args(State))
    names = known_names("member", "include", params.include, get_args(IncludedName))
    filters = _to_filter(
        params,
        principal,
        runtime,
        tuple(state for state in get_args(State) if state in states),
        is_trashed=params.trashed,
    )
    now = runtime.clock()
    rows, following = working_copies.page(
        tx, filters, params.cursor or None, params.limit, now, params.order
    )
    meta = PageMeta(limit=params.limit)
    if params.count:
        meta.total, meta.total_is_exact = working_copies.total(tx, filters, now), True
    texts = {}
    if names:
        copies = [row.article for row in rows]
        with_siblings = "translations" in names
        texts = working_copies.list_texts(tx, copies, now, with_siblings=with_siblings)
    data = [views.to_listed_copy(row, texts.get(row.article.id), names) for row in rows]
    links = links_onward(base, params, following)
    return Outcome(Page[ListedWorkingCopy](data=data, meta=meta, links=links))


@router.get("/articles/counts", response_model=One[WorkingCopyCounts])
def count_working_copies(
    tx: ReadTx, principal: Reader, params: CopyFilterParameters, runtime: RuntimeDep
) -> Outcome:
    """How many working copies match, by state."""
    filters = _to_filter(params, principal, runtime, (), is_trashed=False)
    counts = working_copies.count_copies(tx, filters, runtime.clock())
    view = WorkingCopyCounts(
        states=counts.states,
        live=counts.live,
        scheduled=counts.scheduled,
        trashed=counts.trashed,
    )
    return Outcome(One[WorkingCopyCounts](data=view))


def _to_filter(
    params: CopyFilterParameters,
    principal: Principal,
    runtime: Runtime,
    states: tuple[State, ...],
    *,
    is_trashed: bool,
) -> CopyFilter:
    calendar = runtime.settings.calendar
    since = date_of(
        "published_from", params.published_from, partial(range_start, calendar=calendar)
    )
    until = date_of("published_to", params.published_to, partial(range_end, calendar=calendar))
    end = None if until is None else until[0].at + (TICK if until[1] else 0 * TICK)
    if since is not None and end is not None and since.at >= end:
        message = "published_from is after published_to; swap them."
        raise bad_parameter("reversed_range", "published_from", message)
    for name in ("missing_translation", "stale_translation"):
        known_names("language", name, getattr(params, name), runtime.settings.languages)
    return CopyFilter(
        states=states,
        live=params.live,
        scheduled=params.scheduled,
        kind=params.kind,
        lang=params.lang or None,
        tag=params.tag or None,
        author=params.author or None,
        saved_by=params.saved_by,
        mine=principal.account_id if params.mine else None,
        words=params.q or None,
        updated_since=date_of("updated_since", params.updated_since, first_instant),
        published_from=since.at if since is not None else None,
        published_until=end,
        missing_translation=params.missing_translation or None,
        stale_translation=params.stale_translation or None,
        lacks_alt=params.missing == "alt",
        trashed=is_trashed,
    )
