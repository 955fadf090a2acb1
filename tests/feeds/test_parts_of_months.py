"""Months with more articles than one document holds: feeds and sitemaps lead through all parts."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from app.editorial import publishing
from app.published import feed_archive, site_pages
from tests import builders
from tests.conftest import Bench
from tests.feeds.reading import Document, document, texts, tree

PART = 3
MAY = datetime(2025, 5, 3, tzinfo=UTC)
STEP = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_archive, "PART", PART)
    monkeypatch.setattr(site_pages, "PART", PART)


def publish(bench: Bench, month: int, numbers: range) -> list[str]:
    """Publish an article for each number; their ids, newest first."""
    start = MAY.replace(month=month)
    ids = [
        builders.published(bench.runtime, title=f"{month} {n}", published_at=start + n * STEP)
        for n in numbers
    ]
    return [f"urn:uuid:{key}" for key in reversed(ids)]


def read(bench: Bench, address: str) -> Document:
    parts = urlsplit(address)
    answer = bench.client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 200, answer.text
    return document(answer.content)


@pytest.mark.parametrize("kind", ["atom", "rss"])
@pytest.mark.parametrize("size", [1, 3, 4, 6, 8])
def test_archive_links_lead_through_every_part_and_back(quiet: Bench, kind: str, size: int) -> None:
    ids = [
        *publish(quiet, 6, range(1)),
        *publish(quiet, 5, range(size)),
        *publish(quiet, 4, range(5)),
    ]
    followed = read(quiet, f"/v1/feeds/articles.{kind}?limit=1")
    way: list[Document] = []
    address = followed.links.get("prev-archive")
    while address is not None:
        way.append(read(quiet, address))
        assert way[-1].links["self"] == address
        address = way[-1].links.get("prev-archive")
    assert [key for document in way for key in document.ids] == ids
    assert all(len(document.ids) <= PART and document.is_archive for document in way)
    addresses = [document.links["self"] for document in way]
    assert [document.links.get("next-archive") for document in way] == [None, *addresses[:-1]]


def test_earlier_parts_stay_as_they_are_when_the_month_grows(quiet: Bench) -> None:
    publish(quiet, 5, range(7))
    path = "/v1/feeds/articles.atom?month=2025-05"
    before = [read(quiet, f"{path}&part={part}").ids for part in (1, 2)]
    [newest] = publish(quiet, 5, range(7, 8))
    assert [read(quiet, f"{path}&part={part}").ids for part in (1, 2)] == before
    assert read(quiet, path).ids[0] == newest
    assert read(quiet, f"{path}&part=9").links["self"] == read(quiet, path).links["self"]


def test_sitemaps_hold_every_page_once(quiet: Bench) -> None:
    publish(quiet, 5, range(7))
    publish(quiet, 4, range(3))
    listed = texts(tree(quiet.client.get("/sitemap.xml").content), "*/*[local-name()='loc']")
    names = [address.rpartition("/")[2] for address in listed]
    assert names[2:] == ["2025-05-3.xml", "2025-05-2.xml", "2025-05.xml", "2025-04.xml"]
    pages = [
        page
        for name in names[2:]
        for page in texts(
            tree(quiet.client.get(f"/sitemaps/{name}").content), "*/*[local-name()='loc']"
        )
    ]
    assert len(pages) == len(set(pages)) == 10
    for wrong in ("2025-05-0", "2025-05-01", "2025-05-x", "2025-13-2", "2025-05-"):
        assert quiet.client.get(f"/sitemaps/{wrong}.xml").status_code == 404


def test_takedowns_of_a_month_are_in_its_newest_part(quiet: Bench) -> None:
    ids = publish(quiet, 5, range(7))
    article = ids[-1].rpartition(":")[2]
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, builders.EDITOR, UUID(article), "Wrong.")
    path = "/v1/feeds/articles.atom?month=2025-05"
    assert read(quiet, path).deleted == [ids[-1]]
    assert read(quiet, f"{path}&part=1").deleted == []
