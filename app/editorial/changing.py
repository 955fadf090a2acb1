"""What every change of a tag, a person or an alias shares: partial input, revisions, the audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from app import audit
from app.audit import SubjectKind
from app.changes import PublishTx
from app.editorial.content import Actor, House, Input
from app.errors import Detail, Invalid, Stale
from app.kit.clock import rfc3339


class Change(Input):
    """The manner of a partial change (RFC 7396): what is absent stays, what is given replaces a
    field, and of a map by language it replaces the languages that it names; null takes one away.

    Only a field that may be empty takes null.
    """

    NULLABLE: ClassVar[frozenset[str]] = frozenset()

    # Not "before": a strict date takes no text then.
    @field_validator("*", mode="after")
    @classmethod
    def _given(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.field_name not in cls.NULLABLE:
            raise ValueError("cannot be null; leave it out to keep what there is")
        return value

    def over(self, there: Mapping[str, Any]) -> dict[str, Any]:
        """What is there, changed."""
        said = dict(there)
        for name in self.model_fields_set:
            value = getattr(self, name)
            if isinstance(there[name], dict):
                both = {**there[name], **value} if value is not None else {}
                value = {lang: text for lang, text in both.items() if text is not None}
            said[name] = value
        return said


def refuse_stale(
    tx: PublishTx, kind: SubjectKind, subject_id: UUID, there: int, asked: int | None, at: datetime
) -> None:
    """`Stale` unless what is there, saved `at`, is at the revision that was read."""
    if asked is not None and asked != there:
        raise Stale(
            "stale_revision",
            f"Revision {there} was saved meanwhile; read it and change that.",
            current_revision=there,
            changed_by=audit.last_name(tx, kind, subject_id),
            changed_at=rfc3339(at),
        )


def record(
    tx: PublishTx,
    actor: Actor,
    action: str,
    kind: SubjectKind,
    subject_id: UUID,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """An entry of the audit, when a person or a token acts; an import has a report instead."""
    if actor.by is not None:
        audit.record(tx, actor.by, tx.moment, action, kind, subject_id, before=before, after=after)


def check_languages(house: House, **texts: Mapping[str, object] | None) -> None:
    """`Invalid` names each language that is none of the site's, by the field that has it."""
    known = ", ".join(house.languages)
    wrong = tuple(
        Detail("unknown_language", f"Use one of: {known}.", pointer=f"/{field}/{lang}")
        for field, spoken in texts.items()
        for lang, text in (spoken or {}).items()
        if text is not None and lang not in house.languages
    )
    if wrong:
        raise Invalid("unknown_language", f"This site publishes in: {known}.", wrong)
