"""Every kind of content is known wherever kinds are told apart: a key that a `dict` lacks is legal
typing, so this test names it."""

from typing import get_args

from app.audit import FIELDS, SubjectKind
from app.interchange.records import DATED_RECORDS
from app.kinds.registry import DATED_KINDS
from app.partners.payloads import TOPICS
from app.public.vocabulary import ContentKind
from app.published.changes import JUDGES

NAMES = {"article", "tag", *(kind.name for kind in DATED_KINDS)}


def test_every_place_knows_every_kind() -> None:
    assert set(get_args(ContentKind)) == NAMES
    assert JUDGES.keys() == NAMES
    assert set(get_args(SubjectKind)) >= NAMES
    assert FIELDS.keys() >= NAMES
    assert {f"{name}.{change}" for name in NAMES for change in ("upsert", "delete")} == set(TOPICS)
    assert [record.content.kind for record in DATED_RECORDS] == list(DATED_KINDS)


def test_a_kind_names_columns_of_its_table() -> None:
    for kind in DATED_KINDS:
        columns = kind.table.model_fields.keys()
        assert columns >= {*kind.order, *kind.texts}
        assert columns >= {"visible_from", "visible_until", "removed_at", "revision", "updated_at"}
