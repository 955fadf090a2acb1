"""Content for tests: plain functions, valid by default."""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from PIL import Image

from app.audit import By
from app.editorial import articles, media, publishing, tags
from app.editorial.content import Actor, ArticleInput, prepare
from app.editorial.events import EVENTS, EventInput
from app.editorial.media import MediaInput
from app.editorial.tags import TagInput
from app.imaging import pictures, renditions
from app.interchange import batch_import, jsonl_reader
from app.interchange.report import ImportReport
from app.library import intake
from app.library.intake import Decoders
from app.library.spool import Spool
from app.runtime import Runtime

EDITOR = Actor("editor")
BY = By("operator")


def draft(runtime: Runtime, **over: Any) -> tuple[UUID, int]:
    """A new draft: its id and revision."""
    content = ArticleInput(**({"lang": "en", "title": "A title", "body": "A body."} | over))
    ready = prepare(content, runtime.site_rules)
    with runtime.database.writing() as tx:
        article = articles.create(tx, EDITOR, ready, runtime.clock())
        return article.id, article.revision


def publish(
    runtime: Runtime,
    article: tuple[UUID, int],
    at: datetime | None = None,
    until: datetime | None = None,
) -> UUID:
    """Publish a draft; its id."""
    with runtime.publishing() as tx:
        publishing.publish(tx, EDITOR, *article, runtime.site_rules, at=at, until=until)
    return article[0]


def published(runtime: Runtime, **over: Any) -> UUID:
    """An article that is public now."""
    return publish(runtime, draft(runtime, **over))


def tag(runtime: Runtime, slug: str, **over: Any) -> UUID:
    """A tag."""
    fields = {"slug": slug, "names": {"en": slug.title()}} | over
    with runtime.publishing() as tx:
        return tags.create(tx, EDITOR, TagInput(**fields)).id


def event(
    runtime: Runtime,
    title: str = "Conference",
    starts: str = "2026-05-09",
    key: UUID | None = None,
    **over: Any,
) -> UUID:
    """An event, by the JSON that editors send."""
    fields = {"titles": {"en": title}, "starts": starts} | over
    body = EventInput.model_validate_json(json.dumps(fields))
    with runtime.publishing() as tx:
        event_id: UUID = EVENTS.add(tx, EDITOR, body, key).id
        return event_id


def check_here(file: BinaryIO, lengths: Sequence[int]) -> list[tuple[int, int]]:
    """The sizes of renditions, in this process."""
    file.seek(0)
    return [renditions.check_rendition(file.read(length)) for length in lengths]


IN_PROCESS = Decoders(pictures.make_picture, check_here)
"""For pictures of our own, many of which would take long if each had a process."""


def imported(
    runtime: Runtime, *paths: Path, dry_run: bool = False, decoders: Decoders = IN_PROCESS
) -> ImportReport:
    """Files of the interchange format, in."""
    return batch_import.import_records(
        runtime, jsonl_reader.read_entries(paths), dry_run=dry_run, decoders=decoders
    )


def picture(
    file_format: str = "JPEG",
    size: tuple[int, int] = (400, 300),
    left: str = "red",
    **saved: Any,
) -> bytes:
    """A picture file: red on its left half, blue on its right."""
    image = Image.new("RGB", size, "blue")
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, file_format, **saved)
    return out.getvalue()


def medium(runtime: Runtime, content: bytes | None = None, **said: Any) -> UUID:
    """A picture (of these bytes) or document in the library; its id."""
    with Spool(runtime.settings.data_dir, 20_000_000) as spool:
        spool.add(content or picture())
        upload = intake.taken_in(runtime, spool, "picture.jpg", make=pictures.make_picture)
    with runtime.database.writing() as tx:
        ready = MediaInput.model_validate_json(json.dumps(said))
        return media.create(tx, BY, upload, ready, runtime.site_rules, runtime.clock())[0].id
