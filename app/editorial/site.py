"""The site's own record: read as editors write it, changed, imported.

It is public when saved. A change enters the log as the kind `site`, so that stored answers end and
caches in front are told; no follower makes a copy of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa

from app import audit
from app.changes import PublishTx
from app.database import ReadTx, WriteTx
from app.editorial import media_use
from app.editorial.content import Actor, SiteRules
from app.editorial.patch_input import check_languages, record_audit
from app.editorial.profiles import require_picture
from app.editorial.site_input import MachineLicence, SiteChange, SiteInput, SiteLinkInput
from app.editorial.site_references import (
    Slugs,
    article_ids_of,
    check_labels,
    find_tags,
    refuse_unknown_articles,
    to_stored_navigation,
)
from app.errors import Conflict
from app.models.site import SITE_ID, Site
from app.revisions import stale_error

UNSAVED: Final = 0
"""The revision before the first save."""


@dataclass(frozen=True, slots=True)
class SiteState:
    """The record as editors write it; without a save every field has its default."""

    fields: Mapping[str, Any]
    revision: int
    updated_at: datetime | None
    row: Any
    """The stored row, if there is one."""


def read(tx: ReadTx) -> SiteState:
    """The record with today's slugs; what is gone is left out."""
    row = tx.execute(sa.select(Site.__table__)).first()  # type: ignore[attr-defined]  # SQLModel does not type the table of a class
    if row is None:
        unsaved = SiteInput()
        fields = {name: getattr(unsaved, name) for name in SiteInput.model_fields}
        return SiteState(fields, UNSAVED, None, None)
    slugs = Slugs.read(tx, article_ids_of(row.navigation or (), row.featured_ids))
    fields = {
        **{name: getattr(row, name) for name in ("names", "descriptions", "contact", "policies")},
        "logo": row.logo_id,
        "links": tuple(SiteLinkInput(**link) for link in row.links),
        "machines": None if row.machines is None else MachineLicence(**row.machines),
        "navigation": None if row.navigation is None else slugs.navigation(row.navigation),
        "sections": None if row.section_ids is None else slugs.sections(row.section_ids),
        "featured": tuple(key for key in map(UUID, row.featured_ids) if key in slugs.articles),
    }
    return SiteState(fields, row.revision, row.updated_at, row)


def change(tx: PublishTx, actor: Actor, revision: int, patch: SiteChange, rules: SiteRules) -> None:
    """Change the record; equal values change nothing. `Stale` unless it is at `revision`."""
    before = read(tx)
    if revision != before.revision:
        changed_at = before.updated_at or tx.moment
        raise stale_error(before.revision, audit.last_name(tx, "site", SITE_ID), changed_at)
    after = patch.apply_to(before.fields)
    _check_rules(rules, after, patch.model_fields_set)
    columns = _to_columns(tx, {name: after[name] for name in patch.model_fields_set})
    if _are_saved(columns, after, before):
        return
    _save(tx, columns)
    event = "changed" if before.row is not None else "created"
    states = {"before": _to_audit(before.fields), "after": _to_audit(after)}
    record_audit(tx, actor, f"site.{event}", "site", SITE_ID, **states)


def upsert(
    tx: PublishTx, content: SiteInput, rules: SiteRules, import_digest: str | None
) -> Literal["created", "updated", "unchanged"]:
    """For imports: save the whole record. `Conflict` when it was edited here since its import."""
    fields = {name: getattr(content, name) for name in SiteInput.model_fields}
    _check_rules(rules, fields, fields.keys())
    columns = _to_columns(tx, fields)
    row = read(tx).row
    if row is not None:
        stored_columns = {name: getattr(row, name) for name in columns}
        if stored_columns == columns:
            return "unchanged"
        if columns_digest(stored_columns) != row.import_digest:
            message = "The site was edited here since it was imported; it was left alone."
            raise Conflict("edited_here", message)
    _save(tx, {**columns, "import_digest": import_digest or columns_digest(columns)})
    return "updated" if row is not None else "created"


def featured_slugs(tx: ReadTx, state: SiteState) -> list[str]:
    """The slugs of the featured articles, in their order."""
    ids = state.fields["featured"]
    slugs = Slugs.read(tx, ids).articles
    return [slugs[key] for key in ids]


def is_known_logo(tx: ReadTx, logo: UUID) -> bool:
    """Whether there is such a medium."""
    return bool(media_use.by_ids(tx, {logo}))


def columns_digest(columns: Mapping[str, Any]) -> str:
    """A digest of the record's content. It holds ids, so that a renaming makes no difference."""
    text = json.dumps(columns, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _are_saved(columns: Mapping[str, Any], fields: Mapping[str, Any], before: SiteState) -> bool:
    """Whether a change has no effect. Columns are compared, because they may hold ids of what is
    gone, which fields leave out and a save forgets."""
    if before.row is None:
        return fields == before.fields
    return all(getattr(before.row, name) == value for name, value in columns.items())


def _check_rules(rules: SiteRules, fields: Mapping[str, Any], names: Any) -> None:
    """`Invalid` names each language that the site does not have, in the fields with these names."""
    chosen = {name: fields[name] for name in fields if name in names}
    check_languages(rules, names=chosen.get("names"), descriptions=chosen.get("descriptions"))
    check_labels(rules, chosen.get("links", ()), chosen.get("navigation") or ())


def _to_columns(tx: WriteTx, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the table holds them. `Invalid` names everything that does not exist."""
    columns: dict[str, Any] = {}
    for name, value in fields.items():
        match name:
            case "logo":
                require_picture(tx, value, "/logo")
                columns["logo_id"] = value
            case "links":
                columns[name] = [link.model_dump(mode="json") for link in value]
            case "machines":
                columns[name] = None if value is None else value.model_dump(mode="json")
            case "navigation":
                columns[name] = None if value is None else to_stored_navigation(tx, value)
            case "sections":
                columns["section_ids"] = None if value is None else _section_ids(tx, value)
            case "featured":
                refuse_unknown_articles(tx, value)
                columns["featured_ids"] = [str(key) for key in value]
            case _:
                columns[name] = dict(value)
    return columns


def _section_ids(tx: WriteTx, slugs: tuple[str, ...]) -> list[str]:
    ids = find_tags(tx, [(slug, f"/sections/{place}") for place, slug in enumerate(slugs)])
    return list(dict.fromkeys(str(ids[slug]) for slug in slugs))


def _save(tx: PublishTx, columns: Mapping[str, Any]) -> None:
    row = tx.get_locked(Site, SITE_ID)
    if row is None:
        every: dict[str, Any] = {
            **{name: {} for name in ("names", "descriptions", "contact", "policies")},
            **{"links": [], "featured_ids": []},
            **dict.fromkeys(("machines", "navigation", "section_ids")),
        }
        row = Site(id=SITE_ID, created_at=tx.moment, updated_at=tx.moment, **{**every, **columns})
        tx.session.add(row)
    else:
        for name, value in columns.items():
            setattr(row, name, value)
        row.revision += 1
        row.updated_at = tx.moment
    tx.append("site", SITE_ID, "updated")
    tx.session.flush()


def _to_audit(fields: Mapping[str, Any]) -> dict[str, object]:
    return SiteInput.model_construct(**fields).model_dump(mode="json")
