"""Content for tests: plain functions, valid by default."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app.editorial import articles, publishing, tags
from app.editorial.content import Actor, ArticleInput, prepare
from app.editorial.tags import TagInput
from app.interchange import entering, reading
from app.interchange.report import Report
from app.runtime import Runtime

EDITOR = Actor("editor")


def draft(runtime: Runtime, **over: Any) -> tuple[UUID, int]:
    """A new draft: its id and revision."""
    content = ArticleInput(**({"lang": "en", "title": "A title", "body": "A body."} | over))
    ready = prepare(content, runtime.house)
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
        publishing.publish(tx, EDITOR, *article, runtime.house, at=at, until=until)
    return article[0]


def published(runtime: Runtime, **over: Any) -> UUID:
    """An article that is public now."""
    return publish(runtime, draft(runtime, **over))


def tag(runtime: Runtime, slug: str, **over: Any) -> UUID:
    """A tag."""
    fields = {"slug": slug, "names": {"en": slug.title()}} | over
    with runtime.publishing() as tx:
        return tags.create(tx, EDITOR, TagInput(**fields)).id


def imported(runtime: Runtime, *paths: Path, dry_run: bool = False) -> Report:
    """Files of the interchange format, in."""
    return entering.enter(runtime, reading.entries(paths), dry_run=dry_run)
