"""Everything that a store holds, in a form that is equal for two stores of the same content."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.runtime import Runtime

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NOT_CONTENT = {"lease", "check_result", "milestone", "import_batch"}


def stored_facts(runtime: Runtime, now: datetime) -> dict[str, list[str]]:
    """The rows of every table as text, sorted, without counts that are zero. Ids are replaced by
    slugs, and the moments around `now`, at which transactions ran, by a word."""
    with runtime.database.reading() as tx:
        tables = {
            name: [dict(row) for row in tx.execute(sa.select(table)).mappings() if row.get("n", 1)]
            for name, table in SQLModel.metadata.tables.items()
            if name not in _NOT_CONTENT
        }
    names = dict(_names(tables))
    facts = {name: sorted(_text(row, names, now) for row in rows) for name, rows in tables.items()}
    entries = sorted(tables["change"], key=lambda row: row["sequence"])
    return facts | {"change": [_text(entry, names, now) for entry in entries]}


def _names(tables: Mapping[str, list[dict[str, Any]]]) -> Iterator[tuple[object, str]]:
    """A name for each id that a store draws by itself."""
    for row in (*tables["article"], *tables["tag"]):
        yield row["id"], row["slug"]
    for kind, name in (("sponsor", "name"), ("alias", "path")):
        yield from ((row["id"], f"{kind} {row[name]}") for row in tables[kind])
    slugs = {row["id"]: row["slug"] for row in tables["article"]}
    groups: dict[UUID, list[str]] = {}
    for row in tables["article"]:
        if row["translation_group"] is not None:
            groups.setdefault(row["translation_group"], []).append(row["slug"])
    yield from ((group, f"group {sorted(slugs)}") for group, slugs in groups.items())
    rows = sorted(tables["publication"], key=lambda row: (row["visible_from"], row["id"]))
    for place, row in enumerate(rows):
        own = [other for other in rows[:place] if other["article_id"] == row["article_id"]]
        name = f"publication {len(own)} of {slugs[row['article_id']]}"
        yield row["id"], name
        if row["release_id"] is not None:
            yield row["release_id"], f"release of {name}"


def _text(row: Mapping[str, Any], names: Mapping[object, str], now: datetime) -> str:
    keys = {"id", "publication_id"} & row.keys()
    plain = {name: value for name, value in row.items() if name not in ("epoch", "import_batch_id")}
    plain |= {key: names.get(row[key], row[key]) for key in keys}
    facts = {name: _plain(value, names, now) for name, value in plain.items()}
    pair = {"first_tag_id", "second_tag_id"} & facts.keys()  # which is first depends on the ids
    return json.dumps(
        facts | dict(zip(sorted(pair), sorted(facts[key] for key in pair), strict=True))
    )


def _plain(value: Any, names: Mapping[object, str], now: datetime) -> Any:
    if isinstance(value, datetime):
        return "now" if abs(value - now) < timedelta(minutes=1) else value.isoformat()
    if isinstance(value, UUID):
        return names.get(value, str(value))
    if isinstance(value, dict | list):
        value = json.dumps(value, sort_keys=True)
    if isinstance(value, str):
        value = re.sub(rf"{now:%Y-%m-%dT%H:%M}:[0-9.]+Z", "now", value)
        return _ID.sub(lambda match: names.get(UUID(match[0]), match[0]), value)
    return value
