"""What other systems allow in a record and this house does not, mended before it is refused.

Each repair is told, so that nothing changes in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import unquote

from app.kit.mojibake import mended_within
from app.kit.text import slug_of

_LONGEST: Final = 120
"""Letters of a slug."""

_SLUGS: Final = {"article": ("slug",), "alias": ("slug", "tag"), "tag": ("slug", "parent")}
_SLUG_LISTS: Final = {"article": ("tags", "former_slugs"), "tag": ("former_slugs",)}


@dataclass
class RepairedRecord:
    """A record that was mended; `slug` is what its own was before, if that was changed."""

    fields: dict[str, Any]
    notices: list[str] = field(default_factory=list)
    slug: str | None = None


def repair_record(fields: dict[str, Any]) -> RepairedRecord:
    """The record with characters that were misread put right and with slugs that the house takes;
    what cannot be mended stays as it was.

    A slug that says the same is the same wherever it is named, so references hold. The address
    with the old slug leads to the article.
    """
    kind = str(fields.get("type"))
    slugs = _SLUGS.get(kind, ())  # these are mended in their own way
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
    """A slug in the house's letters and length. One that is cut keeps a mark of the whole, so that
    two long ones which begin alike stay two."""
    if not isinstance(slug, str):
        return slug
    plain = slug_of(unquote(slug), limit=0)
    if not plain or len(plain) <= _LONGEST:
        return plain or slug
    mark = blake2b(slug.encode(), digest_size=3).hexdigest()
    return f"{slug_of(plain, limit=_LONGEST - len(mark) - 1)}-{mark}"
