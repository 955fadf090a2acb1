"""Newsletters: the issue that waits, its introduction and its articles, and what came of issues."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.admin.articles import Reader
from app.changes import PublishTx, head
from app.database import ReadTx, WriteTx
from app.http.access import require_scopes
from app.http.endpoint import Json, RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import Limit, Parameters, links_onward
from app.http.problems import problem_answers
from app.http.transactions import Outcome, answer_read
from app.inputs import Input
from app.letters.composing import Composer
from app.letters.reader_contents import ReaderContents
from app.newsletters import issue_records, issues, preparation, readers
from app.newsletters.content import read_content
from app.newsletters.inputs import IssueChange
from app.newsletters.issue_records import IssueRecord, IssueState
from app.public.envelopes import Links, One, PageMeta
from app.public.vocabulary import Rhythm
from app.published.cache import Tags
from app.runtime import Runtime

router = management("newsletters")

Writer = Annotated[Principal, require_scopes("newsletters:write")]
Sender = Annotated[Principal, require_scopes("newsletters:send")]


class Newsletter(BaseModel):
    """A newsletter. An instant one has no hour: it tells of a text two minutes after it became
    public."""

    id: UUID
    rhythm: Rhythm
    lang: str
    due_at: datetime | None
    told_until: datetime
    last_number: int
    readers: int


class Newsletters(BaseModel):
    """All that the settings offer."""

    data: list[Newsletter]


class ListedNewsletterIssue(BaseModel):
    """An issue. `outcome` counts its letters by what became of them, once it has gone."""

    id: UUID
    rhythm: Rhythm
    lang: str
    kind: Literal["news", "notice"]
    state: IssueState
    revision: int
    number: int | None
    subject: str | None
    due_at: datetime
    closed_at: datetime | None
    sent_at: datetime | None
    problem: Literal["late", "not_approved", "store_restored"] | None
    outcome: dict[str, int] | None


class NewsletterNotice(BaseModel):
    """That a text which was mailed was corrected or retracted."""

    article: UUID
    reason: Literal["corrected", "retracted"]
    at: datetime


class NewsletterIssue(ListedNewsletterIssue):
    """An issue whole. `articles` are those that it has, or would have now; `chosen` says whether
    editors chose them."""

    introduction: str
    series: str | None
    articles: list[UUID]
    chosen: bool
    excluded: list[UUID]
    notices: list[NewsletterNotice]
    approved_by: str | None
    created_at: datetime


class NewsletterIssues(BaseModel):
    """The newest first."""

    data: list[ListedNewsletterIssue]
    meta: PageMeta
    links: Links


class SentNotices(BaseModel):
    """An issue for each newsletter that had the text."""

    data: list[NewsletterIssue]


class IssuePreview(BaseModel):
    """The letter as readers would get it."""

    subject: str
    text: str
    html: str


class NoticeInput(Input):
    """The text that was corrected or retracted."""

    article: Annotated[UUID, Field(strict=False)]


class IssueParameters(Parameters):
    """The parameters of the list of issues."""

    state: Annotated[IssueState | Literal[""], Field(description="Only in this state")] = ""
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""
    limit: Limit = 20


@router.get("/newsletters", response_model=Newsletters)
def list_managed_newsletters(tx: ReadTx, _principal: Reader, runtime: RuntimeDep) -> Outcome:
    """What goes out, when next, and to how many readers."""
    numbers = {
        (row.rhythm, row.lang): row.number
        for row in readers.count_readers(tx)
        if row.state == "active"
    }
    data = [
        Newsletter(**_fields(row, Newsletter), readers=numbers.get((row.rhythm, row.lang), 0))
        for row in preparation.offered_newsletters(tx, runtime.settings)
    ]
    return Outcome(Newsletters(data=data))


@router.get("/newsletters/issues", response_model=NewsletterIssues)
def list_issues(
    tx: ReadTx, _principal: Reader, params: IssueParameters, runtime: RuntimeDep
) -> Outcome:
    """Issues that wait, have gone or were given up."""
    rows, onward = issue_records.list_issues(
        tx, params.state or None, params.cursor or None, params.limit
    )
    base = f"{runtime.settings.public_url}/v1/admin/newsletters/issues"
    data = [ListedNewsletterIssue(**_fields(row, ListedNewsletterIssue)) for row in rows]
    links = links_onward(base, params, onward)
    return Outcome(NewsletterIssues(data=data, meta=PageMeta(limit=params.limit), links=links))


@router.get("/newsletters/issues/{issue_id}", response_model=One[NewsletterIssue])
def read_issue(tx: ReadTx, issue_id: UUID, _principal: Reader, runtime: RuntimeDep) -> Outcome:
    """An issue, with what it has or would have now."""
    log = head(tx)
    tags = runtime.memory.tags(tx, log)
    moment = log.moment(runtime.clock())
    return _outcome(issue_records.read_issue(tx, tags, issue_id, moment), tags)


@router.patch(
    "/newsletters/issues/{issue_id}",
    response_model=One[NewsletterIssue],
    responses=problem_answers(409),
)
def change_issue(
    tx: PublishTx,
    issue_id: UUID,
    principal: Writer,
    revision: IfMatch,
    body: Json[IssueChange],
    runtime: RuntimeDep,
) -> Outcome:
    """Write an introduction, choose and order articles. An issue that was approved must be approved
    again."""
    tags = runtime.memory.tags(tx, head(tx))
    return _outcome(issues.change_issue(tx, principal, tags, issue_id, revision, body), tags)


@router.get("/newsletters/issues/{issue_id}/preview", response_model=One[IssuePreview])
async def preview_issue(
    request: Request, issue_id: UUID, _principal: Reader, runtime: RuntimeDep
) -> Response:
    """The letter as readers would get it now."""
    return await answer_read(request, lambda tx: _preview(tx, runtime, issue_id))


@router.post(
    "/newsletters/issues/{issue_id}/trial", status_code=204, responses=problem_answers(409)
)
def try_issue(tx: WriteTx, issue_id: UUID, principal: Writer, runtime: RuntimeDep) -> Outcome:
    """Send the issue as it is now to my own address."""
    issues.plan_trial(tx, principal, issue_id, runtime.clock())
    return Outcome(status=204)


@router.post(
    "/newsletters/issues/{issue_id}/approve",
    response_model=One[NewsletterIssue],
    responses=problem_answers(409),
)
def approve_issue(
    tx: PublishTx, issue_id: UUID, principal: Sender, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Let the issue go at its hour."""
    tags = runtime.memory.tags(tx, head(tx))
    return _outcome(issues.approve_issue(tx, principal, tags, issue_id, revision), tags)


@router.post(
    "/newsletters/issues/{issue_id}/send",
    response_model=One[NewsletterIssue],
    responses=problem_answers(409),
)
def send_issue(
    tx: PublishTx, issue_id: UUID, principal: Sender, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Let the issue go now: one that waits, was skipped, or was stopped on its way."""
    tags = runtime.memory.tags(tx, head(tx))
    return _outcome(issues.send_issue(tx, principal, tags, issue_id, revision), tags)


@router.post(
    "/newsletters/issues/{issue_id}/cancel",
    response_model=One[NewsletterIssue],
    responses=problem_answers(409),
)
def cancel_issue(
    tx: PublishTx, issue_id: UUID, principal: Sender, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Give the issue up: its news is not mailed; letters that have not gone do not go."""
    tags = runtime.memory.tags(tx, head(tx))
    return _outcome(
        issues.cancel_issue(tx, principal, tags, runtime.settings, issue_id, revision), tags
    )


@router.post(
    "/newsletters/notices",
    status_code=201,
    response_model=SentNotices,
    responses=problem_answers(409),
)
def send_notice(
    tx: PublishTx, principal: Sender, body: Json[NoticeInput], runtime: RuntimeDep
) -> Outcome:
    """Tell those who were mailed a text at once that it was corrected or retracted. Otherwise the
    next issue tells."""
    tags = runtime.memory.tags(tx, head(tx))
    records = issues.tell_at_once(tx, principal, tags, body.article)
    data = [_view(record, tags) for record in records]
    return Outcome(SentNotices(data=data), 201, location="/v1/admin/newsletters/issues")


def _preview(tx: ReadTx, runtime: Runtime, issue_id: UUID) -> Outcome:
    settings, log = runtime.settings, head(tx)
    moment, tags = log.moment(runtime.clock()), runtime.memory.tags(tx, log)
    composer = Composer(settings)
    record = issue_records.read_issue(tx, tags, issue_id, moment)
    content = read_content(tx, tags, settings, record, moment)
    letters = ReaderContents(settings, runtime.key, composer.lang_codes())
    letter = letters.preview(tx, record, content, "")
    subject, text, html = composer.render(letter) if letter is not None else ("", "", "")
    return Outcome(One[IssuePreview](data=IssuePreview(subject=subject, text=text, html=html)))


def _outcome(record: IssueRecord, tags: Tags) -> Outcome:
    view = _view(record, tags)
    return Outcome(One[NewsletterIssue](data=view), revision=view.revision)


def _view(record: IssueRecord, tags: Tags) -> NewsletterIssue:
    row = record.row
    series = tags.resolve_ids([str(row.series_id)])
    notices = [
        NewsletterNotice(article=it.article_id, reason=it.reason, at=it.at) for it in record.notices
    ]
    own: dict[str, Any] = {
        "rhythm": record.newsletter.rhythm,
        "lang": record.newsletter.lang,
        "outcome": dict(record.outcome) if row.closed_at is not None else None,
        "series": series[0].slug if series else None,
        "articles": record.articles,
        "chosen": row.chosen_ids is not None,
        "excluded": row.excluded_ids,
        "notices": notices,
    }
    return NewsletterIssue(**(_fields(row, NewsletterIssue) | own))


def _fields(row: Any, model: type[BaseModel]) -> dict[str, Any]:
    """The columns of a row that a view names alike."""
    return {name: getattr(row, name) for name in model.model_fields if hasattr(row, name)}
