"""The interchange format: JSON Lines, one record a line, each entering whole or refused.

An article that names its `external_source` and `external_id` (or, without them, its slug) is
known again: unchanged it is skipped, changed at its source it is published anew, and what an
editor has changed since is reported as a conflict and never overwritten.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.changes import PublishTx
from app.editorial import aliases, articles, importing, people, publishing, tags
from app.editorial.content import Actor, Draft, prepare
from app.errors import Conflict, Invalid, WillayError
from app.importers.records import (
    AliasRecord,
    ArticleRecord,
    MemberRecord,
    Record,
    SponsorRecord,
    TagRecord,
)
from app.runtime import Runtime

_COMMIT_EVERY = 0.2
"""Seconds; editors and other writers wait no longer for an import."""

_RECORD: TypeAdapter[Record] = TypeAdapter(Record)
_IMPORTER = Actor("import")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that did not enter, and why."""

    file: str
    line: int
    code: str
    message: str


@dataclass
class Report:
    """What became of every line: the counts add up to `read`."""

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        refusals = [
            {"file": r.file, "line": r.line, "code": r.code, "message": r.message}
            for r in self.refused
        ]
        return {"read": self.read, "outcomes": dict(self.outcomes), "refused": refusals}

    def as_text(self) -> str:
        """For people."""
        counts = [f"{n} {what}" for what, n in sorted(self.outcomes.items())]
        counts.append(f"{len(self.refused)} refused")
        lines = [f"{r.file}:{r.line}: {r.message} [{r.code}]" for r in self.refused]
        return "\n".join([*lines, f"{self.read} records: {', '.join(counts)}."])


class _DryRun(Exception):
    """Rolls a batch back."""


def is_empty(runtime: Runtime) -> bool:
    """The store holds no content at all."""
    with runtime.database.reading() as tx:
        return importing.is_empty(tx)


def run(runtime: Runtime, paths: list[Path], *, dry_run: bool = False) -> Report:
    """Import files in order. A dry run checks all in one transaction and keeps nothing."""
    report = Report()
    lines = iter(list(_lines(paths)) if dry_run else _lines(paths))
    waiting = next(lines, None)
    while waiting is not None:
        try:
            waiting = _batch(runtime, report, waiting, lines, dry_run)
        except _DryRun:
            break
    return report


def _lines(paths: list[Path]) -> Iterator[tuple[str, int, bytes]]:
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield path.name, number, line


def _batch(
    runtime: Runtime,
    report: Report,
    first: tuple[str, int, bytes],
    lines: Iterator[tuple[str, int, bytes]],
    dry_run: bool,
) -> tuple[str, int, bytes] | None:
    """Records of one transaction, each behind a savepoint; returns the line that comes next."""
    following: tuple[str, int, bytes] | None = first
    with runtime.publishing() as tx:
        began = monotonic()
        while following is not None and (dry_run or monotonic() - began < _COMMIT_EVERY):
            _one(runtime, tx, report, *following)
            following = next(lines, None)
        if dry_run:
            raise _DryRun
    return following


def _one(runtime: Runtime, tx: PublishTx, report: Report, file: str, line: int, raw: bytes) -> None:
    report.read += 1
    sequence = tx.sequence
    try:
        with tx.session.begin_nested():
            record = _RECORD.validate_json(raw)
            outcome = _enter(runtime, tx, record, raw)
            tx.session.flush()
        report.outcomes[f"{record.type} {outcome}"] += 1
    except (WillayError, ValidationError) as error:
        tx.sequence = sequence
        report.refused.append(Refusal(file, line, *_reason(error)))


def _reason(error: WillayError | ValidationError) -> tuple[str, str]:
    if isinstance(error, WillayError):
        return error.code, error.message
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the line"
    return "invalid_record", f"{where}: {first['msg']}"


def _enter(runtime: Runtime, tx: PublishTx, record: Record, raw: bytes) -> str:
    plain = json.dumps(json.loads(raw), sort_keys=True).encode()
    digest = blake2b(plain, digest_size=16).hexdigest()
    match record:
        case TagRecord():
            return _tag(tx, record)
        case SponsorRecord() | MemberRecord():
            return _person(tx, record, digest)
        case AliasRecord():
            return aliases.put(tx, record.path, record.slug, record.gone)
        case ArticleRecord():
            return _article(runtime, tx, record, digest)


def _person(tx: PublishTx, record: SponsorRecord | MemberRecord, digest: str) -> str:
    if importing.has_person(tx, record.type, digest):
        return "unchanged"
    match record:
        case SponsorRecord():
            people.add_sponsor(tx, record.input(), digest)
        case MemberRecord():
            people.add_member(tx, record.input(), digest)
    return "created"


def _tag(tx: PublishTx, record: TagRecord) -> str:
    known = importing.tag(tx, record.slug)
    if known is None:
        tags.create(tx, record.input())
        return "created"
    if importing.same_tag(tx, known, record.input()):
        return "unchanged"
    raise Conflict("tag_differs", f"There is another tag {record.slug!r}; it was left alone.")


def _article(runtime: Runtime, tx: PublishTx, record: ArticleRecord, digest: str) -> str:
    draft = prepare(record.input(), runtime.house)
    known = importing.article(tx, record.external_source, record.external_id, record.slug)
    if known is None:
        article = articles.create(tx, _IMPORTER, draft, tx.moment, article_id=record.id)
        outcome = "created"
    elif known.import_digest == digest:
        return "unchanged"
    elif known.import_revision != known.revision:
        raise Conflict(
            "edited_here", "It was edited here since it was imported; it was left alone."
        )
    else:
        article = articles.edit(tx, _IMPORTER, known.id, known.revision, draft, tx.moment)
        outcome = "updated"
    article.external_source, article.external_id = record.external_source, record.external_id
    article.import_digest, article.import_revision = digest, article.revision
    others = importing.by_slugs(tx, [other.slug for other in record.translations])
    if others:
        articles.link_translations(tx, article, others, tx.moment)
    _release(runtime, tx, record, article.id, article.revision, draft)
    for path in record.paths:
        aliases.put(tx, path, article.slug, None)
    return outcome


def _release(
    runtime: Runtime,
    tx: PublishTx,
    record: ArticleRecord,
    article_id: UUID,
    revision: int,
    draft: Draft,
) -> None:
    match record.status:
        case "published" | "scheduled":
            if record.status == "scheduled" and record.visible_from is None:
                raise Invalid("visible_from_required", "What is scheduled needs visible_from.")
            publishing.publish(
                tx,
                _IMPORTER,
                article_id,
                revision,
                runtime.house,
                at=record.visible_from,
                until=record.visible_until,
            )
        case "unpublished" | "retracted":
            publishing.record_past(
                tx, _IMPORTER, article_id, runtime.house, record.status, record.reason
            )
        case "draft":
            return
