"""Months of an archived feed: what is in them, and when their address changes."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.editorial import publishing, tags
from app.editorial.tags import TagChange
from app.erasure.person import ErasureRequest, forget
from app.kit.calendar import Calendar
from app.newsletters.addresses import AddressBook
from app.published import feed_archive
from app.published.feed_archive import CalendarMonth
from tests import builders
from tests.accounts.people import Either
from tests.conftest import Bench

MAY = datetime(2025, 5, 3, tzinfo=UTC)


def unpublished(runtime: Any, article: Any, note: str) -> None:
    with runtime.publishing() as tx:
        publishing.unpublish(tx, builders.EDITOR, article, note)


def test_a_month_tells_of_its_own_kind_alone(either: Either) -> None:
    runtime, clock = either
    gone = {}
    for kind in ("article", "page"):
        gone[kind] = builders.published(runtime, title=kind, kind=kind, published_at=MAY)
        unpublished(runtime, gone[kind], f"The {kind} was withdrawn.")
    later = builders.published(runtime, title="Later", published_at=MAY.replace(month=6))
    unpublished(runtime, later, "Of another month.")
    clock.move(minutes=1)
    with runtime.database.reading() as tx:
        for kind, key in gone.items():
            found = feed_archive.gone_of(
                tx, kind, CalendarMonth(2025, 5, Calendar()), runtime.clock()
            )
            assert [one.id for one in found] == [key]


def test_a_page_that_was_withdrawn_is_in_no_articles_feed(quiet: Bench) -> None:
    page = builders.published(quiet.runtime, title="Aims", kind="page", published_at=MAY)
    article = builders.published(quiet.runtime, title="Gone", published_at=MAY)
    unpublished(quiet.runtime, page, "Our secret aims.")
    unpublished(quiet.runtime, article, "The article was withdrawn.")
    for query in ("?month=2025-05", ""):
        told = quiet.client.get(f"/v1/feeds/articles.atom{query}").text
        assert "Our secret aims" not in told
        assert str(article) in told


def version(bench: Bench) -> str:
    """As the feed that is followed links the month."""
    told = bench.client.get("/v1/feeds/articles.atom?limit=1").text
    found = re.search(r'rel="prev-archive"[^>]*version=([0-9a-f]+)', told) or re.search(
        r'version=([0-9a-f]+)[^>]*rel="prev-archive"', told
    )
    assert found is not None, told
    return found[1]


@pytest.mark.parametrize("what", ["erasure", "rename", "merge", "translation", "retraction"])
def test_a_month_that_says_something_else_has_another_address(quiet: Bench, what: str) -> None:
    runtime = quiet.runtime
    water, river = builders.tag(runtime, "water"), builders.tag(runtime, "river")
    written = {"authors": [{"name": "Rosa Quispe"}], "tags": ["water"]}
    first = builders.published(runtime, title="One", published_at=MAY, **written)
    builders.published(runtime, title="Two", published_at=MAY)
    builders.published(
        runtime, title="Elsewhere", published_at=MAY.replace(month=4), tags=["river"]
    )
    before = version(quiet)
    quiet.client.get("/v1/articles?limit=1")
    assert version(quiet) == before
    with runtime.publishing() as tx:
        match what:
            case "erasure":
                forget(
                    tx,
                    ErasureRequest("Rosa Quispe", bylines=["Rosa Quispe"]),
                    AddressBook(runtime.key()),
                )
            case "rename":
                tags.change(tx, builders.EDITOR, water, 1, TagChange(names={"en": "Waters"}))
            case "merge":
                from app.editorial import tag_merge

                tag_merge.merge(tx, builders.EDITOR, water, 1, "river")
            case "retraction":
                publishing.retract(tx, builders.EDITOR, first, "Wrong.")
    if what == "translation":
        from app.editorial import articles

        twin = builders.published(runtime, title="Uno", lang="es", published_at=MAY.replace(day=9))
        with runtime.publishing() as tx:
            row = articles.lock_article(tx, twin, None)
            articles.link_translations(tx, row, [first], runtime.clock())
    assert version(quiet) != before
    told = quiet.client.get("/v1/feeds/articles.atom?month=2025-05").text
    assert ("Rosa Quispe" in told) == (what not in ("erasure", "retraction"))
    assert river
