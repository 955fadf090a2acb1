"""JSON Lines out: the whole archive as one snapshot, referenced records first."""

from collections.abc import Iterator

from app.changes import head
from app.editorial import authors, exporting, site
from app.interchange import export_records
from app.interchange.records import DATED_RECORDS, AliasRecord, AuthorRecord, Record, as_line
from app.runtime import Runtime

_AT_ONCE = 200


def count_records(runtime: Runtime) -> int:
    """The number of lines that an export has now."""
    with runtime.database.reading() as tx:
        return exporting.count(tx)


def export_lines(runtime: Runtime) -> Iterator[str]:
    """Every record as a line without its end."""
    return map(as_line, _records(runtime))


def _records(runtime: Runtime) -> Iterator[Record]:
    with runtime.database.reading() as tx:
        now = head(tx).moment(runtime.clock())
        yield from (export_records.to_tag_record(*tag) for tag in exporting.tags(tx))
        for row in authors.list_records(tx):
            yield AuthorRecord.of(row, authors.state(row))
        for kind in DATED_RECORDS:
            yield from (
                kind.of(row, state) for row, state in exporting.list_dated(tx, kind.content)
            )
        for ids in exporting.article_ids(tx, _AT_ONCE):
            states = exporting.articles(tx, ids, now, runtime.site_rules.address)
            yield from (export_records.to_article_record(state) for state in states)
        if (state := site.read(tx)).row is not None:
            yield export_records.to_site_record(state, site.featured_slugs(tx, state))
        for path, tag, reason in exporting.other_paths(tx):
            yield AliasRecord(type="alias", path=path, tag=tag, gone=reason)
