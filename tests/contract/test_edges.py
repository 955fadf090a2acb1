"""Values at the edge of what is allowed: both databases take them alike."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.kit.clock import FOREVER, LONG_AGO, TICK
from app.kit.paging import Cursor
from app.published.query import ArticleFilter
from app.runtime import Runtime
from tests import builders
from tests.conftest import MovingClock, client_of

_PLAIN_LIST = repr((ArticleFilter(), "newest"))


def _at(moment: datetime, *, last: bool) -> str:
    key = UUID(int=2**128 - 1 if last else 0)
    return Cursor(moment, key, backwards=False).encode(_PLAIN_LIST)


@pytest.mark.parametrize("include", ["", "&include=related,paths"])
def test_edges(
    either: tuple[Runtime, MovingClock], include: str, subtests: pytest.Subtests
) -> None:
    runtime, _ = either
    builders.tag(runtime, "water")
    builders.published(
        runtime, title="Old", tags=("water",), published_at=datetime(1821, 7, 28, tzinfo=UTC)
    )
    builders.published(runtime, title="New", tags=("water",))
    cases = {
        "": "new old",
        "from_date=0001-01-01": "new old",
        "to_date=0001-01-01": "",
        "from_date=9999-12-31": "",
        "to_date=9999-12-31": "new old",
        "from_date=1821-07-28&to_date=1821-07-28": "old",
        "to_date=1821-07-27": "",
        "to_date=1821-07-28T00:00:00Z": "old",
        "to_date=1821-07-27T23:59:59.999999Z": "",
        "from_date=1821-07-28T00:00:00.000001Z": "new",
        "from_date=1821-07-28T05:00:00%2B05:00&to_date=1821-07-27T19:00:00-05:00": "old",
        "updated_since=0001-01-02": "new old",
        "updated_since=9998-12-31T23:59:59.999999Z": "",
        "ids=00000000-0000-0000-0000-000000000000,ffffffff-ffff-ffff-ffff-ffffffffffff": "",
        "author=" + "a" * 120: "",
        "tag=water,water,water,water,water,water,water,water,water,water": "new old",
        "tag=water,-water": "",
        "tag=water|water": "new old",
        f"cursor={_at(LONG_AGO, last=False)}": "",
        f"cursor={_at(FOREVER - TICK, last=True)}": "new old",
        "lang=es&fallback=en": "new old",
        "rights=syndicatable&lang=en&order=updated&limit=100": "new old",
    }
    with client_of(runtime) as client:
        found = {}
        for query in cases:
            with subtests.test(query=query):
                answer = client.get(f"/v1/articles?{query}&count=true{include}")
                assert answer.status_code == 200, (query, answer.text)
                found[query] = " ".join(item["slug"] for item in answer.json()["data"])
                if "cursor" not in query:
                    archive = "&".join(
                        part for part in query.split("&") if not part.startswith(("order", "limit"))
                    )
                    years = client.get(f"/v1/archive?{archive}").json()["data"]
                    total = answer.json()["meta"]["total"]
                    assert (
                        sum(year["count"] for year in years) == total == len(found[query].split())
                    )
        for path in ("%2500", "%250a", "http://[", "/old", "%FF", "'"):
            with subtests.test(path=path):
                assert client.get(f"/v1/resolve?path={path}").status_code in (200, 400, 404)
    assert found == cases
