"""What was scheduled, or had an end, before there were releases gets one of its own."""

from datetime import timedelta

from app import schema
from app.editorial import publishing, release_list
from app.editorial.release_list import Period
from app.kit.clock import EPOCH
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench


def test_a_schedule_of_an_older_store_is_in_the_calendar(quiet: Bench) -> None:
    runtime, clock = quiet.runtime, quiet.clock
    hour = timedelta(hours=1)
    builders.published(runtime, title="Neither")
    builders.publish(runtime, builders.draft(runtime, slug="ends"), until=clock() + 3 * hour)
    to_come = builders.draft(runtime, slug="begins")
    builders.publish(runtime, to_come, at=clock() + hour, until=clock() + 2 * hour)
    cancelled = builders.draft(runtime, slug="cancelled")
    builders.publish(runtime, cancelled, at=clock() + hour)
    with runtime.publishing() as tx:
        publishing.cancel(tx, EDITOR, cancelled[0])

    def calendar() -> list[tuple[str, str, int]]:
        with runtime.database.reading() as tx:
            rows, _ = release_list.calendar_page(tx, Period(EPOCH, None), None, 9, clock())
        return [(row.happening, row.text.slug, row.release_revision) for row in rows]

    before = calendar()
    schema.migrate(runtime.database, "0024")
    schema.migrate(runtime.database)
    assert (
        calendar()
        == before
        == [
            ("begins", "begins", 1),
            ("ends", "begins", 1),
            ("ends", "ends", 1),
        ]
    )
    with runtime.publishing() as tx:
        publishing.cancel(tx, EDITOR, to_come[0])
    assert [slug for _, slug, _ in calendar()] == ["ends"]
