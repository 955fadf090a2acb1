"""JSON Lines out: the whole archive as one snapshot, referenced records first."""

from collections.abc import Iterator
from pathlib import Path

from app.changes import head
from app.editorial import authors, exporting, media_import, site
from app.interchange import export_records
from app.interchange.records import (
    DATED_RECORDS,
    AliasRecord,
    AuthorRecord,
    NewsletterIssueRecord,
    Record,
    SponsorRecord,
    as_line,
    digest,
)
from app.interchange.whole_files import write_whole
from app.kit.addresses import MEDIA
from app.library.file_names import stored_name
from app.newsletters import portable_issues
from app.runtime import Runtime

_AT_ONCE = 200


class MediaFolder:
    """The folder into which an export puts the files of media, by its path beside the records.

    Records are written first. They are one snapshot, in which no file is read.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.files: list[tuple[str, str, int]] = []
        """The path of each file within the folder, its name in storage, and its size in bytes."""

    def write_files(self, runtime: Runtime) -> None:
        """Copy the files of all media whose records were written."""
        for place, name, size in self.files:
            write_whole(self.path / place, runtime.storage.read(name, 0, size))


def count_records(runtime: Runtime, *, with_media: bool = False) -> int:
    """The number of lines that an export has now."""
    with runtime.database.reading() as tx:
        records = exporting.count(tx) + portable_issues.count_issues(tx)
        return records + (media_import.count(tx) if with_media else 0)


def export_lines(runtime: Runtime, media: MediaFolder | None = None) -> Iterator[str]:
    """Every record as a line without its end; with `media`, also the records of media, whose files
    `media` writes afterwards."""
    return map(as_line, _records(runtime, media))


def _records(runtime: Runtime, media: MediaFolder | None) -> Iterator[Record]:
    with runtime.database.reading() as tx:
        now = head(tx).moment(runtime.clock())
        yield from (export_records.to_tag_record(*tag) for tag in exporting.tags(tx))
        if media is not None:
            for medium in media_import.list_states(tx):
                media.files += [
                    (
                        f"{medium.media.id}/{file.name}",
                        stored_name(file.sha256, file.media_type),
                        file.bytes,
                    )
                    for file in medium.files
                ]
                yield export_records.to_media_record(medium, media.name)
        for row in authors.list_records(tx):
            yield AuthorRecord.of(row, authors.state(row))
        for kind in DATED_RECORDS:
            for row, fields in exporting.list_dated(tx, kind.content):
                record = kind.of(row, fields)
                yield record if media is None else _with_own_logo(record, runtime)
        for ids in exporting.article_ids(tx, _AT_ONCE):
            states = exporting.articles(
                tx, ids, now, runtime.site_rules.address, with_media=media is not None
            )
            yield from (export_records.to_article_record(state) for state in states)
        for key, issue in portable_issues.list_issues(tx):
            yield NewsletterIssueRecord(type="newsletter_issue", id=key, **dict(issue))
        if (state := site.read(tx)).row is not None:
            yield export_records.to_site_record(state, site.featured_slugs(tx, state))
        for path, tag, reason, url in exporting.other_paths(tx):
            yield AliasRecord(type="alias", path=path, tag=tag, gone=reason, url=url)


def _with_own_logo(record: Record, runtime: Runtime) -> Record:
    """A sponsor whose logo is a medium of this service, by its path: the medium comes along. What
    its record said last is left out when it says the same now, because another service has another
    address."""
    base = f"{runtime.site_rules.address}{MEDIA}"
    if isinstance(record, SponsorRecord) and record.logo and record.logo.startswith(base):
        logo = record.logo.removeprefix(runtime.site_rules.address)
        is_same = record.import_digest == digest(record)
        change = {"logo": logo, "import_digest": None if is_same else record.import_digest}
        return record.model_copy(update=change)
    return record
