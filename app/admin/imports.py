"""Imports from other systems: send an export, try it, import it, take it back."""

from secrets import token_hex
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from pydantic import AfterValidator, Field
from starlette.responses import Response

from app.accounts.principal import Principal
from app.admin.import_views import DeskImport, DeskImports, ImportChoices, ImportReports
from app.database import ReadTx, WriteTx
from app.editorial import import_jobs
from app.editorial.import_jobs import FilePart, FileRole, ImportSource
from app.http import bodies
from app.http.access import actor, require_scopes
from app.http.endpoint import Json, OptionalJson, RuntimeDep
from app.http.management import management
from app.http.parameters import Parameters
from app.http.problems import problem_answers
from app.http.transactions import Outcome, answer_write
from app.inputs import Input
from app.kit.text import check_visible, file_name
from app.public.envelopes import One, Total
from app.storage.protocol import name_of

router = management("imports")

Operator = Annotated[Principal, require_scopes("operations:write")]

PART_BYTES: Final = bodies.LARGEST
"""The limit of one part of a file, which passes every proxy that lets media pass."""

_NAME_BYTES: Final = 200

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class NewImport(Input):
    """What the files come from."""

    source: ImportSource


class FileParameters(Parameters):
    """Which file of an import."""

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_visible)]
    role: FileRole = "export"


class PartParameters(FileParameters):
    """Which file a part belongs to, and where in it the part begins."""

    start: Annotated[int, Field(ge=0, le=2**53)] = 0
    file_size: Annotated[
        int | None, Field(ge=0, le=2**53, description="Of the whole; with less it is not tried")
    ] = None


@router.get("/imports", response_model=DeskImports)
def list_imports(tx: ReadTx, principal: Operator) -> Outcome:
    """Every import of the desk."""
    data = [_view(info) for info in import_jobs.list_jobs(tx)]
    return Outcome(DeskImports(data=data, meta=Total(total=len(data))))


@router.post("/imports", status_code=201, response_model=One[DeskImport])
def create_import(
    tx: WriteTx, principal: Operator, body: Json[NewImport], runtime: RuntimeDep
) -> Outcome:
    """Open an import; then send its files."""
    job_id = import_jobs.create(tx, actor(principal), body.source, runtime.clock())
    return _outcome(tx, job_id, 201, f"/v1/admin/imports/{job_id}")


@router.get("/imports/{import_id}", response_model=One[DeskImport])
def read_import(tx: ReadTx, import_id: UUID, principal: Operator) -> Outcome:
    """How far it is."""
    return _outcome(tx, import_id)


@router.get("/imports/{import_id}/reports", response_model=One[ImportReports])
def read_import_reports(tx: ReadTx, import_id: UUID, principal: Operator) -> Outcome:
    """What comes, what is left and why, and what changes on the way."""
    reports = ImportReports.model_validate(import_jobs.read_reports(tx, import_id))
    return Outcome(One[ImportReports](data=reports))


@router.put(
    "/imports/{import_id}/files",
    response_model=One[DeskImport],
    responses=problem_answers(409, 422),
    openapi_extra=_BODY,
)
async def send_import_part(
    request: Request,
    import_id: UUID,
    principal: Operator,
    params: PartParameters,
    runtime: RuntimeDep,
) -> Response:
    """Send a part of a file, at most 4 MB, after what has arrived; `start=0` begins it anew.

    Exports of several parts are sent under their names. `role=media` is a ZIP of the old site's
    files, such as `wp-content/uploads`.
    """
    with runtime.uploads.place():
        content = await bodies.read(request, PART_BYTES)
        object_name = name_of(token_hex(32), "part")
        await runtime.files.run(lambda: runtime.storage.put(object_name, content))
    name = _short_name(params.name)
    part = FilePart(params.role, name, params.start, len(content), params.file_size, object_name)

    def save(tx: WriteTx) -> Outcome:
        most = runtime.settings.import_max_bytes
        import_jobs.add_part(tx, import_id, part, most, runtime.clock())
        return _outcome(tx, import_id)

    return await answer_write(request, principal, save)


@router.delete(
    "/imports/{import_id}/files",
    response_model=One[DeskImport],
    responses=problem_answers(409),
)
def remove_import_file(
    tx: WriteTx,
    import_id: UUID,
    principal: Operator,
    params: FileParameters,
    runtime: RuntimeDep,
) -> Outcome:
    """Forget a file that was sent by mistake."""
    name = _short_name(params.name)
    import_jobs.remove_file(tx, import_id, params.role, name, runtime.clock())
    return _outcome(tx, import_id)


@router.post(
    "/imports/{import_id}/check", response_model=One[DeskImport], responses=problem_answers(409)
)
def check_import(
    tx: WriteTx,
    import_id: UUID,
    principal: Operator,
    body: OptionalJson[ImportChoices],
    runtime: RuntimeDep,
) -> Outcome:
    """Try it with these choices. Nothing is kept; the report says what would come."""
    # The importers take megabytes of a process, so only one that has such a request loads them.
    from app.importers.options import read_choices

    choices = body.model_dump(mode="json")
    read_choices(runtime.settings, choices)
    import_jobs.request_check(tx, import_id, choices, runtime.clock())
    return _outcome(tx, import_id)


@router.post(
    "/imports/{import_id}/start", response_model=One[DeskImport], responses=problem_answers(409)
)
def start_import(tx: WriteTx, import_id: UUID, principal: Operator, runtime: RuntimeDep) -> Outcome:
    """Import what was tried, or go on with what was stopped."""
    import_jobs.request_import(tx, principal.by, import_id, runtime.clock())
    return _outcome(tx, import_id)


@router.post(
    "/imports/{import_id}/stop", response_model=One[DeskImport], responses=problem_answers(409)
)
def stop_import(tx: WriteTx, import_id: UUID, principal: Operator, runtime: RuntimeDep) -> Outcome:
    """Stop a trial or an import soon. What came in stays until it is taken back."""
    import_jobs.request_stop(tx, import_id, runtime.clock())
    return _outcome(tx, import_id)


@router.post(
    "/imports/{import_id}/undo", response_model=One[DeskImport], responses=problem_answers(409)
)
def undo_import(tx: WriteTx, import_id: UUID, principal: Operator, runtime: RuntimeDep) -> Outcome:
    """Take back what it made and nobody edited since; readers get 410, `import_undone`."""
    import_jobs.request_undo(tx, principal.by, import_id, runtime.clock())
    return _outcome(tx, import_id)


@router.delete("/imports/{import_id}", status_code=204, responses=problem_answers(409))
def delete_import(tx: WriteTx, import_id: UUID, principal: Operator) -> Outcome:
    """Forget it and its files. What it brought stays."""
    import_jobs.delete(tx, import_id)
    return Outcome(status=204)


def _short_name(name: str) -> str:
    """A plain name that every disk takes; it keeps its end, which tells the kind of the file."""
    return file_name(name).encode()[-_NAME_BYTES:].decode(errors="ignore")


def _outcome(tx: ReadTx, job_id: UUID, status: int = 200, location: str | None = None) -> Outcome:
    view = _view(import_jobs.get_job(tx, job_id))
    return Outcome(One[DeskImport](data=view), status, location=location)


def _view(info: import_jobs.ImportInfo) -> DeskImport:
    return DeskImport.model_validate(info, from_attributes=True)
