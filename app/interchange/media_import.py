"""The import of one medium: its file is read and checked without a lock, its row written with one.

The name of a record says which medium it is. A medium keeps its file: a record whose name is known
here and whose file has other bytes is refused, because articles show that file already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal
from uuid import UUID

from app.changes import PublishTx
from app.editorial import known_media, media, media_import
from app.editorial.content import SiteRules
from app.editorial.media import Upload
from app.editorial.media_import import NamedMedium, ReferencedMedium
from app.editorial.patch_input import check_languages
from app.editorial.profiles import append_owners
from app.errors import Conflict
from app.interchange.export_records import to_media_record
from app.interchange.media_files import open_beside, read_beside
from app.interchange.media_records import MediaRecord
from app.interchange.media_references import MediaReferences
from app.interchange.records import digest
from app.kit.addresses import MAIN_WIDTH
from app.kit.ids import uuid7
from app.kit.text import file_name
from app.library import archived, fetching, intake
from app.library.archived import Original
from app.library.intake import ISOLATED, Decoders
from app.library.spool import Spool
from app.runtime import Runtime

_CHUNK: Final = 1_000_000

MediumOutcome = tuple[Literal["created", "updated", "unchanged"], tuple[str, ...]]
"""What became of a record, and messages for the operator."""


@dataclass(frozen=True, slots=True)
class PreparedMedium:
    """The file of a record, checked and stored; `upload` is None when the store has it already, or
    when the name of the record is known and its file is elsewhere."""

    media_id: UUID
    upload: Upload | None
    sha256: str | None


def prepare_medium(
    runtime: Runtime,
    record: MediaRecord,
    folder: Path,
    hosts: frozenset[str] = frozenset(),
    *,
    decoders: Decoders = ISOLATED,
    keep: bool = True,
) -> PreparedMedium:
    """Read and check the file of a record, which may take seconds, and store it if `keep`.

    The errors are those of an upload, and those of `open_beside` and `fetching.fetch`; `Conflict`
    (`file_changed`) when the name is known and its file is another one.
    """
    check_languages(runtime.site_rules, alt=record.alt, caption=record.caption)
    with runtime.database.reading() as tx:
        named = media_import.find(tx, record.own_name, record.id)
    if named is not None and named.media.taken_down_at is not None:
        raise Conflict("media_taken_down", f"{record.own_name} was taken down here.")
    if record.original is not None:
        return _prepare_renditions(runtime, record, folder, named, decoders=decoders, keep=keep)
    if record.address is not None and named is not None and named.name is not None:
        return PreparedMedium(named.media.id, None, None)
    name = file_name(record.file_name or record.file or record.address or "")
    with Spool(runtime.settings.data_dir, runtime.settings.media_max_bytes) as spool:
        if record.file is not None:
            with open_beside(folder, record.file, runtime.settings.media_max_bytes) as file:
                _fill(spool, file)
        elif record.address is not None:
            fetching.fetch(runtime, record.address, spool, hosts)
        same = _find_same(runtime, record, named, spool.sha256)
        if same is not None:
            return PreparedMedium(same, None, spool.sha256)
        upload = intake.taken_in(runtime, spool, name, decoders.make, keep=keep)
    return PreparedMedium(record.id or uuid7(runtime.clock()), upload, upload.sha256)


def _prepare_renditions(
    runtime: Runtime,
    record: MediaRecord,
    folder: Path,
    named: NamedMedium | None,
    *,
    decoders: Decoders,
    keep: bool,
) -> PreparedMedium:
    assert record.original is not None
    original = Original(**dict(record.original))
    same = _find_same(runtime, record, named, original.sha256)
    if same is not None:
        return PreparedMedium(same, None, original.sha256)
    most = runtime.settings.media_max_bytes
    contents = [
        (rendition.name, read_beside(folder, rendition.file, most))
        for rendition in record.renditions
    ]
    name = file_name(record.file_name or "")
    upload = archived.take_renditions(
        runtime, original, name, contents, decoders=decoders, keep=keep
    )
    return PreparedMedium(record.id or uuid7(runtime.clock()), upload, upload.sha256)


def _fill(spool: Spool, file: BinaryIO) -> None:
    while chunk := file.read(_CHUNK):
        spool.add(chunk)


def _find_same(
    runtime: Runtime, record: MediaRecord, named: NamedMedium | None, sha256: str
) -> UUID | None:
    """The medium of the store that has these bytes; `Conflict` when the name means other bytes."""
    if named is None:
        with runtime.database.reading() as tx:
            return media.find_duplicate(tx, sha256)
    _refuse_changed(record, named, sha256)
    return named.media.id


def _refuse_changed(record: MediaRecord, named: NamedMedium, sha256: str | None) -> None:
    if sha256 is not None and named.media.sha256 != sha256:
        message = f"The file of {record.own_name} is another than the one that is here; give it a "
        raise Conflict("file_changed", message + "new name, and use that name in the articles.")


def add_reference(
    references: MediaReferences, runtime: Runtime, record: MediaRecord, ready: PreparedMedium
) -> None:
    """Let the records that follow refer to a ready medium."""
    key = str(ready.media_id)
    if ready.upload is None:
        with runtime.database.reading() as tx:
            medium = media_import.find_referenced(tx, [key]).get(key)
    else:
        medium = ReferencedMedium(ready.media_id, _main_file(ready.upload))
    if medium is not None:
        names = (record.own_name, *_other_names(record, ready.media_id), key)
        references.add(names, medium, ready.sha256)


def _other_names(record: MediaRecord, media_id: UUID) -> list[str]:
    """More names of a record's medium; the id that it has elsewhere is one of them."""
    is_elsewhere = record.id is not None and record.id != media_id
    return [*record.other_names, *([str(record.id)] if is_elsewhere else [])]


def _main_file(upload: Upload) -> str:
    files = [file for file in upload.files if file.media_type != "image/webp"]
    narrow = [file for file in files if (file.width or 0) <= MAIN_WIDTH]
    return max(narrow or files, key=lambda file: file.width or 0).name


def upsert_medium(
    tx: PublishTx,
    record: MediaRecord,
    ready: PreparedMedium,
    rules: SiteRules,
    digest_text: str,
) -> MediumOutcome:
    """Import a record whose file is ready. `Conflict` when an editor changed the medium since
    its last import, or when it is gone."""
    named = media_import.find(tx, record.own_name, record.id)
    if named is not None:
        _refuse_changed(record, named, ready.sha256)  # it may have come with this import
        if named.name is None and record.own_name != str(named.media.id):
            return _bind(tx, record, named.media.id, digest_text)
        return _update(tx, record, named, digest_text)
    if ready.upload is None:
        return _bind(tx, record, ready.media_id, digest_text)
    words = record.description()
    row, is_new = media.create(tx, None, ready.upload, words, rules, tx.moment, ready.media_id)
    if not is_new:
        return _bind(tx, record, row.id, digest_text)
    row.import_batch_id = tx.batch_id
    media_import.bind_name(
        tx,
        row,
        record.own_name,
        is_own=True,
        import_digest=record.import_digest or digest_text,
        is_edited=record.edited_since_import,
    )
    media_import.bind_other_names(tx, row, record.other_names)
    media_import.add_paths(tx, row, record.former_paths)
    append_owners(tx, [row.id])  # a portrait may have named its id before it came
    return "created", ready.upload.notices


def _update(
    tx: PublishTx, record: MediaRecord, named: NamedMedium, digest_text: str
) -> MediumOutcome:
    name = named.name
    if name is not None and record.import_digest is None and name.import_digest == digest_text:
        return "unchanged", ()
    (state,) = media_import.states(tx, [named.media])
    if digest(to_media_record(state)) == digest_text:
        return "unchanged", ()
    if name is None or (name.is_own and name.import_revision != named.media.revision):
        what = f"The media {record.own_name!r}"
        raise Conflict(
            "edited_here", f"{what} was edited here since it was imported; it was left alone."
        )
    row = media.lock_medium(tx, named.media.id, None)
    notices: Sequence[str] = ()
    before = row.revision
    if name.is_own:
        known_media.replace_texts(tx, None, row, record.description(), tx.moment)
    else:
        notices = known_media.fill_in(tx, None, row, record.description(), tx.moment)
    if row.revision != before:
        append_owners(tx, [row.id])
    has_paths = media_import.add_paths(tx, row, record.former_paths)
    media_import.bind_other_names(tx, row, record.other_names)
    new_digest = record.import_digest or digest_text
    media_import.bind_name(tx, row, name.name, is_own=name.is_own, import_digest=new_digest)
    return "updated" if has_paths or row.revision != before else "unchanged", tuple(notices)


def _bind(tx: PublishTx, record: MediaRecord, media_id: UUID, digest_text: str) -> MediumOutcome:
    """Let a new name lead to a medium that is here under another one, or that editors sent."""
    row = media.lock_medium(tx, media_id, None)
    notices = known_media.fill_in(tx, None, row, record.description(), tx.moment)
    append_owners(tx, [row.id])
    media_import.bind_name(tx, row, record.own_name, is_own=False, import_digest=digest_text)
    media_import.bind_other_names(tx, row, _other_names(record, row.id))
    media_import.add_paths(tx, row, record.former_paths)
    same = f"The file of {record.own_name} was here already as media {row.id}."
    return "updated", (same, *notices)
