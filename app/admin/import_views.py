"""What administrators choose for imports from other systems, and what they are told of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.editorial.import_jobs import ContentType, FileRole, ImportSource, JobState, Phase
from app.inputs import Input
from app.public.envelopes import Total


class ImportChoices(Input):
    """How to read the files; see the guide on moving in."""

    lang: Annotated[str | None, Field(max_length=20)] = None
    timezone: Annotated[str | None, Field(max_length=60)] = None
    site: Annotated[str, Field(max_length=300, description="The old site's address")] = ""
    source: Annotated[str, Field(max_length=200, description="Tells these texts later")] = ""
    types: Annotated[dict[str, ContentType], Field(max_length=50)] = {}
    taxonomies: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(max_length=50, description="Of plugins, whose terms become tags"),
    ] = []
    drop_unknown: Annotated[bool, Field(description="Drop the tags of unknown shortcodes")] = False
    fetch_media: Annotated[bool, Field(description="Read absent files from the old site")] = False
    announce: Annotated[bool, Field(description="Tell webhooks of each article")] = False


class ImportFileView(BaseModel):
    """A file as far as it has arrived."""

    role: FileRole
    name: str
    size: int
    file_size: Annotated[int | None, Field(description="Of the whole, as its sender said")]


class DeskImport(BaseModel):
    """An import. `done` of `total` is how far its `phase` is, in bytes or articles; while no phase
    is named it waits for a worker."""

    id: UUID
    source: ImportSource
    state: JobState
    options: ImportChoices
    stop_wanted: bool
    phase: Phase | None
    done: int
    total: int
    phase_began_at: datetime | None
    failure_code: str | None
    failure_message: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    files: list[ImportFileView]
    can_undo: bool


class DeskImports(BaseModel):
    """The newest first, a hundred at most."""

    data: list[DeskImport]
    meta: Total


class ImportItems(BaseModel):
    """Items of the source, and those of them that were passed on."""

    kind: str
    read: int
    passed_on: int


class ImportLeft(BaseModel):
    """Items that were left, and why."""

    kind: str
    reason: str
    count: int
    places: list[str]


class ImportFinding(BaseModel):
    """A change within texts that come."""

    message: str
    subject: str
    count: int
    places: list[str]


class ImportNotice(BaseModel):
    """A record and what is to be said of it. `line` is 0 in files without lines."""

    file: str
    line: int
    message: str


class ImportRefusal(ImportNotice):
    """A record that did not come, and why."""

    code: str


class DeskImportReport(BaseModel):
    """What becomes of everything: `items` of the source, `outcomes` of records. `places` are the
    first fifty, refusals and notices the first five hundred."""

    read: int
    balanced: bool
    items: list[ImportItems]
    left: list[ImportLeft]
    findings: list[ImportFinding]
    markup: list[ImportFinding]
    outcomes: dict[str, int]
    refused: list[ImportRefusal]
    refused_count: int
    notices: list[ImportNotice]
    notices_count: int


class UndoneImport(BaseModel):
    """What was taken back and what stayed, by kind."""

    undone: dict[str, int]
    kept: dict[str, int]


class ImportReports(BaseModel):
    """The reports of the trial, the import and its undoing, as far as they have been made."""

    check_report: DeskImportReport | None
    import_report: DeskImportReport | None
    undo_report: UndoneImport | None
