"""Boundaries, clocks and epochs: a stored answer never outlives what it says."""

import time
from datetime import timedelta

import pytest

from app import changes
from tests import builders
from tests.caching.asking import RawAnswer, ask, is_stored
from tests.caching.conftest import BODY, Site

LIST = "/v1/articles"


def scheduled(site: Site, seconds: float, lasts: float | None = None) -> None:
    """An article that becomes public then."""
    at = site.clock.now + timedelta(seconds=seconds)
    until = None if lasts is None else at + timedelta(seconds=lasts)
    draft = builders.draft(site.runtime, title="Soon", slug="soon", body=BODY)
    builders.publish(site.runtime, draft, at=at, until=until)


def asked_thrice(site: Site) -> RawAnswer:
    answers = [ask(site.client, LIST) for _ in range(3)]
    assert len({answer.body for answer in answers}) == 1
    return answers[-1]


def life(answer: RawAnswer) -> int:
    return int(answer.headers["cache-control"].removeprefix("public, max-age="))


def caught_up(site: Site) -> bool:
    with site.runtime.database.reading() as tx:
        return changes.head(tx).is_current(site.clock.now)


def test_the_life_of_a_stored_answer_counts_down_to_the_boundary(site: Site) -> None:
    scheduled(site, 40)
    assert life(asked_thrice(site)) == 30
    for passed, left in ((10, 30), (11, 29), (25, 15), (39.5, 0)):
        site.clock.move(seconds=passed)
        assert life(ask(site.client, LIST)) == left
        assert is_stored(site.client, LIST)
        site.clock.move(seconds=-passed)


def test_past_a_boundary_nothing_is_old_and_the_reader_has_the_log_catch_up(site: Site) -> None:
    scheduled(site, 10, lasts=10)
    for seconds, shown in ((0, False), (10, True), (10, False)):
        asked_thrice(site)
        site.clock.move(seconds=seconds)
        assert (b'"Soon"' in ask(site.client, LIST).body) is shown
        until = time.monotonic() + 20
        while not caught_up(site):
            assert time.monotonic() < until
            time.sleep(0.01)
        assert (b'"Soon"' in asked_thrice(site).body) is shown
        assert is_stored(site.client, LIST)


@pytest.mark.parametrize("address", [LIST, "/v1/articles/soon", "/v1/feeds/articles.json"])
def test_a_clock_that_jumps_back_answers_as_without_a_cache(
    site: Site, plain: Site, address: str
) -> None:
    def compare() -> bytes:
        plain.clock.now = site.clock.now
        made = ask(plain.client, address)
        for _ in range(3):
            assert ask(site.client, address) == made
        return made.body

    scheduled(site, 10)
    site.clock.move(seconds=5)
    before = compare()
    site.clock.move(seconds=-4)
    compare()
    site.clock.move(seconds=11)
    site.runtime.promote()
    after = compare()
    assert after != before
    site.clock.move(seconds=-9)
    assert compare() == after, "what was public once stays so, whatever a clock says"


def test_another_epoch_has_other_answers_at_once(site: Site) -> None:
    before = asked_thrice(site)
    with site.runtime.database.altering() as connection:
        changes.begin_epoch(connection)
    after = ask(site.client, LIST)
    assert after.headers["etag"] != before.headers["etag"]
    assert ask(site.client, LIST, if_none_match=before.headers["etag"]).status == 200
    assert asked_thrice(site).headers["etag"] == after.headers["etag"]
    assert is_stored(site.client, LIST)
