"""The parts that changes of tags, people and aliases share: the audit and the known languages."""

from collections.abc import Mapping
from uuid import UUID

from app import audit
from app.audit import SubjectKind
from app.changes import PublishTx
from app.editorial.content import Actor, SiteRules
from app.errors import Detail, Invalid


def record_audit(
    tx: PublishTx,
    actor: Actor,
    action: str,
    kind: SubjectKind,
    subject_id: UUID,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Record an act of a person or a token in the audit; an import has a report instead."""
    if actor.by is not None:
        audit.record(tx, actor.by, tx.moment, action, kind, subject_id, before=before, after=after)


def check_languages(rules: SiteRules, **texts: Mapping[str, object] | None) -> None:
    """`Invalid` names each language that the site does not have, by its field."""
    site_languages = ", ".join(rules.languages)
    wrong = tuple(
        Detail("unknown_language", f"Use one of: {site_languages}.", pointer=f"/{field}/{lang}")
        for field, names in texts.items()
        for lang, text in (names or {}).items()
        if text is not None and lang not in rules.languages
    )
    if wrong:
        raise Invalid("unknown_language", f"This site publishes in: {site_languages}.", wrong)
