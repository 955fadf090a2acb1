"""A record that is ready to enter: checked and rendered, with its references resolved."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.editorial.content import ArticleInput, Draft, SiteRules, prepare
from app.interchange.media_import import PreparedMedium
from app.interchange.media_references import MediaReferences
from app.interchange.records import ArticleRecord, Record, digest


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """A record with rendered texts and a digest, made without holding a lock."""

    record: Record
    digest: str
    drafts: Sequence[Draft]
    medium: PreparedMedium | None = None


def prepare_record(
    record: Record, rules: SiteRules, references: MediaReferences | None = None
) -> PreparedRecord:
    """Check the site's rules and render every text of a record; `Invalid` when it breaks one.

    The references to media are resolved in all but the digest of an article, which tells whether
    its record said the same before.
    """
    original = record
    record = references.resolve(record) if references is not None else record
    digest_text = digest(original if isinstance(original, ArticleRecord) else record)
    texts: list[ArticleInput] = []
    if isinstance(record, ArticleRecord):
        texts = [record.input(), *(later.content for later in record.scheduled)]
        texts += [record.draft] if record.draft is not None else []
    return PreparedRecord(record, digest_text, [prepare(text, rules) for text in texts])
