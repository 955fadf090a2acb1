"""Pages by their places are read from an index of pages alone, whatever else the store holds."""

import pytest

from tests import builders
from tests.conftest import Bench
from tests.contract.statements import counted


@pytest.mark.sqlite_only("its plans")
@pytest.mark.parametrize("query", ["", "&lang=en"])
def test_a_list_by_places_walks_the_index_of_pages(quiet: Bench, query: str) -> None:
    for number in range(4):
        builders.published(quiet.runtime, title=f"p{number}", kind="page", position=number)
    url: str | None = f"/v1/articles?kind=page&order=position&limit=2{query}"
    for _ in range(2):
        assert url is not None
        with counted(quiet.runtime) as seen:
            url = quiet.client.get(url).json()["links"]["next"]
        [(statement, parameters)] = [one for one in seen if "key_at" in one[0]]
        with quiet.runtime.database.reading() as tx:
            rows = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = [row[-1] for row in rows]
        assert any("INDEX publication_position (kind=?" in line for line in plan), plan
        assert not any("TEMP B-TREE" in line for line in plan), plan


def test_a_page_of_pages_costs_one_statement_more_for_those_above(quiet: Bench) -> None:
    builders.published(quiet.runtime, title="top", kind="page")
    for number in range(9):
        builders.published(quiet.runtime, title=f"p{number}", kind="page", parent="top")
    with counted(quiet.runtime) as seen:
        items = quiet.client.get("/v1/articles?kind=page").json()["data"]
    assert [item["parent"] for item in items].count("top") == 9
    assert sum("article_slug" in statement for statement, _ in seen) == 1
