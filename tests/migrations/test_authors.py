"""Members, sponsors and authors of an older store: nothing is lost on the way up or down."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import author_counts, schema
from app.editorial import people
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import store


def members(runtime: Runtime) -> list[Any]:
    query = sa.text("SELECT name, role FROM committee_member ORDER BY position")
    with runtime.database.reading() as tx:
        return [tuple(row) for row in tx.execute(query)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_people_of_an_older_store_are_as_before(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = request.getfixturevalue("postgres_store") if database == "postgresql" else None
    with store(url, tmp_path) as (runtime, _):
        migrate_down_and_up(runtime)


def migrate_down_and_up(runtime: Runtime) -> None:
    given = [
        ("Rosa Ñáñez", "Chair", "Chair"),
        ("Rosa Ñáñez", None, "Member"),
        ('Luis "Lucho" O\'Río', {"es": "Tesorero"}, "Tesorero"),
        ("Inés", {"en": 'The "chair"', "es": "Presidenta"}, 'The "chair"'),
    ]
    builders.published(runtime, title="One", authors=({"name": "Ana"}, {"name": "Luis"}))
    builders.published(runtime, title="Two", authors=({"name": "Ana"},))
    with runtime.publishing() as tx:
        for position, (name, role, _) in enumerate(given):
            fields = {"name": name, "position": position} | ({} if role is None else {"role": role})
            people.MEMBERS.add(tx, EDITOR, people.MemberInput(**fields))
        people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="Trust", statement="We care."))
    schema.migrate(runtime.database, "0019")
    assert members(runtime) == [(name, plain) for name, _, plain in given]
    schema.migrate(runtime.database)
    with runtime.database.reading() as tx:
        assert author_counts.differences(tx) == 0
        now = runtime.clock()
        views = people.MEMBERS.list_views(tx, now)
        [sponsor] = people.SPONSORS.list_views(tx, now)
    assert [(one["name"], one["slug"], one["role"], one["links"]) for one in views] == [
        ("Rosa Ñáñez", "rosa-nanez", {"und": "Chair"}, ()),
        ("Rosa Ñáñez", "rosa-nanez-2", {"en": "Member", "es": "Integrante"}, ()),
        ('Luis "Lucho" O\'Río', "luis-lucho-orio", {"und": "Tesorero"}, ()),
        ("Inés", "ines", {"und": 'The "chair"'}, ()),
    ]
    assert (sponsor["name"], sponsor["names"], sponsor["statement"]) == ("Trust", {}, "We care.")
    with runtime.publishing() as tx:
        next_slug = people.MEMBERS.add(tx, EDITOR, people.MemberInput(name="Inés")).slug
    assert next_slug == "ines-2"
