"""The saved texts of an article, and the differences between two of them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from app.admin import article_views as views
from app.admin.article_parts import Person
from app.admin.article_views import WorkingArticle
from app.admin.articles import Reader, Writer
from app.database import ReadTx, WriteTx
from app.editorial import articles, discarding, draft_commands, history
from app.editorial.content import ArticleInput
from app.editorial.history import SavedRevision, SavedText
from app.http.access import actor
from app.http.endpoint import RuntimeDep
from app.http.management import IfMatch, management
from app.http.parameters import DIGITS, Flag, Limit, Parameters, build_url
from app.http.problems import problem_answers
from app.http.transactions import Outcome
from app.kit.diff import Op
from app.public.envelopes import Links, One, Page, PageMeta
from app.runtime import Runtime

router = management("revisions")

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Revision(BaseModel):
    """A saved text. Numbers have gaps: other acts take numbers too, and autosaves fold."""

    revision: int
    saved_by: Person
    saved_at: datetime
    is_autosave: bool
    note: str | None = Field(description="Where the text comes from, when not from a save")


class RevisionText(Revision):
    """With the text, as it may be sent, and its body sanitised."""

    content: ArticleInput
    body_html: str


class DiffPart(BaseModel):
    """A stretch of text: `equal` and `delete` joined are the older text, `equal` and `insert` the
    newer. Where both stand side by side, `delete` comes first."""

    op: Op
    text: str


class FieldDiff(BaseModel):
    """A field that differs. `title`, `summary` and `body` have `parts`, word by word; the others
    `before` and `after` as they are. `html` is the newer body with `<del>` and `<ins>`."""

    field: str
    before: Any
    after: Any
    parts: list[DiffPart] | None
    html: str | SkipJsonSchema[None] = Field(None, exclude_if=lambda value: value is None)


class Diff(BaseModel):
    """What changed from one saved text to another."""

    from_revision: int
    to_revision: int
    fields: list[FieldDiff]


TextNumber = Annotated[int, Field(ge=1, le=2**31 - 1), DIGITS]


class HistoryParameters(Parameters):
    """The parameters of the list of revisions."""

    before: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="Below this number"), DIGITS
    ] = None
    limit: Limit = 20


class DiffParameters(Parameters):
    """The numbers of two saved texts. Those of an article have gaps."""

    from_: Annotated[
        TextNumber | Literal["previous", "public"],
        Field(
            alias="from",
            description="A number, `previous`: the one before `to`, or `public`: what readers see",
        ),
    ]
    to: Annotated[
        TextNumber | Literal["public"] | None, Field(description="The newest when absent")
    ] = None
    rendered: Annotated[Flag, Field(description="Also the body as HTML with its changes")] = False


@router.get("/articles/{article_id:uuid}/revisions", response_model=Page[Revision])
def list_revisions(
    tx: ReadTx, article_id: UUID, principal: Reader, params: HistoryParameters, runtime: RuntimeDep
) -> Outcome:
    """Saved texts, the newest first."""
    base = f"{runtime.settings.public_url}{views.address(article_id)}/revisions"
    saved, more = history.revisions(tx, article_id, params.before, params.limit)
    following = params.model_copy(update={"before": saved[-1].number}) if more else None
    links = Links(
        self=build_url(base, params),
        next=build_url(base, following) if following else None,
        prev=None,
    )
    data = [Revision(**_revision_fields(revision)) for revision in saved]
    return Outcome(Page[Revision](data=data, meta=PageMeta(limit=params.limit), links=links))


@router.get("/articles/{article_id:uuid}/revisions/{number}", response_model=One[RevisionText])
def read_revision(tx: ReadTx, article_id: UUID, number: Number, principal: Reader) -> Outcome:
    """One saved text whole."""
    text = history.revision(tx, article_id, number)
    view = RevisionText(
        **_revision_fields(text.saved), content=text.content, body_html=text.body_html
    )
    return Outcome(One[RevisionText](data=view))


@router.post(
    "/articles/{article_id:uuid}/revisions/{number}/restore",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def restore_revision(
    tx: WriteTx,
    article_id: UUID,
    number: Number,
    principal: Writer,
    revision: IfMatch,
    runtime: RuntimeDep,
) -> Outcome:
    """Make an old text the newest, as a new revision; slug and language stay what they are."""
    now = runtime.clock()
    draft_commands.restore(tx, actor(principal), article_id, revision, number, now)
    return views.working_copy_outcome(tx, article_id, now)


@router.post(
    "/articles/{article_id:uuid}/discard",
    response_model=One[WorkingArticle],
    responses=problem_answers(409),
)
def discard_draft(
    tx: WriteTx, article_id: UUID, principal: Writer, revision: IfMatch, runtime: RuntimeDep
) -> Outcome:
    """Drop the draft beside a public text: the working copy is what readers see again. The draft
    stays among the revisions."""
    now = runtime.clock()
    discarding.discard(tx, actor(principal), article_id, revision, now)
    return views.working_copy_outcome(tx, article_id, now)


@router.get(
    "/articles/{article_id:uuid}/diff", response_model=One[Diff], responses=problem_answers(409)
)
def read_diff(
    tx: ReadTx, article_id: UUID, principal: Reader, params: DiffParameters, runtime: RuntimeDep
) -> Outcome:
    """What changed between two saved texts, field by field."""
    number = articles.read(tx, article_id).article.text_revision
    if params.to is not None:
        number = _number_of(tx, article_id, params.to, runtime)
    newer = history.revision(tx, article_id, number)
    if params.from_ == "previous":
        before = history.previous(tx, article_id, number)
    else:
        before = _number_of(tx, article_id, params.from_, runtime)
    older = history.revision(tx, article_id, before)
    return diff_outcome(older, newer, with_html=params.rendered)


def diff_outcome(older: SavedText, newer: SavedText, *, with_html: bool) -> Outcome:
    """The answer that shows what changed from one text to another."""
    fields = [
        FieldDiff(
            field=change.field,
            before=change.before,
            after=change.after,
            parts=None
            if change.parts is None
            else [DiffPart(op=part.op, text=part.text) for part in change.parts],
            html=change.html,
        )
        for change in history.difference(older, newer, with_html=with_html)
    ]
    view = Diff(from_revision=older.saved.number, to_revision=newer.saved.number, fields=fields)
    return Outcome(One[Diff](data=view))


def _number_of(
    tx: ReadTx, article_id: UUID, text: int | Literal["public"], runtime: Runtime
) -> int:
    return history.public_number(tx, article_id, runtime.clock()) if text == "public" else text


def _revision_fields(revision: SavedRevision) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "saved_by": Person(id=revision.saved_by_id, name=revision.saved_by),
        "saved_at": revision.saved_at,
        "is_autosave": revision.is_autosave,
        "note": revision.note,
    }
