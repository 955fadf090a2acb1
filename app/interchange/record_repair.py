"""Repairs of records that other systems allow and this one would refuse.

A notice reports each repair, so that nothing changes in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import unquote

from app.kit.mojibake import mended_within
from app.kit.text import slug_of

_LONGEST: Final = 120
"""The most letters of a slug."""

_SLUGS: Final = {
    "article": ("slug",),
    "alias": ("slug", "tag"),
    "tag": ("slug", "parent"),
    "author": ("slug",),
    "committee_member": ("slug",),
}
_SLUG_LISTS: Final = {
    "article": ("tags", "former_slugs"),
    "tag": ("former_slugs",),
    "site": ("sections", "featured"),
}


@dataclass
class RepairedRecord:
    """A record after its repair; `slug` is its former slug if the repair changed it."""

    fields: dict[str, Any]
    notices: list[str] = field(default_factory=list)
    slug: str | None = None


def repair_record(fields: dict[str, Any]) -> RepairedRecord:
    """The record with misread characters corrected and with valid slugs; other errors stay.

    Equal slugs become equal slugs everywhere, so references hold. The address with the old slug
    leads to the article.
    """
    kind = str(fields.get("type"))
    slugs = _SLUGS.get(kind, ())  # _repair_slug repairs these
    right = {
        name: (value, 0) if name in slugs else mended_within(value)
        for name, value in fields.items()
    }
    fields = {name: value for name, (value, _) in right.items()}
    result = RepairedRecord(dict(fields))
    for name, (_, count) in right.items():
        if count:
            was = "character was" if count == 1 else "characters were"
            result.notices.append(f"{name}: {count} misread {was} put right.")
    for name in _SLUGS.get(kind, ()):
        result.fields[name] = _repair_slug(fields.get(name))
    for name in _SLUG_LISTS.get(kind, ()):
        if isinstance(fields.get(name), list):
            result.fields[name] = [_repair_slug(slug) for slug in fields[name]]
    if kind == "article" and isinstance(others := fields.get("translations"), list):
        result.fields["translations"] = [
            other | {"slug": _repair_slug(other.get("slug"))} if isinstance(other, dict) else other
            for other in others
        ]
    before, after = fields.get("slug"), result.fields.get("slug")
    result.fields = {name: value for name, value in result.fields.items() if name in fields}
    if isinstance(before, str) and before != after:
        result.slug = before
        result.notices.append(f"The slug {before!r} became {after!r}.")
        paths = fields.get("paths")
        if kind == "article" and isinstance(paths, Sequence | None) and not isinstance(paths, str):
            result.fields["paths"] = [*(paths or ()), f"/{unquote(before)}"]
    return result


def _repair_slug(slug: object) -> object:
    return (to_valid_slug(slug, _LONGEST) or slug) if isinstance(slug, str) else slug


def to_valid_slug(text: str, longest: int) -> str:
    """A slug of valid letters and length; empty when nothing is left. A cut slug ends with a digest
    of the whole, so that two long ones with the same beginning stay different."""
    plain = slug_of(unquote(text), limit=0)
    if len(plain) <= longest:
        return plain
    mark = blake2b(text.encode(), digest_size=3).hexdigest()
    return f"{slug_of(plain, limit=longest - len(mark) - 1)}-{mark}"
